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

    def paint(self, row: Fact, width: int, at_cursor: bool) -> Strip:
        ink = self.inks
        return strip([(right(row.name, NAME) + "  ", ink("faint")), (row.text, ink(row.role))], width, ink("text"))
