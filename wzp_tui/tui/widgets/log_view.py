"""A log of any size: followed, read and searched."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import clamp
from textual.reactive import reactive, var
from textual.strip import Strip
from textual.timer import Timer

from wzp_tui.logs.failing import FAILING, failing_lines
from wzp_tui.logs.file import Change, LogFile, plain
from wzp_tui.logs.search import Match, Search
from wzp_tui.tui.strips import restyled
from wzp_tui.tui.widgets.log_rows import LogRows, Row
from wzp_tui.tui.widgets.selecting import Place, Selecting

_LOOKS = 0.1
"""Seconds between two looks at a log that is shown and followed."""
_WHEEL = 3
_SIDEWAYS = 8
_COPIED = 10_000
"""Lines that are copied, at most."""
_GUTTER = 2
_CONTEXT = 3
"""A line that was looked for is shown with a third of the height above it."""


class LogView(Selecting, can_focus=True):
    """Shows the lines of a log around one offset; reads those lines and no others.

    At the end it follows what is written; scrolled up, it keeps the reader's place. Lines that tell of a failure have a mark.
    `search`, `next_match` and `previous_match` are for `/ n N`.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"log--failing", "log--match", "log--note", "log--cut"}
    DEFAULT_CSS = """
    LogView { width: 1fr; height: 1fr; }
    LogView > .log--failing { color: $text-error; text-style: bold; }
    LogView > .log--match { background: $warning; color: $background; }
    LogView > .log--note { background: $panel; color: $foreground; }
    LogView > .log--cut { color: $text-muted; }
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

    following: reactive[bool] = reactive(True)
    """The end is shown, and stays shown while the log grows."""
    wrap: reactive[bool] = reactive(False)
    """Long lines go on in the next row."""
    note: var[str] = var("")
    """Where the reader is, what a search found, what is wrong with the file: one line, also shown in the corner."""

    def __init__(self, path: str | None = None, *, at_failure: bool = False, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._next = (path, at_failure)
        self._log: LogFile | None = None
        self._lines: LogRows | None = None
        self._top = (0, 0)  # offset of the line at the top, and how many of its pieces are above
        self._left = 0
        self._rows: list[Row] = []
        self._search: Search | None = None
        self._wanted: bool | None = None  # backwards: go to the first match of this direction when it comes
        self._match: Match | None = None
        self._goal: int | None = None  # where to go once there is room
        self._timer: Timer | None = None
        self._shown = False

    # --- which log -----------------------------------------------------------

    def on_mount(self) -> None:
        self._timer = self.set_interval(_LOOKS, self.look, pause=not self._shown)
        self.show(self._next[0], at_failure=self._next[1])

    def on_unmount(self) -> None:
        self.stop_search()
        if self._log:
            self._log.close()

    def show(self, path: str | None, *, at_failure: bool = False) -> None:
        """Show another log, or none: its end, or where it last tells of a failure."""
        self._next = (path, at_failure)
        self.stop_search()
        if self._log:
            self._log.close()
        self._log = LogFile(path) if path is not None else None
        self._lines = LogRows(self._log) if self._log else None
        self._forget()
        if at_failure and self._log and (offset := failing_lines(self._log)) is not None:
            self.go_to(offset)

    def _forget(self) -> None:
        if self._lines:
            self._lines.forget()
        self._top, self._left, self._match, self._goal = (0, 0), 0, None, None
        self.select_nothing()
        self.following = True
        self._arrange()

    def look(self) -> None:
        """Take in what was written. Called ten times a second while the log is on the screen."""
        if self._log is None or not self._shown or not self.screen.is_current:
            return
        problem = self._log.problem
        change = self._log.look()
        if change is Change.REPLACED:
            self.stop_search()
            self._forget()
        elif change is Change.GROWN or problem != self._log.problem:
            self._arrange()

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
        self._arrange()
        if self._goal is not None and self.size.height:
            goal, self._goal = self._goal, None
            self.go_to(goal)

    # --- which lines ---------------------------------------------------------

    def _arrange(self) -> None:
        """Find the rows to show, and have them painted."""
        lines, height, before = self._lines, self.size.height, self._rows
        self._rows = []
        if lines:
            lines.width = self._room if self.wrap else 0
            self._rows = lines.last(height) if self.following else lines.following(self._top, height)
            if not self.following and len(self._rows) < height:
                self._rows = lines.last(height)  # never less than a screen, where there is one
                self.following = True
        if self._rows:
            self._top = self._rows[0].place
        note = self._note()
        if before != self._rows or note != self.note:
            self.note = note
            self.refresh()

    @property
    def _room(self) -> int:
        """Columns that a line has."""
        return max(1, self.size.width - _GUTTER)

    # --- where the reader is -------------------------------------------------

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
        self._arrange()

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
        self._arrange()

    def action_scroll_up(self) -> None:
        self.scroll_rows(-1)

    def action_scroll_down(self) -> None:
        self.scroll_rows(1)

    def action_page_up(self) -> None:
        self.scroll_rows(-max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        self.scroll_rows(max(1, self.size.height - 1))

    def action_half_page_up(self) -> None:
        self.scroll_rows(-max(1, self.size.height // 2))

    def action_half_page_down(self) -> None:
        self.scroll_rows(max(1, self.size.height // 2))

    def action_scroll_home(self) -> None:
        self.following, self._top = False, (0, 0)
        self._arrange()

    def action_scroll_end(self) -> None:
        self.following = True
        self._arrange()

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
        self._arrange()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        event.prevent_default()
        self.scroll_rows(-_WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        event.prevent_default()
        self.scroll_rows(_WHEEL)

    # --- searching -----------------------------------------------------------

    def search(self, pattern: str) -> None:
        """Go to the next line that has this regular expression; at the end of a followed log, to the last one before.

        Raises UsageError for what is not a regular expression.
        """
        self.stop_search()
        if self._log is None or not pattern:
            return
        backwards = self.following
        self._search = Search(self._log.path, pattern, start=self._log.size if backwards else self._top[0], backwards=backwards)
        self._wanted = backwards
        self.run_worker(self._search.run(self._found), group="search", exclusive=True)
        self._arrange()

    def stop_search(self) -> None:
        """End the search and take its marks away."""
        if self._search:
            self._search.cancel()
        self._search = self._match = self._wanted = None
        self._arrange()

    def next_match(self) -> None:
        """Go on in the direction of the search."""
        if self._search:
            self._go_on(self._search.backwards)

    def previous_match(self) -> None:
        """Go back, against the direction of the search."""
        if self._search:
            self._go_on(not self._search.backwards)

    def _go_on(self, backwards: bool) -> None:
        search = self._search
        if search is None:
            return
        if self._match is None:
            here = self._top[0] if not self.following or not self._log else self._log.size
            match = search.before(here) if backwards else search.after(here - 1)
        else:
            match = search.before(self._match.line) if backwards else search.after(self._match.line)
        if match is None and search.done and search.matches:
            match = search.matches[-1 if backwards else 0]  # round the end
        self._wanted = backwards if match is None and not search.done else None
        if match:
            self._match = match
            self.go_to(match.line)
        self._arrange()

    def _found(self) -> None:
        if self.is_attached:
            if self._wanted is not None:
                self._go_on(self._wanted)
            self._arrange()
            self.refresh()

    # --- painting ------------------------------------------------------------

    def _note(self) -> str:
        if self._log is None:
            return ""
        notes = [self._log.problem]
        if self._search:
            notes.append(_told(self._search, self._match))
        elif not self.following and self._log.size:
            notes.append(f"{100 * self._top[0] // self._log.size} %")
        return " · ".join(filter(None, notes))

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        strip = self._painted(self._rows[y], width, base) if y < len(self._rows) else Strip.blank(width, base)
        if y == self.size.height - 1 and self.note:
            note = f" {self.note} "[:width]
            look = self.get_component_rich_style("log--note")
            strip = Strip.join((strip.crop(0, width - len(note)), Strip([Segment(note, look)])))
        return strip

    def _painted(self, row: Row, width: int, base: Style) -> Strip:
        room = self._room
        strip, skipped = row.strip, row.piece * room
        if self._search and (match := self._search.at(row.line.start)):
            start = max(0, match.column - skipped)
            end = max(start, match.column + max(1, match.length) - skipped)
            strip = restyled(strip, start, end, self.get_component_rich_style("log--match"))
        if columns := self.selected_columns(row.line.start, skipped + strip.cell_length):
            strip = restyled(strip, max(0, columns[0] - skipped), max(0, columns[1] - skipped), Style(reverse=True))
        strip = strip.apply_style(base)
        if not self.wrap:
            longer = strip.cell_length > self._left + room
            strip = strip.crop(self._left, self._left + room)
            if longer:
                strip = Strip.join((strip.crop(0, room - 1), Strip([Segment("…", self.get_component_rich_style("log--cut"))])))
        fails = row.piece == 0 and FAILING.search(plain(row.line.text)) is not None
        mark = Segment("! ", self.get_component_rich_style("log--failing")) if fails else Segment("  ", base)
        return Strip([mark, *strip]).adjust_cell_length(width, base)

    # --- copying -------------------------------------------------------------

    def place_at(self, row: int, column: int) -> Place:
        if not self._rows:
            return 0, 0
        found = self._rows[min(row, len(self._rows) - 1)]
        skipped = found.piece * self._room if self.wrap else self._left
        return found.line.start, skipped + max(0, column - _GUTTER)

    def text_between(self, first: Place, last: Place) -> str:
        texts: list[str] = []
        start = first[0]
        while self._lines and start <= last[0] and len(texts) < _COPIED and (lines := self._lines.log.lines_from(start, 1)):
            columns = first[1] if start == first[0] else 0, last[1] if start == last[0] else None
            texts.append(self._lines.strip(lines[0]).crop(*columns).text)
            start = lines[0].end
        return "\n".join(texts)

    def action_copy(self) -> None:
        """Copy what is marked, else what is shown."""
        self.copy(self.text_between(*self.selection) if self.selection else "\n".join(row.strip.text for row in self._rows))


def _told(search: Search, match: Match | None) -> str:
    """What a search has found so far."""
    pattern = search.pattern if len(search.pattern) <= 30 else search.pattern[:29] + "…"
    if search.problem:
        return f"/{pattern}  {search.problem}"
    if not search.done:
        return f"/{pattern}  {search.count} so far …"
    if not search.count:
        return f"/{pattern}  not found"
    if match and search.count == len(search.matches):
        return f"/{pattern}  {search.matches.index(match) + 1} of {search.count}"
    return f"/{pattern}  {search.count}"
