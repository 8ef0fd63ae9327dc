"""Copies of the store: verified backups, and damaged stores set aside."""

import os
import re
import sqlite3
import time
from typing import TYPE_CHECKING

from wzp_tui.errors import StoreCorrupt, StoreError
from wzp_tui.paths import StoreFolder, make_private_dir
from wzp_tui.store.header import check_header
from wzp_tui.store.lock import FileLock, is_held, open_file

if TYPE_CHECKING:
    from wzp_tui.store.database import Database

KEPT_BACKUPS = 10
_BACKUP = re.compile(r"store-\d{8}T\d{6}-v\d+(-\d+)?\.db")
_PARTS = ("", "-wal", "-shm")


def backups(folder: StoreFolder) -> list[str]:
    """The verified backups, the oldest first."""
    try:
        found = [(entry.stat().st_mtime_ns, entry.path) for entry in os.scandir(folder.backups) if _BACKUP.fullmatch(entry.name)]
    except FileNotFoundError:
        return []
    return [path for _, path in sorted(found)]


def back_up(database: "Database") -> str:
    """Copy the store into `backups/`, verify the copy and return its path. The oldest beyond ten go."""
    folder = database.folder
    make_private_dir(folder.backups)
    base = os.path.join(folder.backups, _stamp("store-%Y%m%dT%H%M%S", time.time()) + f"-v{database.version}")
    path, count = f"{base}.db", 0
    while os.path.exists(path):
        count += 1
        path = f"{base}-{count}.db"
    unfinished = f"{path}.{os.getpid()}.tmp"
    umask = os.umask(0o077)
    try:
        database.execute("VACUUM INTO ?", (unfinished,))
        verify(unfinished)
        with open_file(unfinished, os.O_RDONLY) as fd:
            os.fsync(fd)
        os.rename(unfinished, path)
    except BaseException:
        if os.path.exists(unfinished):
            os.unlink(unfinished)
        raise
    finally:
        os.umask(umask)
    with open_file(folder.backups, os.O_RDONLY) as fd:
        os.fsync(fd)
    for old in backups(folder)[:-KEPT_BACKUPS]:
        os.unlink(old)
    return path


def newest_age(folder: StoreFolder) -> float | None:
    """Seconds since the last backup; `None`: there is none."""
    saved = backups(folder)
    return time.time() - max(os.stat(path).st_mtime for path in saved) if saved else None


def verify(path: str) -> None:
    """Raise `StoreCorrupt` where an SQLite file is not sound."""
    try:
        connection = read_only(path)
        try:
            found = [row[0] for row in connection.execute("PRAGMA quick_check(5)")]
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise StoreCorrupt(f"{path} is damaged ({error})") from error
    if found != ["ok"]:
        raise StoreCorrupt(f"{path} is damaged ({'; '.join(found)})")


def read_only(path: str) -> sqlite3.Connection:
    """A connection that never writes, not even a checkpoint."""
    for special in "%?#":
        path = path.replace(special, f"%{ord(special):02x}")
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def set_aside(folder: StoreFolder, error: Exception) -> StoreCorrupt:
    """Copy a damaged store, with its WAL, and say where to go from here. The original stays as it is, and is copied once."""
    try:
        copy = folder.db + _stamp(".damaged-%Y%m%dT%H%M%S", os.stat(folder.db).st_mtime)
        for part in _PARTS:
            if os.path.isfile(folder.db + part) and not os.path.exists(copy + part):
                _copy(folder.db + part, copy + part)
        kept = f"a copy is {copy}"
    except OSError as failed:
        kept = f"it could not be copied: {failed.strerror}"
    saved = backups(folder)
    cure = f"`wzp-tui doctor --restore` takes back {saved[-1]}" if saved else "there is no backup to take back"
    return StoreCorrupt(f"{error}; {kept}; {cure}")


def restore(folder: StoreFolder, backup: str) -> str:
    """Put a verified backup in the place of the store; the store that was there is kept beside it. Returns where."""
    check_header(backup)
    verify(backup)
    lock = FileLock.take(folder.write_lock, wait=1)
    if lock is None:
        raise StoreError("another wzp-tui is writing to this store; end it, then restore again")
    try:
        for name in os.listdir(folder.locks):
            if (name.startswith("slot.") or name.endswith(".run")) and is_held(os.path.join(folder.locks, name)):
                raise StoreError("workers are running on this store; stop their tasks and close their panes, then restore again")
        if is_held(folder.tower_lock):
            raise StoreError("a tower is open on this store; close it, then restore again")
        temporary = f"{folder.db}.{os.getpid()}.tmp"
        _copy(backup, temporary)
        kept = folder.db + _stamp(".replaced-%Y%m%dT%H%M%S", time.time())
        for part in reversed(_PARTS):  # a WAL never lies beside a file that is not its own
            if os.path.exists(folder.db + part):
                os.rename(folder.db + part, kept + part)
        os.rename(temporary, folder.db)
        with open_file(folder, os.O_RDONLY) as fd:
            os.fsync(fd)
    finally:
        lock.release()
    return kept


def _copy(source: str, target: str) -> None:
    with open(source, "rb") as old, open_file(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as fd, open(fd, "wb", closefd=False) as new:
        while data := old.read(1 << 20):
            new.write(data)
        new.flush()
        os.fsync(fd)


def _stamp(pattern: str, at: float) -> str:
    return time.strftime(pattern, time.gmtime(at))
