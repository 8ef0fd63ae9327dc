"""Where a log tells what went wrong."""

import re
from collections.abc import Iterator

from wzp_tui.logs.file import Line, LogFile, plain
from wzp_tui.tasks.failing import TAIL, find_failure, output_lines

FAILING = re.compile(
    r"(?<!\b0 )(?<!\bno )\b(?:\w*errors?|\w*exception|fail(?:ed|ure|ures|s)?|fatal|panic(?:ked)?|aborted|err!)(?!\w)"
    r"|traceback \(most recent|segmentation fault|undefined reference|command not found|no such file|permission denied"
    r"|^not ok\b|^E  |[✗✘]",
    re.IGNORECASE,
)
"""What a line that tells of a failure looks like. It takes linear time on any line."""
HINTS = (
    *("error", "exception", "fail", "fatal", "panic", "aborted", "err!", "traceback", "segmentation fault", "undefined reference"),
    *("command not found", "no such file", "permission denied", "not ok", "\ne  ", "✗", "✘"),
)
"""Words of which each such line has one, in lower case. To look for them first is many times as fast."""
_HINT = re.compile("|".join(map(re.escape, HINTS)))
_LOOK = 1 << 20
_CLOSE = 20
_MOST = 60


def failing_lines(log: LogFile) -> int | None:
    """The offset at which the last report of a failure begins, or None where there is none near the end.

    A report are the failing lines of the last MiB that stand within 20 lines of each other, as those of a traceback, up to 60 lines in
    all. Where a tool that is known has reported there, or up to 60 lines above, it begins as that tool begins it.
    """
    reported, guessed = _reported(log), _guessed(log)
    if reported is None or guessed is None:
        return guessed if reported is None else reported
    return reported if log.line_count(reported, guessed) <= _MOST else guessed


def _reported(log: LogFile) -> int | None:
    start = log.line_start(log.size - TAIL) if log.size > TAIL else 0
    tail = log.read(start, log.size)
    failure = find_failure(output_lines(tail))
    if failure is None:
        return None
    for _ in range(failure.first):
        start = log.line_end(start)
    return start


def _guessed(log: LogFile) -> int | None:
    first: int | None = None
    length = quiet = 0
    for line in _backwards(log):
        if _fails(plain(line.text)):
            first, quiet = line.start, 0
        if first is not None:
            length, quiet = length + 1, quiet + 1
            if length >= _MOST or quiet > _CLOSE:
                break
    return first


def _fails(text: str) -> bool:
    return bool(_HINT.search("\n" + text.lower()) and FAILING.search(text))


def _backwards(log: LogFile) -> Iterator[Line]:
    end, limit = log.size, max(0, log.size - _LOOK)
    while end > limit:
        lines = log.lines_before(end, 64)
        yield from reversed(lines)
        end = lines[0].start
