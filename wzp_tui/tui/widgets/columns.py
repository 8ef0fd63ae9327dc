"""How wide the columns of the list are."""

from functools import lru_cache
from typing import NamedTuple

AGE = 6
"""Cells of an age."""


class Columns(NamedTuple):
    """Widths in cells; 0 is a column that is not shown. *Where* goes first, then *reason*."""

    id: int
    priority: int
    title: int
    where: int
    state: int
    reason: int
    time: int


@lru_cache(maxsize=64)
def columns(width: int, longest_id: int, wanted: tuple[str, ...] = Columns._fields) -> Columns:
    """The columns of a list of this width; those that are not wanted leave their room to the title."""
    id = max(longest_id + 1, 4 if width < 66 else 5)
    priority, time = 2, AGE
    where = 10 if width >= 100 else 0
    state = 10 if width >= 100 else 9
    rest = width - 3 - id - priority - where - state - time
    if width < 66:
        found = Columns(id, priority, max(0, rest), where, state, 0, time)
    else:
        title = min(47, round(rest * 0.55))
        found = Columns(id, priority, title, where, state, rest - title, time)
    hidden = {name: size for name, size in found._asdict().items() if name not in wanted and name != "title"}
    return found._replace(**dict.fromkeys(hidden, 0), title=found.title + sum(hidden.values()))
