"""Many rows at once, and tasks like others, by keys."""

import pytest

from tests.support import until
from tests.tui import Tower
from wzp_tui.store import NewTask
from wzp_tui.tasks.order import order_key
from wzp_tui.tasks.task import State


@pytest.fixture
async def it(it: Tower) -> Tower:
    """Nothing starts by itself."""
    await it.controller.pause_lane("default")
    return it


async def test_all_that_the_filter_shows_is_marked_and_dealt_with(it: Tower) -> None:
    for line in ("echo a1", "echo a2", "echo b"):
        await it.add(line)
    await it.shows("QUEUED 3")
    await it.press("/")
    await it.type('"echo a"\n')
    await it.hides("echo b")
    await it.press("M", "H")
    await until(lambda: [it.row(id).task.state for id in (1, 2, 3)] == [State.HELD, State.HELD, State.QUEUED])


async def test_all_that_is_marked_is_one_deed(it: Tower) -> None:
    ids = await it.controller.ask(lambda store: store.add_all([(NewTask(("true",), "/", f"job {number}"), ()) for number in range(600)]))
    await it.shows("QUEUED 600")
    await it.press("M", "H")
    await until(lambda: all(it.row(id).task.state is State.HELD for id in ids))
    await it.press("u")
    await it.shows("undone: 600 tasks were held")
    await until(lambda: all(it.row(id).task.state is State.QUEUED for id in ids))
    await it.press("M", "H")
    await until(lambda: all(it.row(id).task.state is State.HELD for id in ids))
    undone = await it.controller.ask(lambda store: store.undo())
    assert len(undone.tasks) == 600


async def test_waiting_tasks_are_moved_by_keys(it: Tower) -> None:
    for line in ("echo one", "echo two", "echo three"):
        await it.add(line)
    await it.shows("QUEUED 3")

    def order() -> list[int]:
        return [task.id for task in sorted((row.task for row in it.shown.tasks), key=order_key)]

    await it.press("G", "K")
    await until(lambda: order() == [1, 3, 2])
    await it.press("K")
    await until(lambda: order() == [3, 1, 2])
    await it.press("K")
    await it.shows("it is the first that waits in default")
    await it.press("J")
    await until(lambda: order() == [1, 3, 2])
    await it.press("u")
    await it.shows("undone: #3 echo three was moved")
    await until(lambda: order() == [3, 1, 2])
    await it.press("u", "u")
    await until(lambda: order() == [1, 2, 3])


async def test_ended_tasks_go_into_the_archive_and_come_back_by_undo(it: Tower) -> None:
    await it.add("true")
    await it.shows("QUEUED 1")
    await it.controller.cancel(1)
    await it.word(1, "cancelled")
    await it.press("l", "j", "A")
    await it.shows("Nothing is queued")
    await it.press("u")
    await it.shows("undone: #1 true was archived")
    await it.word(1, "cancelled")


async def test_a_task_like_another_one(it: Tower) -> None:
    await it.add("make test")
    await it.shows("QUEUED 1")
    await it.controller.edit(1, tags=("web",), locks=("db",))
    await until(lambda: it.row(1).task.tags == ("web",))
    await it.press("c")
    await it.shows("Clone #1", "make test")
    await it.type(" docs\n")
    await it.shows("QUEUED 2")
    new = it.row(2).task
    assert (new.argv[-1], new.title, new.tags, new.locks) == ("make test docs", "make test docs", ("web",), ("db",))
