"""A search through a log that keeps nobody waiting."""

import asyncio
import contextlib
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from typing import NamedTuple

from wzp_tui.clean import clean
from wzp_tui.errors import UsageError
from wzp_tui.logs.scan import COUNTED, RECORD, compiled

_MOST = 10_000


class Match(NamedTuple):
    """A line that has the pattern: its offset, and where in the text that is shown."""

    line: int
    column: int
    length: int


class Search:
    """Looks for a regular expression in the whole log, in a process of its own, what is next to `start` first.

    Capitals count only if the pattern has some. Matches next to `start` are kept, up to 10,000; `count` counts all. Raises UsageError for
    what is not a regular expression. It must be ended: by `run` coming to its end, or by `cancel`.
    """

    def __init__(self, path: str, pattern: str, *, start: int = 0, backwards: bool = False) -> None:
        try:
            compiled(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise UsageError(f"not a regular expression: {clean(str(error))}; put a \\ before signs that stand for themselves") from None
        self.path = path
        self.pattern = pattern
        self.backwards = backwards
        self.matches: list[Match] = []
        self.count = 0
        self.done = False
        self.problem = ""
        """Why it did not come to its end, or `""`."""
        self._start = start
        self._process: Process | None = None
        self._cancelled = False

    async def run(self, changed: Callable[[], None]) -> None:
        """Search to the end; `changed` is called whenever there is more."""
        direction = "backwards" if self.backwards else "forwards"
        command = (sys.executable, "-P", "-E", "-m", "wzp_tui.logs.scan", self.path, self.pattern, str(self._start), direction, str(_MOST))
        try:
            process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL)
        except (OSError, ValueError) as error:
            self.problem = clean(str(error))
        else:
            await self._follow(process, changed)
        self.done = True
        changed()

    async def _follow(self, process: Process, changed: Callable[[], None]) -> None:
        self._process = process
        try:
            if not self._cancelled:
                await self._take(process, changed)
                code = await process.wait()
                if code and not self._cancelled:
                    self.problem = "took too long" if code in (-signal.SIGXCPU, -signal.SIGKILL) else "failed"
        finally:
            self.cancel()
            await process.wait()

    def cancel(self) -> None:
        """Stop searching."""
        self._cancelled = True
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _take(self, process: Process, changed: Callable[[], None]) -> None:
        assert process.stdout
        data = b""
        while piece := await process.stdout.read(1 << 16):
            data += piece
            whole = len(data) - len(data) % RECORD.size
            for line, column, length in RECORD.iter_unpack(data[:whole]):
                if line == COUNTED:
                    self.count += column
                else:
                    self.count += 1
                    insort(self.matches, Match(line, column, length))
            data = data[whole:]
            changed()

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
