"""The SQLite file: opened only when it is ours, written only under `write.lock`."""

import fcntl
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from wzp_tui.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull
from wzp_tui.paths import StoreFolder
from wzp_tui.store.backup import read_only, set_aside
from wzp_tui.store.header import SCHEMA, connected, identity, newer
from wzp_tui.store.lock import read_holder, try_flock

LOCK_NOTICE = 2.0
LOCK_PATIENCE = 30.0
LOCK_PAUSE = 0.01
"""Seconds between two tries to get the lock, at the most."""

_PRAGMAS = (
    "synchronous=FULL",
    "fullfsync=ON",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "temp_store=MEMORY",
    "mmap_size=0",
    "trusted_schema=OFF",
    "wal_autocheckpoint=1000",
)


def say_on_stderr(message: str) -> None:
    """Where a store tells that it waits, unless it was given another place."""
    print(f"wzp-tui: {message}", file=sys.stderr)


class Database:
    """One connection to the store of a folder. It belongs to the thread that opened it."""

    def __init__(self, folder: StoreFolder, schema: int = SCHEMA, notice: Callable[[str], None] = say_on_stderr) -> None:
        self.folder = folder
        self.schema = schema
        self._notice = notice
        self._lock_fd = _open_lock(folder)
        try:
            self.connection = self._connect()
            self._file = identity(folder.db)
        except BaseException:
            os.close(self._lock_fd)
            raise
        if self._file is not None:
            connected[self._file] += 1

    def _connect(self) -> sqlite3.Connection:
        umask = os.umask(0o077)
        try:
            with self.named_errors():
                # Cached statements leak from Python 3.12 on.
                cached = 0 if sys.version_info >= (3, 12) else 128
                connection = sqlite3.connect(self.folder.db, isolation_level=None, timeout=5, cached_statements=cached)
        finally:
            os.umask(umask)
        try:
            with self.named_errors():
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if version > self.schema:
                    self._close_untouched(connection)
                    raise newer(self.folder.db, version)
                for pragma in _PRAGMAS:
                    connection.execute(f"PRAGMA {pragma}")
                connection.create_function("may_meet", 2, _may_meet, deterministic=True)
        except BaseException:
            connection.close()
            raise
        return connection

    def _close_untouched(self, connection: sqlite3.Connection) -> None:
        """The last one to close checkpoints, unless it may only read."""
        last = read_only(self.folder.db)
        last.execute("PRAGMA user_version")
        connection.close()
        last.close()

    @property
    def version(self) -> int:
        """The schema that the file has now; another process may have migrated it."""
        return int(self.execute("PRAGMA user_version").fetchone()[0])

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Run one statement on its own; errors are ours."""
        with self.named_errors():
            return self.connection.execute(sql, values)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Read one state of the whole store; inside a write, that of the transaction."""
        if self.connection.in_transaction:
            yield self.connection
            return
        with self.named_errors():
            self._refuse_another_file()
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                if self.connection.in_transaction:
                    self.connection.execute("COMMIT")

    @contextmanager
    def write(self, patience: float | None = None) -> Iterator[sqlite3.Connection]:
        """One transaction under `write.lock`. Committed, and so acknowledged, when the block has ended; nothing when it raised.

        Inside another write it is a part of that: taken back alone where it raised. Raises `StoreBusy` when another process holds the lock
        for `patience` seconds, `LOCK_PATIENCE` where none is given.
        """
        if self.connection.in_transaction:
            with self._part():
                yield self.connection
            return
        with self.locked(patience), self.named_errors():
            self._refuse_another_file()
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                version = self.connection.execute("PRAGMA user_version").fetchone()[0]
                if version > self.schema:
                    raise newer(self.folder.db, version)
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _part(self) -> Iterator[None]:
        self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:  # a full disk ends all of it
                self.connection.execute("ROLLBACK TO part")
                self.connection.execute("RELEASE part")
            raise
        self.connection.execute("RELEASE part")

    @contextmanager
    def locked(self, patience: float | None = None) -> Iterator[None]:
        """Hold `write.lock`. Two connections must never write and checkpoint at once: SQLite before 3.51.3 can corrupt a WAL so.

        Ctrl-Z is kept off meanwhile, since a stopped holder stops everybody.
        """
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU))
        try:
            self._take_lock(LOCK_PATIENCE if patience is None else patience)
            try:
                yield
            finally:
                fcntl.flock(self._lock_fd, fcntl.LOCK_UN)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def _take_lock(self, patience: float) -> None:
        start, pause, told = time.monotonic(), 0.0002, False
        while not try_flock(self._lock_fd, fcntl.LOCK_EX):
            waited = time.monotonic() - start
            if waited >= patience:
                raise StoreBusy(f"the store is locked by {self._holder()}; end or continue that process, then try again")
            if waited > LOCK_NOTICE and not told:
                told = True
                self._notice(f"waiting for the store, locked by {self._holder()}")
            time.sleep(pause)
            pause = min(pause * 1.5, LOCK_PAUSE)
        try:
            os.pwrite(self._lock_fd, b"%-10d" % os.getpid(), 0)
        except OSError:
            pass  # a full disk; the name is for people, the lock is what counts

    def _holder(self) -> str:
        pid = read_holder(self.folder.write_lock).decode("ascii", "replace").strip()
        return f"process {pid}" if pid else "another process"

    def close(self) -> None:
        """Close under the lock: the last one to close checkpoints."""
        if self._lock_fd < 0:
            return
        try:
            with self.locked():
                self.connection.close()
                if self._file is not None:
                    connected[self._file] -= 1
        finally:
            os.close(self._lock_fd)
            self._lock_fd = -1

    def _refuse_another_file(self) -> None:
        if identity(self.folder.db) != self._file:
            raise StoreError(f"{self.folder.db} was replaced or removed while it was open; start wzp-tui again")

    @contextmanager
    def named_errors(self) -> Iterator[None]:
        """Raise SQLite's errors as ours. A store found damaged is set aside as a copy."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            name, db = getattr(error, "sqlite_errorname", "") or "", self.folder.db
            if name.startswith(_FULL):
                raise StoreFull(f"{db} cannot be written ({error}); make room on its disk or check its rights, then try again") from error
            if name.startswith(_BUSY):
                raise StoreBusy(f"{db} is locked by another program; close it, then try again") from error
            if name.startswith(_CORRUPT):
                raise set_aside(self.folder, StoreCorrupt(f"{db} is damaged ({error})")) from error
            raise


def _may_meet(glob: str, other: str) -> bool:
    from wzp_tui.tasks.touches import may_meet  # few tasks name paths

    return may_meet(glob, other)


_FULL = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_CORRUPT = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def _open_lock(folder: StoreFolder) -> int:
    try:
        return os.open(folder.write_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreFull(f"{folder.write_lock} cannot be opened: {error.strerror}; make room or check its rights, then try again") from error
