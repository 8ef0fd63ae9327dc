"""The store as files: whose it is, how it grows older, and what happens when it is damaged, full, locked or gone."""

import contextlib
import hashlib
import os
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import wait_until
from wzp_tui.errors import StoreBusy, StoreCorrupt, StoreError, StoreForeign, StoreFull, StoreNewer, WzpError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import NewTask, Store, backup, open_store
from wzp_tui.store.database import Database
from wzp_tui.store.header import APPLICATION_ID, SCHEMA
from wzp_tui.store.lock import FileLock, is_held
from wzp_tui.store.migrate import MIGRATIONS, open_database, statements

A_TASK = NewTask(("true",), "/")


@pytest.fixture
def closed(folder: StoreFolder) -> StoreFolder:
    """The folder of a store with three tasks that nobody has open."""
    with contextlib.closing(open_store(folder, "test")) as store:
        store.add_all([(A_TASK, ())] * 3)
    return folder


def count(folder: StoreFolder) -> int:
    with contextlib.closing(open_store(folder, "counter")) as store:
        return len(store.view().tasks)


def content(folder: StoreFolder) -> dict[str, str]:
    """A hash of each file of the database."""
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.startswith("store.db") and not name.endswith("-shm"):
            with open(os.path.join(folder, name), "rb") as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
    return found


def header(path: str, offset: int) -> int:
    with open(path, "rb") as file:
        return int.from_bytes(file.read(100)[offset : offset + 4], "big")


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


def overwrite(path: str, offset: int, data: bytes) -> None:
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)


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


# --- backups and migrations ----------------------------------------------------------------


def test_a_backup_is_whole_and_can_be_taken_back(closed: StoreFolder) -> None:
    with contextlib.closing(open_store(closed, "test")) as store:
        saved = store.back_up()
        assert saved is not None
        assert store.back_up(older_than=3600) is None
        store.add(A_TASK)
    backup.verify(saved)
    kept = backup.restore(closed, saved)
    assert count(closed) == 3
    with contextlib.closing(sqlite3.connect(kept)) as replaced:
        assert replaced.execute("SELECT count(*) FROM task").fetchone() == (4,)


def test_whoever_works_makes_a_backup_a_day(closed: StoreFolder) -> None:
    def work() -> list[str]:
        with contextlib.closing(open_store(closed, "test")) as store:
            store.settle()
        return backup.backups(closed)

    (first,) = work()
    backup.verify(first)
    assert work() == [first]
    os.utime(first, (0, 0))
    assert len(work()) == 2


def test_the_last_ten_backups_are_kept(closed: StoreFolder) -> None:
    with contextlib.closing(open_store(closed, "test")) as store:
        made = [store.back_up() for _ in range(12)]
    assert set(backup.backups(closed)) == set(made[-10:])
    assert not [name for name in os.listdir(closed.backups) if name.endswith(".tmp")]


def test_a_backup_that_is_damaged_replaces_nothing(closed: StoreFolder) -> None:
    with contextlib.closing(open_store(closed, "test")) as store:
        saved = store.back_up()
    assert saved is not None
    before = content(closed)
    overwrite(saved, 4096, b"\xa5" * 40960)
    with pytest.raises(StoreCorrupt):
        backup.restore(closed, saved)
    assert content(closed) == before


@pytest.mark.parametrize("who", ["a worker", "a tower", "a writer"])
def test_nothing_is_restored_under_whoever_works(closed: StoreFolder, who: str) -> None:
    with contextlib.closing(open_store(closed, "test")) as store:
        saved = store.back_up()
    assert saved is not None
    path = {"a worker": closed.slot_lock("default", 1), "a tower": closed.tower_lock, "a writer": closed.write_lock}[who]
    holder = FileLock.take(path)
    assert holder is not None
    before = content(closed)
    with pytest.raises(StoreError, match="then restore again"):
        backup.restore(closed, saved)
    assert content(closed) == before
    holder.release()
    backup.restore(closed, saved)


