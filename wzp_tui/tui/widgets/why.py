"""The tab Why: facts with their names in a column, each on as many lines as it takes."""

import textwrap
from collections.abc import Sequence

from textual.strip import Strip

from wzp_tui.tui.facts import Line
from wzp_tui.tui.painting import harmless, right, strip
from wzp_tui.tui.widgets.lines import LineView

NAME = 11


class Why(LineView[Line], can_focus=False):
    """Facts to read; there is no cursor in it."""

    _facts: Sequence[Line] = ()

    def key(self, row: Line) -> None:
        return None

    def show(self, rows: Sequence[Line]) -> None:
        self._facts = rows
        super().show([line for fact in rows for line in self._lines(fact)])

    def on_resize(self) -> None:
        self.show(self._facts)

    def _lines(self, fact: Line) -> list[Line]:
        texts = textwrap.wrap(harmless(fact.text), max(20, self.size.width - NAME - 3)) or [""]
        return [fact._replace(name=fact.name if not number else "", text=text) for number, text in enumerate(texts)]

    def paint(self, row: Line, width: int, at_cursor: bool) -> Strip:
        ink = self.inks
        return strip([(right(row.name, NAME) + "  ", ink("faint")), (row.text, ink(row.role))], width, ink("text"))
