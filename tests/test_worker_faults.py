"""What breaks around a worker: full disks, locked and migrated stores, removed packages, kill -9. The record of a run survives."""

import contextlib
import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
import time
from pathlib import Path

import wzp_tui
from tests.support import wait_until
from tests.workers import Workers, becomes, last_run, lines, log_of, python, shell, started
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store, open_store
from wzp_tui.store.header import SCHEMA
from wzp_tui.store.liveness import child_process
from wzp_tui.store.lock import FileLock
from wzp_tui.tasks.task import State


def waits_for(go: Path, exit: int = 7) -> str:
    return f"echo begun; while ! test -e {go}; do sleep 0.02; done; exit {exit}"


def spooled(folder: StoreFolder) -> list[str]:
    return [name for name in os.listdir(folder.spool) if name.endswith(".json")]


def limit_files(pid: int, size: int = resource.RLIM_INFINITY) -> None:
    """Let no file of the process grow beyond `size` bytes, as on a disk that is full."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


# --- start ----------------------------------------------------------------------


def test_a_module_in_the_folder_is_not_imported(store: Store, workers: Workers, tmp_path: Path) -> None:
    """A repository may hold a `sqlite3.py`."""
    here = tmp_path / "repository"
    here.mkdir()
    for name in ("sqlite3", "json", "select", "wzp_tui"):
        (here / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'a').write({name!r})\n")
    task = store.add(shell("true"))
    workers.lane(cwd=here, env={**os.environ, "PYTHONPATH": str(here)})
    becomes(store, task, State.DONE)
    assert not (tmp_path / "imported").exists()


def test_a_package_that_is_removed_meanwhile_is_not_needed(store: Store, workers: Workers, tmp_path: Path) -> None:
    """An uninstall or upgrade under a worker: stop, note, hold, retry and record work on."""
    copy = tmp_path / "installed"
    shutil.copytree(os.path.dirname(wzp_tui.__file__), copy / "wzp_tui", ignore=shutil.ignore_patterns("__pycache__"))
    run = (
        "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); module = sys.argv.pop(1); runpy.run_module(module, None, '__main__', True)"
    )
    go, ran = tmp_path / "go", tmp_path / "ran"
    line = f"echo x >> {ran}; trap 'echo heard' INT; kill -STOP $$; {waits_for(go)}"
    task = store.add(shell(line, lane=None))
    argv = [sys.executable, "-P", "-E", "-c", run, str(copy), "wzp_tui.inpane.worker"]
    pane = workers.program(argv, "task", str(task))
    wait_until(lambda: any(event.kind == "run.stopped" for event in store.view().events))
    with open(f"/proc/{pane.pid}/cmdline") as file:
        assert str(copy) in file.read()
    shutil.rmtree(copy)
    os.kill(child_pid(workers.folder, store, task), signal.SIGCONT)
    pane.shows("begun")
    pane.resize(10, 20)
    store.stop(task, "interrupt")
    pane.shows("heard")
    go.touch()
    pane.shows("Enter closes")
    assert store.task(task).reason == "exit 7"
    pane.type("r")
    wait_until(lambda: len(store.runs(task)) == 2)
    wait_until(lambda: lines(ran) == ["x", "x"])
    store.stop(task, "kill")
    assert pane.wait() == 0
    assert store.task(task).reason == "stopped by you"


# --- the store cannot be written ---------------------------------------------------


def test_an_end_survives_a_store_that_is_full(store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path) -> None:
    go = tmp_path / "go"
    task, following = store.add(shell(waits_for(go))), store.add(shell("true"))
    pane = workers.lane()
    started(store, task)
    pane.shows("begun")
    limit_files(pane.pid, 4096)
    go.touch()
    wait_until(lambda: spooled(folder))
    pane.shows("make room on its disk")
    assert store.task(task).state is State.RUNNING
    limit_files(pane.pid)
    assert becomes(store, task, State.FAILED).reason == "exit 7"
    becomes(store, following, State.DONE)
    assert spooled(folder) == []


def test_an_end_that_cannot_even_be_a_file_is_tried_until_it_can(
    store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    task = store.add(shell(waits_for(go)))
    pane = workers.lane()
    started(store, task)
    pane.shows("begun")
    limit_files(pane.pid, 0)
    go.touch()
    pane.shows("cannot be written yet")
    limit_files(pane.pid)
    assert becomes(store, task, State.FAILED).reason == "exit 7"


def test_an_end_survives_a_locked_store_and_the_death_of_its_worker(
    store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    task = store.add(shell(waits_for(go)))
    pane = workers.lane()
    started(store, task)
    pane.shows("begun")
    with contextlib.closing(sqlite3.connect(folder.db, isolation_level=None)) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        go.touch()
        wait_until(lambda: spooled(folder))
        pane.signal(signal.SIGKILL)
        pane.wait()
        foreign.execute("ROLLBACK")
    store.settle()
    assert store.task(task).reason == "exit 7"
    assert spooled(folder) == []


def test_a_worker_waits_for_a_locked_store_and_says_for_whom(store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path) -> None:
    go = tmp_path / "go"
    task = store.add(shell(waits_for(go)))
    pane = workers.lane()
    started(store, task)
    pane.shows("begun")
    lock = FileLock.take(folder.write_lock, content=b"4711")
    assert lock is not None
    go.touch()
    wait_until(lambda: spooled(folder))
    pane.shows("waiting for the store, locked by process 4711")
    lock.release()
    becomes(store, task, State.FAILED)


def test_output_flows_on_while_the_store_is_locked(store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path) -> None:
    """A command that stops itself is noted, later; what it prints is not held up by that."""
    go = tmp_path / "go"
    task = store.add(shell(f"while ! test -e {go}; do sleep 0.01; done; kill -STOP $$; echo on; sleep 1000"))
    pane = workers.lane()
    started(store, task)
    lock = FileLock.take(folder.write_lock)
    assert lock is not None
    go.touch()
    pid = child_pid(folder, store, task)
    pane.shows("the store is locked by")
    os.kill(pid, signal.SIGCONT)
    pane.shows("on")
    assert not any(event.kind == "run.stopped" for event in store.view().events)
    lock.release()
    wait_until(lambda: [event.kind for event in store.view().events].count("run.stopped"))
    store.stop(task, "kill")
    becomes(store, task, State.CANCELLED)


def test_a_worker_of_an_older_version_finishes_and_claims_no_more(
    store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    task, following = store.add(shell(waits_for(go))), store.add(shell("true"))
    pane = workers.lane()
    started(store, task)
    pane.shows("begun")
    with contextlib.closing(sqlite3.connect(folder.db)) as newer:
        newer.execute("ALTER TABLE task ADD COLUMN colour TEXT")
        newer.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    go.touch()
    pane.shows("written by a newer wzp-tui")
    pane.wait()
    assert len(spooled(folder)) == 1
    assert store.task(following).state is State.QUEUED
    with contextlib.closing(sqlite3.connect(folder.db)) as newer:
        newer.execute(f"PRAGMA user_version = {SCHEMA}")  # as if the newer one took it in
    store.settle()
    assert store.task(task).reason == "exit 7"
    assert spooled(folder) == []


# --- the log -----------------------------------------------------------------------


def test_a_full_disk_costs_log_and_nothing_else(store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path) -> None:
    go = tmp_path / "go"
    script = """
