"""FIFOs on which workers and towers sleep; whoever commits writes a byte."""

import errno
import os
from collections.abc import Iterable

from wzp_tui.paths import StoreFolder
from wzp_tui.store.lock import remove

WATCHER = "watch."


class Fifo:
    """A FIFO of our own. It becomes readable when somebody committed what concerns us."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            os.mkfifo(path, 0o600)
        except FileExistsError:
            pass  # left by a worker that was killed; it does no harm
        self.fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        # With a writer of our own there is never an end of file, which would make the reader spin.
        self._writer = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    def drain(self) -> None:
        """Forget all bytes. Drain first, then read the store, then sleep: so no wake is missed."""
        try:
            while os.read(self.fd, 4096):
                pass
        except BlockingIOError:
            pass

    def close(self, *, unlink: bool = True) -> None:
        """Close, and take the name away."""
        if unlink:
            remove(self.path)
        os.close(self.fd)
        os.close(self._writer)


def wake(path: str) -> bool:
    """Wake the owner of a FIFO; `False` when nobody sleeps on it."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ENOENT):
            return False
        raise
    try:
        os.write(fd, b"!")
    except BlockingIOError:
        pass  # it is full of wakes already
    except BrokenPipeError:
        return False
    finally:
        os.close(fd)
    return True


def watcher(folder: StoreFolder) -> Fifo:
    """A FIFO for somebody who wants to hear of every commit."""
    return Fifo(folder.fifo(f"{WATCHER}{os.getpid()}-{os.urandom(4).hex()}"))


def wake_task(folder: StoreFolder, task: int) -> bool:
    """Wake the worker that holds a pane for this task; `False` when there is none."""
    woken = False
    for name in os.listdir(folder.wake):
        if name.startswith(f"task.{task}."):
            if wake(folder.fifo(name)):
                woken = True
            else:
                remove(folder.fifo(name))
    return woken


def wake_lanes(folder: StoreFolder, lanes: Iterable[str]) -> None:
    """Wake the workers of these lanes, and every watcher."""
    prefixes = tuple(f"slot.{lane}." for lane in lanes)
    for name in os.listdir(folder.wake):
        if name.startswith(WATCHER):
            if not wake(folder.fifo(name)):
                remove(folder.fifo(name))  # its owner was killed
        elif prefixes and name.startswith(prefixes):
            wake(folder.fifo(name))
