"""New stores and old stores."""

import os
import sqlite3
from collections.abc import Callable

from wzp_tui.errors import StoreCorrupt, StoreError
from wzp_tui.paths import StoreFolder
from wzp_tui.store.backup import back_up, backups, set_aside
from wzp_tui.store.database import Database, say_on_stderr
from wzp_tui.store.header import APPLICATION_ID, SCHEMA, check_header, prepare_folder
from wzp_tui.store.lock import write_durably

MIGRATIONS = os.path.join(os.path.dirname(__file__), "migrations")


def open_database(
    folder: StoreFolder, notice: Callable[[str], None] = say_on_stderr, schema: int = SCHEMA, migrations: str = MIGRATIONS
) -> Database:
    """Open the store of a folder: made where there is none, migrated where it is older. Nothing starts empty in silence."""
    prepare_folder(folder)
    _refuse_a_lost_store(folder)
    try:
        check_header(folder.db, schema)
    except StoreCorrupt as error:
        raise set_aside(folder, error) from error
    database = Database(folder, schema, notice)
    try:
        if database.version < schema:
            _migrate(database, migrations)
    except BaseException:
        database.close()
        raise
    return database


def _refuse_a_lost_store(folder: StoreFolder) -> None:
    try:
        if os.stat(folder.db).st_size:
            return
    except FileNotFoundError:
        pass
    except OSError as error:  # a loop of links, or no right to look
        raise StoreError(f"{folder.db} cannot be read: {error.strerror}; choose another folder with WZP_STORE") from error
    saved = backups(folder)
    if saved:
        raise StoreCorrupt(f"{folder.db} is gone or empty, but {saved[-1]} is there; `wzp-tui doctor --restore` takes it back")
    if os.path.exists(folder.marker):
        raise StoreCorrupt(f"{folder.db} is gone or empty, but a store was here; bring it back, or move {folder} away to start anew")


def _migrate(database: Database, migrations: str) -> None:
    folder, connection = database.folder, database.connection
    with database.locked():
        version = database.version  # again: another process may have been faster
        if version >= database.schema:
            return
        if version == 0:
            # Application id and tables come into the file before WAL does, so the header never lies about whose file it is.
            database.execute("PRAGMA journal_mode=DELETE")
        else:
            back_up(database)
        for number in range(version + 1, database.schema + 1):
            with database.named_errors():
                _apply(connection, number, _script(migrations, number))
        mode = database.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            raise StoreError(f"{folder} lies on a disk without shared memory; put the store on a local disk (WZP_STORE)")
        # `main.`: a table that was renamed leaves a temporary database behind, which has no WAL
        database.execute("PRAGMA main.wal_checkpoint(TRUNCATE)")
        if version == 0:
            write_durably(folder.marker, b"wzp-tui keeps a store in this folder\n")


def _script(migrations: str, number: int) -> str:
    for name in os.listdir(migrations):
        if name.startswith(f"{number:04}_") and name.endswith(".sql"):
            with open(os.path.join(migrations, name), encoding="utf-8") as file:
                return file.read()
    raise StoreError(f"migration {number} is missing from this installation; install wzp-tui again")


def _apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    connection.execute("PRAGMA foreign_keys=OFF")  # a table that is made anew is missing for a moment
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements(script):
            connection.execute(statement)
        for dangling in connection.execute("PRAGMA foreign_key_check").fetchall():
            raise StoreError(f"migration {number} would leave a row of {dangling[0]} without its {dangling[2]}; nothing was changed")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("PRAGMA foreign_keys=ON")


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
