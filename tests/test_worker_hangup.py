"""When the pane goes away: was it closed, or did the mux die? What was closed ends; what lost its mux goes on."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import wait_until
from tests.workers import Workers, alive, appears, becomes, cpu_seconds, last_run, lines, log_of, shell
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store
from wzp_tui.store.lock import is_held
from wzp_tui.tasks.task import State


class FakeMux:
    """A unix socket that takes connections, as a WezTerm that is alive."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen(5)
        self.asked_at = 0.0
        self._thread = threading.Thread(target=self._take_connections, daemon=True)
        self._thread.start()

    def _take_connections(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._socket.accept()[0].close()
                self.asked_at = time.monotonic()

    @property
    def instance(self) -> str:
        found = os.stat(self.path)
        return f"{self.path}:{found.st_ino}:{found.st_ctime_ns}"

    def die(self) -> None:
        """Its file stays, as after `kill -9`."""
        with contextlib.suppress(OSError):  # it is dead already
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def mux(isolated: Path) -> Iterator[FakeMux]:
    it = FakeMux(Path(os.environ["XDG_RUNTIME_DIR"]) / "sock")
    yield it
    it.die()


@pytest.fixture
def in_wezterm(workers: Workers, mux: FakeMux) -> Workers:
    """Starts workers in panes of that mux."""
    workers.kind, workers.instance = "wezterm", mux.instance
    return workers


def waits_for(go: Path, then: str = "exit 7") -> str:
    """A command that prints when it may end."""
    return f"echo begun; while ! test -e {go}; do sleep 0.02; done; echo after; {then}"


def test_a_closed_pane_cancels_what_ran_in_it(in_wezterm: Workers, mux: FakeMux, store: Store) -> None:
    """The mux is asked a moment later: right after its death it may still answer."""
    task = store.add(shell("echo begun; while :; do sleep 0.05; done"))
    pane = in_wezterm.lane()
    pane.shows("begun")
    before = time.monotonic()
    pane.hang_up()
    assert becomes(store, task, State.CANCELLED).reason == "pane closed"
    assert mux.asked_at - before >= 0.2
    pane.wait()


def test_a_closed_pane_ends_what_does_not_listen(in_wezterm: Workers, store: Store, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    task = store.add(shell(f"trap '' HUP TERM; echo $$ > {pid}; while :; do sleep 0.05; done"))
    pane = in_wezterm.lane()
    command = int(appears(pid))
    pane.hang_up()
    becomes(store, task, State.CANCELLED)
    assert not alive(command)


def test_a_command_outlives_its_mux(in_wezterm: Workers, mux: FakeMux, store: Store, folder: StoreFolder, tmp_path: Path) -> None:
    """It goes on without a pane, to its end, with record and log; its slot stays taken, and nothing else is claimed there."""
    go = tmp_path / "go"
    task, following = store.add(shell(waits_for(go))), store.add(shell("true"))
    pane = in_wezterm.lane()
    pane.shows("begun")
    mux.die()
    pane.hang_up()
    wait_until(lambda: last_run(store, task).detached)
    assert store.task(task).state is State.RUNNING
    assert is_held(folder.slot_lock("default", 1))
    go.touch()
    assert becomes(store, task, State.FAILED).reason == "exit 7"
    assert log_of(folder, last_run(store, task)) == b"begun\r\nafter\r\n"
    pane.wait()
    assert store.task(following).state is State.QUEUED
    assert not is_held(folder.slot_lock("default", 1))


def test_a_run_without_a_pane_costs_nothing(workers: Workers, store: Store, tmp_path: Path) -> None:
    """A dead terminal makes every poll return at once, unless nobody asks for it any more."""
    go, ticks = tmp_path / "go", tmp_path / "ticks"
    line = f"echo begun; while ! test -e {go}; do sleep 0.1; echo x >> {ticks}; done"
    task = store.add(shell(line))
    pane = workers.lane()
    pane.shows("begun")
    pane.hang_up()
    wait_until(lambda: last_run(store, task).detached)
    before = cpu_seconds(pane.pid)
    already = len(lines(ticks))
    wait_until(lambda: len(lines(ticks)) >= already + 8)
    assert cpu_seconds(pane.pid) - before < 0.3
    go.touch()
    becomes(store, task, State.DONE)


def test_a_mux_that_dies_right_after_the_hangup_is_found_dead(in_wezterm: Workers, mux: FakeMux, store: Store, tmp_path: Path) -> None:
    go = tmp_path / "go"
    task = store.add(shell(waits_for(go, "exit 0")))
    pane = in_wezterm.lane()
    pane.shows("begun")
    pane.hang_up()
    mux.die()
    wait_until(lambda: last_run(store, task).detached)
    go.touch()
    becomes(store, task, State.DONE)


def test_another_mux_on_the_same_socket_is_not_ours(in_wezterm: Workers, mux: FakeMux, store: Store, tmp_path: Path) -> None:
    go = tmp_path / "go"
    task = store.add(shell(waits_for(go, "exit 0")))
    pane = in_wezterm.lane()
    pane.shows("begun")
    mux.die()
    mux.path.unlink()
    successor = FakeMux(mux.path)
    pane.hang_up()
    wait_until(lambda: last_run(store, task).detached)
    successor.die()
    go.touch()
    becomes(store, task, State.DONE)


def test_what_the_environment_says_of_a_mux_is_not_believed(workers: Workers, mux: FakeMux, store: Store, tmp_path: Path) -> None:
    """An embedded pane inside a WezTerm that is alive: the tower's end is not a closed pane."""
    go = tmp_path / "go"
    task = store.add(shell(waits_for(go, "exit 0")))
    pane = workers.lane(env={**os.environ, "WEZTERM_UNIX_SOCKET": str(mux.path), "WEZTERM_PANE": "0"})
    pane.shows("begun")
    pane.hang_up()
    wait_until(lambda: last_run(store, task).detached)
    go.touch()
    becomes(store, task, State.DONE)


def test_an_embedded_pane_that_was_closed_on_purpose_was_asked_before(workers: Workers, store: Store) -> None:
    task = store.add(shell("echo begun; while :; do sleep 0.05; done"))
    pane = workers.lane()
    pane.shows("begun")
    store.stop(task, "stop")
    pane.hang_up()
    assert becomes(store, task, State.CANCELLED).reason == "stopped by you"
    assert not last_run(store, task).detached


def test_a_run_without_a_pane_can_still_be_stopped(workers: Workers, store: Store) -> None:
    task = store.add(shell("echo begun; while :; do sleep 0.05; done"))
    pane = workers.lane()
    pane.shows("begun")
    pane.hang_up()
    wait_until(lambda: last_run(store, task).detached)
    store.stop(task, "stop")
    becomes(store, task, State.CANCELLED)


def test_an_idle_worker_ends_with_its_pane_and_takes_no_task_with_it(in_wezterm: Workers, store: Store) -> None:
    becomes_idle = store.add(shell("true"))
    pane = in_wezterm.lane()
    becomes(store, becomes_idle, State.DONE)
    pane.hang_up()
    task = store.add(shell("true"))
    pane.wait()
    assert store.task(task).state is State.QUEUED
    assert store.runs(task) == ()


def test_a_pane_that_is_closed_while_a_run_ends_takes_no_task_with_it(in_wezterm: Workers, store: Store, tmp_path: Path) -> None:
    """The command has ended, and what it left behind floods the pane for some time: then the pane is closed."""
    pid = tmp_path / "pid"
    task = store.add(shell(f"trap '' HUP; yes & echo $$ > {pid}; exit 0"))
    following = store.add(shell("true"))
    pane = in_wezterm.lane()
    command = int(appears(pid))
    wait_until(lambda: not alive(command))
    pane.hang_up()
    pane.wait()
    assert store.task(task).state is State.DONE
    assert store.runs(following) == ()


def test_a_worker_that_is_told_of_no_mux_says_so(store: Store, workers: Workers) -> None:
    for kind, instance in [("wezterm", "/run/sock"), ("wezterm", "sock:1:2"), ("tmux", "x")]:
        workers.kind, workers.instance = kind, instance
        pane = workers.lane()
        assert pane.wait() == 2
        pane.shows("is no mux; a worker is started by the tower")
    workers.kind = "embedded"
    for seat in [("lane", "../x", "1"), ("lane", "default", "x"), ("task", "x"), ("nothing",)]:
        assert workers.start(*seat).wait() == 2
