"""All logs at once: what is looked for, how bad a line is, and what the command line answers."""

import asyncio
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli import Ran, ok, wzp
from tests.support import until
from tests.workers import Workers, becomes, shell
from wzp_tui.errors import UsageError
from wzp_tui.logs.failing import FAILING
from wzp_tui.logs.file import LogFile, plain
from wzp_tui.logs.level import Level, LevelPattern, level_of, wanted
from wzp_tui.logs.query import Query, parse_query
from wzp_tui.logs.scan import scan
from wzp_tui.logs.scan_all import LogHits
from wzp_tui.logs.search_all import KEPT, MOST, SearchAll
from wzp_tui.store import Store
from wzp_tui.tasks.task import State

OUTPUT = sorted((Path(__file__).parent / "data/output").glob("*.log"))

# --- how bad a line is ---------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("error[E0425]: cannot find value", Level.ERROR),
        ("E   AssertionError: no", Level.ERROR),
        ("[ERROR] it broke", Level.ERROR),
        ("✗ adds", Level.ERROR),
        ("main.c:3: warning: unused variable", Level.WARNING),
        ("npm WARN deprecated", Level.WARNING),
        ("DeprecationWarning: gone in 3.14", Level.WARNING),
        ("0 errors, no warnings", None),
        ("the ferry errs, unwarned", None),
        ("12 passed", None),
    ],
)
def test_how_bad_a_line_is_is_told_from_its_text(line: str, level: Level | None) -> None:
    assert level_of(line) is level


@pytest.mark.parametrize("level", Level)
def test_a_whole_log_is_judged_as_its_lines_are(tmp_path: Path, level: Level) -> None:
    """What real tools printed, in one log that is looked through in big blocks."""
    path = tmp_path / "log"
    path.write_bytes(b"\n".join(recorded.read_bytes() for recorded in OUTPUT) * 20 + b"\nE  last")
    log = LogFile(str(path))
    found = [hit[0] for block in scan(log, LevelPattern(level), 0, backwards=False) for hit in block]
    lines = log.lines_from(0, 1_000_000)
    warning = re.compile(r"(?<!\b0 )(?<!\bno )\b\w*warn(?:ing)?s?(?!\w)", re.IGNORECASE)
    bad = [FAILING.search(text) or (level is Level.WARNING and warning.search(text)) for text in (plain(line.text) for line in lines)]
    assert found == [line.start for line, hit in zip(lines, bad, strict=True) if hit]
    assert len(found) > 1000
    log.close()


