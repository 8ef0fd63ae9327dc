"""The rows that the lines of a log take on a screen."""

from typing import NamedTuple

from textual.strip import Strip

from wzp_tui.logs.file import Line, LogFile, plain
from wzp_tui.logs.gap import missing_at
from wzp_tui.logs.level import Level, level_of
from wzp_tui.tui.sgr import segments_of

_KEPT = 256
"""Lines that are kept as strips; a screen has fewer."""


class Look(NamedTuple):
    """What a line looks like."""

    strip: Strip
    """The text in its own colours, as wide as it is."""
    fails: bool
    """It tells of an error."""
    gap: bool
    """It is a mark where output is missing."""


class Row(NamedTuple):
    """One row of the screen: a line, or one of its pieces when lines are wrapped."""

    line: Line
    piece: int
    strip: Strip
    look: Look

    @property
    def place(self) -> tuple[int, int]:
        """Offset of the line, and how many of its pieces are above."""
        return self.line.start, self.piece


class LogRows:
    """Rows of a log; `width` is where lines are wrapped, 0: they are not."""

    def __init__(self, log: LogFile) -> None:
        self.log = log
        self.width = 0
        self._looks: dict[int, tuple[int, Look]] = {}

    def forget(self) -> None:
        """The log is another one now."""
        self._looks.clear()

    def last(self, count: int) -> list[Row]:
        """The last `count` rows."""
        return self.before(self.log.size, count)

    def before(self, end: int, count: int) -> list[Row]:
        """Up to `count` rows above the line that begins at `end`."""
        rows = [row for line in self.log.lines_before(end, count) for row in self._of(line)]
        return rows[-count:] if count else []

    def following(self, place: tuple[int, int], count: int) -> list[Row]:
        """Up to `count` rows from this place on."""
        start, piece = place
        lines = self.log.lines_from(start, count + (piece > 0))
        return [row for line in lines for row in self._of(line)][piece:][:count]

    def look(self, line: Line) -> Look:
        """What a line looks like."""
        end, look = self._looks.get(line.start, (-1, None))
        if look is None or end != line.end:
            text = plain(line.text)
            look = Look(Strip(segments_of(line.text)[0]), level_of(text) is Level.ERROR, missing_at(text) > 0)
            if len(self._looks) >= _KEPT:
                self._looks.clear()
            self._looks[line.start] = (line.end, look)
        return look

    def _of(self, line: Line) -> list[Row]:
        look, width = self.look(line), self.width
        strip = look.strip
        if not width or strip.cell_length <= width:
            return [Row(line, 0, strip, look)]
        return [Row(line, piece, strip.crop(at, at + width), look) for piece, at in enumerate(range(0, strip.cell_length, width))]
