"""Logs of any size and in any state, read by byte offset."""

import asyncio
import os
import random
import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import until
from wzp_tui.errors import UsageError
from wzp_tui.inpane.log import RunLog
from wzp_tui.logs.failing import failing_lines
from wzp_tui.logs.file import Change, LogFile, plain
from wzp_tui.logs.gap import missing_at, missing_in, size_words
from wzp_tui.logs.search import Match, Search

BLOCK = 64 * 1024


def texts(log: LogFile) -> list[str]:
    return [line.text for line in log.lines_from(0, 1000)]


def written(path: Path, data: bytes | str) -> LogFile:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return LogFile(str(path))


# --- lines ---------------------------------------------------------------------


def test_lines_are_found_from_either_side(tmp_path: Path) -> None:
    log = written(tmp_path / "log", "one\ntwo\r\n\nlast, not ended")
    assert texts(log) == ["one", "two", "", "last, not ended"]
    assert [line.text for line in log.lines_before(log.size, 2)] == ["", "last, not ended"]
    assert [line.ended for line in log.lines_from(0, 9)] == [True, True, True, False]
    assert log.line_start(6) == 4


def test_a_line_is_its_last_state_without_tabs(tmp_path: Path) -> None:
    log = written(tmp_path / "log", "10 %\r50 %\r100 %\r\n\x1b[31ma\tb\x1b[0m\n")
    assert texts(log) == ["100 %", "\x1b[31ma       b\x1b[0m"]
    assert plain(texts(log)[1]) == "a       b"


@given(st.lists(st.integers(0, 3 * BLOCK), max_size=6), st.booleans(), st.integers(0, 100))
def test_both_sides_find_the_same_lines_however_long_they_are(lengths: list[int], ended: bool, seed: int) -> None:
    """A line longer than two blocks comes in pieces, and the pieces are the same ones upwards and downwards."""
    import tempfile

    data = b"".join(b"x" * length + b"\n" for length in lengths)
    data = data if ended else data[:-1]
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        log = LogFile(file.name)
        down = [(line.start, line.end) for line in log.lines_from(0, 1000)]
        up = [(line.start, line.end) for line in log.lines_before(log.size, 1000)]
        assert down == up
        assert [start for start, _ in down[1:]] == [end for _, end in down[:-1]]
        assert all(end - start <= 2 * BLOCK for start, end in down)
        if down:
            somewhere = random.Random(seed).randrange(log.size)
            assert log.line_start(somewhere) in [start for start, _ in down]
        log.close()


def test_a_line_without_end_costs_no_more_than_what_is_shown(tmp_path: Path) -> None:
    """50 MB without a line break."""
    path = tmp_path / "log"
    with path.open("wb") as file:
        for _ in range(50):
            file.write(b"x" * 1_000_000)
    log = LogFile(str(path))
    tracemalloc.start()
    lines = log.lines_before(log.size, 40)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(lines) == 40
    assert max(len(plain(line.text)) for line in lines) == 4096
    assert peak < 8_000_000


def test_nothing_of_a_line_can_drive_a_terminal(tmp_path: Path) -> None:
    log = written(tmp_path / "log", b"\x1b]52;c;eA==\x07\x9b31m\xff\x00 \x1b[2Jok\x1b[31")
    assert plain(texts(log)[0]).isprintable()


# --- what happens to the file --------------------------------------------------


def test_a_log_grows_is_cut_replaced_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = written(path, "one\nhalf")
    assert log.look() is Change.NOTHING
    with path.open("a") as file:
        file.write(" whole\nnext\n")
    assert log.look() is Change.GROWN
    assert texts(log) == ["one", "half whole", "next"]
    os.truncate(path, 4)
    assert log.look() is Change.REPLACED
    assert texts(log) == ["one"]
    path.rename(tmp_path / "log.1")
    assert log.look() is Change.NOTHING
    assert (log.problem, texts(log)) == ("removed", ["one"]), "what was there is still to be read"
    path.write_text("another\n")
    assert log.look() is Change.REPLACED
    assert (log.problem, texts(log)) == ("", ["another"])
    log.close()


def test_a_log_may_come_later_and_must_be_a_file(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "log"))
    assert (log.problem, texts(log)) == ("not there yet", [])
    (tmp_path / "log").write_text("here\n")
    assert log.look() is Change.GROWN
    assert texts(log) == ["here"]
    assert LogFile(str(tmp_path)).problem == "not a file"
    os.mkfifo(tmp_path / "fifo")
    assert LogFile(str(tmp_path / "fifo")).problem == "not a file"


def test_what_a_worker_did_not_record_is_counted_where_its_mark_stands(tmp_path: Path) -> None:
    record = RunLog(str(tmp_path / "log"), cap=1000, tail=100)
    for number in range(500):
        record.write(b"line %d\r\n" % number)
    record.close()
    log = LogFile(str(tmp_path / "log"))
    assert missing_in(log) == record.dropped > 0
    assert [missing_at(plain(text)) for text in texts(log) if missing_at(plain(text))] == [record.dropped]
    assert [size_words(size) for size in (1, 812, 1536, 64 << 20)] == ["1 byte", "812 bytes", "1.5 KiB", "64.0 MiB"]


