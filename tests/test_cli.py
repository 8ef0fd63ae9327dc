"""The manners of the command line: usage, errors, help, streams. Every call is a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wzp_tui.paths import StoreFolder, store_dir
from wzp_tui.store import Store

from .cli import add, ok, wzp


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["add"], "a task needs a command; write it after --"),
        (["add", "--titel", "x", "--", "true"], "there is no option '--titel'; `wzp-tui add --help`"),
        (["add", "--title"], "--title needs a value, TEXT"),
        (["add", "--hold=yes", "--", "true"], "--hold takes no value"),
        (["add", "--priority", "urgent", "--", "true"], "--priority 'urgent': there are high, normal, low"),
        (["add", "--lane", "a", "--pane", "tab", "--", "true"], "--lane and --pane exclude each other"),
        (["add", "--timeout", "soon", "--", "true"], "'soon' is no duration; write 90s, 10m, 1h30m or 2d"),
        (["add", "--cwd", "nowhere", "--", "true"], "nowhere' is no folder"),
        (["add", "--env", "A B=1", "--", "true"], "'A B' names no variable"),
        (["status", "now"], "'now' is too much"),
        (["task"], "missing command"),
        (["task", "lst"], "no such command 'lst'; did you mean 'list'; `wzp-tui task --help`"),
        (["task", "show"], "missing argument 'ID'"),
        (["task", "show", "x"], "'x' is no task; write its id, as 12 or '#12'"),
        (["task", "assign", "1"], "say where they go: --lane NAME, --pane tab or --pane split"),
        (["task", "edit", "1"], "say what to change"),
        (["lane", "set", "x", "--slots", "0"], "slots = 0: a lane has 1 to 256 slots"),
        (["doctor", "--yes"], "--backup and --yes belong to --restore"),
        (["frobnicate"], "no such command 'frobnicate'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(args: list[str], said: str) -> None:
    ran = wzp(*args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("wzp-tui: ")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_errors_are_json_too(store: Store) -> None:
    ran = wzp("task", "show", "9", "--json")
    assert ran.code == 2
    assert ran.json["error"] == {"kind": "NotFound", "message": "there is no task #9; `wzp-tui task list` shows those there are"}
    assert ran.err.startswith("wzp-tui: there is no task #9")
    assert wzp("add", "--json").json["error"]["kind"] == "UsageError"
    assert wzp("add", "--", "true", "--json").out == "1\n", "what stands behind -- is the command's"


def test_help_and_version() -> None:
    help = ok("--help").out
    words = "add run task lane pane status events why tower demo doctor config wezterm completion"
    for word in words.split():
        assert f"\n  {word} " in help
    assert "--after ID" in ok("add", "--help").out
    assert ok("add", "--help").out == ok("task", "add", "-h").out.replace("wzp-tui task add", "wzp-tui add")
    assert ok("-V").out == ok("--version").out
    assert ok("-V").out.startswith("wzp-tui 0.")


def test_a_reader_that_goes_away_is_no_error(store: Store) -> None:
    for _ in range(3):
        add("--", "true")
    command = f"set -o pipefail; {sys.executable} -m wzp_tui events | true"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert ran.stderr == ""
    assert ran.returncode in (0, 141)


def test_closed_streams_do_no_harm(store: Store) -> None:
    for line in ("add -- true >&-", "task list >&-", "task show 99 2>&-", "status <&- >&- 2>&-"):
        ran = subprocess.run(["bash", "-c", f"{sys.executable} -m wzp_tui {line}"], capture_output=True, text=True)
        assert "Traceback" not in ran.stderr
        assert ran.returncode in (0, 2)


def test_a_terminal_without_utf_8_still_gets_an_answer(store: Store) -> None:
    add("--title", "größer", "--priority", "high", "--", "true")
    ran = ok("task", "list", env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"})
    assert "gr??er" in ran.out


def test_the_bare_program_needs_a_terminal() -> None:
    ran = wzp()
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "the tower needs a terminal; without one there are `wzp-tui tower --headless`" in ran.err


def test_a_bug_is_one_line_that_names_the_log(store: Store) -> None:
    code = "import wzp_tui.cli.status as s, sys; s.VERB = None; from wzp_tui.cli import main; sys.exit(main(['status']))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    log = StoreFolder(store_dir()).program_log
    assert ran.returncode == 1
    assert ran.stderr.startswith("wzp-tui: a bug of wzp-tui: AttributeError: ")
    assert ran.stderr.endswith(f"{log}\n")
    assert "Traceback" in Path(log).read_text()
    assert os.stat(log).st_mode & 0o777 == 0o600
