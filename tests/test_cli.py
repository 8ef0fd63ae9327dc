"""The command line as people and scripts meet it: every call is a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wzp_tui.paths import StoreFolder, store_dir
from wzp_tui.store import Store, open_store
from wzp_tui.store.lock import FileLock
from wzp_tui.tasks.task import Priority, State

from .cli import WZP, add, ok, on_terminal, wzp
from .support import wait_until
from .workers import Workers, becomes, lines, started


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store(store_dir(), "test")
    yield store
    store.close()


@pytest.fixture
def workers(store: Store) -> Iterator[Workers]:
    workers = Workers(StoreFolder(store_dir()), store)
    yield workers
    workers.close()


# --- add -----------------------------------------------------------------------


def test_add_prints_the_id_and_keeps_what_was_said(store: Store, tmp_path: Path) -> None:
    (tmp_path / "vars").write_text("A=1\n")
    first = add("--", "make", "test")
    second = add(
        *("--title", "the tests", "--workspace", "web", "--priority", "high", "--after", f"#{first}", "--cwd", str(tmp_path)),
        *("--env", "CI=1", "--env", "TOKEN", "--env-file", str(tmp_path / "vars"), "--timeout", "1h30m", "--retries", "2"),
        *("--retry-lost", "--hold", "--", "make", "-j2", "--", "it's"),
    )
    task = store.task(second)
    assert (task.title, task.workspace, task.priority, task.after) == ("the tests", "web", Priority.HIGH, (first,))
    assert (task.argv, task.cwd) == (("make", "-j2", "--", "it's"), str(tmp_path))
    assert (task.env, task.env_names, task.env_file) == ({"CI": "1"}, ("TOKEN",), str(tmp_path / "vars"))
    assert (task.timeout, task.retries, task.retry_lost, task.state) == (5400.0, 2, True, State.HELD)
    assert store.task(first).title == "make test"
    assert store.task(first).cwd == os.getcwd()


def test_task_add_is_the_same_verb(store: Store) -> None:
    assert int(ok("task", "add", "--pane", "split", "--", "true").out) == 1
    assert (store.task(1).lane, store.task(1).place) == (None, "split")


def test_the_workspace_comes_from_the_environment(store: Store) -> None:
    assert store.task(add("--", "true", env={"WZP_WORKSPACE": "web"})).workspace == "web"
    assert store.task(add("--workspace", "api", "--", "true", env={"WZP_WORKSPACE": "web"})).workspace == "api"


def test_add_says_when_nobody_is_there_to_take_the_task(workers: Workers) -> None:
    told = "no tower and no worker is there to take it; start `wzp-tui`, or `wzp-tui tower --headless`"
    assert told in ok("add", "--", "true").err
    assert told not in ok("add", "--hold", "--", "true").err
    tower = FileLock.take(workers.folder.tower_lock)
    assert tower is not None
    assert ok("add", "--pane", "tab", "--", "true").err == ""
    tower.release()
    workers.lane()
    wait_until(lambda: "waits" not in ok("add", "--", "true").err)
    assert told in ok("add", "--pane", "tab", "--", "true").err, "a lane's worker takes no task of a pane of its own"


def test_add_names_a_program_that_is_not_there() -> None:
    ran = ok("add", "--", "no-such-program", "x")
    assert "#1 is queued, but there is no program 'no-such-program' now" in ran.err
    assert "for a shell line: wzp-tui add -- sh -c 'make && make test'" in ok("add", "make && make test").err


def test_add_wait_ends_with_the_task(workers: Workers) -> None:
    workers.lane()
    good = ok("add", "--wait", "--", "true")
    assert good.out == "1\n"
    bad = wzp("add", "--wait", "--", "sh", "-c", "exit 3")
    assert bad.code == 1
    assert bad.out.startswith("2\n#2 sh -c 'exit 3' failed exit 3 ")
    document = wzp("add", "--wait", "--json", "--", "sh", "-c", "kill -9 $$")
    assert document.code == 1
    assert document.json["task"]["state"] == "failed"
    assert document.json["task"]["run"] | {"exit": None, "signal": 9} == document.json["task"]["run"]


# --- looking ---------------------------------------------------------------------


def test_json_has_the_names_of_the_models_and_masks_values(store: Store) -> None:
    add("--env", "PASSWORD=hunter2hunter2", "--timeout", "90s", "--", "true")
    found = ok("task", "list", "--json").json["tasks"]
    assert [task["id"] for task in found] == [1]
    assert found[0]["env"] == {"PASSWORD": "***"}
    assert found[0]["timeout"] == 90.0
    assert found[0]["created"].endswith("Z")
    assert found[0]["run"] is None
    for verb in (("task", "show", "1"), ("task", "show", "1", "--json"), ("task", "list"), ("why", "1"), ("events",)):
        assert "hunter2" not in ok(*verb).out


def test_a_run_is_nested_in_its_task(workers: Workers) -> None:
    id = add("--retries", "0", "--", "sh", "-c", "echo out; exit 3")
    workers.lane()
    becomes(workers.store, id, State.FAILED)
    run = ok("task", "show", str(id), "--json").json["task"]["run"]
    assert (run["exit"], run["signal"], run["attempt"], run["lane"], run["slot"]) == (3, None, 1, "default", 1)
    assert Path(run["log"]).read_bytes() == b"out\r\n"
    assert run["duration"] >= 0
    assert run["started"] <= run["ended"]


def test_lists_are_for_people(store: Store) -> None:
    assert ok("task", "list").out == "nothing is queued; `wzp-tui add -- make test` queues a command\n"
    add("--title", "compile", "--", "make")
    add("--title", "日本語", "--after", "1", "--priority", "high", "--", "make", "test")
    add("--title", "ship", "--hold", "--lane", "default", "--", "make", "ship")
    heads, *rows = ok("task", "list").out.splitlines()
    assert heads.split() == ["ID", "TITLE", "WHERE", "STATE", "REASON", "TIME"]
    assert [row.split()[:2] for row in rows] == [["#2", "↑"], ["#1", "compile"], ["#3", "ship"]]
    assert rows[0].split()[-4:-1] == ["waits", "after", "#1"]
    assert rows[1].index("default") == rows[0].index("default") + 3, "three characters, six cells"
    assert [line.split()[0] for line in ok("task", "list", "--state", "held").out.splitlines()[1:]] == ["#3"]
    assert ok("task", "list", "--workspace", "nowhere").out == "no task matches\n"


def test_colours_are_for_terminals_that_want_them(store: Store) -> None:
    add("--", "true")
    assert "\x1b" not in ok("task", "list").out
    shown = on_terminal("task", "list")
    assert shown.wait() == 0
    shown.shows("\x1b[2mID")
    shown.close()
    plain = on_terminal("task", "list", env={"NO_COLOR": "1"})
    assert plain.wait() == 0
    plain.shows("TITLE")
    assert "\x1b" not in plain.text
    plain.close()


def test_a_table_fits_the_terminal(store: Store) -> None:
    add("--title", "a title that is much too long for a narrow terminal " * 3, "--", "true")
    shown = on_terminal("task", "list", cols=60, env={"NO_COLOR": "1"})
    assert shown.wait() == 0
    shown.shows("#1")
    assert [line for line in shown.text.splitlines() if len(line) > 60] == []
    assert "…" in shown.text
    shown.close()


def test_status_is_one_line_and_zero_counts_vanish(store: Store) -> None:
    assert ok("status").out == "nothing is queued\n"
    add("--", "true")
    add("--", "true")
    add("--hold", "--", "true")
    assert ok("status").out == "2 queued · 1 held\n"
    assert ok("status", "--json").json["status"] == {"needs_you": 0, "failed": 0, "running": 0, "queued": 2, "held": 1, "tower": False}


def test_status_counts_what_failed_until_it_was_seen(workers: Workers) -> None:
    id = add("--", "false")
    workers.lane()
    becomes(workers.store, id, State.FAILED)
    assert ok("status").out == "1 failed\n"
    assert ok("task", "done", str(id)).out == "#1 seen\n"
    assert ok("status").out == "nothing is queued\n"


def test_why_names_what_a_task_waits_for(store: Store) -> None:
    store.set_lane("build", 1)
    add("--title", "compile", "--lane", "build", "--", "make")
    add("--lane", "build", "--after", "1", "--", "make", "test")
    add("--lane", "build", "--", "make", "docs")
    ok("lane", "pause", "build")
    assert "waits for #1 compile, which is queued" in ok("why", "2").out
    third = ok("why", "3").out
    assert "lane build is paused; `wzp-tui lane resume build` lets it go on" in third
    assert "#1 of lane build come first" in third
    assert "no tower and no worker is there to take it" in third
    facts = ok("why", "#3", "--json").json["why"]["facts"]
    assert {"text", "source", "at"} == facts[0].keys()


def test_why_tells_how_a_task_ended_and_where_its_log_is(workers: Workers) -> None:
    id = add("--", "sh", "-c", "echo no; exit 4")
    workers.lane()
    becomes(workers.store, id, State.FAILED)
    told = ok("why", str(id)).out
    assert "failed: exit 4" in told
    assert f"its log is {workers.folder.log(1)}" in told
    assert "`wzp-tui task done 1` says you have" in told


def test_events_are_told_in_order_and_followed_as_json_lines(store: Store) -> None:
    add("--", "true")
    ok("task", "hold", "1")
    assert [line.split()[2] for line in ok("events").out.splitlines()] == ["task.added", "task.state"]
    assert [event["new"] for event in ok("events", "--json").json["events"]] == ["queued", "held"]
    assert [event["seq"] for event in ok("events", "--since", "1", "--json").json["events"]] == [2]
    follower = subprocess.Popen([*WZP, "events", "--follow", "--json", "--last", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert follower.stdout is not None
    try:
        assert json.loads(follower.stdout.readline())["event"]["new"] == "held"
        ok("task", "release", "1")
        told = json.loads(follower.stdout.readline())
        assert (told["version"], told["event"]["kind"], told["event"]["new"]) == (1, "task.state", "queued")
        follower.send_signal(signal.SIGINT)
        assert follower.wait(10) == 130
        assert follower.stderr is not None
        assert follower.stderr.read() == b""
    finally:
        follower.kill()
        follower.communicate()


# --- acting ------------------------------------------------------------------------


def test_verbs_move_a_task_and_say_so(store: Store) -> None:
    store.set_lane("build", 1)
    for _ in range(3):
        add("--", "true")
    assert ok("task", "hold", "1", "#2").out == "#1 held\n#2 held\n"
    assert ok("task", "release", "1").out == "#1 queued\n"
    assert ok("task", "assign", "2", "--lane", "build").out == "#2 assigned to lane build\n"
    assert ok("task", "assign", "3", "--pane", "tab").out == "#3 assigned to a tab of its own\n"
    ok("task", "next", "3", "1")
    assert store.task(3).next_rank > store.task(1).next_rank > 0
    assert ok("task", "cancel", "3").out == "#3 cancelled\n"
    assert ok("task", "retry", "3", "--json").json["tasks"][0]["state"] == "queued"


def test_edit_changes_what_has_not_started(store: Store) -> None:
    add("--timeout", "10m", "--", "make")
    add("--after", "1", "--", "make", "test")
    assert ok("task", "edit", "1", "--priority", "low", "--timeout", "none", "--retries", "3", "--", "make", "all").code == 0
    task = store.task(1)
    assert (task.argv, task.title, task.priority, task.timeout, task.retries) == (("make", "all"), "make all", Priority.LOW, None, 3)
    ok("task", "edit", "2", "--title", "named", "--after-none")
    ok("task", "edit", "2", "--", "true")
    assert (store.task(2).title, store.task(2).after) == ("named", ())
    ok("task", "edit", "2", "--after", "1")
    cycle = wzp("task", "edit", "1", "--after", "2")
    assert cycle.code == 2
    assert "#1 after #2" in cycle.err


def test_each_task_is_tried_and_each_error_told(store: Store) -> None:
    add("--", "true")
    ran = wzp("task", "hold", "7", "1")
    assert (ran.code, ran.out) == (2, "#1 held\n")
    assert ran.err == "wzp-tui: there is no task #7; `wzp-tui task list` shows those there are\n"
    document = wzp("task", "release", "7", "1", "--json").json
    assert [task["state"] for task in document["tasks"]] == ["queued"]
    assert [(error["task"], error["kind"]) for error in document["errors"]] == [(7, "NotFound")]


def test_a_state_that_does_not_allow_it_is_exit_1(store: Store) -> None:
    add("--", "true")
    ran = wzp("task", "retry", "1")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "wzp-tui: #1 is queued; only a task that has ended can run again\n"


def test_stop_interrupts_what_runs(workers: Workers) -> None:
    id = add("--", "sh", "-c", "trap 'echo bye; exit 0' INT; echo up; while :; do sleep 0.1; done")
    workers.lane()
    run = started(workers.store, id)
    wait_until(lambda: lines(Path(workers.folder.log(run.id))))
    assert ok("task", "stop", str(id), "--interrupt").out == "#1 asked to interrupt\n"
    becomes(workers.store, id, State.DONE)
    assert "bye" in ok("task", "log", str(id)).out


def test_cancel_asks_what_runs_to_stop(workers: Workers) -> None:
    id = add("--", "sleep", "60")
    workers.lane()
    started(workers.store, id)
    assert ok("task", "cancel", str(id)).out == "#1 asked to stop\n"
    becomes(workers.store, id, State.CANCELLED)


def test_wait_sleeps_until_the_end_and_tells_it(workers: Workers) -> None:
    good, bad, after = add("--", "true"), add("--", "false"), add("--after", "2", "--", "true")
    waiting = subprocess.Popen([*WZP, "task", "wait", "1", "2", "3"], stdout=subprocess.PIPE, text=True)
    workers.lane()
    out, _ = waiting.communicate(timeout=30)
    assert waiting.returncode == 1
    told = {line.split()[0]: line for line in out.splitlines()}
    assert told.keys() == {f"#{good}", f"#{bad}", f"#{after}"}
    assert "done" in told["#1"]
    assert "failed exit 1" in told["#2"]
    assert "skipped #2 failed" in told["#3"]
    assert ok("task", "wait", "1", "--json").json["tasks"][0]["state"] == "done"


def test_wait_gives_up_in_time_and_says_what_holds_a_task(store: Store) -> None:
    add("--hold", "--", "true")
    ran = wzp("task", "wait", "1", "--timeout", "0.2")
    assert ran.code == 1
    assert ran.err.splitlines() == [
        "wzp-tui: #1 is held; `wzp-tui task release 1` lets it start",
        "wzp-tui: #1 has not ended in time; it goes on, and `wzp-tui task wait` waits again",
    ]


def test_ctrl_c_while_waiting_is_130_without_a_trace(store: Store) -> None:
    add("--", "true")
    waiting = subprocess.Popen([*WZP, "task", "wait", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: [name for name in os.listdir(StoreFolder(store_dir()).wake) if name.startswith("watch.")])
    waiting.send_signal(signal.SIGINT)
    out, err = waiting.communicate(timeout=30)
    assert (waiting.returncode, out, err) == (130, "", "")
    assert os.listdir(StoreFolder(store_dir()).wake) == [], "its FIFO is gone"


# --- the log ------------------------------------------------------------------------


def test_a_log_is_raw_in_a_pipe_and_harmless_on_a_terminal(workers: Workers) -> None:
    script = r"printf '\033[31mred\033[0m \033]52;c;AAAA\007\033[2Jx\n10%%\r100%%\n\377\n'"
    id = add("--", "sh", "-c", script)
    workers.lane()
    becomes(workers.store, id, State.DONE)
    piped = subprocess.run([*WZP, "task", "log", str(id)], capture_output=True, check=True).stdout
    assert piped == b"\x1b[31mred\x1b[0m \x1b]52;c;AAAA\x07\x1b[2Jx\r\n10%\r100%\r\n\xff\r\n"
    shown = on_terminal("task", "log", str(id))
    assert shown.wait() == 0
    shown.shows("100%")
    assert shown.text == "\x1b[31mred\x1b[0m x\r\n100%\r\n\ufffd\r\n\x1b[0m"
    shown.close()


def test_follow_goes_through_all_attempts(workers: Workers) -> None:
    id = add("--retries", "1", "--", "sh", "-c", "echo try; exit 1")
    following = subprocess.Popen([*WZP, "task", "log", str(id), "-f"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    workers.lane()
    out, err = following.communicate(timeout=30)
    assert following.returncode == 0
    assert out.count("try") == 2
    assert err == "wzp-tui: #1 attempt 2\n"
    assert ok("task", "log", str(id), "--attempt", "1").out.count("try") == 1
    assert "#1 has no attempt 3; there are 1 to 2" in wzp("task", "log", str(id), "--attempt", "3").err


def test_a_task_that_has_not_run_has_no_log(store: Store) -> None:
    add("--", "true")
    ran = wzp("task", "log", "1")
    assert (ran.code, ran.err) == (2, "wzp-tui: #1 has not run yet; `wzp-tui task log 1 -f` waits for it\n")


# --- lanes ----------------------------------------------------------------------------


def test_lanes_are_made_paused_and_listed(store: Store) -> None:
    assert ok("lane", "set", "build", "--slots", "4").out == "lane build has 4 slots\n"
    assert ok("lane", "pause", "build").out == "lane build is paused\n"
    add("--lane", "build", "--", "true")
    assert ok("lane", "list").out.splitlines()[1:] == ["default  2      0      0", "build    4      0      1       paused"]
    assert ok("lane", "resume", "build", "--json").json["lane"] == {"name": "build", "slots": 4, "paused": False, "taken": 0, "queued": 1}
    missing = wzp("add", "--lane", "nope", "--", "true")
    assert (missing.code, missing.err) == (2, "wzp-tui: there is no lane 'nope'; `wzp-tui lane set nope --slots 2` makes it\n")


# --- manners ----------------------------------------------------------------------------


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
        (["task", "assign", "1"], "say where the task goes: --lane NAME, --pane tab or --pane split"),
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
    for word in ("add", "run", "task", "lane", "pane", "status", "events", "why", "tower", "doctor", "config", "completion"):
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


def test_doctor_restore_takes_a_backup_back(store: Store) -> None:
    add("--title", "before", "--", "true")
    saved = store.back_up()
    assert saved is not None
    add("--title", "after", "--", "true")
    store.close()
    asked = wzp("doctor", "--restore")
    assert (asked.code, "say so with --yes" in asked.err) == (2, True)
    assert ok("doctor", "--restore", "--yes", "--json").json["restored"]["backup"] == saved
    assert [task["title"] for task in ok("task", "list", "--json").json["tasks"]] == ["before"]


def test_doctor_names_what_is_wrong(store: Store, isolated: Path) -> None:
    good = ok("doctor")
    assert "is sound" in good.out
    (isolated / ".config/wzp-tui").mkdir(parents=True)
    (isolated / ".config/wzp-tui/config.toml").write_text("\nthem = 1\n")
    store.close()
    os.chmod(store_dir(), 0o755)
    Path(StoreFolder(store_dir()).db).write_bytes(b"garbage" * 1000)
    bad = wzp("doctor", "--json")
    assert bad.code == 1
    told = {check["name"]: check["text"] for check in bad.json["checks"] if check["grade"] == "bad"}
    assert told.keys() == {"folder", "store", "config"}
    assert "chmod 700" in told["folder"]
    assert "damaged" in told["store"]
    assert "config.toml:2: unknown key `them`; did you mean `theme`?" in told["config"]
