"""Which series a filter means: by what their tasks are made of. Pure."""

from collections.abc import Callable

from wzp_tui.controller.filter import parse
from wzp_tui.controller.filter.grammar import terms
from wzp_tui.controller.snapshot import Section, TaskRow
from wzp_tui.store import Series, Task
from wzp_tui.tasks.task import State

FIELDS = frozenset({"", "lane", "workspace", "tag", "priority", "series", "where", "lock", "command", "folder"})
"""What a series has, too; it has no state, no run and no number of a task."""


def for_series(filter: str) -> Callable[[Series], bool]:
    """Whether a filter means a series; one that asks for what only a task has means none. Raises `UsageError` for a wrong filter."""
    parse(filter)
    asked = [term for term in terms(filter) if not term.absent or term.field in FIELDS]
    if any(term.field not in FIELDS for term in asked):
        return lambda series: False
    match = parse(" ".join(filter[term.start : term.end] for term in asked)).at(0)
    return lambda series: match is None or match(_row(series))


def _row(series: Series) -> TaskRow:
    """The series as if it were a task, with its own id."""
    new = series.task
    same = {name: value for name, value in new._asdict().items() if name in Task._fields}
    own = {"id": series.id, "state": State.HELD, "reason": "", "next_rank": 0, "seen": False, "series": series.id}
    times = dict.fromkeys(("created_ms", "queued_ms", "changed_ms"), 0)
    return TaskRow(Task(**{**same, **own, **times}), None, Section.QUEUED, series.every, "", new.lane or new.place, None, 0)
