"""Lines of text as strips, cut and filled by cells: a wide character or an emoji never breaks a column.

What is painted is clean, wherever it came from.
"""

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from wzp_tui.clean import clean

_JOINERS: dict[int, None] = dict.fromkeys((0x200D, 0xFE0E, 0xFE0F))

_DIM = Style(dim=True)

Piece = tuple[str, Style]
"""Text in one style."""


def harmless(text: str) -> str:
    """`text` without what could drive a terminal, and without what joins emoji: terminals do not agree on the width of joined ones."""
    if text.isascii():
        return text if text.isprintable() else clean(text)
    text = text.translate(_JOINERS)
    return text if text.isprintable() else clean(text)


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells; `…` says that some is missing."""
    text = harmless(text[: 64 + 16 * max(0, width)])
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 1 else "…"[:width]


def left(text: str, width: int) -> str:
    """`text` in exactly `width` cells, filled at the right; the last cell stays blank where it has to be cut."""
    return set_cell_size(cut(text, max(0, width - 1)), width)


def right(text: str, width: int) -> str:
    """`text` in exactly `width` cells, filled at the left."""
    shown = cut(text, width)
    return " " * (width - cell_len(shown)) + shown


def width_of(pieces: Iterable[Piece]) -> int:
    """How many cells they take."""
    return sum(cell_len(text) for text, _ in pieces)


def strip(pieces: Iterable[Piece], width: int, fill: Style, end: Iterable[Piece] = ()) -> Strip:
    """A line of `width` cells: pieces from the left, `end` at the right edge; where both do not fit, the left is cut."""
    tail = [Segment(harmless(text), style) for text, style in end if text]
    room = width - sum(segment.cell_length for segment in tail)
    if room < 0:
        tail, room = [], width
    head = Strip([Segment(harmless(text), style) for text, style in pieces if text]).adjust_cell_length(room, fill)
    return Strip([*head, *tail], width)


def dimmed(line: Strip) -> Strip:
    """A line that steps back, also where a theme has no tones to do it with."""
    return Strip([Segment(text, (style or Style.null()) + _DIM) for text, style, _ in line], line.cell_length)
