"""The store as files: whose it is, who may read it, and what happens when it is damaged, empty or gone."""

import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stores import A_TASK, content, count, header, overwrite
from wzp_tui.errors import StoreCorrupt, StoreError, StoreForeign, StoreNewer
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store, backup, open_store
from wzp_tui.store.header import APPLICATION_ID, SCHEMA

# --- whose, and how old ----------------------------------------------------------


def test_the_file_says_whose_it_is_and_how_old(closed: StoreFolder) -> None:
    assert header(closed.db, 68) == APPLICATION_ID
    assert header(closed.db, 60) == SCHEMA


def test_a_foreign_database_is_refused_and_left_as_it_is(folder: StoreFolder) -> None:
    folder.make()
    with contextlib.closing(sqlite3.connect(folder.db)) as foreign:
        foreign.execute("CREATE TABLE song (title)")
        foreign.commit()
    before = content(folder)
    with pytest.raises(StoreForeign, match="belongs to another program; choose another folder"):
        open_store(folder, "test")
    assert content(folder) == before


@pytest.mark.parametrize("in_wal", [False, True], ids=["in the header", "in the wal"])
def test_a_newer_store_is_refused_and_left_as_it_is(closed: StoreFolder, tmp_path: Path, in_wal: bool) -> None:
    """Also where the news lies in the WAL, which the last one to close would write into the file."""
    newer = sqlite3.connect(closed.db, isolation_level=None)
    newer.execute("PRAGMA user_version = 99")
    if in_wal:
        moved = StoreFolder(tmp_path / "moved")
        shutil.copytree(closed, moved)  # what a crash leaves
        assert header(moved.db, 60) == SCHEMA
        newer.close()
    else:
        newer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        newer.close()
        moved = closed
    before = content(moved)
    for _ in range(2):
        with pytest.raises(StoreNewer, match=r"newer wzp-tui.*upgrade") as refused:
            open_store(moved, "test")
        assert refused.value.exit_code == 1
    assert content(moved) == before


def test_a_store_that_grew_newer_while_it_was_open_is_not_written(closed: StoreFolder) -> None:
    with contextlib.closing(open_store(closed, "test")) as store:
        with contextlib.closing(sqlite3.connect(closed.db)) as newer:
            newer.execute("PRAGMA user_version = 99")
        with pytest.raises(StoreNewer):
            store.add(A_TASK)
        assert len(store.view().tasks) == 3


# --- rights ------------------------------------------------------------------------


def test_nobody_else_can_read_anything(store: Store, folder: StoreFolder) -> None:
    """Whatever the umask; and rights that were too wide are taken away."""
    store.close()
    shutil.rmtree(folder)
    old = os.umask(0)
    try:
        os.makedirs(folder, mode=0o777)
        with contextlib.closing(open_store(folder, "test")) as again:
            again.add(A_TASK)
            again.back_up()
            for path, folders, files in os.walk(folder):
                for name in (*folders, "."):
                    assert stat.S_IMODE(os.stat(os.path.join(path, name)).st_mode) == 0o700, name
                for name in files:
                    assert stat.S_IMODE(os.stat(os.path.join(path, name)).st_mode) == 0o600, name
    finally:
        os.umask(old)


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: only root can make another user's folder")
def test_root_leaves_nothing_in_the_store_of_a_user(closed: StoreFolder) -> None:
    shutil.rmtree(os.path.join(closed, "wake"))
    os.chown(closed, 12345, 12345)
    before = sorted(os.listdir(closed))
    with pytest.raises(StoreError, match="belongs to user id 12345; run wzp-tui as that user"):
        open_store(closed, "root")
    assert sorted(os.listdir(closed)) == before


# --- damaged, empty, gone --------------------------------------------------------------