@pytest.fixture
def migrations(tmp_path: Path) -> str:
    """Ours, and a second one."""
    place = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, place)
    (place / "0002_colours.sql").write_text(
        "-- Colours.\nALTER TABLE task ADD COLUMN colour TEXT;\n"
        "CREATE TABLE colour (name TEXT) STRICT;\nINSERT INTO colour VALUES ('a;b');\n"
    )
    return str(place)


def schema_of(path: str) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return [" ".join(row[0].split()) for row in connection.execute("SELECT sql FROM sqlite_schema WHERE sql <> '' ORDER BY name")]


def test_an_older_store_is_backed_up_and_migrated(closed: StoreFolder, migrations: str, tmp_path: Path) -> None:
    database = open_database(closed, schema=2, migrations=migrations)
    assert database.version == 2
    assert database.execute("SELECT count(*), max(colour) FROM task").fetchone() == (3, None)
    database.close()
    (saved,) = backup.backups(closed)
    backup.verify(saved)
    assert header(saved, 60) == 1
    fresh = StoreFolder(tmp_path / "fresh")
    open_database(fresh, schema=2, migrations=migrations).close()
    assert schema_of(fresh.db) == schema_of(closed.db)
    with pytest.raises(StoreNewer):
        open_store(closed, "older")


def test_a_migration_that_fails_changes_nothing(closed: StoreFolder, migrations: str) -> None:
    before = schema_of(closed.db)
    with open(os.path.join(migrations, "0002_colours.sql"), "a") as file:
        file.write("INSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        open_database(closed, schema=2, migrations=migrations)
    assert schema_of(closed.db) == before
    assert count(closed) == 3


def test_a_migration_killed_at_any_statement_is_done_or_not(closed: StoreFolder, migrations: str, tmp_path: Path) -> None:
    script = """
import os, sys
from wzp_tui.paths import StoreFolder
from wzp_tui.store import migrate
real, count = migrate._apply, 0
def apply(connection, number, script):
    def before(statement):
        global count
        count += 1
        if count == int(sys.argv[3]): os.kill(os.getpid(), 9)
    connection.set_trace_callback(before)
    real(connection, number, script)
migrate._apply = apply
migrate.open_database(StoreFolder(sys.argv[1]), schema=2, migrations=sys.argv[2]).close()
print("migrated")
"""
    old, seen = schema_of(closed.db), set()
    for statement in range(1, 20):
        copy = StoreFolder(tmp_path / f"copy{statement}")
        shutil.copytree(closed, copy)
        died = subprocess.run([sys.executable, "-c", script, copy, migrations, str(statement)], capture_output=True, check=False)
        database = Database(copy, schema=2)
        version, tasks = database.version, database.execute("SELECT count(*) FROM task").fetchone()[0]
        database.close()
        assert tasks == 3
        assert (version, schema_of(copy.db) == old) in {(1, True), (2, False)}
        seen.add(version)
        if died.stdout:
            assert version == 2
            assert seen == {1, 2}
            return
    pytest.fail("never migrated")


def test_many_who_open_a_new_store_at_once_make_one(folder: StoreFolder) -> None:
    script = "import sys; from wzp_tui.store import *; s = open_store(sys.argv[1], 'x'); s.add(NewTask(('true',), '/')); s.close()"
    opening = [subprocess.Popen([sys.executable, "-c", script, folder], stderr=subprocess.PIPE) for _ in range(12)]
    for process in opening:
        assert process.communicate()[1] == b""
    assert count(folder) == 12


def test_a_script_is_taken_apart_at_its_statements() -> None:
    trigger = "CREATE TRIGGER t BEFORE UPDATE ON event BEGIN\n SELECT 1;\n SELECT 2;\nEND;"
    assert statements(f"-- a comment\nSELECT 'a;b';\n{trigger}\n-- the end\n") == ["-- a comment\nSELECT 'a;b';", trigger]
    with pytest.raises(StoreError, match="ends in the middle"):
        statements("SELECT 1;\nSELECT")


def test_history_cannot_be_changed(store: Store, folder: StoreFolder) -> None:
    store.add(A_TASK)
    with contextlib.closing(sqlite3.connect(folder.db)) as forger, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        forger.execute("UPDATE event SET actor = 'somebody else'")


# --- full and locked --------------------------------------------------------------------------


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
