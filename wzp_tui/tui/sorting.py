"""The order of the rows inside a section. Pure."""

from collections.abc import Callable, Sequence

from wzp_tui.controller import PaneRow, TaskRow
from wzp_tui.controller.snapshot import urgency

Row = TaskRow | PaneRow

URGENCY = "urgency"
"""As the Snapshot has them: what is next, what is newest."""

_KEYS: dict[str, Callable[[Row], tuple[str | int, ...]]] = {
    "age": lambda row: (row.task.created_ms,) if isinstance(row, TaskRow) else (row.pane.id,),
    "title": lambda row: ((row.task.title if isinstance(row, TaskRow) else row.pane.title).casefold(),),
    "lane": lambda row: (row.task.lane or "~", row.where) if isinstance(row, TaskRow) else (row.seat or "~",),
}

SORTS = (URGENCY, *_KEYS)
"""What the list can be sorted by; age: the oldest first; lane: tasks with a pane of their own last."""


def order_of(sort: str) -> Callable[[TaskRow], tuple[str | int, ...]]:
    """What sorts the tasks of a section; those that are equal stand as urgency has them."""
    if sort == URGENCY:
        return urgency
    key = _KEYS[sort]
    return lambda row: (*key(row), *urgency(row))


def in_order(panes: Sequence[PaneRow], sort: str) -> Sequence[PaneRow]:
    """Panes, sorted; those that are equal stay as they were."""
    return panes if sort == URGENCY else sorted(panes, key=_KEYS[sort])


def after(sort: str) -> str:
    """The sort that follows, in a ring."""
    return SORTS[(SORTS.index(sort) + 1) % len(SORTS)]