def test_pattern_and_level_must_both_hold(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("error in a\nerror in b\nwarning in b\nfine in b\n")
    log = LogFile(str(path))
    for level, expected in ((Level.ERROR, [11]), (Level.WARNING, [11, 22]), (None, [11, 22, 35])):
        found = scan(log, wanted(re.compile("in b", re.MULTILINE), level), 0, backwards=False)
        assert [hit[0] for block in found for hit in block] == expected
    log.close()


# --- what is looked for --------------------------------------------------------


def test_what_a_user_types_is_read() -> None:
    assert parse_query("") == Query()
    assert parse_query("task:12,#13 level:error since:1h30m could not  find") == Query((12, 13), Level.ERROR, 5400, "could not  find")
    assert parse_query("text level:warning more task:3") == Query((3,), Level.WARNING, None, "text more")
    assert parse_query("url:http x-level:error").pattern == "url:http x-level:error"


@pytest.mark.parametrize("text", ["task:x", "level:bad", "level:", "since:soon", "(", "task:"])
def test_what_cannot_be_looked_for_is_told(text: str) -> None:
    with pytest.raises(UsageError):
        parse_query(text)


# --- looking -------------------------------------------------------------------


def written(folder: Path, *texts: str) -> list[str]:
    paths = [folder / f"{number}.log" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return list(map(str, paths))


async def test_the_last_hits_of_each_log_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    paths = written(tmp_path, "error 1\nfine\nwarning 2\n", "fine\n", "match error\n" * 250)
    search = SearchAll([paths[0], paths[1], str(tmp_path / "gone"), paths[2]], Query(level=Level.ERROR))
    await search.run(lambda: None)
    assert [each.log for each in search.found] == [0, 3]
    assert [hit.text for hit in search.found[0].hits] == ["error 1"]
    assert [hit.offset for hit in search.found[1].hits] == [12 * line for line in range(250 - KEPT, 250)]
    assert (search.count, search.looked, search.cut_short, search.problem) == (251, 4, False, "")


async def test_it_ends_where_there_is_more_than_anybody_reads(tmp_path: Path) -> None:
    paths = written(tmp_path, *["error\n" * KEPT] * (MOST // KEPT + 5))
    search = SearchAll(paths, Query())
    await search.run(lambda: None)
    assert sum(len(each.hits) for each in search.found) == MOST
    assert search.cut_short


async def test_a_search_through_many_logs_can_be_ended(tmp_path: Path) -> None:
    paths = written(tmp_path, "a\n", "a" * 60 + "!\n")
    search = SearchAll(paths, Query(pattern="(a+)+$"))
    seen: list[LogHits] = []
    running = asyncio.create_task(search.run(lambda: seen.extend(search.found)))
    await until(lambda: seen)
    search.cancel()
    await asyncio.wait_for(running, 10)
    assert search._process is not None
    assert search._process.returncode is not None


LEAVER = """
import asyncio, sys
from wzp_tui.logs.query import Query
from wzp_tui.logs.search_all import SearchAll

async def leave(turns):
    search = SearchAll([sys.argv[1]] * 1000, Query())
    searching = asyncio.create_task(search.run(lambda: None))
    while search._process is None: await asyncio.sleep(0)
    for _ in range(turns): await asyncio.sleep(0)
    searching.cancel()
    await asyncio.sleep(0)

for turns in range(8): asyncio.run(leave(turns))
"""


def test_who_leaves_in_the_middle_of_a_search_hears_no_complaint(tmp_path: Path) -> None:
    """The tower cancels a search when it ends, and its event loop does so once more."""
    log = tmp_path / "log"
    log.write_text("nothing to see\n" * 100_000)
    left = subprocess.run([sys.executable, "-X", "dev", "-c", LEAVER, log], capture_output=True, text=True)
    assert (left.returncode, left.stderr) == (0, "")


# --- the store and the command line ---------------------------------------------


def test_all_logs_by_the_command_line(store: Store, workers: Workers) -> None:
    """Newest runs first; by task, level, time and text; as a document."""
    store.add(shell("echo error: one; echo warning: two; echo fine"))
    store.add(shell("echo error: three; exit 3"))
    workers.lane()
    becomes(store, 1, State.DONE)
    becomes(store, 2, State.FAILED)
    texts = [line.split("  ")[1:] for line in ok("logs").out.splitlines()]
    assert texts == [["#2", "error: three"], ["#1", "error: one"], ["#1", "warning: two"]]
    assert [line.split("  ")[2] for line in ok("logs", "--level", "error", "--task", "#1").out.splitlines()] == ["error: one"]
    assert [line.split("  ")[2] for line in ok("logs", "--grep", "^f").out.splitlines()] == ["fine"]
    document = ok("logs", "--grep", "w", "--since", "1h", "--json").json
    assert [(line["task"], line["text"], line["level"], line["offset"]) for line in document["lines"]] == [
        (1, "warning: two", "warning", 12)
    ]
    assert (document["count"], document["logs"]) == (1, 2)
    limited = wzp("logs", "--task", "1", "-n", "1")
    assert limited.out.split("  ")[2] == "warning: two\n"
    assert "1 more before these" in limited.err
    assert "no line in 2 logs" in wzp("logs", "--grep", "nowhere").err


def test_a_run_that_printed_nothing_is_told_from_one_without_errors(store: Store, workers: Workers) -> None:
    store.add(shell("true"))
    workers.lane()
    becomes(store, 1, State.DONE)
    assert ok("task", "log", "1") == Ran(0, "", "wzp-tui: #1 has printed nothing\n")


def test_runs_are_chosen_by_when_they_ran(store: Store, workers: Workers) -> None:
    store.add(shell("true"))
    store.add(shell("sleep 100"))
    workers.lane()
    becomes(store, 1, State.DONE)
    becomes(store, 2, State.RUNNING)
    later = time.time_ns() // 1_000_000 + 60_000
    assert [run.task for run in store.recent_runs()] == [2, 1]
    assert [run.task for run in store.recent_runs(since_ms=later)] == [2], "what still runs, runs at any time"
    assert [run.task for run in store.recent_runs([1])] == [1]
    assert [run.task for run in store.recent_runs(limit=1)] == [2]


def test_what_cannot_be_asked(store: Store) -> None:
    for arguments, words in (
        (("--grep", "("), "not a regular expression"),
        (("--task", "7"), "there is no task #7"),
        (("--level", "bad"), "'bad' is not one of"),
        ((), "nothing has run yet"),
    ):
        assert words in wzp("logs", *arguments).err
