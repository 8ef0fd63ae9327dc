"""Jump letters: one key shows them, those of a row put the cursor there."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests import worlds
from tests.looks import app_of
from tests.still import still
from tests.support import until
from tests.tui import Tower, lines
from wzp_tui.config import Settings, UiSettings
from wzp_tui.controller import Controller
from wzp_tui.tui.app import TowerApp
from wzp_tui.tui.screens.jump import LETTERS, Jump, labels


@pytest.mark.parametrize("count", [0, 1, 26, 27, 60, 400, 676, 1000])
def test_no_label_begins_another(count: int) -> None:
    found = labels(count)
    assert len(found) == min(count, 26 * 26)
    assert len(set(found)) == len(found)
    assert not [(one, two) for one in found for two in found if one != two and two.startswith(one)]
    assert sum(len(label) == 1 for label in found) == max(0, min(count, 26 - max(0, -(-(count - 26) // 25))))
    assert set("".join(found)) <= set(LETTERS)


def shown(app: TowerApp, text: str) -> str:
    """The first line of the list with this text, from its first cell on; without a sidebar before it."""
    return next((line[29:] for line in lines(app) if text in line[29:]), "")


async def test_a_letter_goes_to_its_row_and_the_letters_are_gone(tmp_path: Path) -> None:
    app = app_of(worlds.busy(), str(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await still(pilot)
        await pilot.press("f")
        await until(lambda: shown(app, "npm audit").startswith("d✗ #11"))
        await pilot.press("d")
        await until(lambda: shown(app, "npm audit").startswith("▌✗ #11"))
        assert shown(app, "pytest -x").startswith(" ● #13")
        assert app.screen is app.tower


async def test_two_letters_go_to_the_sidebar_and_take_the_keys_there(tmp_path: Path) -> None:
    app = app_of(worlds.busy(), str(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await still(pilot)
        await pilot.press("f")
        await until(lambda: any(line.startswith("mf docs") for line in lines(app)))
        await pilot.press("m")
        await until(lambda: any(line.startswith("f▾ docs") for line in lines(app)))
        assert shown(app, "npm audit").startswith(" ✗ #11"), "those of other rows are gone"
        await pilot.press("backspace")
        await until(lambda: shown(app, "npm audit").startswith("d"))
        await pilot.press("M", "f")
        await until(lambda: any(line.startswith("▌▾ docs") for line in lines(app)))
        await pilot.press("enter")
        await until(lambda: app.tower.workspace == "docs")


async def test_the_first_of_two_letters_leaves_only_rows_that_begin_so(tmp_path: Path) -> None:
    many = tuple(worlds.task(100 + n, f"many {n}", worlds.State.RUNNING, "build", "running", "", n) for n in range(60))
    app = app_of(replace(worlds.busy(), tasks=many), str(tmp_path), list_height=80)
    async with app.run_test(size=(80, 70)) as pilot:
        await still(pilot)
        await pilot.press("f")
        await until(lambda: any(line.startswith("na") for line in lines(app)) and any(line.startswith("ma") for line in lines(app)))
        await pilot.press("n")
        await until(lambda: any(line.startswith("a● #1") for line in lines(app)))
        assert len([line for line in lines(app) if line.startswith("a")]) == 1, "those of the other letter are gone"


async def test_escape_leaves_and_other_keys_do_nothing(tmp_path: Path) -> None:
    app = app_of(worlds.busy(), str(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await still(pilot)
        await pilot.press("f")
        await until(lambda: isinstance(app.screen, Jump))
        await pilot.press("1", "question_mark", "x", "down")
        assert isinstance(app.screen, Jump), "80 columns show no x-th row"
        await pilot.press("escape")
        await until(lambda: app.screen is app.tower)
        assert any(line.startswith("▌◆ #12") for line in lines(app))


async def test_rows_that_come_meanwhile_take_no_letter_of_others(tmp_path: Path) -> None:
    app = app_of(worlds.busy(), str(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await still(pilot)
        await pilot.press("f")
        await until(lambda: shown(app, "npm audit").startswith("d✗ #11"))
        world = worlds.busy()
        first = worlds.task(99, "Came first", worlds.State.ASKING, "claude", "asks", "what?", 1)
        app.controller.snapshots.set(replace(world, tasks=(first, *world.tasks)))
        await until(lambda: shown(app, "Came first").startswith(" ◆ #99"))
        await pilot.press("d")
        await until(lambda: shown(app, "npm audit").startswith("▌✗ #11"))


async def test_another_key_can_be_given_and_the_palette_finds_it(tmp_path: Path) -> None:
    controller = Controller(str(tmp_path), worlds.PictureMux())  # type: ignore[arg-type]
    controller.snapshots.set(worlds.busy())
    app = TowerApp(controller, Settings(ui=UiSettings(), keys={"move.jump": "semicolon"}), clock=worlds.clock, watch=False)
    async with app.run_test(size=(120, 44)) as pilot:
        it = Tower(app, pilot, controller)
        await still(pilot)
        await it.press("f")
        await still(pilot)
        assert not isinstance(app.screen, Jump)
        await it.press("semicolon")
        await it.shows("type the letters before a row")
        await it.press("escape", "ctrl+p", *"jump")
        await it.shows("a letter before each row that is seen")
        await it.press("enter")
        await it.shows("type the letters before a row")
