"""The screen of one pane: a terminal emulator behind one small class.

`emulator` sets the library up (docs/terminal-emulator.md says why it is bittty). Here is what is ours: a bounded scrollback, a resize that
loses no line, and never an exception for what a program printed.
"""

import codecs
import logging
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from wzp_tui.clean import clean
from wzp_tui.mux.embedded.cells import Cursor, Line, Modes
from wzp_tui.mux.embedded.emulator import make_board, pen, runs

_log = logging.getLogger(__name__)

_LONGEST_SEQUENCE = 64 * 1024
"""Characters of an escape sequence that has not ended yet; a longer one is dropped."""
_RECENT = 200
"""Lines of the scrollback that can come back onto a screen that grows."""
NARROWEST = 2
"""Columns of the smallest screen: a wide character must fit."""


class Screen:
    """What a program has drawn. Rows count from 0 at the top; row -1 is the newest line of the scrollback."""

    def __init__(self, rows: int, cols: int, *, history: int = 2000, reply: Callable[[bytes], None] = lambda data: None) -> None:
        self.rows = max(1, rows)
        self.cols = max(NARROWEST, cols)
        self.revision = 0
        """Grows with every change; the same number means the same picture."""
        self.ended = False
        """Its program has ended: nothing more will come."""
        self.scrolled = 0
        """The number of the top row, counted from the first line ever drawn, so that a reader can keep its place."""
        self._history: deque[Line] = deque(maxlen=history)
        self._recent: deque[Any] = deque(maxlen=_RECENT)
        self._watchers: list[Callable[[], None]] = []
        self._told = 0
        self._found = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._discarding = False
        self._failed = False
        self._board = make_board(self.rows, self.cols, reply, self._keep, self._forget)
        self._page = self._board.blitter.main_page
        self._epoch = self._page.observe()
        self._row_revisions = [0] * self.rows
        self._lines: dict[int, Line] = {}

    # --- what is there -------------------------------------------------------

    @property
    def history(self) -> int:
        """Lines in the scrollback."""
        return len(self._history)

    @property
    def title(self) -> str:
        """The title that the program gave itself, one clean line, or `""`."""
        title = self._board.title
        return clean(title.title or title.icon_title, 200)

    @property
    def cwd(self) -> str:
        """The local folder that the program reported (OSC 7), or `""`."""
        try:
            url = urlsplit(self._board.console.cwd or "")
        except ValueError:
            return ""
        local = url.scheme == "file" and url.hostname in (None, "localhost", socket.gethostname().lower())
        path = unquote(url.path) if local else ""
        return path if path.startswith("/") and path.isprintable() else ""

    @property
    def cursor(self) -> Cursor:
        """Where the cursor stands."""
        return Cursor(self._board.cursor.y, min(self._board.cursor.display_x, self.cols - 1), bool(self._board.modes.cursor_visible))

    @property
    def modes(self) -> Modes:
        """What the program asked of the terminal."""
        modes, mouse = self._board.modes, self._board.mouse
        return Modes(
            application_cursor=modes.cursor_application_mode,
            application_keypad=modes.application_keypad,
            bracketed_paste=modes.bracketed_paste,
            focus=modes.focus_reporting,
            mouse=mouse.protocol.value,
            mouse_encoding=mouse.encoding.value,
            alternate=self.alternate,
            synchronized=modes.synchronized_output,
        )

    @property
    def alternate(self) -> bool:
        """The alternate screen is shown."""
        return bool(self._board.blitter.in_alt_screen)

    def line(self, row: int) -> Line:
        """One line as runs, without plain blanks at its end; outside of screen and scrollback it is empty."""
        if row < 0:
            return self._history[row] if -row <= len(self._history) else ()
        if row >= self.rows:
            return ()
        self._find_changes()
        found = self._lines.get(row)
        if found is None:
            found = self._lines[row] = runs(self._page.grid[row])
        return found

    def lines(self, first: int, last: int) -> list[Line]:
        """The lines from `first` up to, but without, `last`."""
        return [self.line(row) for row in range(first, last)]

    def changed_rows(self, since: int) -> list[int]:
        """The rows that may look other than they did at revision `since`."""
        self._find_changes()
        return [row for row, revision in enumerate(self._row_revisions) if revision > since]

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after changes, at most once for many; returns what ends it."""
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed) if changed in self._watchers else None

    # --- what changes it -----------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Take in what the program printed. Any bytes will do, in any pieces."""
        self.revision += 1
        text = self._decoder.decode(data)
        parser = self._board.parser
        if self._discarding:
            text = self._after_sequence(text)
        try:
            parser.feed(text)
        except Exception:  # whatever a program prints, the pane goes on, without this piece
            if not self._failed:
                _log.exception("the terminal emulator failed on %r; further failures of this pane are not logged", data[:200])
            self._failed = True
            parser.reset()
        if len(parser.buffer) > _LONGEST_SEQUENCE:
            self._discarding = parser.mode not in (None, "csi")
            parser.reset()

    def skip(self, size: int, state: bytes) -> None:
        """Show that `size` bytes were left out; `state` is what of them still counts."""
        self._decoder.reset()
        self._discarding = False
        self.feed(b"\x18" + (b"\r\n" if self._board.cursor.display_x else b""))
        style = self._board.style
        before, style.current = style.current, pen(dim=True)
        self.feed(f"⋯ {_amount(size)} skipped ⋯".encode())
        style.current = before
        self.feed(b"\r\n" + state)

    def resize(self, rows: int, cols: int) -> None:
        """Give the screen another size; what no longer fits goes into the scrollback."""
        rows, cols = max(1, rows), max(NARROWEST, cols)
        if (rows, cols) == (self.rows, self.cols):
            return
        self.revision += 1
        blitter, cursor = self._board.blitter, self._board.cursor
        # bittty cuts a screen that is not shown at its end; so the primary one is shown while it gets its new size.
        behind = (cursor.x, cursor.y) if blitter.in_alt_screen else None
        if behind:
            blitter.switch_screen(False)
            cursor.set_position(cursor.saved[False].x, cursor.saved[False].y)
        if cols == self.cols and cursor.y >= rows:
            blitter.set_scroll_region(0, self.rows - 1)
            surplus = cursor.y - rows + 1
            blitter.scroll(surplus)
            cursor.set_position(cursor.x, cursor.y - surplus)
        self._board.resize(cols, rows)
        self._bring_back(rows - self.rows)
        if behind:
            cursor.saved[False] = replace(cursor.saved[False], x=cursor.x, y=cursor.y)
            blitter.switch_screen(True)
            cursor.set_position(*behind)
        cursor.tab_stops |= set(range(8 + (self.cols - 1) // 8 * 8, cols, 8))
        self.rows, self.cols = rows, cols
        self._page = None

    def end(self) -> None:
        """The program has ended."""
        self.ended = True
        self.revision += 1
        self.tell()

    def tell(self) -> None:
        """Tell the watchers, if there is something that they were not told."""
        if self._told != self.revision:
            self._told = self.revision
            for watcher in tuple(self._watchers):
                watcher()

    # --- inside --------------------------------------------------------------

    def _find_changes(self) -> None:
        if self._found == self.revision:
            return
        self._found = self.revision
        page = self._board.blitter.main_page
        changed = page.dirty_rows(self._epoch) if page is self._page else range(self.rows)
        self._page, self._epoch = page, page.observe()
        if len(self._row_revisions) != self.rows:
            self._row_revisions = [self.revision] * self.rows
        for row in changed:
            self._row_revisions[row] = self.revision
            self._lines.pop(row, None)

    def _keep(self, lines: tuple[Any, ...]) -> None:
        self.scrolled += len(lines)
        self._history.extend(runs(line.cells) for line in lines)
        self._recent.extend(line.cells for line in lines)

    def _forget(self) -> None:
        self._history.clear()
        self._recent.clear()

    def _bring_back(self, count: int) -> None:
        """Move the newest lines of the scrollback onto the top of the primary screen."""
        count = min(count, len(self._recent), len(self._history))
        if count <= 0:
            return
        blitter, cursor = self._board.blitter, self._board.cursor
        blitter.scroll(-count)
        for row in reversed(range(count)):
            self._history.pop()
            blitter.current_page.clear_line(row, 2)
            blitter.current_page.replace_cells(0, row, list(self._recent.pop()))
        cursor.set_position(cursor.x, cursor.y + count)
        self.scrolled -= count

    def _after_sequence(self, text: str) -> str:
        for place, char in enumerate(text):
            if char in "\x07\x18\x1a\x1b\x9c":
                self._discarding = False
                return text[place + (char != "\x1b") :]
        return ""


def _amount(size: int) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size //= 1000
    return f"{size} GB"
