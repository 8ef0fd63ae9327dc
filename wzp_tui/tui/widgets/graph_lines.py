"""Tasks below those that they wait for, joined by rails."""

from textual.strip import Strip

from wzp_tui.clean import clean
from wzp_tui.controller.graph import GraphRow
from wzp_tui.tui.looks import task_look
from wzp_tui.tui.painting import cut, left, right, strip, width_of
from wzp_tui.tui.times import Clock, age
from wzp_tui.tui.widgets.lines import LineView

_TITLE, _WORD = 36, 12
"""Cells of the columns, where there is room."""


class GraphLines(LineView[GraphRow]):
    """One line a task: rails, state, title, reason."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def key(self, row: GraphRow) -> int:
        return row.row.task.id

    def paint(self, row: GraphRow, width: int, at_cursor: bool) -> Strip:
        task, look, ink = row.row.task, task_look(row.row, self.glyphs), self.inks
        on = "selection" if at_cursor else "ground"
        title = min(_TITLE, max(12, width - len(row.rails) - _WORD - 20))
        reason = clean(row.row.reason, 200)
        if row.unseen:
            reason = " ".join([reason, "also after " + ", ".join(f"#{id}" for id in row.unseen)]).strip()
        pieces = [
            (self.glyphs.bar if at_cursor else " ", ink("focus", on)),
            (f"{row.rails} ", ink("faint", on)),
            (f"{look.glyph} ", ink(look.role, on, bold=look.loud)),
            (left(task.name, 6), ink("muted", on)),
            (left(clean(task.title, 200), title), ink("bright", on, bold=look.loud)),
            (left(clean(row.row.word, 40), _WORD), ink(look.role, on)),
        ]
        time = right(age(self._clock() - row.row.since_ms), 5)
        pieces.append((cut(reason, max(0, width - width_of(pieces) - len(time) - 1)), ink("muted", on)))
        return strip(pieces, width, ink("text", on), [(f"{time} ", ink("muted", on))])
