"""A series: a task that comes again, by an interval or a cron line. Each tick of it adds one task; the rules are in `tasks/schedule.py`."""

import json
import re
from enum import StrEnum
from typing import Any, NamedTuple

from wzp_tui.errors import UsageError
from wzp_tui.tasks.parse_policy import read_policy
from wzp_tui.tasks.task import NewTask, Priority


class Overlap(StrEnum):
    """What happens when a tick comes while a task of the series is not over."""

    SKIP = "skip"
    QUEUE = "queue"
    """It waits: two tasks of a series never run at once."""


MOST_CAUGHT_UP = 1000
"""Missed ticks that are counted, and may be caught up."""


class Series(NamedTuple):
    """A series of the store. Times are milliseconds of Unix time."""

    id: int
    task: NewTask
    """What each tick adds."""
    every: str
    """`10m`, or a cron line."""
    overlap: Overlap
    catch_up: int
    """How many missed ticks are caught up."""
    start_ms: int
    """What an interval counts from."""
    last_ms: int
    """All ticks up to then were dealt with."""
    next_ms: int | None
    """The next tick; `None`: there is none in forty years."""
    paused: bool
    reason: str
    """Why it is paused."""
    missed: int
    """Ticks without a task since the last one that has one."""

    @property
    def name(self) -> str:
        """As the user reads it: `@3`."""
        return f"@{self.id}"

    @property
    def due_ms(self) -> int | None:
        """When somebody should look: at the next tick, unless it is paused."""
        return None if self.paused else self.next_ms


class NewSeries(NamedTuple):
    """A series that was not added yet."""

    task: NewTask
    """Its `hold` makes a series that is paused, its `not_before_ms` is the first moment at which it may tick."""
    every: str
    overlap: Overlap = Overlap.SKIP
    catch_up: int = 0


def parse_series(text: str) -> int:
    """The id of a series: `3` or `@3`."""
    found = re.fullmatch(r"@?([1-9][0-9]{0,17})", text)
    if not found:
        from wzp_tui.tasks.parse import shown

        raise UsageError(f"{shown(text)} is no series; write its id, as 3 or @3")
    return int(found[1])


def check_series(new: NewSeries) -> None:
    """Raise `UsageError` where a task cannot come again as it is, or its ticks would not do what they say."""
    if new.task.after:
        raise UsageError("a series waits for no other task; its ticks say when it runs")
    if new.task.due_ms is not None:
        raise UsageError("a due time is one moment, and a series has many")
    if new.catch_up > 1 and new.overlap is Overlap.SKIP:
        raise UsageError("more than one missed run is caught up only with overlap = queue, so that they wait for each other")


def catch_up_words(count: int) -> str:
    """As it is written: `skip`, `one`, `all(20)` or `all`."""
    return ("skip", "one")[count] if count < 2 else "all" if count == MOST_CAUGHT_UP else f"all({count})"


def dump(new: NewTask) -> str:
    """A task as the template of a series."""
    return json.dumps({**new._asdict(), "policy": new.policy.texts()})


def load(text: str) -> NewTask:
    """The task of a template; what it does not name is as in any new task."""
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items() if name in NewTask._fields
    }
    read = {"priority": Priority(fields.get("priority", Priority.NORMAL)), "policy": read_policy(fields.get("policy", {}))}
    return NewTask(**{**fields, **read})
