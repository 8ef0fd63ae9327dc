"""Many tasks at once: in transactions of bounded size, each of them whole, and one deed for who takes it back."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from wzp_tui.errors import NotFound, StoreFull, TransitionError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store, open_store
from wzp_tui.store.sqlite import SqliteStore
from wzp_tui.store.wake import Fifo
from wzp_tui.store.writing import AT_ONCE
from wzp_tui.tasks.task import State

from .stores import a_task, begun, ids


def queued(store: Store) -> int:
    return sum(task.state is State.QUEUED for task in store.view(0).tasks)


def fill(store: Store, count: int) -> list[int]:
    return store.add_all([(a_task(), ())] * count)


def test_each_task_is_answered_and_a_refusal_changes_nothing_else(store: Store) -> None:
    first, second, third = fill(store, 3)
    begun(store)
    answers = dict(store.each([first, second, 99, third, second], lambda id: store.hold(id)))
    assert [type(answers[id]) for id in (first, second, 99, third)] == [TransitionError, type(None), NotFound, type(None)]
    assert [store.task(id).state for id in (first, second, third)] == [State.RUNNING, State.HELD, State.HELD]


def test_what_one_task_is_asked_is_done_whole_or_not_at_all(store: Store) -> None:
    (id,) = fill(store, 1)

    def tag_and_assign(id: int) -> None:
        store.edit(id, tags=("web",))
        store.assign(id, lane="nowhere")

    assert isinstance(dict(store.each([id], tag_and_assign))[id], NotFound)
    assert store.task(id).tags == ()


def test_an_answer_comes_after_its_commit_and_whoever_sleeps_is_woken_then(store: SqliteStore, folder: StoreFolder) -> None:
    fill(store, AT_ONCE + 1)
    with closing(open_store(folder, "another")) as other, closing(Fifo(folder.fifo("slot.default.1"))) as worker:
        assert [id for id, _ in store.each(ids(store), lambda id: store.hold(id))][-1] == AT_ONCE + 1
        worker.drain()
        answers = store.each(ids(store), lambda id: store.release(id))
        next(answers)
        assert queued(other) == AT_ONCE, "others see a whole batch, and not yet the next one"
        assert os.read(worker.fd, 1) == b"!"
        with pytest.raises(BlockingIOError):
            os.read(worker.fd, 1)
        store.hold(1)
        assert len(list(answers)) == AT_ONCE
        assert queued(other) == AT_ONCE


def test_one_undo_takes_all_of_it_back_though_others_did_something_meanwhile(store: Store, folder: StoreFolder) -> None:
    fill(store, AT_ONCE + 100)
    answers = store.each(ids(store), lambda id: store.hold(id))
    next(answers)
    with closing(open_store(folder, "cli:7")) as other:
        other.edit(AT_ONCE + 1, title="by another")
        list(answers)
        undone = other.undo()
        assert (undone.was, len(undone.tasks), undone.refused) == ("held", AT_ONCE + 100, ())
        assert undone.tasks == tuple(ids(store))
        assert queued(store) == AT_ONCE + 100
        assert other.undo().tasks == (AT_ONCE + 1,)
        with pytest.raises(TransitionError, match="nothing to undo"):
            other.undo()


def test_a_disk_that_is_full_in_the_middle_leaves_nothing_of_the_batch(store: SqliteStore, folder: StoreFolder) -> None:
    fill(store, AT_ONCE + 100)

    def hold(id: int) -> None:
        store.hold(id)
        if id == AT_ONCE + 50:
            raise StoreFull("no room")

    told = []
    with pytest.raises(StoreFull):
        told += [id for id, _ in store.each(ids(store), hold)]
    assert queued(store) == 100
    assert store.changed()
    store.hold(AT_ONCE + 1)
    assert store.undo().tasks == (AT_ONCE + 1,), "it goes on as before"
    assert len(store.undo().tasks) == AT_ONCE


KILLED = """
import os, sys
from wzp_tui.store import open_store
store = open_store(sys.argv[1], "cli:1")
def hold(id):
    store.hold(id)
    if id == 700:
        os.kill(os.getpid(), 9)
for id, _ in store.each(range(1, 1201), hold):
    print(id, flush=True)
"""


def test_who_is_killed_in_the_middle_has_done_what_was_told(store: Store, folder: StoreFolder) -> None:
    fill(store, 1200)
    killed = subprocess.run([sys.executable, "-c", KILLED, folder], capture_output=True, text=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    held = [task.id for task in store.view().tasks if task.state is State.HELD]
    assert held == [int(line) for line in killed.stdout.splitlines()] == list(range(1, AT_ONCE + 1))
    assert len(store.undo().tasks) == AT_ONCE
    with closing(sqlite3.connect(folder.db)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


SETS_A_LIMIT = """
import sys
from wzp_tui.store import open_store
store = open_store(sys.argv[1], "another")
print("here", flush=True)
input()
store.set_limit(3)
"""


def test_who_asks_for_one_thing_waits_for_a_batch_and_not_for_all(store: Store, folder: StoreFolder) -> None:
    fill(store, 20 * AT_ONCE)
    code = [sys.executable, "-c", SETS_A_LIMIT, folder]
    with subprocess.Popen(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as another:
        assert another.stdin is not None
        assert another.stdout is not None
        assert another.stdout.readline() == "here\n"
        for id, _ in store.each(ids(store), lambda id: store.hold(id)):
            if id == 1:
                another.stdin.write("\n")
                another.stdin.flush()
        assert another.wait(60) == 0
    told = [(event.kind, event.task) for event in store.events_since(0, 1 << 20)]
    assert told.index(("limit.set", None)) < told.index(("task.state", 20 * AT_ONCE))
