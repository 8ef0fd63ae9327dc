"""Adding tasks from the command line, and telling them what to do."""

import os
import signal
import subprocess
from pathlib import Path

from wzp_tui.paths import StoreFolder, store_dir
from wzp_tui.store import Store
from wzp_tui.store.lock import FileLock
from wzp_tui.tasks.policy import Policy, Restart, Service
from wzp_tui.tasks.task import After, Priority, State

from .cli import WZP, add, ok, wzp
from .support import wait_until
from .workers import Workers, becomes, lines, started

# --- add ---


def test_add_prints_the_id_and_keeps_what_was_said(store: Store, tmp_path: Path) -> None:
    (tmp_path / "vars").write_text("A=1\n")
    first = add("--", "make", "test")
    second = add(
        *("--title", "the tests", "--workspace", "web", "--priority", "high", "--after", f"#{first}", "--cwd", str(tmp_path)),
        *("--env", "CI=1", "--env", "TOKEN", "--env-file", str(tmp_path / "vars"), "--timeout", "1h30m", "--retries", "2"),
        *("--retry-lost", "--hold", "--", "make", "-j2", "--", "it's"),
    )
    task = store.task(second)
    assert (task.title, task.workspace, task.priority, task.after) == ("the tests", "web", Priority.HIGH, (After(first),))
    assert (task.argv, task.cwd) == (("make", "-j2", "--", "it's"), str(tmp_path))
    assert (task.env, task.env_names, task.env_file) == ({"CI": "1"}, ("TOKEN",), str(tmp_path / "vars"))
    assert (task.policy.timeout, task.policy.retries, task.policy.retry_lost, task.state) == (5400.0, 2, True, State.HELD)
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


SERVER = ("--ready", "every=2s,http://localhost:80/ok", "--alive", "port:80", "--restart", "always")


def test_add_and_edit_say_what_a_task_is_held_to(store: Store) -> None:
    id = add(
        *("--success", "0,3", "--retry-on", "75", "--backoff", "5s to 1m", "--start-limit", "5 in 10m"),
        *("--quiet", "5m", "--stop-signal", "int", "--stop-grace", "10s", *SERVER, "--", "serve"),
    )
    said = ok("task", "show", str(id), "--json").json["task"]["policy"]
    assert said == {
        **{"success": "0,3", "retry_on": "75", "backoff": "5s to 1m by 2 jitter 0.1", "start_limit": "5 in 10m"},
        **{"quiet": 300, "stop_signal": "SIGINT", "stop_grace": 10},
        "service": {
            "restart": "always",
            "ready": "every=2s,within=5s,failures=30,http://localhost:80/ok",
            "alive": "every=10s,within=5s,failures=3,port:80",
        },
    }
    shown = ok("task", "show", str(id)).out
    for line in ("quiet      stopped after 5m without output", "service    restarted always", "stop       SIGINT, KILL after 10s"):
        assert line in shown
    ok("task", "edit", str(id), "--quiet", "none", "--alive", "none", "--start-limit", "none", "--restart", "never")
    policy = store.task(id).policy
    assert (policy.quiet, policy.start_limit, policy.stop.grace) == (None, None, 10)
    assert policy.service is not None
    assert (policy.service.restart, policy.service.alive, policy.service.ready is None) == (Restart.NEVER, None, False)
    ok("task", "edit", str(id), "--no-service", "--retries", "2", "--retry-lost")
    assert (store.task(id).policy.service, store.task(id).policy.retries, store.task(id).policy.retry_lost) == (None, 2, True)
    ok("task", "edit", str(id), "--no-retry-lost")
    assert not store.task(id).policy.retry_lost
    assert store.task(add("--service", "--", "serve")).policy == Policy(service=Service())


def test_what_contradicts_itself_is_refused(store: Store) -> None:
    ran = wzp("add", "--service", "--retries", "2", "--", "serve")
    assert (ran.code, ran.err) == (
        2,
        "wzp-tui: a service is restarted, never, on-failure or always; retries are for what comes to an end\n",
    )
    id = add("--service", "--", "serve")
    assert wzp("task", "edit", str(id), "--no-service", "--alive", "port:80").code == 2
    assert "there are never, on-failure, always" in wzp("add", "--restart", "sometimes", "--", "serve").err


def test_a_service_tells_how_it_stands(workers: Workers) -> None:
    id = add("--ready", "line:^up", "--alive", "every=9s,line:beat", "--", "sh", "-c", "read go; echo up; read go")
    pane = workers.lane()
    becomes(workers.store, id, State.RUNNING)
    why = ok("why", str(id)).out
    assert "it serves as soon as line:^up gives a good answer" in why
    assert "no answer of its probe yet, " in why
    assert " of 30s" in ok("task", "list").out
    pane.type("\r")
    becomes(workers.store, id, State.SERVING)
    why = ok("why", str(id)).out
    assert "it serves, since line:^up gave a good answer" in why
    assert "line:beat is asked every 9s whether it is alive" in why
    assert ok("task", "show", str(id), "--json").json["task"]["run"]["ready"] is not None
    assert "1 running" in ok("status").out


# --- acting ---


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
    assert (task.argv, task.title, task.priority, task.policy) == (
        ("make", "all"),
        "make all",
        Priority.LOW,
        Policy(retries=3),
    )
    ok("task", "edit", "2", "--title", "named", "--after-none")
    ok("task", "edit", "2", "--", "true")
    assert (store.task(2).title, store.task(2).after) == ("named", ())
    ok("task", "edit", "2", "--after", "1")
    cycle = wzp("task", "edit", "1", "--after", "2")
    assert cycle.code == 2
    assert "#1 → #2 → #1" in cycle.err


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
    add("--hold", "--", "true")
    waiting = subprocess.Popen([*WZP, "task", "wait", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert waiting.stderr
    assert "#1 is held" in waiting.stderr.readline(), "from now on it waits"
    waiting.send_signal(signal.SIGINT)
    out, err = waiting.communicate(timeout=30)
    assert (waiting.returncode, out, err) == (130, "", "")
    assert os.listdir(StoreFolder(store_dir()).wake) == [], "its FIFO is gone"
