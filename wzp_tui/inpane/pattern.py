"""A regular expression over output that must not wait for it."""

import re
import signal
from collections.abc import Sequence
from types import FrameType

from wzp_tui.tasks.failing import output_lines

MOST_TIME = 0.05
"""Seconds that one piece of output may take; some expressions take for ever."""
MOST_LINE = 4096


class TooSlow(Exception):
    """The expression took too long."""


class LinePattern:
    """Looks for a line in output that comes in pieces. A line counts before its end, too: a prompt has none."""

    def __init__(self, expression: str) -> None:
        self._pattern = re.compile(expression)
        self._rest = b""

    def found_in(self, data: bytes) -> bool:
        """A line that these bytes go on with, or hold, matches. Raises `TooSlow`."""
        lines = output_lines(self._rest + data)
        self._rest = (self._rest + data).rpartition(b"\n")[2][-MOST_LINE:]
        return self._found(lines)

    def _found(self, lines: Sequence[str]) -> bool:
        before = signal.signal(signal.SIGALRM, _too_slow)
        try:
            signal.setitimer(signal.ITIMER_REAL, MOST_TIME)  # the engine looks for signals as it goes
            try:
                return any(self._pattern.search(line) for line in lines)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        finally:
            signal.signal(signal.SIGALRM, before)


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise TooSlow
