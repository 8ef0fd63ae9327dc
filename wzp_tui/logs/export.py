"""Writes logs, or lines of them, to a file of the user's choice."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

from wzp_tui.clean import clean, clean_lines
from wzp_tui.errors import UsageError, WzpError
from wzp_tui.logs.child import Child
from wzp_tui.logs.file import LogFile
from wzp_tui.logs.scan import RECORD

_PIECE = 64 * 1024


class Saved(NamedTuple):
    """What was written."""

    path: str
    lines: int
    size: int
    """Bytes."""


def check_target(path: str) -> str:
    """The absolute path of a file that may be written. Raises UsageError."""
    path = os.path.abspath(os.path.expanduser(path.strip())) if path.strip() and "\0" not in path else ""
    if not path or os.path.isdir(path):
        raise UsageError("write the name of a file")
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise UsageError(f"there is no folder {clean(folder, 200)}; make it, or choose another one")
    if not os.access(folder, os.W_OK):
        raise UsageError(f"you may not write into {clean(folder, 200)}; choose another folder")
    return path


class Export:
    """A file that appears whole or not at all, readable by the user alone. Without `replace` a file that is there is never touched."""

    def __init__(self, path: str, *, replace: bool = False) -> None:
        self._path, self._reserved = path, not replace
        self._lines = self._size = 0
        try:
            if self._reserved:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            self._fd, self._temporary = tempfile.mkstemp(prefix=".wzp-tui-", dir=os.path.dirname(path))
        except FileExistsError:
            raise UsageError(f"{clean(path, 200)} is there already; choose another name") from None
        except OSError as error:
            raise _told(path, error) from error

    def write(self, data: bytes) -> None:
        """Add to it. Raises WzpError."""
        try:
            with memoryview(data) as left:
                written = 0
                while written < len(data):
                    written += os.write(self._fd, left[written:])
        except OSError as error:
            raise _told(self._path, error) from error
        self._lines += data.count(b"\n")
        self._size += len(data)

    def finish(self) -> Saved:
        """Let it appear."""
        try:
            os.replace(self._temporary, self._path)
        except OSError as error:
            raise _told(self._path, error) from error
        self._reserved, self._temporary = False, ""
        return Saved(self._path, self._lines, self._size)

    def close(self) -> None:
        """Let go; what is not finished is gone."""
        os.close(self._fd)
        with contextlib.suppress(OSError):
            if self._temporary:
                os.unlink(self._temporary)
            if self._reserved:
                os.unlink(self._path)


def _told(path: str, error: OSError) -> WzpError:
    return WzpError(f"{clean(path, 200)} cannot be written: {(error.strerror or str(error)).lower()}")


def pieces(log: LogFile, start: int, end: int, *, raw: bool) -> Iterator[bytes]:
    """What stands from `start` up to, but without, `end`: byte by byte, or as clean lines without colours."""
    while start < min(end, log.size):
        after = min(end, start + _PIECE) if raw else log.line_end(start)
        data = log.read(start, min(after, end))
        if not data:
            return
        yield data if raw else clean_line(data)
        start = after


def clean_line(data: bytes) -> bytes:
    """A line as it was last seen, harmless, without colours."""
    body = data.rstrip(b"\r\n")
    text = body[body.rfind(b"\r") + 1 :].decode(errors="replace")
    return clean_lines(text, len(text)).encode() + (b"\n" if data.endswith(b"\n") else b"")


class FoundLines(Child):
    """Hands over each line that has a pattern: `write` is called with its bytes, or with the clean line."""

    def __init__(self, path: str, pattern: str, write: Callable[[bytes], None], *, raw: bool) -> None:
        super().__init__()
        self._log, self._pattern, self._write, self._raw = LogFile(path), pattern, write, raw

    async def run(self) -> None:
        """Search to the end. Raises WzpError where the search or the writing does not come to it."""
        try:
            await self.follow("wzp_tui.logs.scan", self._log.path, self._pattern, "", "0", "forwards", str(1 << 60), changed=lambda: None)
        finally:
            self._log.close()
        if self.problem:
            raise WzpError(f"the lines with {self._pattern!r} were not found: the search {self.problem}")

    def take(self, data: bytes) -> bytes:
        """Write the lines that are whole."""
        whole = len(data) - len(data) % RECORD.size
        for start, _, _ in RECORD.iter_unpack(data[:whole]):
            line = self._log.read(start, self._log.line_end(start))
            line = line if line.endswith(b"\n") else line + b"\n"
            self._write(line if self._raw else clean_line(line))
        return data[whole:]
