"""When a task is tried again: exit codes that count, delays that grow, and when to give up. Pure."""

import signal
from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

from wzp_tui.tasks.span import span


class Exits(NamedTuple):
    """Ways to end: exit codes, and signals by number."""

    codes: frozenset[int] = frozenset()
    signals: frozenset[int] = frozenset()

    def hold(self, exit: int | None, signal_number: int | None) -> bool:
        """Did a run end in one of these ways? What nobody saw is none of them."""
        if signal_number:
            return signal_number in self.signals
        return exit is not None and exit in self.codes

    @property
    def words(self) -> str:
        """As `parse_exits` reads it, sorted: `1-3,75,SIGTERM`."""
        if self == ANY:
            return "any"
        parts: list[str] = []
        codes = sorted(self.codes)
        while codes:
            size = next((n for n in range(1, len(codes)) if codes[n] != codes[0] + n), len(codes))
            parts.append(str(codes[0]) if size == 1 else f"{codes[0]}-{codes[size - 1]}")
            codes = codes[size:]
        return ",".join([*parts, *(signal_name(number) for number in sorted(self.signals))])


SUCCESS = Exits(frozenset({0}))
ANY = Exits(frozenset(range(1, 256)), frozenset(map(int, signal.valid_signals())))
"""Every failure."""


def signal_name(number: int) -> str:
    """`SIGTERM`; a real-time signal between the first and the last has no name, and is `SIG40`."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"


class Backoff(NamedTuple):
    """How long to wait before the next attempt. Times are seconds."""

    first: float = 1.0
    factor: float = 2.0
    most: float = 300.0
    jitter: float = 0.1
    """The share by which a delay is shortened at most, by chance, so that what failed together is not tried together."""

    def delay(self, attempt: int, seed: str) -> float:
        """Seconds between the end of that attempt, the first one being 1, and the next; the same for the same seed."""
        try:
            whole = min(self.most, self.first * self.factor ** (attempt - 1))
        except OverflowError:
            whole = self.most
        return whole * (1 - self.jitter * crc32(f"{seed}/{attempt}".encode()) / 2**32)

    @property
    def words(self) -> str:
        """As `parse_backoff` reads it: `1s to 5m by 2 jitter 0.1`."""
        return f"{span(self.first)} to {span(self.most)} by {self.factor:.10g} jitter {self.jitter:.10g}"


class StartLimit(NamedTuple):
    """At most `starts` within so many seconds."""

    starts: int
    within: float

    def reached(self, starts_ms: Sequence[int], now_ms: int) -> bool:
        """Were there as many starts as may be? A start that seems to lie ahead counts: the clock was set back."""
        return sum(start > now_ms - self.within * 1000 for start in starts_ms) >= self.starts

    @property
    def words(self) -> str:
        """As `parse_start_limit` reads it: `5 in 10m`."""
        return f"{self.starts} in {span(self.within)}"
