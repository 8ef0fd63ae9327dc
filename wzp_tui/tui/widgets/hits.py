"""Lines that were found in logs, one row each."""

from typing import NamedTuple

from textual.strip import Strip

from wzp_tui.logs.scan_all import Hit
from wzp_tui.store import Run
from wzp_tui.tui.painting import Piece, cut, left, strip
from wzp_tui.tui.times import Clock, clock, day_start_ms, moment
from wzp_tui.tui.widgets.lines import LineView

_BEFORE = 12
"""Characters that stay before a match that stands far to the right."""


class HitRow(NamedTuple):
    """A line with the run whose log it is in."""

    run: Run
    hit: Hit

    @property
    def key(self) -> tuple[int, int]:
        """What names it."""
        return self.run.id, self.hit.offset

    @property
    def name(self) -> str:
        """Its task, and which attempt at it: `#12`, `#12.2`."""
        return f"#{self.run.task}" if self.run.attempt == 1 else f"#{self.run.task}.{self.run.attempt}"


class Hits(LineView[HitRow]):
    """Time of the run, task, and the line: from the match on, where that would not be seen."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.marked: frozenset[tuple[int, int]] = frozenset()
        self._empty = ""

    def key(self, row: HitRow) -> tuple[int, int]:
        return row.key

    @property
    def empty(self) -> str:
        """What is said where there is no line."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        if text != self._empty:
            self._empty = text
            self.refresh()

    # -- marking ---------------------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> list[HitRow]:
        """The marked rows, or else the one under the cursor."""
        if self.marked:
            return [row for row in self.rows if row.key in self.marked]
        return [row] if (row := self.current) else []

    def mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go on to the next."""
        if row := self.current:
            self.marked ^= {row.key}
            self.refresh()
            self.move(1)

    def unmark(self) -> None:
        """Take all marks away."""
        self.marked = frozenset()
        self.refresh()

    # -- painting --------------------------------------------------------------------------------------------------------------

    def paint(self, row: HitRow, width: int, at_cursor: bool) -> Strip:
        on = "ground" if not at_cursor else "selection" if self.has_focus else "selection-elsewhere"
        ink, seen = self.inks, self.rows[self.top : self.top + self.size.height]
        name = max(5, max(len(each.name) for each in seen) + 1)
        time = max(len(self._time(each, width)) for each in seen) + 2
        marked = row.key in self.marked
        sign = (self.glyphs.marked, ink("focus", on)) if marked else self._level(row, on)
        pieces: list[Piece] = [
            (self.glyphs.bar if at_cursor and self.has_focus else " ", ink("focus", on)),
            (left(self._time(row, width), time), ink("faint", on)),
            (left(row.name, name), ink("muted", on)),
            (sign[0] + " ", sign[1]),
        ]
        return strip([*pieces, *self._text(row, width - 3 - time - name, on)], width, ink("text", on))

    def _time(self, row: HitRow, width: int) -> str:
        """When its run began: `10:44` today, `11-22 10:44` before; where it is narrow, the day alone."""
        at_ms = row.run.started_ms
        if at_ms >= day_start_ms(self._clock()):
            return clock(at_ms)
        return moment(at_ms)[5:16] if width >= 66 else moment(at_ms)[5:10]

    def _level(self, row: HitRow, on: str) -> Piece:
        return ("!" if row.hit.level else " ", self.inks("failed" if row.hit.level == "error" else "muted", on, bold=True))

    def _text(self, row: HitRow, room: int, on: str) -> list[Piece]:
        ink, hit = self.inks, row.hit
        text = hit.text
        first, after = hit.column, hit.column + hit.length
        if first >= room:
            gone = first - _BEFORE
            text, first, after = "…" + text[gone + 1 :], first - gone, after - gone
        plain = ink("text", on)
        return [(text[:first], plain), (text[first:after], ink("bright", on, bold=True)), (cut(text[after:], max(1, room - after)), plain)]

    def paint_below(self, line: int, width: int) -> Strip:
        ink = self.inks
        return strip([(f"  {self._empty}", ink("muted"))] if line == 0 and self._empty else (), width, ink("text"))
