"""The tower by its keys, over a real store and real panes: what a user does, and what they see."""

import asyncio
import fcntl
import importlib
import os
import pkgutil
from pathlib import Path

from textual import events
from textual.screen import Screen

from tests.support import until
from tests.tui import Tower, tower
from wzp_tui.paths import StoreFolder
from wzp_tui.tasks.task import NewTask, State
from wzp_tui.tui import screens
from wzp_tui.tui.screens.leaving import Leaving
from wzp_tui.tui.screens.tower import TowerScreen


async def test_a_first_start_says_what_to_do_and_closes_without_a_question(it: Tower) -> None:
    await it.shows("Nothing is queued.", "add a task", "? Help")
    await it.press("q")
    await until(lambda: not it.app.is_running)


async def test_a_command_is_typed_runs_in_a_pane_and_is_done(it: Tower, tmp_path: Path) -> None:
    await it.add("echo made > made.txt")
    await it.word(1, "done")
    assert (tmp_path / "work/made.txt").read_text() == "made\n"
    await it.shows("DONE TODAY 1")
    assert it.row(1).run is not None
    assert it.row(1).run.exit == 0


async def test_a_failed_command_shows_its_exit_code_and_its_log_and_is_retried_and_seen(it: Tower) -> None:
    await it.add("echo something broke; exit 3")
    await it.shows("FAILED 1", "exit 3", "✗ 1 failed", "something broke")  # the last line: in the detail
    await it.press("enter")
    await it.shows("#1 echo something broke; exit 3", "Search")
    await it.press("escape")
    await it.shows("FAILED 1")
    await it.press("r")
    await until(lambda: it.row(1).run and it.row(1).run.attempt == 2 and it.row(1).run.ended_ms)
    await it.shows("FAILED 1", "d Seen")
    await it.press("d")
    await it.shows("DONE TODAY 1")
    assert it.row(1).task.seen


async def test_a_held_task_goes_into_a_pane_of_its_own_and_enter_goes_there(it: Tower) -> None:
    await it.press("n")
    await it.shows("New task")
    await it.press("ctrl+o")
    await it.type("read line; echo got $line; read again\n")
    await it.shows("QUEUED 1", "held", "Enter Assign")
    await it.press("enter")  # the natural thing for what waits
    await it.shows("Assign #1", "new pane, in a tab")
    await it.press("t")
    await it.word(1, "running")
    await it.shows("RUNNING 1", "Enter Go there")
    await it.press("enter")
    await it.shows("Back to the tower")
    await it.type("hello\n")
    await it.shows("got hello")
    await it.press("ctrl+right_square_bracket")
    await it.shows("RUNNING 1")


async def test_a_task_is_typed_into_an_idle_shell_only_after_its_line_was_seen(it: Tower, tmp_path: Path) -> None:
    await it.press("t")
    await it.shows("PANES 1", "sh")
    pane = it.shown.panes[0].pane.id
    await until(lambda: _prompts(it, pane))
    await it.press("n", "ctrl+o")
    await it.type("tty > where.txt\n")
    await it.shows("QUEUED 1")
    await it.press("g", "a")
    await it.shows("Assign #1", f"%{pane} sh")
    await it.press("G")
    await it.press("up", "down", "down", "down", "down", "enter")
    await it.shows("Type the start of #1", "Its cursor stands in this line:", "prompt$")
    await it.press("enter")  # No is the default
    await it.shows("held")
    await it.press("a")
    await it.shows("Assign #1")
    await it.press("down", "down", "down", "down", "enter")
    await it.shows("Type the start of #1")
    await it.press("y")
    await it.word(1, "done")
    tty = next(row.pane.tty for row in it.shown.panes if row.pane.id == pane)
    assert (tmp_path / "work/where.txt").read_text().startswith("/dev/")
    assert it.row(1).run is not None
    assert it.row(1).run.tty == tty


async def _prompts(it: Tower, pane: int) -> bool:
    return "prompt$" in await it.controller.text(pane)


async def test_stopping_asks_first_and_no_is_the_default(it: Tower) -> None:
    await it.add("sleep 600")
    await it.word(1, "running")
    await it.press("x")
    await it.shows("Stop #1 sleep 600?", "let it run", "Interrupt", "Kill")
    await it.press("enter")
    await it.hides("Interrupt")
    assert it.row(1).task.state is State.RUNNING
    await it.press("x")
    await it.shows("Interrupt")
    await it.press("s")
    await it.word(1, "cancelled")