# --- where it failed -----------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "first"),
    [
        (["make: *** [all] Error 2"], 0),
        (["Traceback (most recent call last):", '  File "x.py", line 1', "    boom()", "ValueError: no"], 0),
        (["error[E0308]: mismatched types"], 0),
        (["npm ERR! code 1"], 0),
        (["sh: 1: mkae: command not found"], 0),
        (["FAILED tests/test_x.py::test_y - assert 1 == 2", "1 failed, 3 passed in 0.1s"], 0),
        (["thread 'main' panicked at src/main.rs:1"], 0),
        (["Exception in thread main java.lang.NullPointerException"], 0),
        (["all is well", "0 errors, no failures", "no error"], None),
    ],
)
def test_the_last_report_of_a_failure_is_found(tmp_path: Path, report: list[str], first: int | None) -> None:
    before, after = ["error: an old one", *["compiling"] * 200], ["cleaning up"] * 5
    lines = [*before, *report, *after] if first is not None else [*["compiling"] * 200, *report]
    log = written(tmp_path / "log", "\n".join(lines) + "\n")
    found = failing_lines(log)
    assert (None if found is None else log.lines_from(found, 1)[0].text) == (None if first is None else report[first])


@pytest.mark.parametrize(
    ("recorded", "first"),
    [
        ("pytest", "FAILED test_auth.py::test_login_refuses"),
        ("gcc", "main.c:4:20: error:"),
        ("make-gcc", "main.c:4:20: error:"),
        ("cargo-build", "error[E0425]: cannot find value"),
        ("cargo-test", "test tests::adds ... FAILED"),
        ("go-build", "cmd/main.go:4:14: cannot use"),
        ("npm-tsc", "cart.ts:2:7 - error TS2322"),
        ("npm-missing", "npm error Missing script"),
        ("jest", "  ● adds"),
        ("ruff", "F401"),
        ("traceback", "Traceback (most recent call last):"),
    ],
)
def test_what_real_tools_printed_opens_where_they_tell_of_the_failure(tmp_path: Path, recorded: str, first: str) -> None:
    output = (Path(__file__).parent / f"data/output/{recorded}.log").read_bytes()
    log = written(tmp_path / "log", b"error: an old one\n" + b"compiling\r\n" * 10_000 + output + b"cleaning up\r\n" * 5)
    found = failing_lines(log)
    assert found is not None
    assert plain(log.lines_from(found, 1)[0].text).startswith(first)


def test_a_log_full_of_failures_is_opened_near_its_end(tmp_path: Path) -> None:
    log = written(tmp_path / "log", "".join(f"error {number}\n" for number in range(50_000)))
    found = failing_lines(log)
    assert found is not None
    assert log.lines_from(found, 1)[0].text == "error 49940"


# --- searching -----------------------------------------------------------------


async def matches(path: Path, pattern: str, *, start: int = 0, backwards: bool = False) -> Search:
    search = Search(str(path), pattern, start=start, backwards=backwards)
    await search.run(lambda: None)
    assert search.problem == ""
    return search


async def test_every_line_that_has_the_pattern_is_found(tmp_path: Path) -> None:
    """Colours, tabs and other control characters do not hide it, and its place is that in the text that is shown."""
    path = tmp_path / "log"
    written(path, "an error\nfine\n\x1b[31mer\x1b[0mror\r\n\x00\x1b]0;x\x07error\n\terror")
    search = await matches(path, "error")
    assert search.matches == [Match(0, 3, 5), Match(14, 0, 5), Match(30, 1, 5), Match(43, 8, 5)]
    assert search.count == 4
    assert search.at(14) == Match(14, 0, 5)
    assert search.at(9) is None
    assert search.after(0) == Match(14, 0, 5)
    assert search.before(30) == Match(14, 0, 5)
    assert search.after(43) is None


async def test_a_big_log_is_searched_like_a_small_one(tmp_path: Path) -> None:
    path = tmp_path / "log"
    lines = [f"line {number} {'x' * (number % 97)}" for number in range(60_000)]
    log = written(path, "\n".join(lines) + "\n")
    wanted = [number for number, line in enumerate(lines) if re.search(r"7{3} x*$", line)]
    for search in (
        await matches(path, r"7{3} x*$", start=log.size // 2),
        await matches(path, r"7{3} x*$", start=log.size // 2, backwards=True),
    ):
        assert search.count == len(wanted)
        assert [log.lines_from(match.line, 1)[0].text for match in search.matches] == [lines[number] for number in wanted]


async def test_what_is_near_is_kept_and_all_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = written(path, "match\n" * 25_000)
    search = await matches(path, "match", start=log.size, backwards=True)
    assert search.count == 25_000
    assert len(search.matches) == 10_000
    assert search.matches[-1].line == log.size - 6


async def test_capitals_count_where_the_pattern_has_some(tmp_path: Path) -> None:
    path = tmp_path / "log"
    written(path, "Error\nerror\nERROR\n")
    assert (await matches(path, "error")).count == 3
    assert (await matches(path, "Error")).count == 1


def test_what_is_not_a_pattern_is_told_in_one_line() -> None:
    with pytest.raises(UsageError, match="not a regular expression: missing \\), unterminated subpattern at position 0"):
        Search("/dev/null", "(")


async def test_a_search_without_end_is_ended(tmp_path: Path) -> None:
    """A pattern that takes for ever on one line: the loop goes on, and the process is gone when the search is cancelled."""
    path = tmp_path / "log"
    written(path, "a" * 60 + "!\n")
    search = Search(str(path), "(a+)+$")
    running = asyncio.create_task(search.run(lambda: None))
    process = await until(lambda: search._process)
    search.cancel()
    await asyncio.wait_for(running, 10)
    assert process.returncode is not None
    assert search.done


async def test_a_search_that_is_let_go_leaves_no_process(tmp_path: Path) -> None:
    path = tmp_path / "log"
    written(path, "a" * 60 + "!\n")
    search = Search(str(path), "(a+)+$")
    running = asyncio.create_task(search.run(lambda: None))
    process = await until(lambda: search._process)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert process.returncode is not None


async def test_a_log_that_is_not_there_has_no_match(tmp_path: Path) -> None:
    assert (await matches(tmp_path / "none", "x")).count == 0
