"""Searches a log for a pattern, in a process of its own: a pattern can take for ever, and this one can be ended.

`python -m wzp_tui.logs.scan FILE PATTERN LEVEL FROM forwards|backwards MOST` looks at the whole file, from the offset FROM to one end
and from the other end back to it, and writes a record for each line that has the pattern and is of the level: offset of the line, first
column and length of the match. After MOST lines it writes `COUNTED`, how many more there are, 0.
"""

import os
import re
import resource
import signal
import struct
import sys
from collections.abc import Iterator
from itertools import chain

from wzp_tui.clean import clean
from wzp_tui.errors import UsageError
from wzp_tui.logs.file import LogFile, plain, shown
from wzp_tui.logs.level import Level, Wanted, wanted

RECORD = struct.Struct("<QII")
COUNTED = 2**64 - 1
_BLOCK = 1 << 20
_LONGEST = 16 * 1024
"""Bytes of a line that are looked at: those that are shown."""
_SECONDS = 300
"""Of the processor; who searches has long given up then."""
_SGR = re.compile(rb"\x1b\[[0-9;:]{0,100}m")
_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_CONTROLS = bytes((*range(9), *range(11, 32), 127))

Found = tuple[int, int, int]


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern; capitals count only where it has some. Raises `re.error`."""
    return re.compile(pattern, re.MULTILINE | (0 if pattern != pattern.lower() else re.IGNORECASE))


def check_pattern(pattern: str) -> None:
    """Raise UsageError for what is not a regular expression."""
    try:
        compiled(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageError(f"not a regular expression: {clean(str(error))}; put a \\ before signs that stand for themselves") from None


def scan(log: LogFile, pattern: Wanted, start: int, backwards: bool) -> Iterator[list[Found]]:
    """The lines that have the pattern, a block at a time, those next to `start` first."""
    start = log.line_start(start) if start < log.size else log.size
    if backwards:
        for block in chain(_blocks_before(log, start, 0), _blocks_before(log, log.size, start)):
            yield _in_block(log, pattern, *block)[::-1]
    else:
        for block in chain(_blocks_from(log, start, log.size), _blocks_from(log, 0, start)):
            yield _in_block(log, pattern, *block)


def _blocks_from(log: LogFile, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        after = end if end - start <= _BLOCK else max(log.line_start(start + _BLOCK), log.line_end(start))
        yield start, min(after, end)
        start = after


def _blocks_before(log: LogFile, end: int, start: int) -> Iterator[tuple[int, int]]:
    while end > start:
        before = start if end - start <= _BLOCK else max(start, log.line_start(end - _BLOCK))
        yield before, end
        end = before


def _in_block(log: LogFile, pattern: Wanted, start: int, end: int) -> list[Found]:
    raw = log.read(start, end)
    without = _SGR.sub(b"", raw) if b"\x1b" in raw else raw
    without = without.replace(b"\r\n", b"\n") if b"\r" in without else without
    text = without.decode(errors="replace")
    special = len(without.translate(None, _CONTROLS)) < len(without) if without.isascii() else _SPECIAL.search(text)
    if special or max(map(len, raw.split(b"\n"))) > _LONGEST:
        return _line_by_line(log, pattern, start, end)
    text = text.expandtabs(8) if "\t" in text else text
    if not text.endswith("\n"):
        text, raw = text + "\n", raw + b"\n"
    found: list[Found] = []
    line = offset = 0  # where one and the same line begins in `text` and in `raw`
    while line < len(text) and (match := pattern.search(text, line)):
        begin = text.rfind("\n", 0, match.start()) + 1
        for _ in range(text.count("\n", line, begin)):
            offset = raw.index(b"\n", offset) + 1
        if begin == len(text):
            break
        line = text.index("\n", begin) + 1
        # What was found may reach over the end of the line, or stand where nothing is shown any more.
        if hit := pattern.search(plain(text[begin : line - 1])):
            found.append((start + offset, hit.start(), hit.end() - hit.start()))
        offset = raw.index(b"\n", offset) + 1
    return found


def _line_by_line(log: LogFile, pattern: Wanted, start: int, end: int) -> list[Found]:
    found = []
    while start < end:
        after = log.line_end(start)
        if hit := pattern.search(plain(shown(log.read(start, min(after, start + _LONGEST))))):
            found.append((start, hit.start(), hit.end() - hit.start()))
        start = after
    return found


def be_bounded() -> None:
    """Make this process one that steps back for others, and that ends: when nobody reads, and when it has taken long enough."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS + 1))
    os.nice(5)


def main() -> None:
    """Write the records to standard output."""
    path, pattern, level, start, direction, most = sys.argv[1:]
    be_bounded()
    sought = wanted(compiled(pattern) if pattern else None, Level(level) if level else None)
    left = int(most)
    for found in scan(LogFile(path), sought, int(start), direction == "backwards"):
        records = [RECORD.pack(*one) for one in found[:left]]
        if len(found) > left:
            records.append(RECORD.pack(COUNTED, len(found) - left, 0))
        left = max(0, left - len(found))
        if records:
            sys.stdout.buffer.write(b"".join(records))
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
