"""Alive, orphaned, lost, or never begun: judged by locks, and never wrong about a run that is well."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import wait_until
from tests.workers import Workers, alive, appears, becomes, kill, last_run, lines, python, shell
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Claim, ExitRecord, Seat, Store, Worker
from wzp_tui.store.events import now_ms
from wzp_tui.store.lock import NOT_BEGUN, FileLock, is_held, write_durably
from wzp_tui.store.process import process
from wzp_tui.store.wake import Fifo
from wzp_tui.tasks.task import State

OBSERVER = """
import os, sys
from wzp_tui.store import open_store
store, watched = open_store(sys.argv[1], "observer"), os.getppid()
print("watching", flush=True)
while os.getppid() == watched: store.settle()
"""


def test_a_run_that_is_well_is_never_misjudged(store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path) -> None:
    """300 runs of no length, while two observers judge all open runs as fast as they can."""
    ran = tmp_path / "ran"
    observers = [subprocess.Popen([sys.executable, "-c", OBSERVER, folder], stdout=subprocess.PIPE) for _ in range(2)]
    try:
        for observer in observers:
            assert observer.stdout is not None
            assert observer.stdout.readline() == b"watching\n"
        tasks = store.add_all([(shell(f"echo $WZP_TASK >> {ran}"), ()) for _ in range(300)])
        for slot in (1, 2):
            workers.lane(slot=slot)
        wait_until(lambda: all(task.state is not State.QUEUED for task in store.view().tasks), timeout=60)
        for task in tasks:
            becomes(store, task, State.DONE)
        assert [observer.poll() for observer in observers] == [None, None]
    finally:
        for observer in observers:
            observer.kill()
            observer.communicate()
    assert sorted(map(int, lines(ran))) == tasks
    kinds = {event.kind for event in store.events_since(0, 10_000)}
    assert kinds == {"task.added", "task.state", "run.started", "run.ended"}


# --- a worker that is gone -------------------------------------------------------


def test_a_command_dies_with_its_worker_and_is_lost(store: Store, workers: Workers, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    task = store.add(shell(f"echo $$ > {pid}; exec sleep 1000", retries=3))
    pane = workers.lane()
    command = int(appears(pid))
    pane.signal(signal.SIGKILL)
    wait_until(lambda: not alive(command))
    store.settle()
    found = store.task(task)
    assert (found.state, found.reason, found.needs_you) == (State.LOST, "its worker died", True)
    assert last_run(store, task).exit is None


def test_a_lost_task_is_tried_again_only_where_it_says_so(store: Store, workers: Workers, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    task = store.add(shell(f"echo $$ >> {ran}; test $(wc -l < {ran}) = 2 || sleep 1000", retry_lost=True))
    pane = workers.lane()
    command = int(appears(ran))
    pane.signal(signal.SIGKILL)
    wait_until(lambda: not alive(command))
    workers.lane()
    becomes(store, task, State.DONE)
    assert len(lines(ran)) == 2


def test_a_command_that_outlives_its_worker_is_an_orphan_and_keeps_its_slot(store: Store, workers: Workers, tmp_path: Path) -> None:
    """It ignores hangups and has closed every descriptor, and so its lock: its process is what tells that it lives."""
    pid = tmp_path / "pid"
    script = """
import os, signal, sys, time
signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.closerange(3, 256)
with open(sys.argv[1], "w") as file: print(os.getpid(), file=file)
time.sleep(1000)
"""
    task = store.add(python(script, pid, retries=5))
    following = store.add(shell("true"))
    pane = workers.lane()
    command = int(appears(pid))
    try:
        pane.signal(signal.SIGKILL)
        pane.wait()
        store.settle()
        assert store.task(task).state is State.RUNNING
        assert last_run(store, task).orphaned
        workers.lane()
        wait_until(lambda: is_held(workers.folder.slot_lock("default", 1)))
        store.settle()
        assert store.task(following).state is State.QUEUED
        assert [event.kind for event in store.view().events].count("run.orphaned") == 1
    finally:
        kill(command)
    wait_until(lambda: not alive(command))
    store.settle()
    becomes(store, following, State.DONE)
    assert store.task(task).state is State.LOST
    ended = last_run(store, task)
    assert (ended.exit, ended.reason) == (None, "its worker died, and its command ended unseen")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the environment of a process")
def test_a_command_without_a_name_is_found_by_its_environment(store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path) -> None:
    """As if its worker had died between its start and the writing of its name; its lock it has closed."""
    pid = tmp_path / "pid"
    script = "import os, sys, time; os.closerange(3, 256); print(os.getpid(), file=open(sys.argv[1], 'w'), flush=True); time.sleep(1000)"
    task = store.add(python("import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN);" + script, pid))
    pane = workers.lane()
    command = int(appears(pid))
    try:
        os.truncate(folder.child_lock(last_run(store, task).token), 0)
        pane.signal(signal.SIGKILL)
        pane.wait()
        store.settle()
        assert last_run(store, task).orphaned
    finally:
        kill(command)
    wait_until(lambda: not alive(command))
    store.settle()
    assert store.task(task).state is State.LOST


def test_an_orphan_cannot_be_stopped_by_us_and_its_process_is_named(store: Store, workers: Workers, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    task = store.add(shell(f"trap '' HUP; echo $$ > {pid}; while :; do sleep 0.05; done"))
    pane = workers.lane()
    command = int(appears(pid))
    try:
        pane.signal(signal.SIGKILL)
        pane.wait()
        store.settle()
        with pytest.raises(Exception, match=f"nobody can stop it but you: kill {command}"):
            store.cancel(task)
    finally:
        kill(command)


BEFORE_IT_BEGINS = """
import os, sys
sys.argv[0:1] = []
from wzp_tui.inpane import worker
from wzp_tui.store.lock import NOT_BEGUN
def before(event, arguments):
    if event == "os.posix_spawn":
        for name in os.listdir(sys.argv[0] + "/locks"):
            if name.endswith(".child"):
                with open(sys.argv[0] + "/locks/" + name, "rb") as file:
                    open(sys.argv[0] + "/said", "ab").write(file.read() + b".")
