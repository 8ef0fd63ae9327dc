"""Lines of a screen as Textual's strips."""

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.strip import Strip

if TYPE_CHECKING:  # the emulator behind it takes 0.1 s to import, and WezTerm's panes do without it
    from wzp_tui.mux.embedded import Color, Line, Style


def strip_of(line: "Line", base: RichStyle) -> Strip:
    """The line; colours that a program leaves open are those of `base`."""
    segments = []
    for text, style, width in line:
        # Who counts the columns of an emoji otherwise must not shift what follows.
        fits = text if cell_len(text) == width else set_cell_size(text, width)
        segments.append(Segment(fits, _style(style, base)))
    return Strip(segments, sum(run.width for run in line))


def restyled(strip: Strip, start: int, end: int, style: RichStyle) -> Strip:
    """The strip with `style` over the columns from `start` up to, but without, `end`."""
    before, inside, after = strip.crop(0, start), strip.crop(start, end), strip.crop(end)
    return Strip.join((before, Strip(Segment.apply_style(inside, post_style=style), inside.cell_length), after))


@lru_cache(maxsize=4096)
def _style(style: "Style", base: RichStyle) -> RichStyle:
    return base + RichStyle(
        color=_color(style.fg),
        bgcolor=_color(style.bg),
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        blink=style.blink,
        reverse=style.reverse,
        conceal=style.hidden,
        strike=style.strike,
    )


def _color(color: "Color | None") -> RichColor | None:
    if color is None:
        return None
    return RichColor.from_ansi(color) if isinstance(color, int) else RichColor.from_rgb(*color)
