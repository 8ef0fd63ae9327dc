"""A screen as an SVG that is small, always the same, and asks nobody for a font."""

import re
from collections import Counter
from html import escape
from io import StringIO

from rich.cells import cell_len
from rich.color import blend_rgb
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI
from textual.app import App

CELL, LINE, MARGIN = 10, 20, 10
"""Units: a column, a row, and what is left free around the screen."""
FONTS = "'Fira Code','JetBrains Mono','SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace"
Paint = tuple[str, str, str]
"""Colour of the text, colour of the ground, and what else the text is, as CSS."""


def svg_of(app: App[None], says: str = "") -> str:
    """What the app shows now; `says`: what a reader hears who does not see it."""
    lines = _lines(app)
    width, height = app.size
    grounds = Counter(paint[1] for line in lines for text, paint in line for _ in range(cell_len(text)))
    ground = grounds.most_common(1)[0][0]
    rects, texts = [], []
    classes: dict[tuple[str, str], str] = {}
    for row, line in enumerate(lines):
        y = MARGIN + row * LINE
        rects += [
            f'<rect x="{MARGIN + x * CELL}" y="{y}" width="{cells * CELL}" height="{LINE}" fill="{colour}"/>'
            for x, cells, colour in _grounds(line)
            if colour != ground
        ]
        for x, text, (colour, _, css) in _words(line):
            name = classes.setdefault((colour, css), f"c{len(classes)}")
            length = f' textLength="{cells * CELL}"' if (cells := cell_len(text)) > 1 else ""
            texts.append(f'<text x="{MARGIN + x * CELL}" y="{y + 15}"{length} class="{name}">{escape(text, quote=False)}</text>')
    styles = [f".{name}{{fill:{colour}{css}}}" for (colour, css), name in classes.items()]
    wide, high = 2 * MARGIN + width * CELL, 2 * MARGIN + height * LINE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img">',
            f"<title>{escape(says, quote=False)}</title>",
            f"<style>text{{font:16.4px {FONTS}}}{''.join(styles)}</style>",
            f'<rect x=".5" y=".5" width="{wide - 1}" height="{high - 1}" rx="9" fill="{ground}" stroke="#808080" stroke-opacity=".4"/>',
            f'<g shape-rendering="crispEdges">{"".join(rects)}</g>',
            *texts,
            "</svg>\n",
        ]
    )


def _lines(app: App[None]) -> list[list[tuple[str, Paint]]]:
    console = Console(width=app.size.width, file=StringIO(), force_terminal=True, color_system="truecolor", legacy_windows=False)
    shown = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    segments = Segment.filter_control(console.render(shown))
    return [[(each.text, _paint(each.style or Style())) for each in line if each.text] for line in Segment.split_lines(segments)]


def _paint(style: Style) -> Paint:
    theme = DIMMED_MONOKAI
    color = style.color.get_truecolor(theme) if style.color else theme.foreground_color
    ground = style.bgcolor.get_truecolor(theme, foreground=False) if style.bgcolor else theme.background_color
    if style.reverse:
        color, ground = ground, color
    if style.dim:
        color = blend_rgb(color, ground, 0.4)
    css = ";font-weight:700" * bool(style.bold) + ";font-style:italic" * bool(style.italic)
    return color.hex, ground.hex, css + ";text-decoration:underline" * bool(style.underline)


def _grounds(line: list[tuple[str, Paint]]) -> list[tuple[int, int, str]]:
    """Column, cells and colour of each piece of ground."""
    found: list[tuple[int, int, str]] = []
    at = 0
    for text, (_, ground, _) in line:
        cells = cell_len(text)
        if found and found[-1][2] == ground:
            found[-1] = (found[-1][0], found[-1][1] + cells, ground)
        else:
            found.append((at, cells, ground))
        at += cells
    return found


def _words(line: list[tuple[str, Paint]]) -> list[tuple[int, str, Paint]]:
    """Column, text and paint of what is not blank; wide gaps are no part of a text, so that each begins in its column."""
    found: list[tuple[int, str, Paint]] = []
    at = 0
    for text, paint in line:
        for word in re.finditer(r"\S+(?: \S+)*", text):
            found.append((at + cell_len(text[: word.start()]), word[0], paint))
        at += cell_len(text)
    return found
