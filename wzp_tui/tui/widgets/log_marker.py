"""A log in which a line can be chosen, and lines be marked."""

from wzp_tui.tui.widgets.log_reader import LogReader

_COUNTED = 1 << 23
"""Bytes in which marked lines are counted, at most."""
END = 1 << 30
"""A column behind every line."""


class LogMarker(LogReader):
    """While a line is chosen, keys move the choice and not the screen."""

    def __init__(self, path: str | None = None, *, at_failure: bool = False, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(path, at_failure=at_failure, id=id, classes=classes)
        self._spot: int | None = None  # the line to which the reader was led
        self._chosen: int | None = None  # the line that moves while lines are marked
        self._anchor: int | None = None  # the one at which they begin

    def forget(self) -> None:
        self._chosen = self._anchor = self._spot = None
        super().forget()

    def go_to(self, offset: int) -> None:
        self._spot = self._log.line_start(offset) if self._log else None
        super().go_to(offset)

    def told(self) -> str:
        if self._chosen is None or self._log is None:
            return super().told()
        return "Space marks from here" if self._anchor is None else f"{self._marked()} marked"

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
            self._from, self._to = (min(self._anchor, line), 0), (max(self._anchor, line), END)
        if self._rows and line <= self._rows[0].line.start:
            self.following, self._top = False, (line, 0)
        elif not self.shows(line) and self._lines and self._log:
            above = self._lines.before(self._log.line_end(line), self.size.height)
            self.following, self._top = False, above[0].place if above else (0, 0)
        self.lay_out()
        self.refresh()

    def _marked(self) -> str:
        found = self.marked_bytes
        if not (found and self._log) or found[1] - found[0] > _COUNTED:
            return "many lines"
        count = max(1, self._log.line_count(*found))
        return f"{count} line{'' if count == 1 else 's'}"
