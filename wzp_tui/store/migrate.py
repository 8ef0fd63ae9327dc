"""New stores, old stores, damaged stores."""

import os
import re
import shutil
import sqlite3
import time

from wzp_tui.errors import StoreCorrupt, StoreError
from wzp_tui.paths import StoreFolder, make_private_dir
from wzp_tui.store.database import APPLICATION_ID, SCHEMA, Database, check_header
from wzp_tui.store.lock import is_held, open_file

MIGRATIONS = os.path.join(os.path.dirname(__file__), "migrations")
KEPT_BACKUPS = 10
_BACKUP = re.compile(r"store-\d{8}T\d{6}-v\d+(-\d+)?\.db")


def open_database(folder: StoreFolder, schema: int = SCHEMA, migrations: str = MIGRATIONS) -> Database:
    """Open the store of a folder: made where there is none, migrated where it is older. Nothing starts empty in silence."""
    folder.make()
    _refuse_a_lost_store(folder)
    try:
        database = Database(folder, schema)
    except StoreCorrupt as error:
        raise set_aside(folder, error) from error
    try:
        if database.version < schema:
            _migrate(database, migrations)
    except StoreCorrupt as error:
        database.connection.close()
        raise set_aside(folder, error) from error
    except BaseException:
        database.close()
        raise
    return database


def _refuse_a_lost_store(folder: StoreFolder) -> None:
    if os.path.exists(folder.db) and os.path.getsize(folder.db):
        return
    saved = backups(folder)
    if saved:
        raise StoreCorrupt(f"{folder.db} is gone or empty, but {saved[-1]} is there; `wzp-tui doctor --restore` takes it back")
    if any(os.scandir(os.path.dirname(folder.log(0)))):
        raise StoreCorrupt(
            f"{folder.db} is gone or empty, but logs of its runs are there; bring it back, or move {folder} away to start anew"
        )


def set_aside(folder: StoreFolder, error: StoreError) -> StoreCorrupt:
    """Copy a damaged store, with its WAL, and say where to go from here. The original stays as it is."""
    copy = folder.db + time.strftime(".damaged-%Y%m%dT%H%M%S", time.gmtime())
    for suffix in ("", "-wal", "-shm"):
        if os.path.isfile(folder.db + suffix) and not os.path.exists(copy + suffix):
            shutil.copyfile(folder.db + suffix, copy + suffix)
            os.chmod(copy + suffix, 0o600)
    saved = backups(folder)
    cure = f"`wzp-tui doctor --restore` takes back {saved[-1]}" if saved else "there is no backup to take back"
    return StoreCorrupt(f"{error}; a copy is {copy}; {cure}")


def backups(folder: StoreFolder) -> list[str]:
    """The verified backups, the oldest first."""
    try:
        names = sorted(name for name in os.listdir(folder.backups) if _BACKUP.fullmatch(name))
    except FileNotFoundError:
        return []
    return [os.path.join(folder.backups, name) for name in names]


def back_up(database: Database) -> str:
    """Copy the store into `backups/`, verify the copy and return its path. The oldest beyond ten go."""
    folder = database.folder
    make_private_dir(folder.backups)
    base = os.path.join(folder.backups, time.strftime("store-%Y%m%dT%H%M%S", time.gmtime()) + f"-v{database.version}")
    path, count = f"{base}.db", 0
    while os.path.exists(path):
        count += 1
        path = f"{base}-{count}.db"
    unfinished = path + ".tmp"
    if os.path.exists(unfinished):
        os.unlink(unfinished)
    umask = os.umask(0o077)
    try:
        database.connection.execute("VACUUM INTO ?", (unfinished,))
    except sqlite3.DatabaseError as error:
        raise StoreCorrupt(f"{folder.db} cannot be copied ({error})") from error
    finally:
        os.umask(umask)
    verify(unfinished)
    with open_file(unfinished, os.O_RDONLY) as fd:
        os.fsync(fd)
    os.rename(unfinished, path)
    with open_file(folder.backups, os.O_RDONLY) as fd:
        os.fsync(fd)
    for old in backups(folder)[:-KEPT_BACKUPS]:
        os.unlink(old)
    return path


def verify(path: str) -> None:
    """Raise `StoreCorrupt` where an SQLite file is not sound."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            found = [row[0] for row in connection.execute("PRAGMA quick_check(5)")]
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise StoreCorrupt(f"{path} is damaged ({error})") from error
    if found != ["ok"]:
        raise StoreCorrupt(f"{path} is damaged ({'; '.join(found)})")


def restore(folder: StoreFolder, backup: str) -> str:
    """Put a verified backup in the place of the store; the store that was there is kept beside it. Returns where."""
    verify(backup)
    for name in os.listdir(folder.locks):
        if (name.startswith("slot.") or name.endswith(".run")) and is_held(os.path.join(folder.locks, name)):
            raise StoreError("workers are running on this store; stop their tasks and close their panes, then restore again")
    if is_held(folder.tower_lock):
        raise StoreError("a tower is open on this store; close it, then restore again")
    kept = folder.db + time.strftime(".replaced-%Y%m%dT%H%M%S", time.gmtime())
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(folder.db + suffix):
            os.rename(folder.db + suffix, kept + suffix)
    temporary = folder.db + ".tmp"
    shutil.copyfile(backup, temporary)
    os.chmod(temporary, 0o600)
    os.rename(temporary, folder.db)
    check_header(folder, SCHEMA)
    return kept


def _migrate(database: Database, migrations: str) -> None:
    connection = database.connection
    with database.locked():
        version = database.version  # again: another process may have been faster
        if version >= database.schema:
            return
        if version == 0:
            # Application id and tables come into the file before WAL does, so the header never lies about whose file it is.
            connection.execute("PRAGMA journal_mode=DELETE")
        else:
            back_up(database)
        for number in range(version + 1, database.schema + 1):
            _apply(connection, number, _script(migrations, number))
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            raise StoreError(f"{database.folder} lies on a disk without shared memory; put the store on a local disk (WZP_STORE)")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _script(migrations: str, number: int) -> str:
    for name in os.listdir(migrations):
        if name.startswith(f"{number:04}_") and name.endswith(".sql"):
            with open(os.path.join(migrations, name), encoding="utf-8") as file:
                return file.read()
    raise StoreError(f"migration {number} is missing from this installation; install wzp-tui again")


def _apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def statements(script: str) -> list[str]:
    """The statements of an SQL script; a trigger's body is not taken apart."""
    found, statement = [], ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            found.append(statement.strip())
            statement = ""
    if statement.strip() and not all(line.strip().startswith("--") or not line.strip() for line in statement.splitlines()):
        raise StoreError(f"a migration ends in the middle of a statement: {statement.strip()[:60]}")
    return found
