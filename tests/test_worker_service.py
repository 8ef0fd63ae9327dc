"""Services: a run that serves from the first good answer of its probe on, is watched while it does, and is restarted as it says."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import wait_until
from tests.workers import Workers, alive, appears, becomes, cpu_seconds, kill, last_run, lines, python, shell
from wzp_tui.paths import StoreFolder
from wzp_tui.store import NewTask, Store, open_store
from wzp_tui.store.lock import FileLock
from wzp_tui.tasks.backoff import Backoff, StartLimit
from wzp_tui.tasks.parse_policy import parse_alive, parse_ready
from wzp_tui.tasks.policy import Restart, Service, Stop
from wzp_tui.tasks.task import After, Condition, State

SOON = Backoff(0.2, 1, 0.2, 0)
FOREVER = "while :; do sleep 0.05; done"


def service(line: str, *, ready: str = "", alive: str = "", restart: Restart = Restart.NEVER, **fields: Any) -> NewTask:
    """A service that runs a shell line."""
    probes = {"ready": parse_ready(ready) if ready else None, "alive": parse_alive(alive) if alive else None}
    return shell(line, service=Service(restart, **probes), **fields)


def waits_for(task: int) -> tuple[After, ...]:
    return (After(task, Condition.READY),)


@pytest.fixture
def port() -> int:
    """A port of this machine that nobody listens on."""
    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


HTTP = """
import http.server, os, sys
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(open(sys.argv[2]).read()))
        self.end_headers()
        self.wfile.write(b"hello")
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""


def test_a_service_without_a_probe_serves_at_once_until_it_is_stopped(store: Store, workers: Workers) -> None:
    task = store.add(service(FOREVER, restart=Restart.ALWAYS))
    workers.lane()
    becomes(store, task, State.SERVING)
    run = last_run(store, task)
    assert run.ready_ms is not None
    assert 0 <= run.ready_ms - run.started_ms < 5000
    assert store.cancel(task) == "asked"
    assert becomes(store, task, State.CANCELLED).reason == "stopped by you"
    assert len(store.runs(task)) == 1


def test_a_client_starts_when_the_http_probe_of_its_service_answers(store: Store, workers: Workers, tmp_path: Path, port: int) -> None:
    """The service answers 503 first: then it is there, but not ready."""
    status = tmp_path / "status"
    status.write_text("503")
    served = Service(Restart.NEVER, parse_ready(f"every=0.1s,failures=100,http://localhost:{port}/ok"))
    task = store.add(python(HTTP, port, status, service=served))
    client = "import sys, urllib.request; print(urllib.request.urlopen(f'http://127.0.0.1:{sys.argv[1]}/').read().decode())"
    after = store.add(python(client, port, after=waits_for(task)))
    workers.lane(slot=1).shows('" 503 ')
    pane, run = workers.lane(slot=2), last_run(store, task)
    assert (store.task(task).state, store.task(after).state, run.ready_ms) == (State.RUNNING, State.QUEUED, None)
    status.write_text("200")
    becomes(store, task, State.SERVING)
    becomes(store, after, State.DONE)
    pane.shows("hello")
    assert last_run(store, after).started_ms >= (last_run(store, task).ready_ms or 0)


@pytest.mark.parametrize("host", ["", "127.0.0.1:", "localhost:"])
def test_a_service_is_ready_when_its_port_takes_a_connection(store: Store, workers: Workers, tmp_path: Path, port: int, host: str) -> None:
    go = tmp_path / "go"
    script = (
        "import os, socket, sys, time\nwhile not os.path.exists(sys.argv[2]): time.sleep(0.01)\n"
        "one = socket.create_server(('127.0.0.1', int(sys.argv[1])))\nwhile True: one.accept()"
    )
    task = store.add(python(script, port, go, service=Service(Restart.NEVER, parse_ready(f"every=0.1s,failures=100,port:{host}{port}"))))
    workers.lane()
    becomes(store, task, State.RUNNING)
    go.touch()
    becomes(store, task, State.SERVING)


def test_a_service_is_ready_when_it_says_so_in_whatever_colour(store: Store, workers: Workers, tmp_path: Path) -> None:
    go = tmp_path / "go"
    line = rf"echo starting; while ! test -e {go}; do sleep 0.01; done; printf 'Listening \033[32mon :80\033[0m80'; {FOREVER}"
    task = store.add(service(line, ready=r"line:Listening on :\d+$"))
    pane = workers.lane()
    pane.shows("starting")
    assert store.task(task).state is State.RUNNING
    go.touch()
    becomes(store, task, State.SERVING)


