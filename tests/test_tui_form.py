"""New tasks with all that they can have, by keys: what a user types, and what becomes of it."""

from pathlib import Path

import pytest

from tests.support import until
from tests.tui import Tower
from wzp_tui.tasks.task import After, Priority, State


@pytest.fixture
def work(work: Path) -> Path:
    """There is another folder in it."""
    (work / "inner").mkdir()
    return work


async def clear_and_type(it: Tower, text: str) -> None:
    """Replace what a field says."""
    await it.press("ctrl+u")
    await it.type(text)


async def fill(it: Tower, *texts: str) -> None:
    """Type into one field after the other; `""` leaves it."""
    for text in texts:
        await it.press("tab")
        if text:
            await clear_and_type(it, text)


async def test_a_new_task_is_given_all_that_a_task_can_have(it: Tower, tmp_path: Path) -> None:
    await it.controller.set_lane("build", 1)
    await it.controller.pause_lane("build")
    await it.controller.pause_lane("default")
    await it.add("true")
    await it.shows("QUEUED 1")
    await it.press("n")
    await it.type("make")
    await it.press("ctrl+e")
    await it.shows("command", "goes to", "retries")
    await it.type(" test")
    await fill(it, "The tests", str(tmp_path / "work/inner"), "build", "high", "1", "10m", "2", "web", "urgent, docs", "yes")
    await it.press("enter")
    await it.shows("The tests")
    task = it.row(2).task
    assert (task.argv[-1], task.title, task.cwd) == ("make test", "The tests", str(tmp_path / "work/inner"))
    assert (task.lane, task.priority, task.after) == ("build", Priority.HIGH, (After(1),))
    assert (task.policy.timeout, task.policy.retries, task.workspace, task.state) == (600, 2, "web", State.HELD)
    assert task.tags == ("urgent", "docs")


async def test_what_is_typed_faster_than_it_is_read_is_taken_whole_and_in_its_order(it: Tower) -> None:
    """As a terminal sends it that was busy, or a script: Enter must not overtake the letters before it."""
    await it.controller.pause_lane("default")
    await it.press("n")
    await it.shows("New task")
    it.send("rm -r cachx\x7fe/old\x1b[D\x1b[D\x1b[D\x7f-\r")
    await it.word(1, "next")
    assert it.row(1).task.argv[-1] == "rm -r cache-old"
    await it.hides("New task")
    await it.press("n")
    await it.shows("New task")
    it.send("\x1b[200~echo pasted\x1b[201~ and typed\x05")
    await it.shows("retries")
    it.send("\tA title\t\t\t\x15high\t1\r")
    await it.word(2, "waits")
    task = it.row(2).task
    assert (task.argv[-1], task.title, task.priority, task.after) == ("echo pasted and typed", "A title", Priority.HIGH, (After(1),))
    await it.press("ctrl+p")
    await it.shows("Commands")
    it.send("new shell\r")
    await it.shows("PANES 1")


async def test_what_is_wrong_is_said_under_its_field_while_it_is_typed(it: Tower) -> None:
    await it.press("n")
    await it.type("true")
    await it.press("ctrl+e")
    await it.shows("New task", "goes to")
    await fill(it, "", "/nowhere", "", "urgent", "7", "soon")
    await it.shows("'/nowhere' is no folder", "'urgent' is no priority; there are: high, normal, low", "there is no task #7")
    await it.shows("'soon' is no duration; write 90s, 10m, 1h30m or 2d")
    await it.press("enter")  # it stays, at the first of them
    await clear_and_type(it, ".")
    await it.hides("is no folder")
    await it.press("escape")
    await it.hides("goes to")
    assert not it.shown.tasks


async def test_arrows_go_through_lanes_and_priorities(it: Tower) -> None:
    await it.controller.set_lane("build", 1)
    await until(lambda: len(it.shown.lanes) == 2)
    await it.press("n")
    await it.type("true")
    await it.press("ctrl+e", "tab", "tab", "tab")
    await it.shows("a lane, or a pane of its own", "↑ ↓ choose")
    await it.press("down")
    await it.shows("build")
    await it.press("down")
    await it.shows("a new tab")
    await it.press("tab", "up", "tab", "tab", "tab", "tab", "tab", "tab", "down", "enter")
    await it.shows("held")
    task = it.row(1).task
    assert (task.lane, task.place, task.priority) == (None, "tab", Priority.HIGH)


async def test_lane_and_folder_of_the_last_new_task_are_remembered(it: Tower, tmp_path: Path) -> None:
    await it.controller.set_lane("build", 1)
    await until(lambda: len(it.shown.lanes) == 2)
    await it.press("n")
    await it.type("true")
    await it.press("ctrl+e")
    await fill(it, "", str(tmp_path / "work/inner"), "build")
    await it.press("enter")
    await it.word(1, "done")
    await it.press("n")
    await it.shows("New task  → lane build", "work/inner")
    await it.type("touch here\n")
    await it.word(2, "done")
    assert (tmp_path / "work/inner/here").exists()


async def test_a_waiting_task_is_edited_in_full_and_put_back(it: Tower) -> None:
    await it.press("n", "ctrl+o")
    await it.type("sleep 1\n")
    await it.shows("held")
    before = it.row(1).task
    await it.press("e", "ctrl+e")
    await it.shows("Edit #1", "retries")
    await fill(it, "A nap", "", "low", "", "90s", "3")
    await it.press("enter")
    await it.shows("A nap")
    task = it.row(1).task
    assert (task.title, task.priority, task.policy.timeout, task.policy.retries, task.argv) == ("A nap", Priority.LOW, 90, 3, before.argv)
    await it.press("u")
    await it.shows("undone: #1 sleep 1 was edited")
    await until(lambda: it.row(1).task == before)


async def test_a_line_that_waits_for_itself_is_refused_in_words(it: Tower) -> None:
    await it.press("n", "ctrl+o")
    await it.type("true\n")
    await it.shows("held")
    await it.press("e", "ctrl+e")
    await it.shows("Edit #1", "retries")
    await fill(it, "", "", "", "1")
    await it.press("enter")
    await it.shows("#1 cannot wait for itself")
