"""The line between list and detail."""

from textual.reactive import reactive
from textual.strip import Strip

from wzp_tui.tui.painting import Piece, strip
from wzp_tui.tui.widgets.header import Line


class Hairline(Line):
    """Between list and detail; says how much of the list is below."""

    below: reactive[int] = reactive(0)

    def render_line(self, y: int) -> Strip:
        """Paint it."""
        line, ink = self.glyphs.hairline, self.inks("hairline")
        more: list[Piece] = [(f" {self.glyphs.unfolded} {self.below} more ", self.inks("faint")), (line, ink)] if self.below else []
        return strip([(line * self.size.width, ink)], self.size.width, ink, more)
