"""A log on the screen: followed, read, searched, marked and copied."""

from functools import partial
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.strip import Strip

from wzp_tui.logs.gap import missing_in
from wzp_tui.logs.level import Level
from wzp_tui.tui.strips import restyled
from wzp_tui.tui.widgets.log_finding import Finding
from wzp_tui.tui.widgets.log_reader import LogReader
from wzp_tui.tui.widgets.log_rows import Row
from wzp_tui.tui.widgets.selecting import Place

_COPIED = 10_000
"""Lines that are copied, at most."""
_COUNTED = 1 << 23
"""Bytes in which marked lines are counted, at most."""
_END = 1 << 30
"""A column behind every line."""


class LogView(LogReader, can_focus=True):
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
        self._search: Finding | None = None
        self._errors: Finding | None = None
        self._last: Finding | None = None  # the one that was asked last
        self._spot: int | None = None  # the line to which the reader was led
        self._chosen: int | None = None  # the line that moves while lines are marked
        self._anchor: int | None = None  # the one at which they begin
        self._missing = (0, 0)  # a size of the log, and what was missing then

    def on_unmount(self) -> None:
        self._stop_finding()

    def forget(self) -> None:
        self._stop_finding()
        self._chosen = self._anchor = self._spot = None
        super().forget()

    def go_to(self, offset: int) -> None:
        self._spot = self._log.line_start(offset) if self._log else None
        super().go_to(offset)

    # --- finding -------------------------------------------------------------

    @property
    def is_searched(self) -> bool:
        """There is a search, for `next_match` and `previous_match`."""
        return self._search is not None

    @property
    def pattern(self) -> str:
        """What is searched for."""
        return self._search.search.pattern if self._search else ""

    def search(self, pattern: str, start: int | None = None) -> None:
        """Go to the next line that has this regular expression; at the end of a followed log, to the last one before. Or begin at `start`.

        Raises UsageError for what is not a regular expression.
        """
        self.stop_search()
        if self._log and pattern:
            backwards = self.following and start is None
            here = self._here(backwards) if start is None else start - 1
            self._search = self._begin("search", Finding(self._log, here, pattern=pattern, backwards=backwards))

    def stop_search(self) -> None:
        """End the search and take its marks away."""
        if self._search:
            self._search.search.cancel()
            self._last = None if self._last is self._search else self._last
        self._search = None
        self.lay_out()

    def next_match(self) -> None:
        """Go on in the direction of the search."""
        if self._search:
            self._search = self._go_on("search", self._search, self._search.search.backwards)

    def previous_match(self) -> None:
        """Go back, against the direction of the search."""
        if self._search:
            self._search = self._go_on("search", self._search, not self._search.search.backwards)

    def go_to_error(self, backwards: bool = False) -> None:
        """Go to the next line that tells of an error, or to the one before."""
        if self._log is None:
            return
        if self._errors is None:
            self._errors = self._begin("errors", Finding(self._log, self._here(backwards), level=Level.ERROR, backwards=backwards))
        else:
            self._errors = self._go_on("errors", self._errors, backwards)

    def _here(self, backwards: bool) -> int:
        """The offset from which the next line is looked for: a chosen line, what was found last, or what is on the screen."""
        if self._chosen is not None:
            return self._chosen
        if self._spot is not None and self.shows(self._spot):
            return self._spot
        if self.following and self._log:
            return self._log.size
        return self._top[0] if backwards else self._top[0] - 1

    def _begin(self, group: str, finding: Finding) -> Finding:
        self._last = finding
        self.run_worker(partial(finding.search.run, self._found), group=group, exclusive=True)  # type: ignore[arg-type]
        self.lay_out()
        return finding

    def _go_on(self, group: str, finding: Finding, backwards: bool) -> Finding:
        here = self._here(backwards)
        self._last = finding
        if finding.is_stale(backwards):
            finding.search.cancel()
            return self._begin(group, finding.again(here, backwards))
        self._step(finding, here, backwards)
        return finding

    def _step(self, finding: Finding, here: int, backwards: bool) -> None:
        if match := finding.step(here, backwards):
            if self._chosen is not None:
                self._choose(match.line)
            self.go_to(match.line)
        self.lay_out()

    def _found(self) -> None:
        if self.is_attached:
            if (finding := self._last) and finding.wanted is not None:
                here = self._here(finding.wanted) if finding.match else finding.here
                self._step(finding, here, finding.wanted)
            self.lay_out()
            self.refresh()

    def _stop_finding(self) -> None:
        for finding in (self._search, self._errors):
            if finding:
                finding.search.cancel()
        self._search = self._errors = self._last = None

    # --- choosing and marking ------------------------------------------------

    @property
    def is_choosing(self) -> bool:
        """A line is chosen, or lines are marked: keys move the choice, not the screen."""
        return self._chosen is not None

    @property
    def marked_bytes(self) -> tuple[int, int] | None:
        """Where the marked lines begin and end."""
        if not self.selection or self._log is None:
            return None
        (first, _), (last, _) = self.selection
        return first, self._log.line_end(last)

    def mark(self) -> None:
        """Choose a line; at the next call marking begins there, at the one after that it begins anew."""
        if self._chosen is None:
            self._anchor = None
            self._choose(self.line_here)
        else:
            self._anchor = self._chosen if self._anchor is None else None
            self._choose(self._chosen)

    def stop_marking(self) -> None:
        """Take the choice and all marking away."""
        self._chosen = self._anchor = None
        self.select_nothing()
        self.lay_out()

    def move(self, rows: int) -> None:
        """Move the chosen line, or what is shown, down, or with a negative number up."""
        if self._chosen is None or self._log is None:
            self.scroll_rows(rows)
        elif rows > 0:
            lines = self._log.lines_from(self._chosen, rows + 1)
            self._choose(lines[-1].start if lines else self._chosen)
        else:
            lines = self._log.lines_before(self._chosen, -rows)
            self._choose(lines[0].start if lines else self._chosen)

    def page(self, direction: int) -> None:
        """Half a page down (1) or up (-1)."""
        self.move(direction * max(1, self.size.height // 2))

    def jump(self, to_end: bool) -> None:
        """To the first line, or to the last."""
        if self._chosen is not None and self._log:
            last = self._log.lines_before(self._log.size, 1)
            self._choose(last[0].start if to_end and last else 0)
        elif to_end:
            self.action_scroll_end()
        else:
            self.action_scroll_home()

    @property
    def line_here(self) -> int:
        """The offset of the line that the reader means: the chosen one, what was found, else the last or the first that is shown."""
        if self._chosen is not None:
            return self._chosen
        if self._spot is not None and self.shows(self._spot):
            return self._spot
        return self._rows[-1 if self.following else 0].line.start if self._rows else 0

    def _choose(self, line: int) -> None:
        self._chosen = line
        if self._anchor is None:
            self.select_nothing()
        else:
            self._from, self._to = (min(self._anchor, line), 0), (max(self._anchor, line), _END)
        if self._rows and line <= self._rows[0].line.start:
            self.following, self._top = False, (line, 0)
        elif not self.shows(line) and self._lines and self._log:
            above = self._lines.before(self._log.line_end(line), self.size.height)
            self.following, self._top = False, above[0].place if above else (0, 0)
        self.lay_out()
        self.refresh()

    # --- painting ------------------------------------------------------------

    def told(self) -> str:
        if self._log is None:
            return ""
        if self._chosen is not None:
            return "Space marks from here" if self._anchor is None else f"{self._marked()} marked"
        return " · ".join(filter(None, (self._log.problem, self._last.words))) if self._last else super().told()

    def _marked(self) -> str:
        found = self.marked_bytes
        if not (found and self._log) or found[1] - found[0] > _COUNTED:
            return "many lines"
        count = max(1, self._log.line_count(*found))
        return f"{count} line{'' if count == 1 else 's'}"

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
            self.copy(self.text_between((self._chosen, 0), (self._chosen, _END)))
        else:
            self.copy("\n".join(row.strip.text for row in self._rows))