sys.addaudithook(before)
worker.main(sys.argv)
"""


def test_the_lock_says_that_nothing_began_only_until_the_command_starts(store: Store, workers: Workers, folder: StoreFolder) -> None:
    """Were the worker killed from here on, the command may have begun: it must not be given back."""
    task = store.add(shell("true"))
    workers.program([sys.executable, "-P", "-c", BEFORE_IT_BEGINS], "lane", "default", "1")
    becomes(store, task, State.DONE)
    assert Path(folder, "said").read_bytes() == b"."


# --- by hand: each way in which a worker can die ------------------------------------


class Begun(NamedTuple):
    """A run whose worker is this test."""

    claim: Claim
    run_lock: FileLock
    child_lock: FileLock

    def dies(self) -> None:
        self.run_lock.release()
        self.child_lock.release()


Begin = Callable[..., Begun]


@pytest.fixture
def begin(store: Store, folder: StoreFolder) -> Begin:
    """Claims a new task; what the command's lock says can be given."""

    def begin(content: object = None, **fields: object) -> Begun:
        store.add(shell("true", **fields))
        token = os.urandom(8).hex()
        run_lock, child_lock = FileLock.take(folder.run_lock(token)), FileLock.take(folder.child_lock(token), content=NOT_BEGUN)
        assert run_lock is not None
        assert child_lock is not None
        claim = store.claim(Seat("default", 1), Worker(os.getpid(), "embedded:1:x", "", "slot.default.1"), token)
        assert claim is not None
        if content is not None:
            child_lock.write(json.dumps(content).encode())
        return Begun(claim, run_lock, child_lock)

    return begin


def named(pid: int, **forged: str) -> object:
    return {"process": {**process(pid)._asdict(), **forged}, "tty": "/dev/pts/1"}


def test_while_the_worker_holds_its_lock_the_run_is_alive(store: Store, begin: Begin) -> None:
    begun = begin()
    store.settle()
    assert store.task(begun.claim.task.id).state is State.RUNNING


def test_while_the_command_holds_its_lock_the_run_is_an_orphan(store: Store, begin: Begin) -> None:
    begun = begin()
    begun.run_lock.release()
    store.settle()
    assert last_run(store, begun.claim.task.id).orphaned
    begun.child_lock.release()
    store.settle()
    assert store.task(begun.claim.task.id).state is State.LOST


def test_who_waits_in_the_slot_of_a_dead_worker_hears_that_it_is_free(store: Store, begin: Begin, folder: StoreFolder) -> None:
    begun = begin()
    waiting = store.add(shell("true"))
    write_durably(folder.record(begun.claim.run.token), record_of(begun).dump())
    begun.dies()
    with contextlib.closing(Fifo(folder.fifo("slot.default.1"))) as worker:
        store.settle()
        assert os.read(worker.fd, 1) == b"!"
    assert store.candidate(Seat("default", 1)) == waiting


def test_a_task_whose_command_never_began_is_given_back(store: Store, begin: Begin, folder: StoreFolder) -> None:
    """Its retries too; and nothing is left of the run."""
    begun = begin(retries=1)
    begun.dies()
    store.settle()
    found = store.task(begun.claim.task.id)
    assert (found.state, found.reason) == (State.QUEUED, "its worker died before the command began")
    assert os.listdir(folder.locks) == []
    again = store.claim(Seat("default", 1), Worker(1, "x", "", "f"), "another")
    assert again is not None
    store.claim(Seat("default", 1), Worker(1, "x", "", "f"), "", ExitRecord("another", again.run.id, found.id, now_ms(), 3))
    assert store.task(found.id).reason == "exit 3, attempt 1 of 2"