async def test_two_keys_at_once_answer_a_question_once(it: Tower) -> None:
    await it.add("sleep 600")
    await it.word(1, "running")
    await it.press("x")
    await it.shows("Interrupt")
    for key in "nnn":
        it.app.post_message(events.Key(key, key))
    await it.hides("Interrupt")
    await it.press("j", "k")
    assert it.app.is_running
    assert it.app.screen is it.app.tower


def test_every_screen_that_lies_on_the_tower_is_left_once() -> None:
    for module in pkgutil.iter_modules(screens.__path__, f"{screens.__name__}."):
        for found in vars(importlib.import_module(module.name)).values():
            if isinstance(found, type) and issubclass(found, Screen) and found.__module__ == module.name and not issubclass(found, Leaving):
                assert issubclass(TowerScreen, found), f"{found.__name__} is no Leaving: a key too many takes the tower away"


async def test_a_waiting_task_is_cancelled_after_a_question(it: Tower) -> None:
    await it.press("n", "ctrl+o")
    await it.type("true\n")
    await it.shows("held")
    await it.press("x")
    await it.shows("Cancel #1 true?")
    await it.press("y")
    await it.word(1, "cancelled")


async def test_marked_tasks_are_released_together(it: Tower) -> None:
    for name in ("one", "two", "three"):
        await it.press("n", "ctrl+o")
        await it.type(f"touch {name}\n")
        await it.shows(f"touch {name}")
    await it.press("g", "space", "space")
    await it.press("H")
    await it.word(1, "done")
    await it.word(2, "done")
    assert it.row(3).word == "held"


async def test_the_full_stop_goes_to_what_needs_you(it: Tower) -> None:
    await it.add("exit 7")
    await it.add("sleep 500")
    await it.shows("FAILED 1", "RUNNING 1")
    await it.press("G")
    await until(lambda: "exit 7" not in it.selected)
    await it.press("full_stop")
    await until(lambda: "exit 7" in it.selected)


async def test_the_cursor_stays_on_its_row_while_rows_come_and_go(it: Tower) -> None:
    await it.add("sleep 500")
    await it.word(1, "running")
    await it.shows("RUNNING 1")
    await it.press("g")
    assert "sleep 500" in it.selected
    await it.controller.add(NewTask(("/bin/false",), "/"))
    await it.shows("FAILED 1")
    assert "sleep 500" in it.selected, "a row above it does not move the cursor to another task"


async def test_a_task_that_ends_while_it_is_read_stays_until_the_cursor_leaves_it(it: Tower, tmp_path: Path) -> None:
    await it.add("sleep 500")
    await it.add("until [ -e go ]; do sleep 0.05; done; echo the end of it")
    await it.word(2, "running")
    await it.shows("RUNNING 2")
    await it.press("G")
    while "until" not in it.selected:
        await it.press("k")
    (tmp_path / "work/go").touch()
    await it.word(2, "done")
    await it.shows("DONE TODAY 1  ▸", "▌✓ #2", "the end of it")  # the last line: its log in the detail
    await it.press("k")
    await it.controller.add(NewTask(("/bin/true",), "/", hold=True))
    await it.hides("until [")
    await it.shows("DONE TODAY 1  ▸")


async def test_a_task_that_the_user_put_away_leaves_the_cursor_with_the_others(it: Tower) -> None:
    for code in (3, 4):
        await it.add(f"exit {code}")
    await it.shows("FAILED 2")
    await it.press("g")
    first = it.selected
    await it.press("d")
    await it.shows("FAILED 1", "DONE TODAY 1  ▸")
    await until(lambda: "exit" in it.selected and it.selected != first)


async def test_an_event_leads_to_its_task_also_in_a_folded_section(it: Tower) -> None:
    await it.add("true")
    await it.add("sleep 500")
    await it.shows("DONE TODAY 1  ▸", "#1 done", "RUNNING 1")
    await it.press("w")
    while "✓ #1 done" not in it.selected:
        await it.press("j")
    await it.press("enter")
    await it.shows("▌✓ #1")


async def test_a_section_folds_and_unfolds(it: Tower) -> None:
    await it.add("true")
    await it.shows("DONE TODAY 1  ▸")
    await it.press("G", "l")
    await it.shows("✓ #1")
    await it.press("h")
    await it.shows("DONE TODAY 1  ▸")


async def test_the_filter_shows_only_what_matches(it: Tower) -> None:
    for line in ("echo apple", "exit 4"):
        await it.add(line)
    await it.shows("DONE TODAY 1", "FAILED 1")
    await it.press("slash")
    await it.type("state:failed")
    await it.hides("DONE TODAY")
    await it.shows("exit 4", "Enter Keep")
    await it.press("escape")
    await it.shows("DONE TODAY 1")


