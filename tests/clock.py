"""A clock that tests set, forth and back; it stands still in between."""

from collections.abc import Iterator
from contextlib import contextmanager

from wzp_tui.store import events

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


class Clock:
    """Milliseconds of Unix time."""

    def __init__(self, now_ms: int = 1_800_000_000_000) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms * 1_000_000

    def move(self, ms: int) -> None:
        self.now_ms += ms


@contextmanager
def set_clock() -> Iterator[Clock]:
    """All times of this process's stores are those of the clock."""
    before, clock = events.clock, Clock()
    events.clock = clock
    try:
        yield clock
    finally:
        events.clock = before
