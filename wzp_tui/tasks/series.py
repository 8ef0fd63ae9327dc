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


KEPT, MOST_KEPT = 10, 10_000
"""Done tasks of a series that stay in the lists, where nothing else is said, and at the most."""
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
    keep: int = KEPT
    """So many of its done tasks stay in the lists; those before them are archived."""

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
    keep: int = KEPT


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
    if not 0 <= new.keep <= MOST_KEPT:
        raise UsageError(f"keep {new.keep}: 0 to {MOST_KEPT} done tasks stay in the lists")


def catch_up_words(count: int) -> str:
    """As it is written: `skip`, `one`, `all(20)` or `all`."""
    return ("skip", "one")[count] if count < 2 else "all" if count == MOST_CAUGHT_UP else f"all({count})"


def parse_keep(text: str) -> int:
    """How many done tasks stay in the lists. Raises `UsageError`."""
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        from wzp_tui.tasks.parse import shown

        raise UsageError(f"keep {shown(text)}: write a number of done tasks, 0 to {MOST_KEPT}")
    return int(text)


def dump(new: NewSeries) -> str:
    """What a series adds, and how many of it stay, as its template."""
    return json.dumps({**new.task._asdict(), "policy": new.task.policy.texts(), "keep": new.keep})


def load(text: str) -> tuple[NewTask, int]:
    """The task of a template, and how many of it stay; what it does not name is as in any new one."""
    known = json.loads(text)
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in known.items() if name in NewTask._fields
    }
    read = {"priority": Priority(fields.get("priority", Priority.NORMAL)), "policy": read_policy(fields.get("policy", {}))}
    return NewTask(**{**fields, **read}), known.get("keep", KEPT)
