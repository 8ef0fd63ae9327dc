"""A log on the screen: followed, read, searched, marked and copied."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.strip import Strip

from wzp_tui.logs.gap import missing_in
from wzp_tui.tui.strips import restyled
from wzp_tui.tui.widgets.log_marker import END
from wzp_tui.tui.widgets.log_rows import Row
from wzp_tui.tui.widgets.log_searcher import LogSearcher
from wzp_tui.tui.widgets.selecting import Place

_COPIED = 10_000
"""Lines that are copied, at most."""


class LogView(LogSearcher, can_focus=True):
    """Paints a log. Lines that tell of an error have a mark, and so have places where output is missing.

    `search`, `next_match`, `previous_match` and `go_to_error` are for `/ n N e E`; `mark` and `copy_shown` for Space and `y`.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"log--failing", "log--match", "log--note", "log--cut", "log--gap", "log--here", "log--bar"}
    DEFAULT_CSS = """
    LogView { width: 1fr; height: 1fr; }
    LogView > .log--failing { color: $text-error; text-style: bold; }
    LogView > .log--match { background: $warning; color: $background; }
    LogView > .log--note { background: $panel; color: $foreground; }
    LogView > .log--cut { color: $text-muted; }
    LogView > .log--gap { color: $text-muted; text-style: bold; }
    LogView > .log--here { background: $panel; }
    LogView > .log--bar { color: $accent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("left", "scroll_left", show=False),
        Binding("right", "scroll_right", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
    ]
    gutter_width = 2

    def __init__(self, path: str | None = None, *, at_failure: bool = False, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(path, at_failure=at_failure, id=id, classes=classes)
        self._missing = (0, 0)  # a size of the log, and what was missing then

    @property
    def missing(self) -> int:
        """Bytes of output that are not in the log, as far as its end tells."""
        if self._log is None:
            return 0
        if self._missing[0] != self._log.size:
            self._missing = (self._log.size, missing_in(self._log))
        return self._missing[1]

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if y < len(self._rows):
            strip = self._painted(self._rows[y], width, base)
        elif y == 0 and self.nothing:
            text = Segment(" " * self.gutter_width + self.nothing, base + self.get_component_rich_style("log--cut", partial=True))
            strip = Strip([text]).adjust_cell_length(width, base)
        else:
            strip = Strip.blank(width, base)
        if y == self.size.height - 1 and self.note:
            note = f" {self.note} "[:width]
            look = self.get_component_rich_style("log--note")
            strip = Strip.join((strip.crop(0, width - len(note)), Strip([Segment(note, look)])))
        return strip

    def _painted(self, row: Row, width: int, base: Style) -> Strip:
        room, start = self.room, row.line.start
        strip, skipped = row.strip, row.piece * self.room
        if start == (self._spot if self._chosen is None else self._chosen):
            base += self.get_component_rich_style("log--here", partial=True)
        if row.look.gap:
            strip = Strip([Segment(row.strip.text, self.get_component_rich_style("log--gap", partial=True))])
        if self._search and (match := self._search.search.at(start)):
            first = max(0, match.column - skipped)
            end = max(first, match.column + max(1, match.length) - skipped)
            strip = restyled(strip, first, end, self.get_component_rich_style("log--match"))
        if columns := self.selected_columns(start, skipped + strip.cell_length):
            strip = restyled(strip, max(0, columns[0] - skipped), max(0, columns[1] - skipped), Style(reverse=True))
        strip = strip.apply_style(base)
        if not self.wrap:
            longer = strip.cell_length > self._left + room
            strip = strip.crop(self._left, self._left + room)
            if longer:
                strip = Strip.join(
                    (strip.crop(0, room - 1), Strip([Segment("…", base + self.get_component_rich_style("log--cut", partial=True))]))
                )
        mark = "~ " if row.look.gap else "! " if row.look.fails else "  "
        style = base + self.get_component_rich_style("log--failing", partial=True)
        if start == self._chosen:
            bar = Segment("▌", base + self.get_component_rich_style("log--bar", partial=True))
            gutter = [bar, Segment(mark[0], style)]
        else:
            gutter = [Segment(mark, style if mark.strip() else base)]
        return Strip([*(gutter if row.piece == 0 else [Segment("  ", base)]), *strip]).adjust_cell_length(width, base)

    # --- copying -------------------------------------------------------------

    def place_at(self, row: int, column: int) -> Place:
        if not self._rows:
            return 0, 0
        found = self._rows[min(row, len(self._rows) - 1)]
        skipped = found.piece * self.room if self.wrap else self._left
        return found.line.start, skipped + max(0, column - self.gutter_width)

    def text_between(self, first: Place, last: Place) -> str:
        texts: list[str] = []
        start = first[0]
        while self._lines and start <= last[0] and len(texts) < _COPIED and (lines := self._lines.log.lines_from(start, 1)):
            columns = first[1] if start == first[0] else 0, last[1] if start == last[0] else None
            texts.append(self._lines.look(lines[0]).strip.crop(*columns).text)
            start = lines[0].end
        return "\n".join(texts)

    def copy_shown(self) -> None:
        """Copy what is marked, else the chosen line, else what is shown."""
        if self.selection:
            self.copy(self.text_between(*self.selection))
        elif self._chosen is not None:
            self.copy(self.text_between((self._chosen, 0), (self._chosen, END)))
        else:
            self.copy("\n".join(row.strip.text for row in self._rows))
