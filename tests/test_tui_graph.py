"""What waits for what: on the command line and in the tower, by keys, over a real store and real panes."""

from collections.abc import Callable

import pytest

from tests import worlds
from tests.cli import add, ok
from tests.looks import SIZES
from tests.support import until
from tests.tui import Tower
from wzp_tui.controller import TaskRow
from wzp_tui.store import NewTask, Store
from wzp_tui.tasks.task import After


def test_a_task_stands_below_those_that_it_waits_for(store: Store) -> None:
    assert "no task waits for another one" in ok("task", "graph").out
    build = add("--title", "build", "--hold", "--", "true")
    quick, slow = (add("--title", title, "--after", str(build), "--", "true") for title in ("quick", "slow"))
    add("--title", "package", "--after", str(quick), "--after", f"{slow}:ended", "--", "true")
    add("--title", "alone", "--", "true")
    assert ok("task", "graph").out.splitlines() == [
        "╭── #1 build  held",
        "├┬▸ #2 quick  waits after #1",
        "╰●▸ #3 slow  waits after #1",
        " ╰▸ #4 package  waits after #2, #3 ended",
        "the longest way: #1 → #2 → #4",
    ]
    found = ok("task", "graph", "--json").json
    assert [(task["id"], task["layer"]) for task in found["tasks"]] == [(1, 0), (2, 1), (3, 1), (4, 2)]
    assert found["longest_way"] == {"tasks": [1, 2, 4], "seconds": 0}


async def test_the_graph_is_live_and_leads_to_a_task(it: Tower) -> None:
    def fill(store: Store) -> None:
        first = store.add(NewTask(("true",), "/", title="first", hold=True))
        store.add(NewTask(("true",), "/", title="second", after=(After(first),)))

    await it.controller.ask(fill)
    await it.shows("first", "second")
    await it.press("W")
    await it.shows("What waits for what", "2 tasks in 2 layers, 2 still to end", "╭─", "╰▸", "after #1")
    await it.controller.release(1)
    await it.shows("no task waits for another one")
    await it.press("escape")
    await it.shows("DONE TODAY 2")


async def test_enter_puts_the_cursor_on_the_task(it: Tower) -> None:
    def fill(store: Store) -> None:
        first = store.add(NewTask(("true",), "/", title="first", hold=True))
        store.add(NewTask(("true",), "/", title="second", after=(After(first),)))

    await it.controller.ask(fill)
    await it.shows("first", "second")
    await it.press("g", "W")
    await it.shows("What waits for what")
    await it.press("G", "enter")
    await until(lambda: [row.task.id for row in it.app.tower.situation().rows if isinstance(row, TaskRow)] == [2])


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_pipeline(looks: Callable[..., None], size: tuple[int, int]) -> None:
    """Rails join each task to those it waits for; state, reason and time beside it; the longest way at the foot."""
    looks(worlds.pipeline(), size, "W")
