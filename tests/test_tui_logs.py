"""Logs by their keys: one run's on the whole screen, and the lines of all of them."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support import until
from tests.tui import Tower, tower
from tests.workers import Workers, becomes, shell
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store
from wzp_tui.tasks.task import State
from wzp_tui.tui.screens.all_logs import AllLogs
from wzp_tui.tui.screens.log_full import LogFull
from wzp_tui.tui.widgets.log_view import LogView

COUNTING = "for n in $(seq 1 200); do echo line $n; done"


@pytest.fixture
async def it(folder: StoreFolder, store: Store, work: Path) -> AsyncIterator[Tower]:
    async with tower(Path(folder), (120, 30)) as found:
        yield found


def run(store: Store, workers: Workers, *lines: str) -> None:
    """Run these one after the other, before the tower is there."""
    ids = [store.add(shell(line)) for line in lines]
    if not workers.started:
        workers.lane()
    for id in ids:
        becomes(store, id, State.DONE, State.FAILED)


def runs(*lines: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("commands", [lines], ids=["ran"])


@pytest.fixture
async def log(store: Store, workers: Workers, folder: StoreFolder, work: Path, commands: tuple[str, ...]) -> AsyncIterator[Tower]:
    """The log of the last of these runs on the whole screen."""
    run(store, workers, *commands)
    async with tower(Path(folder), (100, 20)) as found:
        tasks = found.app.tower.tasks
        await until(lambda: tasks.rows)
        await found.press("G", "l")  # what is done is folded
        await until(lambda: tasks.go_to(("task", len(commands))))
        await found.press("o")
        await until(lambda: isinstance(found.app.screen, LogFull))
        yield found


def view(it: Tower) -> LogView:
    return it.app.screen.query_one(LogView)


def shown(it: Tower) -> list[str]:
    """The lines of the log that are on the screen, without gutter and note."""
    return [row.strip.text for row in view(it)._rows]


# --- reading -------------------------------------------------------------------


@runs("true")
async def test_a_run_that_printed_nothing_says_so(log: Tower) -> None:
    await log.shows("No output.")
    await log.press("escape")
    await log.shows("No output.")  # in the detail too


@runs("echo 'an error: one'; " + COUNTING + "; echo error: two; exit 1")
async def test_errors_are_gone_through_by_key(log: Tower) -> None:
    """It opens at the last failing lines; `E` and `e` go to the others, round the ends, and the corner counts."""
    await log.shows("error: two")
    await log.press("E")
    await until(lambda: "an error: one" in shown(log))
    await log.shows("errors  1 of 2")
    await log.press("e")
    await log.shows("errors  2 of 2")
    assert "error: two" in shown(log)
    await log.press("e")
    await log.shows("errors  1 of 2")


@runs(COUNTING)
async def test_a_log_without_errors_says_so(log: Tower) -> None:
    await log.press("e")
    await log.shows("no errors")


@runs(COUNTING)
async def test_it_is_searched_by_key(log: Tower) -> None:
    await log.press("slash")
    await log.type("line 1.*5$\n")
    await log.shows("11 of 11", "n Next")
    assert "line 195" in shown(log)
    await log.press("n")
    await log.shows("10 of 11")
    await log.press("N")
    await log.shows("11 of 11")
    await log.press("slash")
    for _ in range(10):
        await log.press("backspace")
    await log.type("(\n")
    await log.shows("not a regular expression")


@runs("echo start; printf 'x%.0s' $(seq 1 150); echo end")
async def test_long_lines_are_moved_and_wrapped(log: Tower) -> None:
    await log.shows("xxx…")
    await log.press("l", "l", "l", "l", "l", "l", "l")
    await log.shows("xxxend")
    await log.press("w")
    await until(lambda: "start" in shown(log) and any(row.endswith("end") for row in shown(log)))
    await log.press("w")
    await log.shows("xxx…")


@runs("i=0; while [ $i -lt 300 ]; do echo '[wzp-tui: 2048 bytes of output are not in this log]'; i=301; done; echo after")
async def test_where_output_is_missing_is_marked(log: Tower) -> None:
    """The mark that a worker leaves, as a worker leaves it."""
    await log.shows("~ [wzp-tui: 2048 bytes", "2.0 KiB are missing")


# --- marking, copying, saving ----------------------------------------------------


@runs(COUNTING)
async def test_lines_are_marked_by_key_and_copied(log: Tower) -> None:
    """Space chooses a line, Space again begins there; what moves is the end of what is marked."""
    await log.press("g", "space")
    await log.shows("Space marks from here", "▌ line 1")
    await log.press("j", "j", "space", "j", "j")
    await log.shows("3 lines marked")
    await log.press("y")
    assert log.app.clipboard == "line 3\nline 4\nline 5"
    await log.shows("3 lines copied")
    await log.press("k", "k", "k")
    await log.shows("2 lines marked")
    await log.press("y")
    assert log.app.clipboard == "line 2\nline 3"
    await log.press("escape")
    await log.hides("marked")
    assert isinstance(log.app.screen, LogFull)
    await log.press("y")
    assert log.app.clipboard.splitlines() == shown(log), "all that is shown"


@runs(COUNTING)
async def test_marking_scrolls_with_the_line(log: Tower) -> None:
    await log.press("space", "space", "g")
    await until(lambda: shown(log)[0] == "line 1")
    await log.shows("200 lines marked")
    await log.press("ctrl+d", "ctrl+d", "ctrl+d")
    await until(lambda: shown(log)[0] != "line 1")
    await log.press("y")
    assert log.app.clipboard.endswith("line 200")


@runs("printf '\\033[31mred\\033[0m one\\n'; echo two; echo three")
async def test_the_log_is_saved_clean_or_byte_by_byte(log: Tower, work: Path) -> None:
    await log.press("s")
    await log.shows("Save", "the whole log", "clean, without colours", "task-1.1.log")
    await log.press("enter")
    await log.shows("3 lines")
    assert (work / "task-1.1.log").read_text() == "red one\ntwo\nthree\n"
    assert (work / "task-1.1.log").stat().st_mode & 0o777 == 0o600
    await log.press("s", "ctrl+o")
    await log.shows("byte by byte")
    await log.press("enter")
    await log.shows("Overwrite")
    await log.press("enter")  # No is the default
    await until(lambda: isinstance(log.app.screen, LogFull))
    assert (work / "task-1.1.log").read_text() == "red one\ntwo\nthree\n"
    await log.press("s", "ctrl+o", "enter")
    await log.shows("Overwrite")
    await log.press("y")
    await until(lambda: (work / "task-1.1.log").read_bytes() == b"\x1b[31mred\x1b[0m one\r\ntwo\r\nthree\r\n")
    assert os.listdir(work) == ["task-1.1.log"], "nothing else is left"


@runs(COUNTING)
async def test_marked_and_found_lines_are_saved(log: Tower, work: Path) -> None:
    await log.press("g", "space", "space", "j", "s")
    await log.shows("Save the marked lines")
    await log.press("enter")
    await until(lambda: (work / "task-1.1.log").exists() and (work / "task-1.1.log").read_text() == "line 1\nline 2\n")
    await log.press("escape", "slash")
    await log.type("7$\n")
    await log.shows("of 20")
    await log.press("s", "tab")
    await log.shows("lines with /7$/")
    for _ in "task-1.1.log":
        await log.press("backspace")
    await log.type("found\n")
    await until(lambda: (work / "found").exists() and (work / "found").read_text().count("\n") == 20)
    assert (work / "found").read_text().splitlines()[:2] == ["line 7", "line 17"]


@runs("echo x")
async def test_a_file_that_cannot_be_written_is_told_as_it_is_typed(log: Tower) -> None:
    await log.press("s")
    await log.type("/no/such/place")
    await log.shows("there is no folder")
    await log.press("enter")
    await log.shows("there is no folder")


@runs("echo x")
async def test_the_keys_are_in_the_footer_and_in_the_help(log: Tower) -> None:
    await log.shows("/ Search", "e Error", "w Wrap", "y Copy", "s Save…", "? Help")
    await log.press("question_mark")
    await log.shows("IN LOGS", "$PAGER", "$EDITOR", "to the next line that tells of an error")


@runs("echo start; printf 'x%.0s' $(seq 1 150); echo end")
async def test_the_palette_offers_what_can_be_done_with_a_log(log: Tower) -> None:
    await log.press("ctrl+p")
    await log.shows("Commands", "to the next line that tells of an error", "All logs")
    assert "Retry" not in log.text, "nothing can be done with the row behind it"
    await log.type("wrap\n")
    await until(lambda: "start" in shown(log) and any(row.endswith("end") for row in shown(log)))
    await log.press("ctrl+p")
    await log.type("save\n")
    await log.shows("task-1.1.log")


@runs("echo x")
async def test_where_the_terminal_cannot_be_lent_it_is_said(log: Tower) -> None:
    await log.press("v")
    await log.shows("cannot be lent")


# --- all logs ---------------------------------------------------------------------


@pytest.fixture
async def everywhere(store: Store, workers: Workers, folder: StoreFolder, work: Path, commands: tuple[str, ...]) -> AsyncIterator[Tower]:
    """The lines of all logs."""
    run(store, workers, *commands)
    async with tower(Path(folder), (120, 24)) as found:
        await found.press("O")
        await until(lambda: isinstance(found.app.screen, AllLogs))
        yield found


def listed(it: Tower) -> list[str]:
    return [f"{row.name} {row.hit.text}" for row in it.app.screen.query_one("Hits").rows]  # type: ignore[attr-defined]


async def ask(it: Tower, text: str) -> None:
    """Type something else to look for."""
    await it.press("slash", "ctrl+u")
    await it.type(text + "\n")


@runs("echo error: one")
async def test_the_palette_offers_what_can_be_done_with_lines_of_logs(everywhere: Tower) -> None:
    it = everywhere
    await until(lambda: listed(it) == ["#1 error: one"])
    await it.press("ctrl+p")
    await it.shows("Commands", "open it in $EDITOR")
    assert "Wrap" not in it.text, "they are not wrapped"
    await it.type("open\n")
    await until(lambda: isinstance(it.app.screen, LogFull))


@runs("echo error: one; echo warning: two", COUNTING, "echo three failed; exit 1")
async def test_errors_of_all_runs_are_found_the_newest_first(everywhere: Tower) -> None:
    it = everywhere
    await it.shows("2 lines in 2 of 3 logs")
    assert listed(it) == ["#3 three failed", "#1 error: one"]
    await it.shows("exit 1", "began ")
    await ask(it, "level:warning")
    await until(lambda: listed(it) == ["#3 three failed", "#1 error: one", "#1 warning: two"])
    await ask(it, "task:1 level:warning tw")
    await until(lambda: listed(it) == ["#1 warning: two"])
    await ask(it, "since:1h line 19.")
    await it.shows("10 lines in 1 of 3 logs", "of runs in the last 1h00: lines bear no time")
    await ask(it, "nowhere")
    await it.shows("No such line in 3 logs.")
    await ask(it, "level:bad")
    await it.shows("'bad' is no level")


@runs("echo error: one")
async def test_the_first_search_begins_though_nobody_types(everywhere: Tower) -> None:
    screen = everywhere.app.screen
    assert isinstance(screen, AllLogs)
    await everywhere.shows("1 line in 1 of 1 log")
    screen._input.value = "nowhere"  # while the lines have the keys
    await everywhere.shows("No such line in 1 log")


@runs(COUNTING, "echo last")
async def test_enter_opens_the_log_where_the_line_stands(everywhere: Tower) -> None:
    it = everywhere
    await ask(it, "line 10[0-9]")
    await it.shows("10 lines in 1 of 2 logs")
    await it.press("j", "j", "enter")
    await until(lambda: isinstance(it.app.screen, LogFull))
    await until(lambda: "line 102" in shown(it))
    await it.shows("3 of 10")
    await it.press("escape")
    await it.shows("10 lines in 1 of 2 logs")
    assert it.app.screen.query_one("Hits").cursor == 2  # type: ignore[attr-defined]
    await it.press("escape")
    await until(lambda: it.app.screen is it.app.tower)


@runs("for n in 1 2 3; do echo error $n; done")
async def test_found_lines_are_marked_copied_and_saved(everywhere: Tower, work: Path) -> None:
    it = everywhere
    await until(lambda: len(listed(it)) == 3)
    await it.press("y")
    assert it.app.clipboard == "error 1"
    await it.press("space", "j", "space", "y")
    assert it.app.clipboard == "error 1\nerror 3"
    await it.press("s")
    await it.shows("Save the marked lines")
    await it.press("enter")
    await until(lambda: (work / "lines.log").exists())
    assert [line.split("  ")[1:] for line in (work / "lines.log").read_text().splitlines()] == [["#1", "error 1"], ["#1", "error 3"]]


@runs("printf 'a%.0s' $(seq 1 60); echo !")
async def test_a_search_that_takes_for_ever_is_given_up_when_another_is_asked_for(everywhere: Tower) -> None:
    it = everywhere
    await ask(it, "(a+)+$")
    await it.shows("looking")
    screen = it.app.screen
    assert isinstance(screen, AllLogs)
    process = await until(lambda: screen._search and screen._search._process)
    await ask(it, "a!")
    await until(lambda: len(listed(it)) == 1)
    await until(lambda: process.returncode is not None)


async def test_nothing_has_run(it: Tower) -> None:
    await it.press("O")
    await it.shows("Nothing has run that fits.")
