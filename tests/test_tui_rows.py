"""What is done with a row by keys: sent to, copied, taken back; over a real store and real panes."""

from collections.abc import Coroutine
from pathlib import Path

from tests.support import until
from tests.tui import Tower
from tests.workers import shell
from wzp_tui.commands import COMMANDS
from wzp_tui.tasks.task import After, State
from wzp_tui.tui.situation import OF_ROWS


async def held(it: Tower, line: str) -> None:
    """A held task, by keys; its row is selected."""
    await it.press("n", "ctrl+o")
    await it.type(line + "\n")
    await until(lambda: line in it.selected)


async def test_a_line_is_sent_to_the_pane_of_the_selected_task(it: Tower, tmp_path: Path) -> None:
    await it.add("read line; echo $line > got.txt")
    await it.word(1, "running")
    await it.shows("RUNNING 1", "s Send")
    await it.press("s")
    await it.shows("Send to #1 read line", "Enter Send")
    await it.type("hello there\n")
    await it.word(1, "done")
    assert (tmp_path / "work/got.txt").read_text() == "hello there\n"


async def test_a_line_is_sent_to_a_shell_and_escape_sends_nothing(it: Tower, tmp_path: Path) -> None:
    await it.press("t")
    await it.shows("PANES 1", "sh")
    await it.press("s")
    await it.shows("Send to %1 sh")
    await it.type("touch never")
    await it.press("escape", "s")
    await it.type("touch sent\n")
    await until((tmp_path / "work/sent").exists)
    assert not (tmp_path / "work/never").exists()


async def test_nothing_is_sent_to_a_run_that_ended_while_the_line_was_typed(it: Tower) -> None:
    await it.add("read line; sleep 300")
    await it.word(1, "running")
    await it.shows("RUNNING 1")
    await it.press("s")
    await it.shows("Send to #1")
    await it.type("rm important")
    await it.controller.stop(1, "kill")
    await it.word(1, "cancelled")
    await it.press("enter")
    await it.shows("nothing was sent")


async def test_a_worker_that_waits_gets_no_typed_line_and_says_why(it: Tower) -> None:
    await it.add("true")
    await it.word(1, "done")
    await it.shows("PANES 1", "default/1")
    await it.press("G")
    await until(lambda: "default/1" in it.selected)
    assert "s Send" not in it.text
    await it.press("s")
    await it.shows("a worker waits in %1 for tasks of default; add a task instead")


async def test_the_command_title_and_id_of_a_row_are_copied(it: Tower) -> None:
    await held(it, "echo 'to be copied'")
    await it.press("y")
    await it.shows("Copy, of #1 echo", "command", "folder")
    await it.press("c")
    await it.shows("copied: echo 'to be copied'")
    assert it.app.clipboard == "echo 'to be copied'"
    await it.press("y", "i")
    await until(lambda: it.app.clipboard == "#1")
    await held(it, "echo other")
    await it.press("g", "space", "space", "y")
    await it.shows("Copy, of 2 rows")
    await it.press("i")
    await until(lambda: it.app.clipboard == "#1\n#2")


async def test_keys_for_a_row_that_has_just_gone_do_nothing(it: Tower) -> None:
    for command in COMMANDS:
        if command.id in OF_ROWS:
            done = getattr(it.app.tower, f"action_{command.action}")()
            if isinstance(done, Coroutine):
                await done
            await it.pilot.pause()
    await it.press("j")
    assert it.app.is_running


async def test_a_cancelled_task_is_queued_again_by_undo(it: Tower) -> None:
    await it.press("L")
    await it.controller.pause_lane("default")
    await it.add("touch undone")
    await it.word(1, "next")
    await it.press("x")
    await it.shows("Cancel #1")
    await it.press("y")
    await it.word(1, "cancelled")
    await it.press("u")
    await it.word(1, "next")
    await it.shows("undone: #1 touch undone was cancelled")
    await it.press("u")
    await it.shows("there is nothing to undo")