async def test_a_paste_is_a_draft_and_no_keys(it: Tower) -> None:
    it.app.post_message(events.Paste("qqq\nxy"))
    await it.shows("New task", "qqq", "xy")
    await it.press("escape")
    await it.shows("Nothing is queued.")


async def test_letters_in_a_burst_are_a_draft_and_no_keys(it: Tower) -> None:
    for letter in "qx?n":
        it.app.post_message(events.Key("question_mark" if letter == "?" else letter, letter))
    await it.shows("New task", "qx?n")
    assert it.app.is_running


async def test_a_draft_says_what_is_wrong_and_stays(it: Tower) -> None:
    await it.press("n", "enter")
    await it.shows("a task needs a command")
    await it.type("echo 'open")
    await it.shows("no closing quotation")
    await it.press("enter")
    await it.shows("New task")


async def test_closing_names_what_ends_and_what_goes_on(it: Tower) -> None:
    await it.press("t")
    await it.shows("PANES 1")
    await it.add("sleep 300")
    await it.word(1, "running")
    await it.press("q")
    await it.shows("Close the tower?", "1 pane ends: %1 sh", "1 run goes on without a pane")
    await it.press("enter")
    await it.hides("Close the tower?")
    assert it.app.is_running
    await it.controller.stop(1, "kill")
    await it.word(1, "cancelled")


async def test_a_lane_gets_more_slots(it: Tower) -> None:
    await it.add("sleep 400")
    await it.word(1, "running")
    await it.press("L")
    await it.shows("Lane default: 2 slots")
    await it.press("4")
    await until(lambda: it.shown.lanes[0].lane.slots == 4)
    await it.shows("■□□□")


async def test_what_takes_its_time_says_asked(it: Tower, folder: StoreFolder) -> None:
    await it.press("n", "ctrl+o")
    await it.type("true\n")
    await it.shows("held")
    lock = os.open(folder.write_lock, os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        await it.press("H")
        await it.shows("asked …")
        await it.press("j", "k")  # the screen is not held up
    finally:
        os.close(lock)
    await it.word(1, "done")


async def test_an_error_is_one_line_and_its_brackets_are_no_markup(it: Tower) -> None:
    await it.add("sleep 250")
    await it.word(1, "running")

    async def refuse() -> None:
        await it.controller.hold(1)

    it.app.tower.ask(it.row(1), refuse())
    await it.shows("#1 is running")
    it.app.tower.tell("[red]not red[/red] [/]", "error")
    await it.shows("[red]not red[/red] [/]")


async def test_a_click_selects_and_a_second_one_opens(it: Tower) -> None:
    await it.add("echo clicked; exit 2")
    await it.add("sleep 200")
    await it.shows("FAILED 1", "RUNNING 1")
    await it.click("sleep 200")
    await until(lambda: "sleep 200" in it.selected)
    await it.click("echo clicked")
    await until(lambda: "echo clicked" in it.selected)
    await it.click("Why")
    await it.shows("exit 2 after")
    await it.click("echo clicked; exit 2", times=2)
    await it.shows("Search")


async def test_a_click_on_what_has_just_gone_does_nothing(it: Tower) -> None:
    it.app.tower.tell("told once")
    await it.shows("told once")
    column, row = it.place_of("told once")
    message, _ = it.app.get_widget_at(column, row)
    message.remove()
    while "told once" in it.text:
        it.send(f"\x1b[<0;{column + 1};{row + 1}M\x1b[<0;{column + 1};{row + 1}m")
        await asyncio.sleep(0)
    await it.press("j")
    assert it.app.is_running


async def test_help_and_palette_name_the_same_commands(it: Tower) -> None:
    await it.press("question_mark")
    await it.shows("Keys", "TASKS", "Retry")
    await it.press("escape", "ctrl+p")
    await it.shows("Commands", "New shell")
    await it.type("shell")
    await it.press("enter")
    await it.shows("PANES 1")


async def test_tab_goes_from_panel_to_panel_and_v_turns_the_tab(it: Tower) -> None:
    await it.add("sleep 150")
    await it.word(1, "running")
    await it.shows("Live")
    await it.press("v", "v")
    await it.shows("command  sleep 150", "goes to  lane default")
    await it.press("tab")
    await until(lambda: it.selected.lstrip().find("▌#1") >= 0)
    await it.press("tab")
    await until(lambda: "▌" in it.selected[:2])
    await it.press("g", "enter")
    await it.shows("wzp  default ▾")


async def test_narrow_the_sidebar_is_a_drawer(folder: StoreFolder, work: Path) -> None:
    async with tower(Path(folder), (60, 30)) as it:
        await it.hides("WORKSPACES")
        await it.press("w")
        await it.shows("LANES")
        await it.press("w")
        await it.hides("LANES")
