"""What a screen shows, in neutral words: a line is runs of text, each in one style."""

from collections.abc import Iterable
from typing import NamedTuple

from wzp_tui.clean import clean

Color = int | tuple[int, int, int]
"""One of the 256 palette colours, or red, green and blue of 0 to 255."""


class Style(NamedTuple):
    """How text looks; `None` is the terminal's own colour."""

    fg: Color | None = None
    bg: Color | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    blink: bool = False
    reverse: bool = False
    hidden: bool = False
    strike: bool = False


PLAIN = Style()


class Run(NamedTuple):
    """Text in one style. It is clean: nothing in it can drive a terminal."""

    text: str
    style: Style
    width: int
    """Columns on the screen; a wide character has two."""


Line = tuple[Run, ...]


class Cursor(NamedTuple):
    """Where the cursor stands, counted from 0."""

    row: int
    col: int
    visible: bool


class Modes(NamedTuple):
    """What the program asked of the terminal, as far as input and painting depend on it."""

    application_cursor: bool = False
    """Arrow keys are `ESC O A`, not `ESC [ A`."""
    application_keypad: bool = False
    bracketed_paste: bool = False
    focus: bool = False
    """It wants to know when the pane gets and loses the focus."""
    mouse: str = "off"
    """`off`, `x10` (presses), `normal` (and releases), `button` (and drags) or `any` (and moves)."""
    mouse_encoding: str = "legacy"
    """`legacy`, `utf8`, `sgr`, `sgr-pixels` or `urxvt`."""
    alternate: bool = False
    """The alternate screen, as vim and less use it: it has no scrollback."""
    synchronized: bool = False
    """A frame is being drawn: what is there is half of it."""


def visible(cells: Iterable[str]) -> str:
    """The text of these cells, each made harmless, and none of them wider or narrower than before."""
    return "".join(_harmless(cell) for cell in cells)


def _harmless(cell: str) -> str:
    if cell.isprintable():
        return cell
    if len(cell) == 1:
        return clean(cell)
    return "".join(char for char in cell if char.isprintable() or clean(char) == char)  # a joiner of an emoji stays


def plain_text(line: Line) -> str:
    """The line without its styles and without blanks at its end."""
    return "".join(run.text for run in line).rstrip()


def sgr_text(line: Line) -> str:
    """The line with its styles as SGR sequences; it begins and ends in the plain style."""
    parts = []
    for run in line:
        parts.append(f"{_sgr(run.style)}{run.text}\x1b[0m" if run.style != PLAIN else run.text)
    return "".join(parts)


_FLAGS = {"bold": "1", "dim": "2", "italic": "3", "underline": "4", "blink": "5", "reverse": "7", "hidden": "8", "strike": "9"}


def _sgr(style: Style) -> str:
    codes = [code for name, code in _FLAGS.items() if getattr(style, name)]
    codes += [_color(color, base) for color, base in ((style.fg, 30), (style.bg, 40)) if color is not None]
    return f"\x1b[{';'.join(codes)}m"


def _color(color: Color, base: int) -> str:
    if isinstance(color, tuple):
        return f"{base + 8};2;{color[0]};{color[1]};{color[2]}"
    if color < 8:
        return str(base + color)
    if color < 16:
        return str(base + 52 + color)
    return f"{base + 8};5;{color}"
