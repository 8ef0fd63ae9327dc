"""Calamities, each tried for real: survived, and told in the pane, on the screen or in the program log.

Full disks: test_store_locked.py and test_worker_faults.py; clocks that are set: test_worker_time.py.
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import ledger, oracle
from tests.support import until, wait_until
from tests.test_controller import seen, sh, tower, word
from tests.workers import Workers, appears, becomes, last_run, lines, shell, started
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store, database
from wzp_tui.store.lock import is_held
from wzp_tui.store.wake import wake_all
from wzp_tui.tasks.task import State

HOLD = """
import sys, time
from wzp_tui.paths import StoreFolder
from wzp_tui.store.migrate import open_database
with open_database(StoreFolder(sys.argv[1])).write():
    print("held", flush=True)
    time.sleep(1000)
"""
HASTY = """
import sys
from wzp_tui.inpane import worker
from wzp_tui.store import database
database.LOCK_PATIENCE = 2.5
sys.exit(worker.main(sys.argv[1:]))
"""
"""A worker that waits 2.5 s for the store, not 30."""


@contextlib.contextmanager
def stopped_holder(folder: StoreFolder) -> Iterator[int]:
    """A process that was stopped in the middle of a transaction; at the end it is killed."""
    with subprocess.Popen([sys.executable, "-c", HOLD, folder], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.send_signal(signal.SIGSTOP)
        try:
            yield holder.pid
        finally:
            holder.kill()


def nothing_is_broken(folder: StoreFolder) -> None:
    found = ledger.read(folder, check=True)
    assert [*found.damage, *oracle.history(found)] == []


# --- the store is locked, and whoever locked it was stopped -------------------------------------------------------------------


def test_a_worker_outlives_a_store_that_is_locked_for_longer_than_it_waits(
    store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path
) -> None:
    go, ran = tmp_path / "go", tmp_path / "ran"
    task = store.add(shell(f"while ! test -e {go}; do sleep 0.02; done; echo x >> {ran}; exit 7"))
    following = store.add(shell(f"echo y >> {ran}"))
    pane = workers.program([sys.executable, "-P", "-c", HASTY], "lane", "default", "1")
    started(store, task)
    with stopped_holder(folder) as holder:
        go.touch()
        pane.shows(f"waiting for the store, locked by process {holder}")
        pane.shows(f"the store is locked by process {holder}; end or continue that process")
    becomes(store, following, State.DONE)
    assert (store.task(task).reason, lines(ran)) == ("exit 7", ["x", "y"])
    nothing_is_broken(folder)


async def test_a_tower_names_who_locks_the_store_and_goes_on(
    folder: StoreFolder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_PATIENCE", 2.5)
    monkeypatch.setattr(logging.getLogger("wzp_tui"), "propagate", True)
    async with tower(Path(folder)) as controller:
        task = await controller.add(sh("true", hold=True))
        await seen(controller, lambda now: word(now, task) == "held")
        with stopped_holder(folder) as holder:
            with pytest.raises(Exception, match=f"locked by process {holder}; end or continue that process"):
                await controller.release(task)
            assert word(controller, task) == "held"
        assert f"waiting for the store, locked by process {holder}" in caplog.text
        await controller.release(task)
        await seen(controller, lambda now: word(now, task) == "done")


# --- the store is taken away ----------------------------------------------------------------------------------------------------


def test_a_store_that_is_taken_away_under_a_worker_gets_the_end_when_it_is_back(
    store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    task = store.add(shell(f"while ! test -e {go}; do sleep 0.02; done; exit 7"))
    never = store.add(shell("true"))
    pane = workers.lane()
    started(store, task)
    os.rename(folder.db, folder.db + ".away")
    go.touch()
    pane.shows("was replaced or removed while it was open; start wzp-tui again")
    assert pane.wait() == 0
    assert not os.path.exists(folder.db), "nobody makes a new one in its place"
    os.rename(folder.db + ".away", folder.db)
    store.settle()
    assert (store.task(task).state, store.task(task).reason, last_run(store, task).exit) == (State.FAILED, "exit 7", 7)
    assert store.task(never).state is State.QUEUED
    nothing_is_broken(folder)


async def test_a_store_that_is_taken_away_under_a_tower_is_said_until_it_is_back(
    folder: StoreFolder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("wzp_tui"), "propagate", True)
    async with tower(Path(folder)) as controller:
        task = await controller.add(sh("true", hold=True))
        await seen(controller, lambda now: word(now, task) == "held")
        os.rename(folder.db, folder.db + ".away")
        with pytest.raises(Exception, match="was replaced or removed"):
            await controller.release(task)
        wake_all(folder)  # it would look by itself after a while
        shown = await seen(controller, lambda now: "was replaced or removed" in now.trouble)
        assert word(shown, task) == "held", "what was known last stays in sight"
        os.rename(folder.db + ".away", folder.db)
        await until(lambda: not controller.snapshots.value.trouble)
        assert caplog.text.count("the store cannot be read") == 1
        await controller.release(task)
        await seen(controller, lambda now: word(now, task) == "done")


# --- a worker is stopped, and goes on later ---------------------------------------------------------------------------------------


def test_a_worker_that_was_stopped_keeps_its_task_and_its_slot(store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path) -> None:
    ran, go = tmp_path / "ran", tmp_path / "go"
    task = store.add(shell(f"echo a >> {ran}; while ! test -e {go}; do sleep 0.02; done"))
    pane = workers.lane()
    assert appears(ran) == "a"
    pane.signal(signal.SIGSTOP)
    go.touch()
    following = store.add(shell(f"echo b >> {ran}"))
    second = workers.lane(slot=1)
    second.shows("slot 1 of lane default has a worker already")
    assert second.wait() == 0
    workers.lane(slot=2)
    becomes(store, following, State.DONE)
    store.settle()
    assert (store.task(task).state, last_run(store, task).orphaned) == (State.RUNNING, False)
    pane.signal(signal.SIGCONT)
    becomes(store, task, State.DONE)
    assert (lines(ran), len(store.runs(task))) == (["a", "b"], 1)
    nothing_is_broken(folder)


def test_a_sleeping_worker_that_was_stopped_claims_nothing_twice(
    store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    pane = workers.lane()
    becomes(store, store.add(shell("true")), State.DONE)
    pane.signal(signal.SIGSTOP)
    tasks = store.add_all([(shell(f"echo $WZP_TASK >> {ran}"), ()) for _ in range(20)])
    workers.lane(slot=2)
    wait_until(lambda: len(lines(ran)) > 3)
    pane.signal(signal.SIGCONT)
    for task in tasks:
        becomes(store, task, State.DONE)
    assert sorted(map(int, lines(ran))) == tasks
    assert is_held(folder.slot_lock("default", 1))
    nothing_is_broken(folder)
