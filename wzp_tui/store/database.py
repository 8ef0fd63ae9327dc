"""The SQLite file: opened only when it is ours, written only under `write.lock`."""

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from wzp_tui.errors import StoreBusy, StoreCorrupt, StoreError, StoreForeign, StoreFull, StoreNewer
from wzp_tui.paths import StoreFolder
from wzp_tui.store.lock import read_holder, try_flock

APPLICATION_ID = 0x777A7031  # "wzp1"
SCHEMA = 1
LOCK_NOTICE = 2.0
LOCK_TIMEOUT = 30.0

_MAGIC = b"SQLite format 3\0"
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


class Database:
    """One connection to the store of a folder. It belongs to the thread that opened it."""

    def __init__(self, folder: StoreFolder, schema: int = SCHEMA) -> None:
        self.folder = folder
        self.schema = schema
        _refuse_root_in_a_users_store(folder)
        check_header(folder, schema)
        self._lock_fd = os.open(folder.write_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            self.connection = self._connect()
        except BaseException:
            os.close(self._lock_fd)
            raise

    def _connect(self) -> sqlite3.Connection:
        umask = os.umask(0o077)
        try:
            with _named_errors(self.folder):
                connection = sqlite3.connect(
                    self.folder.db, isolation_level=None, timeout=5, cached_statements=0 if sys.version_info >= (3, 12) else 128
                )
        finally:
            os.umask(umask)
        connection.row_factory = None
        try:
            with _named_errors(self.folder):
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if version > self.schema:
                    raise newer(self.folder, version)
                for pragma in _PRAGMAS:
                    connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    @property
    def version(self) -> int:
        """The schema that the file has now; another process may have migrated it."""
        with _named_errors(self.folder):
            return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Read one state of the whole store."""
        with _named_errors(self.folder):
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                self.connection.execute("COMMIT")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction under `write.lock`. Committed, and so acknowledged, when the block has ended; nothing when it raised."""
        with self.locked(), _named_errors(self.folder):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                version = self.connection.execute("PRAGMA user_version").fetchone()[0]
                if version > self.schema:
                    raise newer(self.folder, version)
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold `write.lock`. Two connections must never write and checkpoint at once: SQLite before 3.51.3 can corrupt a WAL so.

        Ctrl-Z is kept off meanwhile, since a stopped holder stops everybody.
        """
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU))
        try:
            _flock_or_name_holder(self._lock_fd, self.folder)
            try:
                yield
            finally:
                _unlock(self._lock_fd)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def close(self) -> None:
        """Close under the lock: the last one to close checkpoints."""
        if self._lock_fd < 0:
            return
        with self.locked():
            self.connection.close()
        os.close(self._lock_fd)
        self._lock_fd = -1


def check_header(folder: StoreFolder, schema: int) -> None:
    """Refuse a foreign, newer or damaged file before SQLite touches it. A missing or new file passes."""
    try:
        with open(folder.db, "rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"{folder.db} cannot be read: {error.strerror}") from error
    if not header:
        return
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise StoreCorrupt(f"{folder.db} is damaged: it does not begin like an SQLite file")
    application = int.from_bytes(header[68:72], "big")
    if application != APPLICATION_ID:
        raise StoreForeign(f"{folder.db} belongs to another program; choose another folder with WZP_STORE")
    version = int.from_bytes(header[60:64], "big")
    if version > schema:
        raise newer(folder, version)


def newer(folder: StoreFolder, version: int) -> StoreNewer:
    """The error for a store of a later wzp-tui."""
    return StoreNewer(
        f"{folder.db} was written by a newer wzp-tui (schema {version}); upgrade wzp-tui, or choose another folder with WZP_STORE"
    )


def _refuse_root_in_a_users_store(folder: StoreFolder) -> None:
    try:
        owner = os.stat(folder).st_uid
    except FileNotFoundError as error:
        raise StoreError(f"{folder} is not there") from error
    if owner != os.geteuid():
        raise StoreError(f"{folder} belongs to user id {owner}; run wzp-tui as that user, or choose another folder with WZP_STORE")


def _flock_or_name_holder(fd: int, folder: StoreFolder) -> None:
    import fcntl

    if not try_flock(fd, fcntl.LOCK_EX):
        start = time.monotonic()
        pause, told = 0.0002, False
        while not try_flock(fd, fcntl.LOCK_EX):
            waited = time.monotonic() - start
            if waited > LOCK_TIMEOUT:
                raise StoreBusy(
                    f"the store is locked by {_holder(folder)} for {LOCK_TIMEOUT:.0f} s; end or continue that process, then try again"
                )
            if waited > LOCK_NOTICE and not told:
                told = True
                on_slow_lock(f"waiting for the store, locked by {_holder(folder)}")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.01)
    os.pwrite(fd, b"%-10d" % os.getpid(), 0)


def _holder(folder: StoreFolder) -> str:
    pid = read_holder(folder.write_lock).decode("ascii", "replace").strip()
    return f"process {pid}" if pid else "another process"


def _unlock(fd: int) -> None:
    import fcntl

    fcntl.flock(fd, fcntl.LOCK_UN)


def on_slow_lock(message: str) -> None:
    """Told once when `write.lock` takes longer than two seconds. The programs replace it with their own log."""
    print(f"wzp-tui: {message}", file=sys.stderr)


_FULL = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_CORRUPT = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


@contextmanager
def _named_errors(folder: StoreFolder) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith(_FULL):
            raise StoreFull(
                f"{folder.db} cannot be written ({error}); make room on its disk or check its rights, then try again"
            ) from error
        if name.startswith(_BUSY):
            raise StoreBusy(f"{folder.db} is locked by another program; close it, then try again") from error
        if name.startswith(_CORRUPT):
            raise StoreCorrupt(f"{folder.db} is damaged ({error})") from error
        raise
