"""When a task is tried again: exit codes that count, delays that grow, and when to give up. Pure."""

import re
import signal
from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

from wzp_tui.errors import UsageError
from wzp_tui.tasks.parse import check_duration, parse_duration, shown

MOST_FACTOR = 100.0
MOST_STARTS = 1000


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
        parts: list[str] = []
        codes = sorted(self.codes)
        while codes:
            size = next((n for n in range(1, len(codes)) if codes[n] != codes[0] + n), len(codes))
            parts.append(str(codes[0]) if size == 1 else f"{codes[0]}-{codes[size - 1]}")
            codes = codes[size:]
        return ",".join([*parts, *(_signal_name(number) for number in sorted(self.signals))])


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal between the first and the last has none
        return f"SIG{number}"


SUCCESS = Exits(frozenset({0}))


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


class StartLimit(NamedTuple):
    """At most `starts` within so many seconds."""

    starts: int
    within: float

    def reached(self, starts_ms: Sequence[int], now_ms: int) -> bool:
        """Were there as many starts as may be? A start that seems to lie ahead counts: the clock was set back."""
        return sum(start > now_ms - self.within * 1000 for start in starts_ms) >= self.starts

    @property
    def words(self) -> str:
        """`gave up after 5 in 10 min`."""
        size, unit = next((size, unit) for size, unit in _UNITS if self.within % size == 0 or unit == "s")
        return f"gave up after {self.starts} in {self.within / size:g} {unit}"


_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def check_backoff(backoff: Backoff) -> Backoff:
    """Return `backoff`, or raise `UsageError`."""
    check_duration(backoff.first)
    check_duration(backoff.most)
    if backoff.most < backoff.first:
        raise UsageError(f"backoff: the longest delay of {backoff.most:g}s is shorter than the first one of {backoff.first:g}s")
    if not 1 <= backoff.factor <= MOST_FACTOR:
        raise UsageError(f"backoff: factor {backoff.factor:g} is not between 1 and {MOST_FACTOR:g}")
    if not 0 <= backoff.jitter <= 1:
        raise UsageError(f"backoff: jitter {backoff.jitter:g} is a share, from 0 to 1")
    return backoff


def parse_exits(text: str) -> Exits:
    """Read `1-3,75,SIGTERM`; `any` is every failure. Raises `UsageError`."""
    codes: set[int] = set()
    signals: set[int] = set()
    for part in (part.strip() for part in text.split(",")):
        if part.lower() == "any":
            codes.update(range(1, 256))
            signals.update(int(number) for number in signal.valid_signals())
        elif found := re.fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", part):
            first, last = int(found[1]), int(found[2] or found[1])
            if not first <= last <= 255:
                raise UsageError(f"exit codes {shown(text)}: {part} is no range; codes go from 0 to 255")
            codes.update(range(first, last + 1))
        else:
            signals.add(_signal(part, text))
    return Exits(frozenset(codes), frozenset(signals))


def parse_start_limit(text: str) -> StartLimit:
    """Read `5 in 10m`. Raises `UsageError`."""
    found = re.fullmatch(r"([0-9]{1,4}) +in +(\S+)", text.strip())
    if not found or not 1 <= int(found[1]) <= MOST_STARTS:
        raise UsageError(f"start limit {shown(text)}: write how often and in what time, as in 5 in 10m")
    return StartLimit(int(found[1]), parse_duration(found[2]))


def _signal(name: str, text: str) -> int:
    wanted = name.upper().removeprefix("SIG")
    for number in signal.valid_signals():
        if _signal_name(number) == f"SIG{wanted}":
            return int(number)
    raise UsageError(f"exit codes {shown(text)}: {shown(name)} is neither a code nor a signal; write 1-3,75,SIGTERM or any")
