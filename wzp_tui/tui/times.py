"""Times as the tower shows them. The clock is handed in, so that a picture of a moment is always the same."""

from collections.abc import Callable
from datetime import datetime

from wzp_tui.store.events import now_ms as now_ms

Clock = Callable[[], int]
"""Milliseconds of Unix time."""


def age(milliseconds: int) -> str:
    """A span in at most four cells: `41s`, `24m`, `1h12`, `3h`, `12h`, `2d`."""
    seconds = max(0, milliseconds // 1000)
    if seconds < 60:
        return f"{seconds}s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 10:
        return f"{hours}h{minutes:02}" if minutes else f"{hours}h"
    return f"{hours}h" if hours < 72 else f"{hours // 24}d"


def ages_in(milliseconds: int) -> float:
    """Seconds until `age` of a span that grows is another one."""
    span = max(0, milliseconds)
    step = 1000 if span < 60_000 else 60_000 if span < 36_000_000 else 3_600_000
    return (step - span % step) / 1000


def clock(at_ms: int) -> str:
    """The local time of day: `10:44`."""
    return datetime.fromtimestamp(at_ms / 1000).strftime("%H:%M")


def moment(at_ms: int) -> str:
    """Local date and time: `2026-11-23 10:44:05`."""
    return datetime.fromtimestamp(at_ms / 1000).strftime("%Y-%m-%d %H:%M:%S")


def day_start_ms(at_ms: int) -> int:
    """The last local midnight."""
    return int(datetime.fromtimestamp(at_ms / 1000).replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