async def test_hold_release_assign_and_do_next_are_taken_back_one_by_one(it: Tower) -> None:
    await it.controller.pause_lane("default")
    await it.controller.set_lane("build", 1)
    await it.controller.pause_lane("build")
    await held(it, "echo one")
    before = it.row(1).task
    await it.press("a")
    await it.shows("Assign #1", "lane build")
    await it.press("2")
    await until(lambda: (it.row(1).task.lane, it.row(1).task.state) == ("build", State.QUEUED))
    await it.press("N")
    await until(lambda: it.row(1).task.next_rank)
    await it.press("H")
    await it.word(1, "held")
    await it.press("u")
    await it.word(1, "next")
    await it.shows("undone: #1 echo one was held")
    await it.press("u")
    await until(lambda: not it.row(1).task.next_rank)
    await it.press("u")
    await it.word(1, "held")
    await it.shows("undone: #1 echo one was assigned")
    assert it.row(1).task._replace(changed_ms=0) == before._replace(changed_ms=0, reason="by you")


async def test_an_edit_is_taken_back(it: Tower) -> None:
    await held(it, "echo first")
    await it.press("e")
    await it.shows("Edit #1")
    await it.type(" and more\n")
    await it.shows("echo first and more")
    await it.press("u")
    await it.shows("undone: #1 echo first was edited")
    await until(lambda: it.row(1).task.argv[-1] == "echo first")
    assert it.row(1).task.title == "echo first"


async def test_marked_tasks_are_taken_back_together(it: Tower) -> None:
    await it.controller.pause_lane("default")
    for name in ("one", "two"):
        await held(it, f"touch {name}")
    await it.press("g", "space", "space", "H")
    await it.word(1, "next", "2nd")
    await it.word(2, "next", "2nd")
    await it.press("u")
    await it.word(1, "held")
    await it.word(2, "held")
    await it.shows("undone: 2 tasks were released")


async def test_what_cannot_be_undone_says_so(it: Tower) -> None:
    await it.add("sleep 300")
    await it.word(1, "running")
    await it.press("x")
    await it.shows("Interrupt")
    await it.press("s")
    await it.word(1, "cancelled")
    await it.press("u")
    await it.shows("cannot be undone: #1 sleep 300 was stopped")
    await held(it, "sleep 301")
    await it.press("H")
    await it.word(2, "running")
    await it.press("u")
    await it.shows("not undone: #2 is running")


async def test_the_list_is_sorted_by_a_key_and_the_cursor_stays_on_its_task(it: Tower) -> None:
    for line in ("echo zebra", "echo apple", "echo mango"):
        await held(it, line)
    await it.press("g")
    await until(lambda: "zebra" in it.selected)
    await it.press("S")
    await it.shows("by age")
    await it.press("S")
    await it.shows("by title")
    await until(lambda: "zebra" in it.selected)
    shown = [name for line in it.text.splitlines() if "○ #" in line for name in ("apple", "mango", "zebra") if f"echo {name}" in line]
    assert shown[:3] == ["apple", "mango", "zebra"]
    await it.press("S", "S")
    await it.hides("by title")
    await it.hides("by lane")


async def test_a_skipped_task_is_released_all_the_same_and_that_is_taken_back(it: Tower) -> None:
    await it.add("exit 3")
    await it.word(1, "exit 3")
    await it.controller.pause_lane("default")
    task = await it.controller.add(shell("true", after=(After(1),)))
    await it.word(task, "skipped")
    await it.press("/")
    await it.type("state:skipped\n")
    await until(lambda: f"#{task}" in it.selected)
    await it.shows("H Release anyway")
    await it.press("H", "escape")
    await it.word(task, "next")
    assert it.row(task).reason == "default is paused by you"
    await it.press("u")
    await it.word(task, "skipped")
    assert it.row(task).task.after == (After(1),)
