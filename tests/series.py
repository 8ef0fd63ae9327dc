"""What tests of series share: one that comes again, its ticks, and a clock that the test sets."""

from typing import Any

from tests.stores import a_task
from wzp_tui.store import NewSeries, Store

SECOND_MS, MINUTE, HOUR = 1000, 60_000, 3_600_000
NOON = 1_800_000_000_000


class Clock:
    """The clock of this process's stores."""

    now = NOON

    def __call__(self) -> int:
        return self.now


def a_series(every: str = "10m", **fields: Any) -> NewSeries:
    chosen = {name: fields.pop(name) for name in ("overlap", "catch_up", "keep") if name in fields}
    return NewSeries(a_task(**fields), every, **chosen)


def ticks(store: Store) -> list[int]:
    """The ticks that have a task, in minutes since noon."""
    return [(task.tick_ms - NOON) // MINUTE for task in store.view().tasks if task.tick_ms is not None]


def told(store: Store, kind: str) -> list[dict[str, Any]]:
    return [event.data for event in store.events_since(0) if event.kind == kind]
