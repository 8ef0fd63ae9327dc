"""One pane of another mux, as the text that it answered."""

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from wzp_tui.tui.sgr import NO_PEN, segments_of
from wzp_tui.tui.strips import restyled
from wzp_tui.tui.widgets.selecting import Place, Selecting


class PaneText(Selecting):
    """Shows what `mux.text(…, escapes=True)` gave: its end, in its colours, cut to the room there is; the wheel goes back."""

    DEFAULT_CSS = """
    PaneText { width: 1fr; height: 1fr; }
    """

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._text = ""
        self._strips: list[Strip] = []
        self._back = 0
        self._next = text

    def on_mount(self) -> None:
        self.show(self._next)

    def show(self, text: str) -> None:
        """Show this text; only lines that differ are painted."""
        self._next = text
        if text == self._text:
            return
        before, first = self._strips, self._first
        self._text, self._strips = text, _parsed(text)
        if first != self._first:
            self.refresh()
            return
        for row in range(self.size.height):
            if _at(before, first + row) != _at(self._strips, first + row):
                self.refresh(Region(0, row, self.size.width, 1))

    @property
    def text(self) -> str:
        """What it was given."""
        return self._text

    @property
    def _first(self) -> int:
        return max(0, len(self._strips) - self.size.height - self._back)

    def render_line(self, y: int) -> Strip:
        row, width = self._first + y, self.size.width
        strip = (_at(self._strips, row) or Strip([])).apply_style(self.rich_style)
        if strip.cell_length > width and strip.crop(width).text.strip():
            strip = Strip([*strip.crop(0, width - 1), Segment("…", self.rich_style + Style(dim=True))])
        strip = strip.adjust_cell_length(width, self.rich_style)
        if columns := self.selected_columns(row, width):
            strip = restyled(strip, *columns, Style(reverse=True))
        return strip

    def place_at(self, row: int, column: int) -> Place:
        return self._first + row, column

    def text_between(self, first: Place, last: Place) -> str:
        texts = []
        for row in range(first[0], last[0] + 1):
            strip = _at(self._strips, row) or Strip([])
            start, end = first[1] if row == first[0] else 0, last[1] if row == last[0] else None
            texts.append(strip.crop(start, end).text.rstrip())
        return "\n".join(texts)

    def scroll_rows(self, rows: int) -> None:
        """Go through the text, back with a negative number."""
        self._back = min(max(0, self._back - rows), max(0, len(self._strips) - self.size.height))
        self.refresh()


def _at(strips: list[Strip], row: int) -> Strip | None:
    return strips[row] if 0 <= row < len(strips) else None


def _parsed(text: str) -> list[Strip]:
    strips, pen = [], NO_PEN
    for line in text.splitlines():
        segments, pen = segments_of(line, pen)
        strips.append(Strip(segments))
    while strips and not strips[-1].text.strip():
        strips.pop()
    return strips
