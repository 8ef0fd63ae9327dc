"""Where a log tells what went wrong."""

import re
from collections.abc import Iterator

from wzp_tui.logs.file import Line, LogFile, plain

FAILING = re.compile(
    r"(?<!\b0 )(?<!\bno )\b(?:\w*errors?|\w*exception|fail(?:ed|ure|ures|s)?|fatal|panic(?:ked)?|aborted|err!)(?!\w)"
    r"|traceback \(most recent|segmentation fault|undefined reference|command not found|no such file|permission denied"
    r"|^not ok\b|^E  |[✗✘]",
    re.IGNORECASE,
)
"""What a line that tells of a failure looks like. It takes linear time on any line."""
_LOOK = 1 << 20
_CLOSE = 20
_MOST = 60


def failing_lines(log: LogFile) -> int | None:
    """The offset at which the last report of a failure begins, or None where the last MiB has none.

    A report are the failing lines that stand within 20 lines of each other, as those of a traceback, up to 60 lines in all.
    """
    first: int | None = None
    length = quiet = 0
    for line in _backwards(log):
        if FAILING.search(plain(line.text)):
            first, quiet = line.start, 0
        if first is not None:
            length, quiet = length + 1, quiet + 1
            if length >= _MOST or quiet > _CLOSE:
                break
    return first


def _backwards(log: LogFile) -> Iterator[Line]:
    end, limit = log.size, max(0, log.size - _LOOK)
    while end > limit:
        lines = log.lines_before(end, 64)
        yield from reversed(lines)
        end = lines[0].start
