"""A search through a log that keeps nobody waiting."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from typing import NamedTuple

from wzp_tui.logs.child import Child
from wzp_tui.logs.level import Level
from wzp_tui.logs.scan import COUNTED, RECORD, check_pattern

_MOST = 10_000


class Match(NamedTuple):
    """A line that has the pattern: its offset, and where in the text that is shown."""

    line: int
    column: int
    length: int


class Search(Child):
    """Looks for a regular expression in the whole log, or for lines of a level, in a process of its own: what is next to `start` first.

    Capitals count only if the pattern has some. Matches next to `start` are kept, up to 10,000; `count` counts all. Raises UsageError for
    what is not a regular expression. It must be ended: by `run` coming to its end, or by `cancel`.
    """

    def __init__(self, path: str, pattern: str = "", *, level: Level | None = None, start: int = 0, backwards: bool = False) -> None:
        super().__init__()
        check_pattern(pattern)
        self.path = path
        self.pattern = pattern
        self.level = level
        self.backwards = backwards
        self.matches: list[Match] = []
        self.count = 0
        self._start = start

    async def run(self, changed: Callable[[], None]) -> None:
        """Search to the end; `changed` is called whenever there is more."""
        direction = "backwards" if self.backwards else "forwards"
        sought = (self.pattern, self.level or "", str(self._start), direction, str(_MOST))
        await self.follow("wzp_tui.logs.scan", self.path, *sought, changed=changed)

    def take(self, data: bytes) -> bytes:
        """Take in the matches that are whole."""
        whole = len(data) - len(data) % RECORD.size
        for line, column, length in RECORD.iter_unpack(data[:whole]):
            if line == COUNTED:
                self.count += column
            else:
                self.count += 1
                insort(self.matches, Match(line, column, length))
        return data[whole:]

    # --- what was found ------------------------------------------------------

    def at(self, line: int) -> Match | None:
        """The match in the line of this offset."""
        place = bisect_left(self.matches, (line,))
        return self.matches[place] if place < len(self.matches) and self.matches[place].line == line else None

    def after(self, line: int) -> Match | None:
        """The first match in a line after this one."""
        place = bisect_right(self.matches, (line, 1 << 32))
        return self.matches[place] if place < len(self.matches) else None

    def before(self, line: int) -> Match | None:
        """The last match in a line before this one."""
        place = bisect_left(self.matches, (line,))
        return self.matches[place - 1] if place else None
