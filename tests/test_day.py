"""An engineer's day at the tower, from the first start to the last key: real processes, real panes, keys and a little of the mouse.

Each chapter says what the user does, what the screen shows, and what the commands really did, by their own traces.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.office import Day
from tests.support import until, wait_until
from tests.tui import Tower, tower
from wzp_tui.config import load_config
from wzp_tui.store import open_store
from wzp_tui.tasks.task import Priority, State
from wzp_tui.tui.absence import AWAY


@pytest.fixture
def day(tmp_path: Path, work: Path) -> Iterator[Day]:
    found = Day(tmp_path / "store", work)
    yield found
    store = open_store(str(found.store), "test")
    for run in store.view().runs.values():
        if run.open:  # the day came to an early end
            store.stop(run.task, "kill")
    wait_until(lambda: not any(run.open for run in store.view().runs.values()))
    store.close()


async def test_a_day(day: Day) -> None:
    async with tower(day.store, (130, 45), day.watch, ends_runs=False) as it:
        await the_day_begins(it, day)
        await five_agents_ask(it, day)
        await a_test_run_fails_is_mended_and_retried(it, day)
        await tasks_are_queued_one_after_the_other(it, day)
        await the_order_is_changed_and_changed_back(it, day)
        await some_are_filtered_marked_and_done_together(it, day)
        await nobody_is_there_for_an_hour(it, day)
        await another_theme(it)
        await lunch(it)
    await a_tower_without_a_screen_is_killed(day)
    async with tower(day.store, (130, 45), day.watch) as it:
        await everything_is_still_there(it, day)
        await the_server_is_stopped(it, day)
        await the_day_ends(it)


# --- the morning ------------------------------------------------------------------


async def the_day_begins(it: Tower, day: Day) -> None:
    """Nothing is there yet. A server is started in a pane of its own, and stays."""
    await it.shows("Nothing is queued.", "add a task")
    await in_its_own_pane(it, "sh server")
    await it.word(1, "running")
    await it.shows("RUNNING 1", "sh server", "listening on port 8000")
    await until(lambda: "tick" in day.read("served"))


async def five_agents_ask(it: Tower, day: Day) -> None:
    """Each in a pane of its own. They are answered from the list, in the pane, and by the mouse; what they did was what was typed."""
    for number in range(1, 6):
        await in_its_own_pane(it, f"sh agent {number}")
    await it.shows("RUNNING 6")
    assert len({it.row(task).pane for task in range(1, 7)}) == 6

    for number in (1, 2):  # a line, typed here and sent there
        await it.goes_to(f"sh agent {number}")
        await it.shows(f"agent {number}", "edit auth.py? [y/n]")
        await it.press("s")
        await it.shows(f"Send to #{number + 1} sh agent {number}")
        await write(it, "y\n")
        await it.word(number + 1, "done")
    await it.goes_to("sh agent 3")  # there, with all keys
    await it.shows("run the tests? [y/n]", "Enter Go there")
    await it.press("enter")
    await it.shows("Back to the tower")
    await write(it, "no, q x d\n")  # letters are the agent's now, and no keys of the tower
    await it.word(4, "done")
    await leave(it)
    await it.click("sh agent 4", times=2)
    await it.shows("which name for the class?", "Back to the tower")
    await write(it, "Tower\n")
    await it.word(5, "done")
    await leave(it)
    await it.shows("RUNNING 2", "DONE TODAY 4")
    answers = {number: day.read(f"answer.{number}").partition(": ")[2].strip() for number in range(1, 6)}
    assert answers == {1: "y", 2: "y", 3: "no, q x d", 4: "Tower", 5: ""}


async def a_test_run_fails_is_mended_and_retried(it: Tower, day: Day) -> None:
    """The failure is counted, its log opens where it failed, and after the mending the same task succeeds."""
    await in_the_lane(it, "sh check")
    await it.word(7, "exit 1")
    await it.shows("✗ 1 failed", "FAILED 1", "exit 1", "test_sum")
    await it.press("full_stop")
    await until(lambda: "sh check" in it.selected)
    await it.press("enter")
    await it.shows("#7 sh check", "E   AssertionError: assert sum(1, 2) == 3", "FAILED test_sum.py::test_sum")
    assert "collected 3 items" not in it.text, "200 lines that are fine are not looked at"
    await it.press("escape")
    await it.shows("FAILED 1")
    (day.work / "sum.py").write_text("def sum(a, b):\n    return a + b\n")
    await it.press("r")
    await it.word(7, "done")
    await it.hides("FAILED 1")
    run = it.row(7).run
    assert run is not None
    assert (run.attempt, run.exit) == (2, 0)
    assert "203 passed" in Path(it.controller.folder.log(run.id)).read_text()


# --- the queue ----------------------------------------------------------------------


async def tasks_are_queued_one_after_the_other(it: Tower, day: Day) -> None:
    """A lane of one slot, paused; one task after another, one of them without hope."""
    await lane(it, "1")
    await until(lambda: it.shown.lanes[0].lane.slots == 1)
    await lane(it, "p")
    await until(lambda: it.shown.lanes[0].lane.paused)
    await in_the_lane(it, "sh step compile")  # 8
    await in_the_lane(it, "sh step unit")  # 9
    await after(it, "sh step link", 8)  # 10
    await after(it, "sh step ship", 10)  # 11
    await in_the_lane(it, "sh step lint fails")  # 12
    await after(it, "sh step never", 12)  # 13
    await it.shows("QUEUED 6", "after #8", "after #10", "after #12", "default is paused")
    await it.word(8, "next")
    assert day.steps == []


async def the_order_is_changed_and_changed_back(it: Tower, day: Day) -> None:
    """Priority, do next, hold, release, undo; then the lane goes on, and what runs is what was promised."""
    await it.goes_to("sh step unit")
    await it.press("e", "ctrl+e")
    await it.shows("Edit #9", "priority")
    await it.press("tab", "tab", "tab", "up", "enter")
    await until(lambda: it.row(9).task.priority is Priority.HIGH)
    await it.word(9, "next")
    await it.goes_to("sh step lint")
    await it.press("N")
    await it.word(12, "next")
    await it.word(9, "2nd")
    await it.press("u")
    await it.word(9, "next")
    await it.shows("undone: #12 sh step lint fails was put first")
    await it.goes_to("sh step compile")
    await it.press("H")
    await it.word(8, "held")
    await it.press("H")
    await it.word(8, "3rd", "2nd")
    await it.press("N")
    await it.word(8, "next")
    await lane(it, "p")
    await it.word(11, "done")
    await it.word(12, "exit 1")
    await it.word(13, "skipped")
    assert day.steps[:2] == ["compile", "unit"], day.steps
    assert sorted(day.steps) == ["compile", "link", "lint", "ship", "unit"], "never was never run"
    assert day.steps.index("link") < day.steps.index("ship")
    await it.shows("FAILED 1", "exit 1")


async def some_are_filtered_marked_and_done_together(it: Tower, day: Day) -> None:
    """The filter shows what failed and what it took with it; all of it is run again by one key, for the marked rows."""
    await it.press("G", "l")
    await it.press("slash")
    await write(it, "step never\n")
    await it.shows("sh step never", "skipped")
    assert "sh step ship" not in it.text
    await it.press("escape", "slash")
    await write(it, "sh step -lint -never\n")
    await it.hides("sh check")
    await it.shows("sh step compile", "sh step ship")
    (day.work / "steps").unlink()
    await it.press("g", "j", "space", "space")
    marked = it.app.tower.tasks.marked
    assert len(marked) == 2
    await it.press("r")
    await until(lambda: len(day.steps) == 2)
    for _, task in marked:
        await it.word(task, "done")  # type: ignore[arg-type]
    await it.press("escape")
    await it.shows("sh server")
    await it.press("full_stop", "d")
    await it.hides("FAILED 1")


# --- away ---------------------------------------------------------------------------


async def nobody_is_there_for_an_hour(it: Tower, day: Day) -> None:
    """What happened meanwhile is told in one line; Enter goes to the worst of it."""
    await in_the_lane(it, "while ! test -e go; do sleep 0.05; done; sh step late fails")
    await it.word(14, "running")
    await in_the_lane(it, "sh step fine")
    day.watch.ahead += 2 * AWAY
    (day.work / "go").touch()
    await it.word(14, "exit 1")
    await it.word(15, "done")
    await it.shows("while you were away, 1h", "✗ 1 failed", "✓ 1 done", "Enter Go to #14")
    await it.press("enter")
    await until(lambda: "#14" in it.selected)
    await it.hides("while you were away")
    await it.press("d")
    await it.hides("FAILED 1")


async def another_theme(it: Tower) -> None:
    """It is seen while it is chosen, and kept in the config file."""
    before = it.app.theme
    await it.press("T")
    await it.shows("Theme")
    await it.press("down", "down")
    await until(lambda: it.app.theme != before)
    chosen = it.app.theme
    await it.press("enter")
    await until(lambda: load_config().ui.theme == chosen)


async def lunch(it: Tower) -> None:
    """The tower is closed, which names what ends and what goes on."""
    await it.press("q")
    await it.shows("Close the tower?", "2 runs go on without a pane, log and exit code kept")
    await it.press("y")
    await until(lambda: not it.app.is_running)


async def a_tower_without_a_screen_is_killed(day: Day) -> None:
    """Meanwhile another tower, without a screen, starts a task; it dies in the middle of it, and the task does not."""
    wzp = [sys.executable, "-P", "-m", "wzp_tui"]
    env = os.environ | {"WZP_STORE": str(day.store)}
    ticks = day.read("served").count("tick")
    said = (day.store.parent / "headless.log").open("wb")
    headless = subprocess.Popen([*wzp, "tower", "--headless"], env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        line = "sh step started; while ! test -e finish; do sleep 0.05; done; sh step finished; exit 4"
        subprocess.run([*wzp, "add", "--", "sh", "-c", line], env=env, check=True, capture_output=True)
        wait_until(lambda: "started" in day.steps, 20)
    finally:
        os.kill(headless.pid, signal.SIGKILL)
        headless.wait()
        said.close()
    wait_until(lambda: day.read("served").count("tick") > ticks + 2)
    shown = subprocess.run([*wzp, "task", "show", "16", "--json"], env=env, check=True, capture_output=True, text=True)
    assert json.loads(shown.stdout)["task"]["state"] == "running"


# --- the afternoon ------------------------------------------------------------------


async def everything_is_still_there(it: Tower, day: Day) -> None:
    """What ran goes on, what was done is done, what was chosen is chosen; a run without a pane says so, and comes to its end."""
    await it.shows("RUNNING 3", "sh server", "sh agent 5", "no pane")
    done = [row.task.id for row in it.shown.tasks if row.task.state is State.DONE]
    assert sorted(done) == [2, 3, 4, 5, 7, 8, 9, 10, 11, 15]
    (day.work / "finish").touch()
    await it.word(16, "exit 4")
    await it.shows("FAILED 1", "exit 4")
    assert day.steps.count("started") == day.steps.count("finished") == 1


async def the_server_is_stopped(it: Tower, day: Day) -> None:
    """By the dialog, where No is the default; it had the time to say bye."""
    await it.goes_to("sh server")
    await it.press("x")
    await it.shows("Stop #1 sh server?", "Interrupt", "Kill")
    await it.press("enter")
    await it.hides("Interrupt")
    assert it.row(1).task.state is State.RUNNING
    await it.press("x")
    await it.shows("Interrupt")
    await it.press("s")
    await it.word(1, "cancelled")
    assert day.read("served").split()[-1] == "bye"


async def the_day_ends(it: Tower) -> None:
    """A shell is open, and an agent still waits: closing the tower names both."""
    await it.press("t")
    await it.shows("PANES 1")
    await it.press("q")
    await it.shows("Close the tower?", "1 pane ends: %1 sh", "1 run goes on without a pane")
    await it.press("enter")
    await it.hides("Close the tower?")
    assert it.app.is_running, "No is the default"
    await it.press("q")
    await it.shows("Close the tower?")
    await it.press("y")
    await until(lambda: not it.app.is_running)


# --- what a user does again and again ------------------------------------------------


async def in_its_own_pane(it: Tower, line: str) -> None:
    """A new task in a pane of its own."""
    await new_task(it, "→ a pane of its own", line + "\n")
    await it.shows(line)


async def in_the_lane(it: Tower, line: str) -> None:
    """A new task in the lane."""
    await new_task(it, "→ lane default", line + "\n")


async def new_task(it: Tower, where: str, line: str) -> None:
    """Say where it goes, and what it is; the line is typed faster than anybody types."""
    await it.press("n")
    await it.shows("New task")
    while where not in it.text:
        await it.press("tab")
    await write(it, line)
    if line.endswith("\n"):
        await it.hides("New task")


async def after(it: Tower, line: str, task: int) -> None:
    """A new task that waits for another one."""
    await new_task(it, "→ lane default", line)
    await it.press("ctrl+e")
    await it.shows("goes to")
    await write(it, "\t" * 5 + f"{task}\n")
    await it.hides("New task")


async def write(it: Tower, text: str) -> None:
    """What a terminal sends when this is typed."""
    it.send(text.replace("\n", "\r"))
    await it.pilot.pause()


async def lane(it: Tower, key: str) -> None:
    """Go to the lane in the sidebar, and choose what becomes of it."""
    await it.press("w")
    for _ in range(20):
        if "■" in it.selected or "□" in it.selected:
            break
        await it.press("j")
    await it.press("enter")
    await it.shows("Lane default", "Another lane")
    await it.press(key)
    await it.hides("Another lane")
    await it.press("w")


async def leave(it: Tower) -> None:
    """Back from a pane that fills the screen, if it did not close by itself."""
    if "Back to the tower" in it.text:
        await it.press("ctrl+right_square_bracket")
    await it.hides("Back to the tower")
