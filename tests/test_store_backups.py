"""Copies of the store that can be taken back, and how it grows older."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stores import A_TASK, a_task, content, count, header, overwrite
from wzp_tui.errors import StoreCorrupt, StoreError, StoreNewer
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store, backup, open_store
from wzp_tui.store.database import Database
from wzp_tui.store.header import SCHEMA
from wzp_tui.store.lock import FileLock
from wzp_tui.store.migrate import MIGRATIONS, open_database, statements
from wzp_tui.tasks.policy import Policy
from wzp_tui.tasks.task import After, Priority, State


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


NEXT = SCHEMA + 1


@pytest.fixture
def migrations(tmp_path: Path) -> str:
    """Ours, and one more."""
    place = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, place)
    (place / f"{NEXT:04}_colours.sql").write_text(
        "-- Colours.\nALTER TABLE task ADD COLUMN colour TEXT;\n"
        "CREATE TABLE colour (name TEXT) STRICT;\nINSERT INTO colour VALUES ('a;b');\n"
    )
    return str(place)


FIRST_STORE = """
INSERT INTO lane (name, slots, paused) VALUES ('build', 4, 1);
INSERT INTO task (id, title, state, workspace, lane, place, priority, rank_ms, argv, cwd, retries, created_ms, queued_ms, changed_ms)
VALUES (1, 'compile', 'failed', 'web', 'build', 'tab', 1, 5, '["make"]', '/', 2, 1000, 1000, 2000),
       (7, 'test', 'skipped', 'web', 'build', 'tab', 2, 5, '["make", "test"]', '/', 0, 1000, 1000, 2000);
INSERT INTO task_after VALUES (7, 1);
INSERT INTO run (task, attempt, token, lane, slot, mux, tty, worker, fifo, boot, started_ms, ended_ms, exit)
VALUES (1, 1, 'cafe', 'build', 3, 'm', '/dev/pts/1', 10, 'f', 'b', 1000, 2000, 2);
INSERT INTO event (at_ms, actor, kind, task, new) VALUES (1000, 'cli', 'task.added', 1, 'queued');
"""


def test_a_store_of_the_first_schema_keeps_all_it_holds(folder: StoreFolder) -> None:
    first = open_database(folder, schema=1)
    with first.write() as connection:
        for statement in statements(FIRST_STORE):
            connection.execute(statement)
    first.close()
    with contextlib.closing(open_store(folder, "test")) as store:
        view = store.view()
        compile, test = view.tasks
        assert (compile.id, compile.title, compile.state, compile.argv) == (1, "compile", State.FAILED, ("make",))
        assert compile.policy == Policy(retries=2)
        assert (test.state, test.after, test.priority) == (State.SKIPPED, (After(1),), Priority.HIGH)
        assert (view.runs[1].exit, view.runs[1].slot) == (2, 3)
        assert [(lane.name, lane.slots, lane.paused) for lane in view.lanes] == [("default", 2, False), ("build", 4, True)]
        store.retry(1)
        assert store.task(7).state is State.QUEUED
        assert store.add(a_task()) == 8
    with contextlib.closing(sqlite3.connect(folder.db)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def schema_of(path: str) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return [" ".join(row[0].split()) for row in connection.execute("SELECT sql FROM sqlite_schema WHERE sql <> '' ORDER BY name")]


def test_an_older_store_is_backed_up_and_migrated(closed: StoreFolder, migrations: str, tmp_path: Path) -> None:
    database = open_database(closed, schema=NEXT, migrations=migrations)
    assert database.version == NEXT
    assert database.execute("SELECT count(*), max(colour) FROM task").fetchone() == (3, None)
    database.close()
    (saved,) = backup.backups(closed)
    backup.verify(saved)
    assert header(saved, 60) == SCHEMA
    fresh = StoreFolder(tmp_path / "fresh")
    open_database(fresh, schema=NEXT, migrations=migrations).close()
    assert schema_of(fresh.db) == schema_of(closed.db)
    with pytest.raises(StoreNewer):
        open_store(closed, "older")


def test_a_migration_that_fails_changes_nothing(closed: StoreFolder, migrations: str) -> None:
    before = schema_of(closed.db)
    with open(os.path.join(migrations, f"{NEXT:04}_colours.sql"), "a") as file:
        file.write("INSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        open_database(closed, schema=NEXT, migrations=migrations)
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
migrate.open_database(StoreFolder(sys.argv[1]), schema=NEXT, migrations=sys.argv[2]).close()
print("migrated")
"""
    old, seen = schema_of(closed.db), set()
    for statement in range(1, 20):
        copy = StoreFolder(tmp_path / f"copy{statement}")
        shutil.copytree(closed, copy)
        died = subprocess.run(
            [sys.executable, "-c", script.replace("NEXT", str(NEXT)), copy, migrations, str(statement)], capture_output=True, check=False
        )
        database = Database(copy, schema=NEXT)
        version, tasks = database.version, database.execute("SELECT count(*) FROM task").fetchone()[0]
        database.close()
        assert tasks == 3
        assert (version, schema_of(copy.db) == old) in {(SCHEMA, True), (NEXT, False)}
        seen.add(version)
        if died.stdout:
            assert version == NEXT
            assert seen == {SCHEMA, NEXT}
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
