"""A store that cannot be written: its disk is full, or somebody else holds it."""

import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.stores import A_TASK
from tests.support import wait_until
from wzp_tui.errors import StoreBusy, StoreCorrupt, StoreError, StoreForeign, StoreFull, StoreNewer, WzpError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import NewTask, Store, open_store
from wzp_tui.store.database import Database
from wzp_tui.store.lock import is_held


def test_a_full_disk_is_told_and_nothing_is_half_written(store: Store, folder: StoreFolder) -> None:
    database = store._database  # type: ignore[attr-defined]
    database.execute(f"PRAGMA max_page_count = {database.execute('PRAGMA page_count').fetchone()[0] + 2}")

    def add_without_end() -> None:
        while True:
            store.add(NewTask(("x" * 1000,), "/"))

    with pytest.raises(StoreFull, match="make room on its disk"):
        add_without_end()
    added = len(store.view().tasks)
    assert len(store.events_since(0)) == added > 0
    database.execute("PRAGMA max_page_count = 1000000")
    assert store.add(A_TASK) == added + 1
    assert [row[0] for row in database.execute("PRAGMA integrity_check")] == ["ok"]


def test_a_disk_without_room_for_a_byte_is_told_and_blocks_nobody(closed: StoreFolder) -> None:
    """Not even the lock can say who holds it; it is let go of all the same."""
    with contextlib.closing(open_store(closed, "test")) as store:
        os.truncate(closed.write_lock, 0)
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            with pytest.raises(StoreFull):
                store.add(A_TASK)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert not is_held(closed.write_lock)
        assert store.add(A_TASK) == 4


HOLD = """
import sys, time
from wzp_tui.paths import StoreFolder
from wzp_tui.store.migrate import open_database
with open_database(StoreFolder(sys.argv[1])).write():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(store: Store, folder: StoreFolder) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process, in the middle of a transaction."""
    # Ctrl-Z stops only groups that have a parent in their session.
    argv = [sys.executable, "-c", HOLD, folder]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


@pytest.mark.parametrize("stopped", [False, True])
def test_who_holds_the_store_is_named_after_two_seconds(
    holder: "subprocess.Popen[bytes]", store: Store, folder: StoreFolder, stopped: bool
) -> None:
    """Reading goes on meanwhile; and a process that was stopped in a transaction blocks all, so it must be named."""
    if stopped:
        holder.send_signal(signal.SIGSTOP)
    told: list[str] = []
    with contextlib.closing(Database(folder, notice=told.append)) as waits:
        assert store.view().tasks == ()
        with pytest.raises(StoreBusy, match=f"locked by process {holder.pid}; end or continue that process"), waits.write(2.3):
            pass
        assert told == [f"waiting for the store, locked by process {holder.pid}"]
        holder.kill()
        with waits.write(5):
            pass


def test_ctrl_z_does_not_stop_a_process_in_a_transaction(holder: "subprocess.Popen[bytes]", store: Store) -> None:
    holder.send_signal(signal.SIGTSTP)
    assert holder.stdin is not None
    holder.stdin.close()
    wait_until(lambda: is_done(holder.pid))
    assert store.add(A_TASK) == 1
    holder.send_signal(signal.SIGCONT)


def is_done(pid: int) -> bool:
    """The process ended, or was stopped after its transaction."""
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] in "TZ"


def test_a_foreign_lock_on_the_file_is_waited_for_and_told(store: Store, folder: StoreFolder) -> None:
    store._database.execute("PRAGMA busy_timeout = 100")  # type: ignore[attr-defined]
    with contextlib.closing(sqlite3.connect(folder.db, isolation_level=None)) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="locked by another program"):
            store.add(A_TASK)
        foreign.execute("COMMIT")
    assert store.add(A_TASK) == 1


def test_every_error_of_the_store_is_one_line_with_a_cure() -> None:
    for error in (StoreNewer, StoreForeign, StoreCorrupt, StoreBusy, StoreFull):
        assert issubclass(error, StoreError)
        assert issubclass(error, WzpError)
