"""Locks that die with their holder: `flock` on local files."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from wzp_tui.errors import StoreError

NOT_BEGUN = b"not begun"
"""In the lock of a command before it starts. Emptied, it proves nothing any more: to empty a file needs no room on the disk."""


class FileLock:
    """A lock file, held until `release` or the end of the process. Its content says who holds it; only the lock is the truth."""

    def __init__(self, path: str, fd: int) -> None:
        self.path = path
        self.fd = fd

    @classmethod
    def take(cls, path: str, *, content: bytes = b"", wait: float = 0.0) -> "FileLock | None":
        """Lock `path`, made where it is missing; `None` when another process still holds it after `wait` seconds."""
        deadline = time.monotonic() + wait
        pause = 0.001
        while True:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            if try_flock(fd, fcntl.LOCK_EX):
                if _is_still(path, fd):
                    lock = cls(path, fd)
                    lock.write(content)
                    return lock
                os.close(fd)  # unlinked between open and flock: the name belongs to another file now
                continue
            os.close(fd)
            if time.monotonic() >= deadline:
                return None
            time.sleep(pause)
            pause = min(pause * 2, 0.05)

    def write(self, content: bytes) -> None:
        """Say who holds the lock."""
        try:
            os.ftruncate(self.fd, 0)
            if content:
                os.pwrite(self.fd, content, 0)
        except OSError:
            pass  # a full disk; the name is for people, the lock is what counts

    def empty(self) -> None:
        """Say nothing any more. Raises `OSError` where the file goes on saying what it said."""
        os.ftruncate(self.fd, 0)

    def release(self, *, unlink: bool = False) -> None:
        """Let go; `unlink` while still holding it, so that nobody holds a lock without a name."""
        if self.fd < 0:
            return
        if unlink:
            remove(self.path)
        os.close(self.fd)
        self.fd = -1


def try_flock(fd: int, how: int) -> bool:
    """Take a lock without waiting; `False` when somebody else has it."""
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise StoreError(f"cannot lock files in this folder: {error.strerror}; put the store on a local disk (WZP_STORE)") from error
    return True


def is_held(path: str) -> bool:
    """Somebody holds the lock. A missing file is held by nobody."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not try_flock(fd, fcntl.LOCK_SH)
    finally:
        os.close(fd)


def read_holder(path: str) -> bytes:
    """What the last holder wrote; empty for a missing file."""
    return read_lock(path) or b""


def read_lock(path: str) -> bytes | None:
    """What the last holder wrote; `None` for a missing file."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)


def remove(path: str) -> None:
    """Unlink, where it is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def _is_still(path: str, fd: int) -> bool:
    try:
        named = os.stat(path)
    except FileNotFoundError:
        return False
    held = os.fstat(fd)
    return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)


@contextmanager
def open_file(path: str, flags: int, mode: int = 0o600) -> Iterator[int]:
    """A file descriptor that is closed at the end of the block."""
    fd = os.open(path, flags | os.O_CLOEXEC, mode)
    try:
        yield fd
    finally:
        os.close(fd)


def write_durably(path: str, content: bytes) -> None:
    """Write a whole file or nothing: temp, fsync, rename, fsync of the folder."""
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open_file(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW) as fd:
            view = memoryview(content)
            while view:
                view = view[os.write(fd, view) :]
            os.fsync(fd)
        os.rename(temporary, path)
    except OSError:
        remove(temporary)
        raise
    with open_file(os.path.dirname(path), os.O_RDONLY) as folder:
        os.fsync(folder)
