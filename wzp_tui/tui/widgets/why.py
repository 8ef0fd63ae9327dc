"""The tab Why: facts, one a line, their names in a column."""

from textual.strip import Strip

from wzp_tui.tui.facts import Fact
from wzp_tui.tui.painting import right, strip
from wzp_tui.tui.widgets.lines import LineView

NAME = 11


class Why(LineView[Fact], can_focus=False):
    """Facts to read; there is no cursor in it."""

    def key(self, row: Fact) -> None:
        return None

    def move(self, rows: int) -> None:
        """Show what is further down, or up."""
        self._scroll(rows)

    def jump(self, to_end: bool) -> None:
        """To the first fact, or to the last."""
        self._scroll(len(self.rows) * (1 if to_end else -1))

    def paint(self, row: Fact, width: int, at_cursor: bool) -> Strip:
        ink = self.inks
        return strip([(right(row.name, NAME) + "  ", ink("faint")), (row.text, ink(row.role))], width, ink("text"))
