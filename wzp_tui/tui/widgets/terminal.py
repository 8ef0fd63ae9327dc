"""One embedded pane: looked at, or with the keys."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from wzp_tui.errors import WzpError
from wzp_tui.tui.keys import encode_focus, encode_key, encode_paste
from wzp_tui.tui.mouse import encode_mouse
from wzp_tui.tui.strips import restyled, strip_of
from wzp_tui.tui.widgets.selecting import Place, Selecting

if TYPE_CHECKING:
    from wzp_tui.mux.embedded import Screen

LEAVE = "ctrl+right_square_bracket"
_LEAVE_WAIT = 0.3
"""Seconds in which a second press of the key that leaves is for the program."""
_GAP = 1 / 30
"""Seconds between two paintings."""
_HALF_FRAME = 0.15
"""Seconds that a program may take to draw a synchronized frame."""
_BACK = {"shift+pageup": -1, "alt+pageup": -1, "shift+pagedown": 1, "alt+pagedown": 1}


class TerminalView(Selecting):
    """Shows the screen of an embedded pane.

    Without `write` it only looks: the newest part of the screen, cut to the room there is. With `write` and `resize` it is the pane's
    terminal: the pane gets its size, and it takes every key, pastes and the mouse. `leave` alone is not for the program; pressed twice,
    it is. Bindings with priority, as Textual's App has one on ctrl+q, come before it: an app with such a pane has none.
    """

    DEFAULT_CSS = """
    TerminalView { width: 1fr; height: 1fr; }
    """

    class Left(Message):
        """The user pressed the key that leaves."""

    class Ended(Message):
        """The program has ended; what it showed stays."""

    class Refused(Message):
        """Input did not reach the program."""

        def __init__(self, error: WzpError) -> None:
            super().__init__()
            self.error = error

    def __init__(
        self,
        screen: "Screen | None" = None,
        *,
        write: Callable[[bytes], None] | None = None,
        resize: Callable[[int, int], None] | None = None,
        leave: str = LEAVE,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.can_focus = write is not None
        self.leave = leave
        self.painted = -1
        """The revision of the screen that was given to Textual last."""
        self._screen: Screen | None = None
        self._write = write
        self._resize = resize
        self._unwatch: Callable[[], None] = lambda: None
        self._due: asyncio.TimerHandle | None = None
        self._last = 0.0
        self._first = 0
        self._kept: int | None = None  # the line at the top while scrolled back, as its number among all lines
        self._cursor_row = 0
        self._pressed: Timer | None = None
        self._buttons: set[int] = set()
        self._next = screen

    def on_mount(self) -> None:
        self.show(self._next)

    def on_unmount(self) -> None:
        self._unwatch()
        if self._due:
            self._due.cancel()

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
        self._fit(screen)
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

    def _fit(self, screen: "Screen") -> None:
        if self._resize and self.size and not screen.ended and (screen.rows, screen.cols) != (self.size.height, self.size.width):
            self.select_nothing()
            try:
                self._resize(self.size.height, self.size.width)
            except WzpError as error:
                self.post_message(self.Refused(error))

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
            note = f" {self.lines_back} lines back "[:width]
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

    # --- input ---------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if self._write is None or self._screen is None:
            return
        event.stop()
        event.prevent_default()
        if event.key == self.leave and self._pressed is None:
            self._pressed = self.set_timer(_LEAVE_WAIT, self._leave)
        elif event.key != self.leave and self._pressed:
            self._leave()  # a key that comes after it was not meant for the program
        elif event.key in _BACK and not self._screen.alternate:
            self.scroll_rows(_BACK[event.key] * max(1, self.size.height - 1))
        else:
            if self._pressed:
                self._pressed.stop()
                self._pressed = None
            self._type(encode_key(event.key, event.character, self._screen.modes))

    def _leave(self) -> None:
        if self._pressed:
            self._pressed.stop()
            self._pressed = None
        self.post_message(self.Left())

    def on_paste(self, event: events.Paste) -> None:
        if self._write and self._screen:
            event.stop()
            event.prevent_default()
            self._type(encode_paste(event.text, self._screen.modes))

    def on_focus(self) -> None:
        self._tell_focus(True)

    def on_blur(self) -> None:
        self._tell_focus(False)

    def on_resize(self) -> None:
        self._changed()

    def _tell_focus(self, focused: bool) -> None:
        self._paint(everything=True)
        if self._screen and not self._screen.ended and (data := encode_focus(focused, self._screen.modes)):
            self._send(data)

    def _type(self, data: bytes) -> None:
        """Give the program input, and show where it lands."""
        if data:
            self.select_nothing()
            if self._kept is not None:
                self._kept = None
                self._paint(everything=True)
            self._send(data)

    def _send(self, data: bytes) -> None:
        if self._write is None:
            return
        try:
            self._write(data)
        except WzpError as error:
            self.post_message(self.Refused(error))

    # --- the mouse: the program's if it asked for it; with Shift always ours ---

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self._is_for_program(event):
            self._buttons.add(event.button)
            self.capture_mouse()
            self._report("press", event.button, event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if event.button in self._buttons:
            self._buttons.discard(event.button)
            self.release_mouse()
            self._report("release", event.button, event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._buttons or (not self._dragging and self._is_for_program(event)):
            self._report("move", event.button, event)

    def wheel(self, rows: int, event: events.MouseEvent) -> None:
        if self._is_for_program(event):
            self._report("press", 4 if rows < 0 else 5, event)
        elif self._write and self._screen and self._screen.alternate:  # as terminals do: less and man have no scrollback
            event.stop()
            event.prevent_default()
            self._send(encode_key("up" if rows < 0 else "down", None, self._screen.modes) * abs(rows))
        else:
            super().wheel(rows, event)

    def _is_for_program(self, event: events.MouseEvent) -> bool:
        return bool(self._write and self._screen and self._screen.modes.mouse != "off" and not event.shift and self._kept is None)

    def _report(self, action: Literal["press", "release", "move"], button: int, event: events.MouseEvent) -> None:
        event.stop()
        event.prevent_default()
        if self._screen is not None:
            at = self.mouse_cell(event)
            row = at.y + self._first
            modes = self._screen.modes
            self._send(encode_mouse(action, button, at.x, row, modes, shift=event.shift, alt=event.meta, ctrl=event.ctrl))
