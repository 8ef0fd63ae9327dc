"""The last filter before the terminal: nothing foreign in a strip can drive it, whatever widget the text came through.

Text is cleaned where it comes in (`wzp_tui.clean`). Textual itself passes control characters on, so this is for what slipped by.
"""

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from wzp_tui.clean import SYMBOLS
from wzp_tui.errors import WzpError

# What was laid out as no column must not become one: it goes.
_TABLE: dict[int, int | None] = {code: symbol if cell_len(chr(code)) else None for code, symbol in SYMBOLS.items()}
_PROBE = "".join(map(chr, SYMBOLS))
_render = Strip.render


def install() -> None:
    """Filter everything that Textual renders from now on. Raises WzpError where this Textual cannot be filtered."""
    Strip.render = _filtered  # type: ignore[assignment,method-assign]
    console = Console(color_system="truecolor")
    for style in (None, Style(bold=True), Style(link=f"file://{_PROBE}")):
        ours = {"\x1b"} if style else set()
        if (set(_PROBE) - ours) & set(Strip([Segment(_PROBE, style)]).render(console)):
            uninstall()
            raise WzpError("this version of Textual passes control characters on; install textual 8.2")


def uninstall() -> None:
    """Leave Textual as it was, for the test that shows what would come through."""
    Strip.render = _render  # type: ignore[method-assign]


def _filtered(strip: Strip, console: Console) -> str:
    if any(not text.isprintable() or (style is not None and style.link) for text, style, _ in strip):
        strip = Strip([Segment(text.translate(_TABLE), style and _without_link(style)) for text, style, _ in strip])
    return _render(strip, console)


def _without_link(style: Style) -> Style:
    """A link's target is foreign text too, and a click would open it."""
    return style.update_link(None) if style.link else style
