"""The lines of a log, by byte offset."""

import os
import re
import stat
from enum import Enum
from typing import NamedTuple

from wzp_tui.clean import clean, clean_lines

LINE_LIMIT = 4096
"""Characters of a line that are shown."""
_LINE_BYTES = 4 * LINE_LIMIT
_BLOCK = 64 * 1024
_BLOCKS = 32
_SGR = re.compile(r"(\x1b\[[0-9;:]{0,100}m)")


class Change(Enum):
    """What happened to a log since the last look."""

    NOTHING = "nothing"
    GROWN = "grown"
    REPLACED = "replaced"
    """Cut, or another file now: offsets from before mean nothing."""


class Line(NamedTuple):
    """A line, or a piece of one that is too long. It ends where the next one begins."""

    start: int
    end: int
    text: str
    """As the program printed it, SGR sequences and all: not clean. A line that was overprinted (`\\r`) is its last state."""
    ended: bool
    """It cannot grow any more."""


class LogFile:
    """A log that may grow, be cut, replaced, removed, and not be there yet. No call reads more than what it is asked for.

    A line longer than 128 KiB is several: a line also begins at each whole 64 KiB if the 64 KiB before have no line break. So every
    line is found from both sides by looking at two blocks.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.size = 0
        self.problem = ""
        """Why there is nothing new to read, in a few words, or `""`."""
        self._fd = -1
        self._id = (0, 0)
        self._blocks: dict[int, bytes] = {}
        self.look()

    def look(self) -> Change:
        """Take the file as it is now."""
        try:
            found = os.stat(self.path)
            if not stat.S_ISREG(found.st_mode):
                self.problem = "not a file"
                return Change.NOTHING
            if replaced := self._fd < 0 or (found.st_dev, found.st_ino) != self._id:
                fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
                self.close()
                self._fd = fd
                found = os.fstat(fd)
                self._id = (found.st_dev, found.st_ino)
        except FileNotFoundError:
            self.problem = "removed" if self._fd >= 0 else "not there yet"
            return Change.NOTHING
        except OSError as error:
            self.problem = _reason(error)
            return Change.NOTHING
        self.problem = ""
        before, self.size = self.size, found.st_size
        if replaced or self.size < before:
            self._blocks.clear()
            return Change.REPLACED if before else Change.GROWN
        if self.size > before:
            self._blocks.pop(before // _BLOCK, None)
            return Change.GROWN
        return Change.NOTHING

    def close(self) -> None:
        """Let go of the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    # --- lines ---------------------------------------------------------------

    def lines_from(self, start: int, count: int) -> list[Line]:
        """Up to `count` lines, the first one beginning at `start`."""
        lines: list[Line] = []
        while len(lines) < count and start < self.size:
            lines.append(self._line(start, self.line_end(start)))
            start = lines[-1].end
        return lines

    def lines_before(self, end: int, count: int) -> list[Line]:
        """Up to `count` lines, the last one ending at `end`."""
        lines: list[Line] = []
        end = min(end, self.size)
        while len(lines) < count and end > 0:
            start = self.line_start(end - 1)
            lines.append(self._line(start, end))
            end = start
        return lines[::-1]

    def line_start(self, offset: int) -> int:
        """Where the line begins that holds this byte."""
        offset = min(max(0, offset), max(0, self.size - 1))
        block = offset // _BLOCK
        if (found := self._block(block).rfind(b"\n", 0, offset % _BLOCK)) >= 0:
            return block * _BLOCK + found + 1
        if block == 0:
            return 0
        found = self._block(block - 1).rfind(b"\n")
        return block * _BLOCK if found < 0 else (block - 1) * _BLOCK + found + 1

    def line_end(self, start: int) -> int:
        """Where the line ends that begins at `start`."""
        block, within = divmod(start, _BLOCK)
        while block * _BLOCK < self.size:
            if (found := self._block(block).find(b"\n", within)) >= 0:
                return block * _BLOCK + found + 1
            block += 1
            if within == 0:
                break
            within = 0
        return min(block * _BLOCK, self.size)

    def line_count(self, start: int, end: int) -> int:
        """How many line breaks there are from `start` up to, but without, `end`."""
        count = 0
        while start < end and (part := self.read(start, min(end, start + _BLOCK))):
            count += part.count(b"\n")
            start += len(part)
        return count

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to, but without, `end`; fewer if they are gone."""
        parts = []
        while start < min(end, self.size):
            block, within = divmod(start, _BLOCK)
            part = self._block(block)[within : within + end - start]
            if not part:
                break
            parts.append(part)
            start += len(part)
        return b"".join(parts)

    def _line(self, start: int, end: int) -> Line:
        raw = self.read(start, min(end, start + _LINE_BYTES))
        ended = end - start > _LINE_BYTES or raw.endswith(b"\n") or end < self.size
        return Line(start, end, shown(raw), ended)

    def _block(self, number: int) -> bytes:
        found = self._blocks.pop(number, None)
        if found is None:
            try:
                found = os.pread(self._fd, _BLOCK, number * _BLOCK) if self._fd >= 0 else b""
            except OSError as error:
                self.problem = _reason(error)
                found = b""
            found = found[: max(0, self.size - number * _BLOCK)]
            if len(self._blocks) >= _BLOCKS:
                del self._blocks[next(iter(self._blocks))]
        self._blocks[number] = found  # those used last are at the end
        return found


def _reason(error: OSError) -> str:
    return (error.strerror or "unreadable").lower()


def shown(raw: bytes) -> str:
    """What a terminal would leave of a line: its last state, without tabs, in at most so many bytes; not clean."""
    raw = raw[:_LINE_BYTES].rstrip(b"\r\n")
    if b"\r" in raw:
        raw = raw[raw.rindex(b"\r") + 1 :]
    text = raw.decode(errors="replace")
    if "\t" not in text:
        return text
    if "\x1b" not in text:
        return text.expandtabs(8)
    column, parts = 0, []
    for place, part in enumerate(_SGR.split(text)):
        if place % 2 == 0:
            part = (" " * (column % 8) + part).expandtabs(8)[column % 8 :]
            column += len(part)
        parts.append(part)
    return "".join(parts)


def plain(text: str) -> str:
    """The text of a line, clean and without colours: what a search looks at."""
    return clean(_SGR.sub("", text), LINE_LIMIT)


def safe_line(line: str) -> str:
    """A line of output that can only colour: what a carriage return overwrote is left out."""
    body, end = (line[:-1], "\n") if line.endswith("\n") else (line, "")
    body = body.rstrip("\r").rpartition("\r")[2]
    parts = _SGR.split(body)
    return "".join(part if number % 2 else clean_lines(part) for number, part in enumerate(parts)) + end
