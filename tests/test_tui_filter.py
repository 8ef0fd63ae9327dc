"""The filter of the tower by its keys: typed, completed, counted, kept; and what it says of a mistake."""

from pathlib import Path

import pytest

from tests import worlds
from tests.support import until
from tests.tui import Tower
from wzp_tui.config import Settings
from wzp_tui.controller import Controller, TaskRow
from wzp_tui.tasks.task import NewTask, State
from wzp_tui.tui.app import TowerApp


@pytest.fixture
async def it(it: Tower) -> Tower:
    """Two tasks fail, three are held in lane web."""
    await it.controller.set_lane("web", 1)
    for name in ("apple", "banana", "cherry"):
        await it.controller.add(NewTask(("sleep", "500"), "/", title=name, lane="web", hold=True))
    for code in (3, 4):
        await it.controller.add(NewTask(("sh", "-c", f"exit {code}"), "/"))
    await it.word(4, "exit 3")
    await it.word(5, "exit 4")
    return it


def rows(it: Tower) -> str:
    """The numbers of the tasks in the list, from top to bottom."""
    return " ".join(sorted(row.task.name for row in it.app.tower.tasks.rows if hasattr(row, "task") and hasattr(row, "since_ms")))


def selected(it: Tower) -> str:
    row = it.app.tower.selected
    return row.task.name if isinstance(row, TaskRow) else ""


def typed(it: Tower) -> str:
    return it.app.tower.filter.input.value


async def test_each_key_narrows_the_list_and_the_bar_counts(it: Tower) -> None:
    await it.press("slash")
    await it.shows("Enter Keep", "Esc Clear")
    await it.type("is:task ")
    await it.shows("5 of ")
    total = it.app.tower.filter.count.split()[-1]
    await it.type("state:fa")
    await until(lambda: rows(it) == "#4 #5")
    await it.shows(f"2 of {total}")
    await it.type("iled exit:>3")
    await until(lambda: rows(it) == "#5")
    await it.shows(f"1 of {total}")
    await it.press("enter")
    await it.hides("Enter Keep")
    await it.shows("/is:task state:failed exit:>3  1 of")
    await it.press("escape")
    await until(lambda: rows(it) == "#1 #2 #3 #4 #5")


async def test_tab_and_right_take_what_is_shown_behind_the_cursor(it: Tower) -> None:
    await it.press("slash", *"la")
    await it.shows("lane:")
    await it.press("tab")
    await until(lambda: typed(it) == "lane:")
    await it.shows("default", "web 3")
    await it.press("w")
    await it.shows("/lane:web ")
    await until(lambda: rows(it) == "#1 #2 #3")
    await it.press("right")
    await until(lambda: typed(it) == "lane:web")
    await it.press("space", *"-ban")
    await until(lambda: rows(it) == "#1 #3")
    assert it.app.tower.filter.input.has_focus, "Tab went nowhere else"


async def test_tab_goes_round_the_values(it: Tower) -> None:
    await it.press("slash", *"lane:")
    await it.press("tab")
    await until(lambda: typed(it) == "lane:default")
    await it.press("tab")
    await until(lambda: typed(it) == "lane:web")
    await until(lambda: rows(it) == "#1 #2 #3")
    await it.press("tab")
    await until(lambda: typed(it) == "lane:default")
    await it.press("space", "i", "tab")
    await until(lambda: typed(it) == "lane:default is:")


async def test_a_mistake_is_told_and_the_text_stays(it: Tower) -> None:
    await it.press("slash", *"state:failed ")
    await until(lambda: rows(it) == "#4 #5")
    await it.type("state:fialed")
    await it.shows("no state named 'fialed'; did you mean 'failed'?")
    assert rows(it) == "#4 #5", "the list shows what was understood last"
    await it.press("enter")
    await it.shows("no state named 'fialed'; did you mean 'failed'?", "Enter Keep")
    assert typed(it) == "state:failed state:fialed"
    await it.press(*["backspace"] * 7)
    await it.hides("no state named")
    await it.press("escape")
    await it.hides("Enter Keep")
    await until(lambda: rows(it) == "#1 #2 #3 #4 #5")


async def test_what_was_begun_is_kept_whole(it: Tower) -> None:
    await it.press("slash", *"state:hel")
    await until(lambda: rows(it) == "#1 #2 #3")
    await it.press("enter")
    await it.shows("/state:held  3 of")
    assert rows(it) == "#1 #2 #3"


async def test_a_name_that_is_not_there_is_doubted(it: Tower) -> None:
    await it.press("slash", *"lane:wbe ")
    await it.shows("no lane named 'wbe'; did you mean 'web'?", "0 of")


async def test_the_cursor_comes_back_to_its_row_when_it_matches_again(it: Tower) -> None:
    while "cherry" not in it.selected:
        await it.press("j")
    await it.press("slash", *"zzz")
    await it.shows("No row matches the filter.", "all rows again")
    await it.press("backspace", "backspace", "backspace", *"state:held")
    await until(lambda: rows(it) == "#1 #2 #3")
    assert selected(it) == "#3"
    await it.press("up")
    assert selected(it) == "#2"
    await it.press("space", *"e:")
    await it.press("backspace", "backspace", "backspace")
    await until(lambda: rows(it) == "#1 #2 #3")
    assert selected(it) == "#2", "the user moved it there"
    await it.press("escape")
    await until(lambda: "banana" in it.selected)


async def test_a_kept_filter_is_opened_again_with_its_text(it: Tower) -> None:
    await it.press("slash", *"banana", "enter")
    await until(lambda: rows(it) == "#2")
    await it.press("slash")
    await it.shows("/banana")
    await it.press(*["backspace"] * 6)
    await until(lambda: rows(it) == "#1 #2 #3 #4 #5")
    await it.press("enter")
    await it.hides("Enter Keep")


async def test_rows_come_and_go_as_their_tasks_change(it: Tower) -> None:
    await it.press("slash", *"state:held", "enter")
    await until(lambda: rows(it) == "#1 #2 #3")
    await it.controller.release(2)
    await until(lambda: rows(it) == "#1 #3")
    assert it.row(2).task.state in (State.QUEUED, State.RUNNING)
    await it.shows("2 of")


async def test_a_row_that_grows_old_comes_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wzp_tui.tui.screens.tower.AGEING", 0.1)
    now = worlds.NOON
    controller = Controller(str(tmp_path), worlds.PictureMux())  # type: ignore[arg-type]
    controller.snapshots.set(worlds.busy())
    app = TowerApp(controller, Settings(), clock=lambda: now, watch=False)
    async with app.run_test(size=(120, 44)) as pilot:
        it = Tower(app, pilot, controller)
        await it.press("slash", *"age:>25m is:open", "enter")
        await until(lambda: rows(it) == "#19 #3")
        now += 120_000
        await until(lambda: rows(it) == "#17 #19 #3")
