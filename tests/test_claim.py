"""Many claim at once: each task goes to one of them."""

import multiprocessing
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from wzp_tui.paths import StoreFolder
from wzp_tui.store import ExitRecord, NewTask, Seat, Store, Worker, open_store
from wzp_tui.store.claim import NEXT_OF_LANE
from wzp_tui.store.events import now_ms
from wzp_tui.store.lock import FileLock, is_held
from wzp_tui.tasks.task import State


def claim_all(folder: str, slot: int, got: "multiprocessing.Queue[list[int]]", begin: "multiprocessing.synchronize.Barrier") -> None:
    """Claim and end, until there is nothing; tell which tasks it were."""
    store, mine = open_store(folder, f"claimer {slot}"), []
    seat, me = Seat("default", slot), Worker(os.getpid(), "x", "", f"slot.default.{slot}")
    begin.wait()
    ended: ExitRecord | None = None
    while (claim := store.claim(seat, me, os.urandom(8).hex(), ended)) is not None:
        mine.append(claim.task.id)
        ended = ExitRecord(claim.run.token, claim.run.id, claim.task.id, now_ms(), 0)
    store.close()
    got.put(mine)


def test_each_task_is_claimed_once_however_many_ask(store: Store, folder: StoreFolder) -> None:
    """Eight processes, 300 tasks, each in one commit with the end of the one before."""
    processes = multiprocessing.get_context("spawn")
    store.set_lane("default", 8)
    tasks = store.add_all([(NewTask(("true",), "/"), ()) for _ in range(300)])
    got, begin = processes.Queue(), processes.Barrier(8)
    claimers = [processes.Process(target=claim_all, args=(folder, slot, got, begin)) for slot in range(1, 9)]
    for claimer in claimers:
        claimer.start()
    claimed = [got.get(timeout=60) for _ in claimers]
    for claimer in claimers:
        claimer.join(10)
    assert sorted(task for mine in claimed for task in mine) == tasks
    assert {task.state for task in store.view().tasks} == {State.DONE}
    assert all(len(store.runs(task)) == 1 for task in tasks)


def test_the_next_task_is_found_without_looking_at_all_of_them(store: Store, folder: StoreFolder) -> None:
    connection = sqlite3.connect(f"file:{folder.db}?mode=ro", uri=True)
    connection.create_function("may_meet", 2, lambda *globs: False)
    values = {"lane": "default", "slot": 1, "task": None, "now": 0}
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {NEXT_OF_LANE}", values)]
    connection.close()
    assert "SEARCH task USING INDEX task_queue (lane=?)" in plan
    assert "INDEX run_open (lane=? AND slot=?)" in " ".join(plan)
    assert not any("TEMP B-TREE" in step for step in plan)
    scanned = [step for step in plan if step.startswith("SCAN")]
    of_our_own = re.compile(r"run_one_open|CONSTANT ROWS|VALUES CLAUSE")  # runs that are open, and what the statement itself holds
    assert all(map(of_our_own.search, scanned)), scanned


ADD_AND_DIE = """
import os, sys
from wzp_tui.store import NewTask, open_store
store, count = open_store(sys.argv[1], "dies"), 0
def before(statement):
    global count
    count += 1
    if count == int(sys.argv[2]): os.kill(os.getpid(), 9)
store._database.connection.set_trace_callback(before)
print(store.add(NewTask(("true",), "/", after=(After(1),))), flush=True)
"""


@pytest.mark.parametrize("statement", range(1, 13))
def test_a_task_is_added_whole_or_not_at_all(store: Store, folder: StoreFolder, statement: int) -> None:
    """Killed before any statement: what was acknowledged is there, and nothing is there by half."""
    store.add(NewTask(("true",), "/"))
    died = subprocess.run([sys.executable, "-c", ADD_AND_DIE, folder, str(statement)], capture_output=True, check=False)
    tasks = store.view().tasks
    if died.stdout:
        assert [task.id for task in tasks] == [1, int(died.stdout)]
    for task in tasks[1:]:
        assert task.after == (1,)
        assert [event.new for event in store.events_since(0) if event.task == task.id] == ["queued"]
    assert store.add(NewTask(("true",), "/")) == len(tasks) + 1


UNLINKED = """
import os, sys
from wzp_tui.store.lock import FileLock, is_held
path, times = sys.argv[1], 0
def before(event, arguments):
    global times
    if event == "fcntl.flock" and times < 3:
        times += 1
        os.unlink(path)
sys.addaudithook(before)
lock = FileLock.take(path)
assert times == 3, times
assert lock is not None and is_held(path)
"""


def test_a_lock_on_a_name_that_was_taken_away_is_no_lock(tmp_path: Path) -> None:
    """Between open and flock the file may be unlinked: then the lock would be one that nobody else can see."""
    subprocess.run([sys.executable, "-c", UNLINKED, str(tmp_path / "lock")], check=True)


def test_a_lock_is_held_until_it_is_released(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    first = FileLock.take(path)
    assert first is not None
    assert FileLock.take(path) is None
    first.release(unlink=True)
    assert not os.path.exists(path)
    second = FileLock.take(path, content=b"me")
    assert second is not None
    assert is_held(path)
    second.release()
    assert not is_held(path)
    assert not is_held(str(tmp_path / "none"))