@pytest.mark.parametrize("content", [None, b""], ids=["missing", "emptied before the command starts"])
def test_a_lock_file_that_says_nothing_proves_nothing(store: Store, begin: Begin, folder: StoreFolder, content: bytes | None) -> None:
    begun = begin()
    if content is None:
        os.unlink(folder.child_lock(begun.claim.run.token))
    else:
        begun.child_lock.write(content)
    begun.dies()
    store.settle()
    assert store.task(begun.claim.task.id).state is State.LOST


@pytest.mark.parametrize("forged", [{"start": "1"}, {"boot": "another"}, {"start": ""}])
def test_a_pid_that_is_another_process_by_now_is_not_the_command(store: Store, begin: Begin, forged: dict[str, str]) -> None:
    begun = begin(named(os.getpid(), **forged))
    begun.dies()
    store.settle()
    assert store.task(begun.claim.task.id).state is State.LOST


def test_a_process_that_is_the_command_keeps_it_running(store: Store, begin: Begin) -> None:
    with subprocess.Popen(["sleep", "1000"]) as command:
        begun = begin(named(command.pid))
        begun.dies()
        store.settle()
        assert last_run(store, begun.claim.task.id).orphaned
        command.kill()
        wait_until(lambda: not alive(command.pid))  # a zombie: it ended, and nobody asked how
        store.settle()
        assert store.task(begun.claim.task.id).state is State.LOST


def record_of(begun: Begun, exit: int = 3) -> ExitRecord:
    run = begun.claim.run
    return ExitRecord(run.token, run.id, run.task, now_ms(), exit)


def test_a_record_in_the_spool_is_the_end_whatever_the_locks_say(store: Store, begin: Begin, folder: StoreFolder) -> None:
    begun = begin()
    with open(folder.record(begun.claim.run.token), "wb") as file:
        file.write(record_of(begun).dump())
    store.settle()
    store.settle()
    assert store.task(begun.claim.task.id).reason == "exit 3"
    assert [event.kind for event in store.view().events].count("run.ended") == 1
    assert os.listdir(folder.spool) == []


@pytest.mark.parametrize(
    "wrong",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"version": 1}', b'{"token": "%s", "run": "x", "task": 1, "ended_ms": 1}', b"[" * 100_000],
    ids=["empty", "torn", "a list", "null", "no text", "too little", "wrong type", "too deep"],
)
def test_a_record_that_cannot_be_read_is_kept_aside(store: Store, begin: Begin, folder: StoreFolder, wrong: bytes) -> None:
    begun = begin(named(os.getpid(), start="1"))
    begun.dies()
    token = begun.claim.run.token
    with open(folder.record(token), "wb") as file:
        file.write(wrong.replace(b"%s", token.encode()))
    store.settle()
    assert store.task(begun.claim.task.id).state is State.LOST
    assert os.listdir(folder.spool) == [f"{token}.json.unreadable"]


def test_a_record_ends_no_run_but_its_own(store: Store, begin: Begin, folder: StoreFolder) -> None:
    begun = begin()
    with open(folder.record("0" * 16), "wb") as file:
        file.write(record_of(begun).dump())
    store.settle()
    assert store.task(begun.claim.task.id).state is State.RUNNING


def test_a_record_of_a_later_version_is_understood(store: Store, begin: Begin, folder: StoreFolder) -> None:
    begun = begin()
    with open(folder.record(begun.claim.run.token), "w") as file:
        json.dump({**json.loads(record_of(begun).dump()), "version": 9, "colour": "blue"}, file)
    store.settle()
    assert store.task(begun.claim.task.id).reason == "exit 3"


def test_what_killed_workers_left_is_swept_when_it_is_old(store: Store, begin: Begin, folder: StoreFolder) -> None:
    begun = begin()
    held = FileLock.take(folder.run_lock("1" * 16))
    assert held is not None
    for path in (folder.run_lock("2" * 16), folder.child_lock("2" * 16), folder.record("x") + ".1.tmp", folder.fifo("task.1.2")):
        (os.mkfifo if "task." in path else lambda path: open(path, "w").close())(path)
    for path in [os.path.join(place, name) for place in (folder.locks, folder.spool, folder.wake) for name in os.listdir(place)]:
        os.utime(path, (0, 0))
    young = folder.run_lock("3" * 16)
    with open(young, "w"):
        pass
    store.settle()
    token = begun.claim.run.token
    assert set(os.listdir(folder.locks)) == {f"{token}.run", f"{token}.child", "1" * 16 + ".run", "3" * 16 + ".run"}
    assert os.listdir(folder.spool) == []
    assert os.listdir(folder.wake) == []
    with contextlib.suppress(FileNotFoundError):
        held.release(unlink=True)
