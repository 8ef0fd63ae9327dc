"""The recorded output of a run: byte-exact, capped with a visible mark, and never in the way of the command."""

import os
from collections import deque

from wzp_tui.paths import StoreFolder
from wzp_tui.tasks.run import Run

CAP = 64 << 20
TAIL = 256 << 10


class RunLog:
    """Takes what the command printed. After `cap` bytes only the last `tail` bytes are kept, behind a mark.

    A disk that is full costs log, never the run: a mark stands where bytes are missing, as soon as one can be written.
    """

    def __init__(self, path: str, cap: int = CAP, tail: int = TAIL) -> None:
        self.path = path
        self.dropped = 0
        self._fd = -1
        self._room = cap
        self._missing = 0
        """Bytes that were dropped since the last that was written."""
        self._last: deque[bytes] = deque()
        self._last_size = 0
        self._tail = tail

    def write(self, data: bytes) -> None:
        """Record output."""
        head, rest = data[: self._room], data[self._room :]
        if head:
            self._room -= len(head)
            self._write(head)
        if rest:
            self._keep(rest)

    def close(self) -> None:
        """Write the kept tail, with a mark before it where bytes are missing."""
        kept = b"".join(self._last)
        self._drop(max(0, len(kept) - self._tail))
        self._write(kept[-self._tail :])
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _keep(self, data: bytes) -> None:
        self._last.append(data)
        self._last_size += len(data)
        while self._last_size - len(self._last[0]) >= self._tail:
            gone = len(self._last.popleft())
            self._last_size -= gone
            self._drop(gone)

    def _drop(self, count: int) -> None:
        self.dropped += count
        self._missing += count

    def _write(self, data: bytes) -> None:
        mark = b"\r\n[wzp-tui: %d bytes of output are not in this log]\r\n" % self._missing if self._missing else b""
        if not mark and not data:
            return
        try:
            if self._fd < 0:
                self._fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            written = os.write(self._fd, mark + data) - len(mark)
        except OSError:
            written = -len(mark)
        if written >= 0:
            self._missing = 0
        self._drop(len(data) - max(0, written))


def cap_of(folder: StoreFolder) -> int:
    """How many bytes of a run's output are recorded."""
    try:
        with open(folder.log_cap) as file:
            return int(file.read(20))
    except (OSError, ValueError):
        return CAP


def set_cap(folder: StoreFolder, cap: int) -> None:
    """Record so many bytes of the runs that start from now on. Raises `OSError`."""
    if cap != cap_of(folder):
        new = f"{folder.log_cap}.{os.getpid()}"
        with open(new, "w") as file:
            file.write(str(cap))
        os.replace(new, folder.log_cap)


def heard_ms(folder: StoreFolder, run: Run) -> int | None:
    """When an open run printed something last, or began; `None` where its log is full and cannot tell."""
    try:
        state = os.stat(folder.log(run.id))
    except OSError:
        return run.started_ms
    return state.st_mtime_ns // 1_000_000 if state.st_size < cap_of(folder) else None


def last_bytes(path: str, count: int = 64 << 10) -> bytes:
    """The end of a log, as recorded; empty where there is none."""
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - count))
            return file.read()
    except OSError:
        return b""


def last_lines(path: str, count: int) -> bytes:
    """The last lines of a log, as recorded; empty where there is none."""
    return b"\n".join(last_bytes(path).rstrip(b"\r\n").split(b"\n")[-count:])
