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
        # Named only when it is open: a FIFO without a reader is taken for a dead one, and removed.
        made = f"{path}.{os.urandom(4).hex()}.tmp"
        os.mkfifo(made, 0o600)
        self.fd = os.open(made, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        # With a writer of our own there is never an end of file, which would make the reader spin.
        self._writer = os.open(made, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        os.rename(made, path)

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
    """Wake the owner of a FIFO; `False` when nobody has it open.

    It never fails: what it tells of is committed already, and who was not woken looks by itself after a while.
    """
    try:
        fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        return error.errno not in (errno.ENXIO, errno.ENOENT)
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


def seats_of(lane: str | None, task: int) -> str:
    """How the FIFOs begin of those who may run a task: the slots of its lane, or the worker of its own pane."""
    return lane_seats(lane) if lane else f"task.{task}."


Seats = set[str]
"""Who should look now, as the FIFOs of those workers begin."""
EVERYBODY: Seats = {"slot.", "task."}


def lane_seats(lane: str) -> str:
    """How the FIFOs begin of all slots of a lane."""
    return f"slot.{lane}."


def wake_all(folder: StoreFolder, seats: Iterable[str] = ()) -> None:
    """Wake every watcher, and the workers whose FIFOs begin like this."""
    _wake((WATCHER, *seats), folder)


def wake_task(folder: StoreFolder, task: int) -> bool:
    """Wake the worker that holds a pane for this task; `False` when there is none."""
    return _wake((seats_of(None, task),), folder)


def _wake(prefixes: tuple[str, ...], folder: StoreFolder) -> bool:
    try:
        names = os.listdir(folder.wake)
    except OSError:
        return False  # somebody removed the folder; the commit stands, and who sleeps looks by itself after a while
    woken = False
    for name in names:
        if name.startswith(prefixes) and not name.endswith(".tmp"):
            if wake(folder.fifo(name)):
                woken = True
            elif not name.startswith("slot."):  # a slot's name is used again, perhaps just now
                remove(folder.fifo(name))  # its owner was killed
    return woken