DAMAGE = {
    "no header": lambda path: overwrite(path, 0, b"\xff" * 100),
    "50 bytes": lambda path: os.truncate(path, 50),
    "half of it": lambda path: os.truncate(path, os.path.getsize(path) // 2),
    "no first page": lambda path: overwrite(path, 100, b"\0" * 3996),
    "a page flipped": lambda path: [overwrite(path, page * 4096, b"\xa5" * 4096) for page in range(1, 12)],
    "text": lambda path: Path(path).write_text("hello\n" * 1000),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_store_is_set_aside_as_a_copy_and_the_backup_is_offered(closed: StoreFolder, damage: str) -> None:
    with contextlib.closing(open_store(closed, "test")) as store:
        saved = store.back_up()
    DAMAGE[damage](closed.db)
    before = content(closed)
    for _ in range(2):
        with pytest.raises(StoreCorrupt) as refused:
            count(closed)
        assert f"`wzp-tui doctor --restore` takes back {saved}" in str(refused.value)
        assert "\n" not in str(refused.value)
    (copy,) = [name for name in os.listdir(closed) if ".damaged-" in name and not name.endswith(("-wal", "-shm"))]
    assert stat.S_IMODE(os.stat(os.path.join(closed, copy)).st_mode) == 0o600
    assert content(closed)[copy] == before["store.db"]
    assert content(closed)["store.db"] == before["store.db"]
    assert saved is not None
    backup.restore(closed, saved)
    assert count(closed) == 3


@pytest.mark.parametrize("how", ["gone", "empty"])
@pytest.mark.parametrize("saved", [True, False], ids=["with a backup", "without"])
def test_a_store_that_is_gone_does_not_start_anew(closed: StoreFolder, how: str, saved: bool) -> None:
    """SQLite takes an empty file for an empty database, and that would look like a first start."""
    if saved:
        with contextlib.closing(open_store(closed, "test")) as store:
            store.back_up()
    os.unlink(closed.db) if how == "gone" else os.truncate(closed.db, 0)
    with pytest.raises(StoreCorrupt, match=r"is gone or empty, but .*(takes it back|bring it back)"):
        open_store(closed, "test")
    assert not os.path.exists(closed.db) or os.path.getsize(closed.db) == 0


def test_a_store_killed_at_its_birth_is_born_again(folder: StoreFolder) -> None:
    """At each statement of the first migration: after that it opens, and is empty or whole."""
    script = """
import os, sys
from wzp_tui.paths import StoreFolder
from wzp_tui.store import database, migrate
real, count = database.sqlite3.connect, 0
def connect(*args, **options):
    connection = real(*args, **options)
    def before(statement):
        global count
        count += 1
        if count == int(sys.argv[2]): os.kill(os.getpid(), 9)
    connection.set_trace_callback(before)
    return connection
database.sqlite3.connect = connect
migrate.open_database(StoreFolder(sys.argv[1])).close()
print("born")
"""
    for statement in range(1, 60, 2):
        died = subprocess.run([sys.executable, "-c", script, folder, str(statement)], capture_output=True, text=True, check=False)
        if statement % 8 == 1 or died.stdout:
            assert count(folder) == 0
            shutil.rmtree(folder)
        if died.stdout:
            return
    pytest.fail(f"never born: {died.stderr}")


@pytest.mark.parametrize("what", ["a folder", "a loop"])
def test_what_is_no_file_is_refused(folder: StoreFolder, what: str) -> None:
    folder.make()
    os.mkdir(folder.db) if what == "a folder" else os.symlink(folder.db, folder.db)
    with pytest.raises(StoreError, match="cannot be read"):
        open_store(folder, "test")


def test_what_a_crash_leaves_has_all_that_was_acknowledged(closed: StoreFolder) -> None:
    store = open_store(closed, "test")
    store.add(A_TASK)
    crashed = StoreFolder(os.path.join(os.path.dirname(closed), "crashed"))
    shutil.copytree(closed, crashed)
    store.close()
    os.unlink(crashed.db + "-shm")
    assert count(crashed) == 4
    shutil.rmtree(crashed)


def test_a_store_that_was_replaced_while_it_was_open_is_not_written_any_more(closed: StoreFolder) -> None:
    with contextlib.closing(open_store(closed, "test")) as store:
        store.back_up()
        moved = closed.db + ".moved"
        os.rename(closed.db, moved)
        shutil.copyfile(moved, closed.db)
        for ask in (store.view, lambda: store.add(A_TASK)):
            with pytest.raises(StoreError, match="was replaced or removed while it was open"):
                ask()
