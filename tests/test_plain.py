"""`wzp-tui --plain`: the tower as lines that can be read aloud."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from wzp_tui.clean import clean
from wzp_tui.cli.describe import describe, describe_all
from wzp_tui.controller import LaneRow, MuxState, Snapshot, TaskRow
from wzp_tui.controller.filter import parse
from wzp_tui.store import Lane, NewSeries, Store
from wzp_tui.tasks.task import State

from .cli import add, ok, on_terminal, wzp
from .muxserver import MuxServer
from .stores import a_task
from .support import wait_until
from .workers import PtyProcess
from .worlds import NOON, busy, hostile, pane, task

# -- what is said ------------------------------------------------------------------------------------------------------------------


def world(*tasks: TaskRow, **more: object) -> Snapshot:
    return Snapshot(MuxState("wezterm", True, NOON), tasks, opens_panes=True, taken_ms=NOON, **more)  # type: ignore[arg-type]


def said(before: Snapshot, after: Snapshot) -> list[str]:
    lines = describe(before, after)
    assert all(line.startswith("10:44 ") for line in lines)
    return [line.removeprefix("10:44 ") for line in lines]


QUEUED = task(12, "make test", State.QUEUED, "build", "next", lane="build")
RUNNING = task(12, "make test", State.RUNNING, "build/1", "running", lane="build")
FAILED = task(12, "make test", State.FAILED, "build/1", "exit 2", "Error 2", exit=2)
ASKING = task(13, "fix login", State.ASKING, "claude", "asks", "edit auth.py?")


def test_a_task_is_followed_from_queue_to_end() -> None:
    assert said(world(), world(QUEUED)) == ["#12 make test: queued in build, next"]
    assert said(world(QUEUED), world(RUNNING)) == ["#12 make test: running in build/1"]
    assert said(world(RUNNING), world(FAILED)) == ["#12 make test: failed, exit 2: Error 2", "1 failed"]
    seen = replace(FAILED, task=FAILED.task._replace(seen=True), section=task(1, "", State.DONE, "", "").section)
    assert said(world(FAILED), world(seen)) == ["#12 make test: failed, exit 2: Error 2, seen", "nothing needs you any more"]


def test_a_question_is_told_with_how_many_need_you() -> None:
    assert said(world(RUNNING), world(RUNNING, ASKING)) == ["#13 fix login: asks: edit auth.py?", "1 needs you"]
    other = replace(ASKING, reason="run the tests?")
    assert said(world(ASKING), world(other)) == ["#13 fix login: asks: run the tests?"]
    assert said(world(other, FAILED), world(other, ASKING, FAILED))[-1] == "2 need you, 1 failed"


def test_what_moves_all_the_time_is_not_told() -> None:
    assert said(world(QUEUED), world(replace(QUEUED, word="2nd"))) == []
    assert said(world(RUNNING), world(replace(RUNNING, reason="41 % · 212 of 517"))) == []
    assert said(world(RUNNING), world(RUNNING, panes=(pane(4, "python", 1, "build"), pane(5, "python", 1, "#12")))) != []
    lanes = (LaneRow(Lane("build", 1, False), 0, 0, 0),)
    assert said(world(lanes=lanes), world(lanes=lanes, panes=(pane(4, "python", 1, "build"), pane(5, "python", 1, "#12")))) == []


def test_mux_store_lanes_and_panes_are_told() -> None:
    reachable, gone = world(), replace(world(), mux=MuxState("wezterm", False, NOON, "no answer within 5 s"))
    assert said(reachable, gone) == ["WezTerm is unreachable: no answer within 5 s"]
    assert said(gone, reachable) == ["WezTerm answers again"]
    assert said(world(), world(trouble="the disk is full")) == ["trouble: the disk is full"]
    assert said(world(trouble="the disk is full"), world()) == ["the trouble is over"]
    one, two = (world(lanes=(LaneRow(Lane("build", slots, paused), 0, 0, 0),)) for slots, paused in ((1, False), (2, True)))
    assert said(one, two) == ["lane build: 2 slots", "lane build: paused"]
    shell = world(panes=(pane(5, "zsh", 1),))
    assert said(world(), shell) == ["pane %5 zsh is open in workspace api"]
    assert said(shell, world()) == ["pane %5 is closed"]
    assert said(shell, replace(gone, panes=())) == ["WezTerm is unreachable: no answer within 5 s"], "it says nothing about panes"
    assert said(world(), replace(world(), opens_panes=False)) == ["another tower opens the panes; this one takes over when it ends"]


def test_what_comes_again_is_told(store: Store) -> None:
    store.add_series(NewSeries(a_task(title="back up"), "10m"))
    (series,) = store.series()
    now = world(series=(series,))
    (line,) = said(world(), now)
    assert re.fullmatch(r"@1 back up: every 10m, next at \d\d?:\d\d", line)
    assert line in describe_all(now)
    paused = series._replace(paused=True, reason="by you")
    assert said(now, world(series=(paused,))) == ["@1 back up: every 10m, paused by you"]
    assert said(now, world(series=(series._replace(next_ms=0),))) == [], "each tick is told by its task"
    assert said(now, world()) == ["@1 back up: removed"]
    assert describe_all(world(series=(series._replace(every="30 2 * * *", missed=3),)))[0].endswith(", 3 missed")


def test_a_filter_leaves_what_it_means_and_how_much_needs_you(store: Store) -> None:
    store.add_series(NewSeries(a_task(title="back up", lane="default"), "10m"))
    only = parse("lane:build")
    other = task(14, "docs", State.RUNNING, "docs/1", "running", lane="docs")
    now = world(RUNNING, other, ASKING, series=store.series())
    assert describe_all(now, only) == ["#12 make test: running in build/1", "1 needs you"]
    assert describe_all(now, parse("state:done")) == ["1 needs you"]
    over = world(*(task(id, "old", State.DONE, "", "done") for id in range(100, 130)))
    assert describe_all(over) == ["nothing needs you"]
    assert describe_all(over, parse("old"))[20:] == ["and 10 more that are over", "nothing needs you"]
    assert describe(now, world(FAILED, ASKING), only) == ["10:44 #12 make test: failed, exit 2: Error 2", "10:44 1 needs you, 1 failed"]
    assert describe(now, world(RUNNING, other, series=()), only) == ["10:44 nothing needs you any more"]
    what_runs = describe(now, world(FAILED, other, ASKING), parse("state:running"))
    assert "10:44 #12 make test: failed, exit 2: Error 2" in what_runs, "it was meant, so its end is told"
    assert describe(world(FAILED, ASKING), world(FAILED, other, ASKING), parse("state:failed")) == []


@pytest.mark.parametrize("make", [busy, hostile], ids=["busy", "hostile"])
def test_every_line_is_one_clean_line(make: Callable[[], Snapshot]) -> None:
    now = make()
    lines = [*describe_all(now), *describe(world(), now), *describe(now, world())]
    assert len(lines) > 8
    assert [clean(line) for line in lines] == lines
    assert "2 need you, 1 failed" in describe_all(busy())[-1]


# -- a tower in lines --------------------------------------------------------------------------------------------------------------


class Plain:
    """`wzp-tui --plain` on a terminal."""

    def __init__(self, *args: str) -> None:
        self.terminal: PtyProcess = on_terminal("--plain", *args, cols=200)
        self.terminal.shows("type help for what can be typed, close to leave")

    def type(self, line: str) -> None:
        self.terminal.type(line + "\n")

    def says(self, line: str) -> None:
        """Wait for a line; the time of day before it is left out."""

        def said() -> bool:
            assert line in self.lines, self.lines
            return True

        wait_until(said, 20)

    def matches(self, pattern: str) -> None:
        """Wait for a line that looks like this."""

        def said() -> bool:
            assert any(re.fullmatch(pattern, line) for line in self.lines), self.lines
            return True

        wait_until(said, 20)

    @property
    def lines(self) -> list[str]:
        return [re.sub(r"^(\^C)?(\d\d:\d\d )?", "", line) for line in self.terminal.text.split("\r\n")]


@pytest.fixture
def plain(store: Store) -> Iterator[Plain]:
    it = Plain()
    yield it
    it.terminal.close()


def test_a_morning_by_lines(plain: Plain, store: Store) -> None:
    store.set_lane("build", 1)
    plain.says("lane build: 1 slot")
    plain.type("add echo hello; exit 3")
    plain.says("#1 added")
    plain.says("#1 echo hello; exit 3: failed, exit 3")
    plain.says("1 failed")
    plain.type("log 1")
    plain.says("hello")
    plain.type("done 1")
    plain.says("#1 marked")
    plain.says("nothing needs you any more")

    held = add("--hold", "--title", "make test", "--", "true")
    plain.says(f"#{held} make test: held")
    plain.type(f"assign {held} build")
    plain.says(f"#{held} assigned to lane build")
    plain.says(f"#{held} make test: done after 0.0s")
    plain.type(f"retry {held} 1")
    plain.says(f"#{held} queued again; #1 queued again")

    plain.type("add sleep 100")
    plain.says("#3 sleep 100: running in default/1")
    plain.type("stop '#3'")
    plain.says("#3 asked to stop")
    plain.says("#3 sleep 100: cancelled: stopped by you")
    plain.type("needs")
    plain.says("#1 echo hello; exit 3: failed, exit 3")
    plain.type("q")
    assert plain.terminal.wait() == 0
    assert "\x1b" not in plain.terminal.text
    assert "\r\n" in plain.terminal.text
    assert "\r" not in plain.terminal.text.replace("\r\n", "")


def test_an_afternoon_with_a_filter_and_a_series(store: Store) -> None:
    store.set_lane("build", 1)
    add("--hold", "--title", "docs", "--", "true")
    make = add("--hold", "--title", "make", "--lane", "build", "--", "true")
    ok("add", "--every", "1h", "--title", "check", "--lane", "build", "--", "true")
    plain = Plain("--filter", "lane:build")
    plain.says(f"#{make} make: held")
    assert not any("docs" in line for line in plain.lines)
    plain.type("series")
    plain.matches(r"@1 check: every 1h, next at .+")
    plain.type("series pause 1")
    plain.says("@1 is paused")
    plain.says("@1 check: every 1h, paused by you")
    plain.type("series run @1")
    plain.says("@1 adds #3")
    plain.matches("#3 check: done after .+")
    plain.type("series end 1")
    plain.says("wzp-tui: series 'end': there are series run 3, series pause 3, series resume 3, series remove 3")
    plain.type("filter docs")
    plain.says("filter: docs")
    plain.says("#1 docs: held")
    plain.type(f"release {make} 1")
    plain.matches("#1 docs: done after .+")
    plain.type("filter colour:red")
    plain.matches("wzp-tui: no field named 'colour'.*")
    plain.type("filter")
    plain.says("no filter")
    plain.type("series remove 1")
    plain.says("@1 check: removed")
    plain.type("q")
    assert plain.terminal.wait() == 0
    assert not any(line.startswith(f"#{make} make: done") for line in plain.lines), "the filter was for docs then"
    plain.terminal.close()


def test_a_filter_is_for_lines(store: Store) -> None:
    for args, wrong in (
        (("--filter", "docs"), "--filter is for --plain"),
        (("tower", "--headless", "--filter", "docs"), "--filter is for --plain"),
        (("--plain", "--filter", "colour:red"), "no field named 'colour'"),
        (("--filter", "docs", "task", "list"), "--filter stands behind the verb: `wzp-tui task … --filter EXPR`"),
    ):
        ran = wzp(*args)
        assert (ran.code, wrong in ran.err) == (2, True)
    assert "no task" not in wzp("--plain", "--filter", "docs", stdin="close\n").err


def test_wrong_words_are_one_line_each(plain: Plain) -> None:
    for typed, answer in {
        "retrry 1": "wzp-tui: there is no word 'retrry'; did you mean 'retry'?; help shows those there are",
        "retry": "wzp-tui: say which task: write its id, as 12",
        "retry x": "wzp-tui: 'x' is no task; write its id, as 12 or '#12'",
        "assign 1": "wzp-tui: say which task and where it goes: assign 12 build, assign 12 tab, assign 12 split",
        "log 9": "wzp-tui: there is no task #9",
        "text 9": "wzp-tui: there is no pane %9; it has been closed",
        'assign "': "wzp-tui: '\"': No closing quotation",
        "add": "wzp-tui: say what to run, as in: add make test",
    }.items():
        plain.type(typed)
        plain.says(answer)
    plain.type("help")
    plain.says("retry ID: run an ended task again")
    plain.says("close: close the tower; what runs goes on")


def test_text_can_be_sent_to_what_runs(plain: Plain) -> None:
    plain.type("add read answer; echo got $answer")
    plain.says("#1 read answer; echo got $answer: running in default/1")
    plain.type("send 1 yes, please")
    wait_until(lambda: "done after" in plain.terminal.text)
    plain.type("log 1")
    plain.says("got yes, please")


@pytest.mark.parametrize("end", ["\x03", "\x04", "quit\n"], ids=["Ctrl-C", "Ctrl-D", "quit"])
def test_it_ends_as_one_asks(plain: Plain, end: str) -> None:
    plain.type("add sleep 100")
    plain.says("#1 sleep 100: running in default/1")
    plain.terminal.type(end)
    assert plain.terminal.wait() == 0
    plain.says("1 run goes on without a pane")
    assert wzp("task", "cancel", "1").code == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_polite_signal_ends_it(plain: Plain, number: signal.Signals) -> None:
    plain.terminal.signal(number)
    assert plain.terminal.wait() == 0


def test_a_second_tower_says_that_it_looks_on(plain: Plain) -> None:
    second = Plain()
    second.says("another tower opens the panes; this one takes over when it ends")
    plain.type("close")
    plain.terminal.wait()
    add("--", "true")
    second.says("this tower opens the panes")
    second.terminal.close()


def test_it_reads_from_a_pipe_too(store: Store) -> None:
    ran = wzp("tower", "--plain", stdin="list\nclose\n")
    assert (ran.code, ran.err) == (0, "")
    assert "nothing needs you" in ran.out


def test_it_needs_no_textual(store: Store) -> None:
    code = "import sys; from wzp_tui.cli import main; assert main(['--plain']) == 0; assert 'textual' not in sys.modules"
    ran = subprocess.run([sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr


def test_it_stands_beside_no_other_verb() -> None:
    assert "--plain is for the tower" in wzp("--plain", "task", "list").err
    assert "exclude each other" in wzp("tower", "--plain", "--headless").err


@pytest.mark.wezterm
def test_in_a_real_wezterm(wezterm_mux: MuxServer, tmp_path: Path) -> None:
    def cli(*args: str, text: str = "") -> str:
        command = ["wezterm", "cli", "--no-auto-start", *args]
        ran = subprocess.run(command, input=text, env=wezterm_mux.environ, capture_output=True, text=True, timeout=30)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    line = f"WZP_STORE={tmp_path / 'store'} exec {sys.executable} -m wzp_tui --plain"
    tower = cli("spawn", "--new-window", "--", "sh", "-c", line).strip()

    def shows(text: str) -> None:
        wait_until(lambda: text in cli("get-text", "--pane-id", tower, "--start-line", "-100", "--end-line", "29"), 30)

    shows("pane %0 ")
    shows("type help")
    cli("send-text", "--pane-id", tower, "--no-paste", text="add true\r")
    shows("#1 true: done after")
    shows("nothing needs you")
    cli("send-text", "--pane-id", tower, "--no-paste", text="q\r")
    wait_until(lambda: f'"pane_id": {tower},' not in cli("list", "--format", "json"))
