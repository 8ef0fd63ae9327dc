"""A log of any size: which lines of it are on the screen."""

from textual.geometry import clamp
from textual.reactive import reactive, var
from textual.timer import Timer

from wzp_tui.logs.failing import failing_lines
from wzp_tui.logs.file import Change, LogFile
from wzp_tui.tui.widgets.log_rows import LogRows, Row
from wzp_tui.tui.widgets.selecting import Selecting

_LOOKS = 0.1
"""Seconds between two looks at a log that is shown and followed."""
_SIDEWAYS = 8
_CONTEXT = 3
"""A line that was looked for is shown with a third of the height above it."""


class LogReader(Selecting):
    """Keeps the lines of a log around one offset; reads those lines and no others.

    At the end it follows what is written; scrolled up, it keeps the reader's place.
    """

    following: reactive[bool] = reactive(True)
    """The end is shown, and stays shown while the log grows."""
    wrap: reactive[bool] = reactive(False)
    """Long lines go on in the next row."""
    ended: reactive[bool] = reactive(False)
    """Nothing more will be written."""
    note: var[str] = var("")
    """Where the reader is, what a search found, what is wrong with the file: one line, also shown in the corner."""
    gutter_width = 0
    """Columns at the left that are not text."""

    def __init__(self, path: str | None = None, *, at_failure: bool = False, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._next = (path, at_failure)
        self._log: LogFile | None = None
        self._lines: LogRows | None = None
        self._top = (0, 0)  # offset of the line at the top, and how many of its pieces are above
        self._left = 0
        self._rows: list[Row] = []
        self._goal: int | None = None  # where to go once there is room
        self._timer: Timer | None = None
        self._shown = False

    # --- which log -----------------------------------------------------------

    @property
    def log_file(self) -> LogFile | None:
        """The log that is shown."""
        return self._log

    def on_mount(self) -> None:
        self._timer = self.set_interval(_LOOKS, self.look, pause=not self._shown)
        self.show(self._next[0], at_failure=self._next[1])

    def on_unmount(self) -> None:
        if self._log:
            self._log.close()

    def show(self, path: str | None, *, at_failure: bool = False) -> None:
        """Show another log, or none: its end, or where it last tells of a failure."""
        self._next = (path, at_failure)
        if self._log:
            self._log.close()
        self._log = LogFile(path) if path is not None else None
        self._lines = LogRows(self._log) if self._log else None
        self.forget()
        if at_failure and self._log and (offset := failing_lines(self._log)) is not None:
            self.go_to(offset)

    def forget(self) -> None:
        """The log is another one: begin at its end."""
        if self._lines:
            self._lines.forget()
        self._top, self._left, self._goal = (0, 0), 0, None
        self.select_nothing()
        self.following = True
        self.lay_out()

    def look(self) -> None:
        """Take in what was written. Called ten times a second while the log is on the screen."""
        if self._log is None or not self._shown or not self.screen.is_current:
            return
        problem = self._log.problem
        change = self._log.look()
        if change is Change.REPLACED:
            self.forget()
        elif change is Change.GROWN or problem != self._log.problem:
            self.lay_out()

    def on_show(self) -> None:
        self._shown = True
        if self._timer:
            self._timer.resume()
        self.look()

    def on_hide(self) -> None:
        self._shown = False
        if self._timer:
            self._timer.pause()

    def on_resize(self) -> None:
        self.lay_out()
        if self._goal is not None and self.size.height:
            goal, self._goal = self._goal, None
            self.go_to(goal)

    # --- which lines ---------------------------------------------------------

    def lay_out(self) -> None:
        """Find the rows to show, and have them painted."""
        lines, height, before = self._lines, self.size.height, self._rows
        self._rows = []
        if lines:
            lines.width = self.room if self.wrap else 0
            self._rows = lines.last(height) if self.following else lines.following(self._top, height)
            if not self.following and len(self._rows) < height:
                self._rows = lines.last(height)  # never less than a screen, where there is one
                self.following = True
        if self._rows:
            self._top = self._rows[0].place
        note = self.told()
        if before != self._rows or note != self.note:
            self.note = note
            self.refresh()

    def told(self) -> str:
        """The note."""
        if self._log is None:
            return ""
        problem = "" if self.nothing else self._log.problem
        share = f"{100 * self._top[0] // self._log.size} %" if not self.following and self._log.size else ""
        return " · ".join(filter(None, (problem, share)))

    @property
    def nothing(self) -> str:
        """What is said instead of lines, where there are none; `""`: there are some, or something is wrong."""
        if self._log is None or self._log.size or self._log.problem not in ("", "not there yet"):
            return ""
        return "No output." if self.ended else "No output yet."

    @property
    def room(self) -> int:
        """Columns that a line has."""
        return max(1, self.size.width - self.gutter_width)

    def watch_ended(self) -> None:
        self.lay_out()

    # --- where the reader is -------------------------------------------------

    def shows(self, offset: int) -> bool:
        """The line of this offset is on the screen."""
        return any(row.line.start == offset for row in self._rows)

    def scroll_rows(self, rows: int) -> None:
        """Go down, or with a negative number up. At the end it follows again."""
        lines, height = self._lines, self.size.height
        if lines is None or not self._rows:
            return
        if rows > 0:
            below = lines.following(self._top, rows + height + 1)
            if len(below) <= rows + height:
                self.following = True
            else:
                self._top = below[rows].place
        else:
            start, piece = self._top
            above = (lines.before(start, -rows) + lines.following((start, 0), piece))[rows:]
            if above:
                self.following = False
                self._top = above[0].place
        self.lay_out()

    def go_to(self, offset: int) -> None:
        """Show the line of this offset, with some lines above it."""
        if self._lines is None:
            return
        if not self.size.height:
            self._goal = offset
            return
        start = self._lines.log.line_start(offset)
        above = self._lines.before(start, self.size.height // _CONTEXT)
        self.following = False
        self._top = above[0].place if above else (start, 0)
        self.lay_out()

    def action_scroll_up(self) -> None:
        self.scroll_rows(-1)

    def action_scroll_down(self) -> None:
        self.scroll_rows(1)

    def action_page_up(self) -> None:
        self.scroll_rows(-max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        self.scroll_rows(max(1, self.size.height - 1))

    def action_scroll_home(self) -> None:
        self.following, self._top = False, (0, 0)
        self.lay_out()

    def action_scroll_end(self) -> None:
        self.following = True
        self.lay_out()

    def action_scroll_left(self) -> None:
        self._left = max(0, self._left - _SIDEWAYS)
        self.refresh()

    def action_scroll_right(self) -> None:
        if not self.wrap:
            longest = max((row.strip.cell_length for row in self._rows), default=0)
            self._left = clamp(self._left + _SIDEWAYS, 0, max(0, longest - _SIDEWAYS))
            self.refresh()

    def action_toggle_wrap(self) -> None:
        self.wrap = not self.wrap

    def watch_wrap(self) -> None:
        self._left = 0
        self._top = (self._top[0], 0)
        self.lay_out()
