"""Straight to a place: the n-th workspace by Alt and its number, the next section by a bracket."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests import worlds
from tests.looks import app_of
from tests.still import still
from tests.support import until
from tests.tui import Tower
from wzp_tui.config import Settings, keymap
from wzp_tui.controller import Controller
from wzp_tui.store import NewTask
from wzp_tui.tasks.task import State
from wzp_tui.tui.app import TowerApp

SIZES = [(160, 45), (80, 24)]
"""With a sidebar and headings, and without."""


async def test_a_number_lists_the_workspace_of_that_place_and_again_all(it: Tower) -> None:
    for name in ("docs", "api"):
        await it.controller.add(NewTask(("true",), "/", title=f"of {name}", workspace=name, hold=True))
    await it.shows("of docs", "of api")
    it.send("\x1b2")  # Alt and 2, as most terminals send it
    await until(lambda: it.app.tower.workspace == "docs")
    await it.hides("of api")
    await it.shows("of docs")
    it.send("\x1b1")
    await until(lambda: it.app.tower.workspace == "api")
    await it.press("alt+1")
    await it.shows("of docs", "of api")
    assert it.app.tower.workspace is None
    await it.press("alt+9")
    await still(it.pilot)
    assert it.app.tower.workspace is None, "there are not so many"
    assert "New task" not in it.text


async def test_the_sidebar_has_the_keys_and_gives_them_back(tmp_path: Path) -> None:
    app = app_of(worlds.busy(), str(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await still(pilot)
        await pilot.press("w")
        await until(lambda: app.tower.sidebar.has_focus)
        await pilot.press("alt+1")
        await until(lambda: app.tower.tasks.has_focus)
        assert app.tower.workspace == worlds.busy().workspaces[0]


async def test_another_key_can_be_given_and_help_and_palette_name_it(tmp_path: Path) -> None:
    controller = Controller(str(tmp_path), worlds.PictureMux())  # type: ignore[arg-type]
    controller.snapshots.set(worlds.busy())
    app = TowerApp(controller, Settings(keys={"workspace.2": "f2"}), clock=worlds.clock, watch=False)
    async with app.run_test(size=(120, 60)) as pilot:
        it = Tower(app, pilot, controller)
        await still(pilot)
        await it.press("alt+2")
        await still(pilot)
        assert app.tower.workspace is None
        await it.press("f2")
        await until(lambda: app.tower.workspace == worlds.busy().workspaces[1])
        await it.press("ctrl+p", *"workspace 2")
        await it.shows("Workspace 2", "F2", "number 2 of the sidebar")
        await it.press("escape", "question_mark")
        await until(lambda: app.screen is not app.tower)
        await it.press(*["ctrl+d"] * 5)
        await it.shows("WORKSPACES", "Alt+1", "F2", "Alt+9")


def test_a_clash_with_the_key_of_a_workspace_is_named() -> None:
    assert [*keymap.problems({"task.retry": "alt+3"})] == [
        ("task.retry", "alt+3 is the key of workspace.3 (Workspace 3) too; give one of them another key")
    ]
    assert [*keymap.problems({"task.retry": "alt+3", "workspace.3": ""})] == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_brackets_go_from_section_to_section(tmp_path: Path, size: tuple[int, int]) -> None:
    app = app_of(worlds.busy(), str(tmp_path))
    async with app.run_test(size=size) as pilot:
        it = Tower(app, pilot, app.controller)
        await still(pilot)
        found = []
        for _ in range(6):
            found.append(it.selected[29 if size[0] > 100 else 0 :].split()[1])
            await pilot.press("]")
        assert found[:4] == ["#12", "#11", "#3", "#14"]
        await pilot.press("g", "]", "]", "j", "[")
        assert "#3 " in it.selected, "first to the beginning of its own"
        await pilot.press("[", "[", "[")
        assert "#12" in it.selected


async def test_brackets_go_through_the_parts_of_the_sidebar(tmp_path: Path) -> None:
    app = app_of(worlds.busy(), str(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        it = Tower(app, pilot, app.controller)
        await still(pilot)
        await pilot.press("w", "g", "]")
        assert "■" in it.selected, "the first lane"
        await pilot.press("[")
        assert app.tower.sidebar.cursor == 1


async def test_an_empty_list_has_no_sections(tmp_path: Path) -> None:
    app = app_of(replace(worlds.busy(), tasks=(), panes=()), str(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await still(pilot)
        await pilot.press("]", "[", "j")
        assert app.is_running


async def test_the_cursor_follows_what_is_new_unless_it_was_moved_meanwhile(tmp_path: Path) -> None:
    """Else the next key would be for another row than the one that the user chose."""
    world = worlds.busy()
    new, newer = (worlds.task(id, "new", State.QUEUED, "build", "next") for id in (70, 71))
    app = app_of(world, str(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await still(pilot)
        app.tower.tasks.follow(("task", 70), app.tower.tasks.place)
        app.controller.snapshots.set(replace(world, tasks=(*world.tasks, new)))
        await until(lambda: app.tower.selected == new)
        app.tower.tasks.follow(("task", 71), app.tower.tasks.place)
        await pilot.press("g")
        app.controller.snapshots.set(replace(world, tasks=(*world.tasks, new, newer)))
        await until(lambda: app.tower.tasks.index(("task", 71)))
        app.tower.tasks.follow(("task", 71), ("task", 70))
        await still(pilot)
        assert app.tower.tasks.place == ("task", 12), "it stays where the user put it"
