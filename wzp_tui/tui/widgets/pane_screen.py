"""The screen of an embedded pane, to look at."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip

from wzp_tui.tui.strips import restyled, strip_of
from wzp_tui.tui.widgets.selecting import Place, Selecting

if TYPE_CHECKING:
    from wzp_tui.mux.embedded import Screen

_GAP = 1 / 30
"""Seconds between two paintings."""
_ROOMY = 66
"""Columns from which on there is room to say how to go on."""
_HALF_FRAME = 0.15
"""Seconds that a program may take to draw a synchronized frame."""


class PaneScreen(Selecting):
    """Shows the newest part of the screen of an embedded pane, cut to the room there is, and its scrollback."""

    DEFAULT_CSS = """
    PaneScreen { width: 1fr; height: 1fr; }
    """

    way_back: ClassVar[str] = ""
    """What leads from the scrollback to its end, where it is more than the wheel."""

    class Ended(Message):
        """The program has ended; what it showed stays."""

    def __init__(self, screen: "Screen | None" = None, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.painted = -1
        """The revision of the screen that was given to Textual last."""
        self._screen: Screen | None = None
        self._unwatch: Callable[[], None] = lambda: None
        self._due: asyncio.TimerHandle | None = None
        self._last = 0.0
        self._first = 0
        self._kept: int | None = None  # the line at the top while scrolled back, as its number among all lines
        self._cursor_row = 0
        self._next = screen

    def on_mount(self) -> None:
        self.show(self._next)

    def on_unmount(self) -> None:
        self._unwatch()
        if self._due:
            self._due.cancel()

    def on_resize(self) -> None:
        self._changed()

    def fit(self, screen: "Screen") -> None:
        """Before each painting: for who may give the pane another size."""

    def show(self, screen: "Screen | None") -> None:
        """Show another screen, or none."""
        self._unwatch()
        self._next = screen
        self._screen, self._kept, self.painted = screen, None, -1
        self._from = self._to = None
        self._unwatch = screen.watch(self._changed) if screen else lambda: None
        self._paint(everything=True)

    # --- painting ------------------------------------------------------------

    def _changed(self) -> None:
        if self._due is None:
            wait = self._last + _GAP - time.monotonic()
            self._due = asyncio.get_running_loop().call_later(max(0.0, wait), self._paint)

    def _paint(self, everything: bool = False) -> None:
        """Have those rows drawn anew that look other than before."""
        if self._due:
            self._due.cancel()
            self._due = None
        screen, now = self._screen, time.monotonic()
        if screen is None or not self.size:
            self.refresh()
            return
        if screen.modes.synchronized and now - self._last < _HALF_FRAME and not everything:
            self._due = asyncio.get_running_loop().call_later(_GAP, self._paint)
            return
        self._last = now
        self.fit(screen)
        first = self._first
        self._first = self._first_row(screen)
        changed = set(screen.changed_rows(self.painted)) | {self._cursor_row, screen.cursor.row}
        ended = screen.ended and self.painted != screen.revision
        self.painted, self._cursor_row = screen.revision, screen.cursor.row
        if everything or first != self._first or self._kept is not None:
            self.refresh()
        else:
            rows = [row - self._first for row in changed if 0 <= row - self._first < self.size.height]
            if rows:
                self.refresh(*(Region(0, row, self.size.width, 1) for row in rows))
        if self.has_focus and self._kept is None:
            self.app.cursor_position = self.content_region.offset + Offset(screen.cursor.col, screen.cursor.row - self._first)
        if ended:
            self.post_message(self.Ended())

    def _first_row(self, screen: "Screen") -> int:
        """The row of the screen that is shown at the top; negative in the scrollback."""
        newest = self._newest_first(screen)
        if self._kept is None or screen.alternate:
            return newest
        return min(newest, max(-screen.history, self._kept - screen.scrolled))

    def _newest_first(self, screen: "Screen") -> int:
        height = self.size.height
        if height == screen.rows:
            return 0
        last = max(screen.cursor.row, next((row for row in reversed(range(screen.rows)) if screen.line(row)), 0))
        return max(0 if screen.alternate else -screen.history, last + 1 - height)

    def render_line(self, y: int) -> Strip:
        screen, width, base = self._screen, self.size.width, self.rich_style
        if screen is None:
            return Strip.blank(width, base)
        row = self._first + y
        strip = strip_of(screen.line(row), base).adjust_cell_length(width, base)
        cursor = screen.cursor
        if row == cursor.row and cursor.visible and cursor.col < width and not screen.ended:
            look = Style(reverse=True) if self.has_focus else Style(underline=True)
            strip = restyled(strip, cursor.col, cursor.col + cell_len(strip.crop(cursor.col).text[:1]), look)
        if columns := self.selected_columns(screen.scrolled + row, width):
            strip = restyled(strip, *columns, Style(reverse=True))
        if y == 0 and self.lines_back:
            way = f" · {self.way_back}" if self.way_back and width >= _ROOMY else ""
            note = f" ↑ {self.lines_back} lines back{way} "[:width]
            strip = Strip.join((strip.crop(0, width - len(note)), Strip([Segment(note, base + Style(reverse=True))])))
        return strip

    # --- the scrollback ------------------------------------------------------

    @property
    def lines_back(self) -> int:
        """How many lines above the newest ones it shows."""
        if self._screen is None or self._kept is None:
            return 0
        return self._newest_first(self._screen) - self._first

    def scroll_rows(self, rows: int) -> None:
        """Go through the scrollback, back with a negative number; at its end it follows the program again."""
        screen = self._screen
        if screen is None or screen.alternate:
            return
        first = max(-screen.history, self._first + rows)
        self._kept = None if first >= self._newest_first(screen) else screen.scrolled + first
        self._paint(everything=True)

    def place_at(self, row: int, column: int) -> Place:
        return (self._screen.scrolled if self._screen else 0) + self._first + row, column

    def text_between(self, first: Place, last: Place) -> str:
        screen = self._screen
        if screen is None:
            return ""
        texts = []
        for number in range(first[0], last[0] + 1):
            strip = strip_of(screen.line(number - screen.scrolled), Style.null())
            start, end = first[1] if number == first[0] else 0, last[1] if number == last[0] else None
            texts.append(strip.crop(start, end).text.rstrip())
        return "\n".join(texts)