import os, sys, time
print("begun", flush=True)
while not os.path.exists(sys.argv[1]): time.sleep(0.01)
sys.stdout.write("x" * 3_000_000)
"""
    task = store.add(python(script, go))
    pane = workers.lane()
    pane.shows("begun")
    limit_files(pane.pid, 1_000_000)
    go.touch()
    becomes(store, task, State.DONE)
    log = log_of(folder, last_run(store, task))
    assert log.startswith(b"begun\r\nxxx")
    assert len(log) == 1_000_000
    ended = next(event for event in store.view().events if event.kind == "run.ended")
    assert ended.data["log_dropped"] == len(b"begun\r\n") + 3_000_000 - 1_000_000


# --- kill -9 --------------------------------------------------------------------------


def test_kill_9_at_any_moment_runs_nothing_twice(store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path) -> None:
    """Workers die at random for some seconds. Each task ran exactly once, or is honestly lost after it ran at most once."""
    ran = tmp_path / "ran"
    dice = random.Random(4)
    tasks = store.add_all([(shell(f"echo $WZP_TASK >> {ran}; sleep 0.0{dice.randrange(10)}"), ()) for _ in range(150)])
    panes = {slot: workers.lane(slot=slot) for slot in (1, 2)}
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline and any(task.state is State.QUEUED for task in store.view().tasks):
        slot = dice.choice((1, 2))
        time.sleep(dice.random() * 0.25)
        panes[slot].signal(signal.SIGKILL)
        panes[slot].wait()
        panes[slot] = workers.lane(slot=slot)

    def settled() -> bool:
        store.settle()
        return all(task.state in (State.DONE, State.LOST) for task in store.view().tasks)

    wait_until(settled)
    count = {task: lines(ran).count(str(task)) for task in tasks}
    view = store.view()
    assert {count[task.id] for task in view.tasks if task.state is State.DONE} == {1}
    assert {count[task.id] for task in view.tasks if task.state is State.LOST} <= {0, 1}
    assert sum(task.state is State.DONE for task in view.tasks) > len(tasks) / 2
    with contextlib.closing(open_store(folder, "another")) as another:
        assert another.view()[:3] == view[:3]


def child_pid(folder: StoreFolder, store: Store, task: int) -> int:
    """The process of the command, as its lock names it."""
    child = wait_until(lambda: child_process(folder, last_run(store, task)))
    return child.pid
