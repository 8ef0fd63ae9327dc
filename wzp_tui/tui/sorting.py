"""The order of the rows inside a section. Pure."""

from collections.abc import Callable, Sequence

from wzp_tui.controller import PaneRow, TaskRow

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


def in_order(rows: list[Row], sort: str) -> Sequence[Row]:
    """The rows of a section; those that are equal stay as they were."""
    return rows if sort == URGENCY else sorted(rows, key=_KEYS[sort])


def after(sort: str) -> str:
    """The sort that follows, in a ring."""
    return SORTS[(SORTS.index(sort) + 1) % len(SORTS)]