def test_a_service_is_ready_when_a_command_says_so_in_its_folder_and_environment(store: Store, workers: Workers, tmp_path: Path) -> None:
    task = store.add(service(FOREVER, ready="every=0.1s,failures=100,command:test -e $FILE", cwd=tmp_path, env={"FILE": "ready"}))
    workers.lane()
    becomes(store, task, State.RUNNING)
    (tmp_path / "ready").touch()
    becomes(store, task, State.SERVING)


def test_a_probe_command_that_hangs_is_killed_with_what_it_started_and_holds_nothing_up(
    store: Store, workers: Workers, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    ready = f"every=0.1s,within=0.3s,failures=20,command:sleep 1000 & echo $! >> {pids}; wait"
    task = store.add(service(f"trap '' TERM; {FOREVER}", ready=ready, stop=Stop(grace=0.2)))
    workers.lane()
    first = int(appears(pids).split()[0])
    wait_until(lambda: len(lines(pids)) > 1)
    assert not alive(first)
    assert store.task(task).state is State.RUNNING
    found = becomes(store, task, State.FAILED)
    assert found.reason == "not ready after 2s: no answer within 0.3s"
    wait_until(lambda: not any(alive(int(pid)) for pid in lines(pids)))


def test_a_service_that_never_gets_ready_is_ended_and_restarted(store: Store, workers: Workers, port: int) -> None:
    ready = f"every=0.1s,within=0.2s,failures=5,port:{port}"
    task = store.add(service(FOREVER, ready=ready, restart=Restart.ON_FAILURE, backoff=SOON))
    workers.lane()
    wait_until(lambda: len(store.runs(task)) == 3)
    assert store.runs(task)[0].reason == "not ready after 0.5s: Connection refused"
    assert store.runs(task)[0].ready_ms is None


def test_a_service_that_answers_no_more_is_ended_restarted_and_those_who_wait_for_it_stay(
    store: Store, workers: Workers, tmp_path: Path, port: int
) -> None:
    status = tmp_path / "status"
    status.write_text("200")
    served = Service(
        Restart.ON_FAILURE,
        parse_ready(f"every=0.1s,failures=100,http://127.0.0.1:{port}"),
        parse_alive(f"every=0.1s,within=0.2s,failures=3,http://127.0.0.1:{port}"),
    )
    task = store.add(python(HTTP, port, status, service=served, backoff=Backoff(1, 1, 1, 0)))
    workers.lane()
    becomes(store, task, State.SERVING)
    status.write_text("500")
    found = becomes(store, task, State.QUEUED)
    assert found.reason == "not alive for 0.3s: HTTP 500, restart 1"
    waiting = store.add(shell("true", after=waits_for(task)))
    assert store.task(waiting).state is State.QUEUED
    status.write_text("200")
    becomes(store, task, State.SERVING)
    workers.lane(slot=2)
    becomes(store, waiting, State.DONE)
    assert len(store.runs(task)) == 2


def test_a_service_that_must_print_now_and_then_is_watched_by_its_lines(store: Store, workers: Workers) -> None:
    line = f"for i in 1 2 3 4 5 6; do echo beat $i; sleep 0.2; done; {FOREVER}"
    task = store.add(service(line, alive="every=0.5s,within=0.1s,failures=2,line:^beat"))
    workers.lane()
    assert becomes(store, task, State.FAILED).reason == "not alive for 1s: no line ^beat"
    run = last_run(store, task)
    assert (run.ended_ms or 0) - run.started_ms > 1900, "six beats kept it alive"


def test_always_restarts_after_a_good_end_too_and_comes_to_an_end_where_there_is_a_limit(store: Store, workers: Workers) -> None:
    task = store.add(service("exit 0", restart=Restart.ALWAYS, backoff=SOON, start_limit=StartLimit(3, 60)))
    after = store.add(shell("true", after=waits_for(task), lane=None))
    workers.lane()
    assert becomes(store, task, State.FAILED).reason == "gave up after 3 in 1m: exit 0"
    assert len(store.runs(task)) == 3
    assert store.task(after).state in (State.QUEUED, State.SKIPPED)
    store.retry(task)
    wait_until(lambda: len(store.runs(task)) == 6), "the user may try it again"


def test_on_failure_lets_a_service_come_to_a_good_end(store: Store, workers: Workers) -> None:
    task = store.add(service("exit 0", restart=Restart.ON_FAILURE))
    workers.lane()
    becomes(store, task, State.DONE)


def test_when_the_worker_of_a_service_dies_the_service_is_lost_or_orphaned(store: Store, workers: Workers, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    task = store.add(service(f"trap '' HUP; echo $$ > {pid}; {FOREVER}", restart=Restart.ALWAYS))
    pane = workers.lane()
    becomes(store, task, State.SERVING)
    child = int(appears(pid))
    try:
        pane.signal(signal.SIGKILL)
        pane.wait()
        store.settle()
        assert (store.task(task).state, last_run(store, task).orphaned) == (State.SERVING, True)
    finally:
        kill(child)

    def judged() -> bool:
        store.settle()
        return store.task(task).state is State.LOST

    wait_until(judged)


def test_a_pattern_that_takes_for_ever_does_not_hold_up_the_output(store: Store, workers: Workers) -> None:
    evil = "every=0.1s,within=0.1s,failures=15,line:^(a|a)*$"
    task = store.add(service(f"echo {'a' * 60}b; echo still here; {FOREVER}", ready=evil))
    pane = workers.lane()
    pane.shows("still here")
    assert becomes(store, task, State.FAILED).reason == "not ready after 1.5s: its pattern takes too long"


def test_a_locked_store_is_told_later_that_a_service_serves(store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path) -> None:
    go = tmp_path / "go"
    line = f"while ! test -e {go}; do sleep 0.01; done; echo up; for i in 1 2 3; do echo line $i; sleep 0.1; done; {FOREVER}"
    task = store.add(service(line, ready="line:^up"))
    pane = workers.lane()
    becomes(store, task, State.RUNNING)
    with _locked(folder):
        go.touch()
        pane.shows("line 3")
        assert store.task(task).state is State.RUNNING
    becomes(store, task, State.SERVING)
    run = last_run(store, task)
    assert (run.ready_ms or 0) < time.time() * 1000 - 300, "it was ready before the store could be told"


@contextlib.contextmanager
def _locked(folder: StoreFolder) -> Iterator[None]:
    """Nobody else can write."""
    lock = FileLock.take(folder.write_lock, wait=5)
    assert lock is not None
    yield
    lock.release()


def test_a_watched_service_that_is_idle_costs_next_to_nothing(store: Store, workers: Workers, port: int) -> None:
    script = "import socket, sys\none = socket.create_server(('127.0.0.1', int(sys.argv[1])))\nwhile True: one.accept()"
    served = Service(Restart.NEVER, parse_ready(f"port:{port}"), parse_alive(f"every=0.5s,port:{port}"))
    task = store.add(python(script, port, service=served))
    pane = workers.lane()
    becomes(store, task, State.SERVING)
    before = cpu_seconds(pane.pid)
    time.sleep(2)
    assert cpu_seconds(pane.pid) - before < 0.1


# --- time and silence ----------------------------------------------------------


def test_a_command_that_prints_nothing_for_too_long_is_stopped_and_tried_again(store: Store, workers: Workers, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    line = f"echo x >> {ran}; for i in 1 2 3 4 5; do echo $i; sleep 0.2; done; test $(wc -l < {ran}) = 2 || sleep 1000"
    task = store.add(shell(line, quiet=0.6, retries=1, backoff=SOON))
    workers.lane()
    becomes(store, task, State.DONE)
    first, second = store.runs(task)
    assert (first.reason, second.reason) == ("no output for 0.6s", "")
    assert (first.ended_ms or 0) - first.started_ms >= 1300, "what it printed counts"


def test_a_command_is_asked_to_stop_as_it_wants_to_be(store: Store, workers: Workers) -> None:
    stop = Stop(signal=int(signal.SIGINT), grace=20.0)
    task = store.add(shell(f"trap 'echo asked; exit 7' INT; trap 'exit 8' TERM; echo on; {FOREVER}", stop=stop))
    workers.lane().shows("on")
    store.stop(task, "stop")
    becomes(store, task, State.CANCELLED)
    assert last_run(store, task).exit == 7


def test_a_deaf_command_has_no_more_grace_than_it_was_given(store: Store, workers: Workers) -> None:
    stop = Stop(grace=0.2)
    task = store.add(shell(f"trap '' TERM; echo on; {FOREVER}", stop=stop))
    workers.lane().shows("on")
    store.stop(task, "stop")
    becomes(store, task, State.CANCELLED, timeout=Stop().grace - 0.5)
    assert last_run(store, task).signal == signal.SIGKILL


def test_a_store_opened_again_knows_the_policy(store: Store, folder: StoreFolder) -> None:
    new = service("x", ready="port:80", alive="line:ok", restart=Restart.ALWAYS, quiet=1.5, backoff=SOON, retry_lost=True)
    task = store.add(new)
    with contextlib.closing(open_store(folder, "another")) as again:
        assert again.task(task).policy == new.policy
    assert os.path.exists(folder)
