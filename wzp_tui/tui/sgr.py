"""Colours in text: the SGR sequences of it, and no other sequence, become styles."""

import re
from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from wzp_tui.clean import clean

_SGR = re.compile(r"\x1b\[([0-9;:]{0,100})m")
_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 5: "blink", 7: "reverse", 8: "conceal", 9: "strike"}
_OFF = {22: ("bold", "dim"), 39: ("color",), 49: ("bgcolor",), **{code + 20: (name,) for code, name in _ON.items() if code > 2}}

Pen = frozenset[tuple[str, object]]
"""Arguments of a `Style`: what a text switched on and not off again."""
NO_PEN: Pen = frozenset()


def segments_of(text: str, pen: Pen = NO_PEN, limit: int = 4096) -> tuple[list[Segment], Pen]:
    """The text of one line, clean and in its colours, and the pen that it leaves to the next line.

    Tabs become blanks up to the next column that eight divides.
    """
    if "\x1b" not in text:
        shown = clean(_expanded(text, 0), limit)
        return ([Segment(shown, _style(pen))] if shown else []), pen
    segments = []
    column = 0
    for place, piece in enumerate(_SGR.split(text[: limit * 4])):
        if place % 2:
            pen = _after(pen, piece)
        elif piece:
            shown = clean(_expanded(piece, column), limit - column)
            column += cell_len(shown)
            segments.append(Segment(shown, _style(pen)))
        if column >= limit:
            break
    return segments, pen


def _expanded(text: str, column: int) -> str:
    """Without tabs; the text begins in this column."""
    return (" " * (column % 8) + text).expandtabs(8)[column % 8 :] if "\t" in text else text


@lru_cache(maxsize=4096)
def _style(pen: Pen) -> Style | None:
    return Style(**dict(pen)) if pen else None  # type: ignore[arg-type]


@lru_cache(maxsize=4096)
def _after(pen: Pen, parameters: str) -> Pen:
    """The pen after `ESC [ parameters m`."""
    state = dict(pen)
    codes = iter(parameters.split(";"))
    for code in codes:
        first, *rest = (int(number or 0) for number in code.split(":"))
        if first == 0:
            state.clear()
        elif first in (38, 48):
            if not rest:
                rest = [int(number or 0) for number in (next(codes, ""),)]
                rest += [_number(next(codes, "")) for _ in range({5: 1, 2: 3}.get(rest[0], 0))]
            if color := _extended(rest):
                state["color" if first == 38 else "bgcolor"] = color
        elif first in _ON:
            state[_ON[first]] = rest[:1] != [0]  # 4:0 is no underline, 4:3 a curly one
        elif first in _OFF:
            for name in _OFF[first]:
                state.pop(name, None)
        elif color := _basic(first):
            state["color" if first % 60 < 40 else "bgcolor"] = color
    return frozenset(state.items())


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _basic(code: int) -> Color | None:
    if 30 <= code <= 37 or 40 <= code <= 47:
        return Color.from_ansi(code % 10)
    if 90 <= code <= 97 or 100 <= code <= 107:
        return Color.from_ansi(code % 10 + 8)
    return None


def _extended(numbers: list[int]) -> Color | None:
    match numbers:
        case [5, number] if number < 256:
            return Color.from_ansi(number)
        case [2, red, green, blue] | [2, _, red, green, blue, *_]:
            return Color.from_rgb(min(red, 255), min(green, 255), min(blue, 255))
    return None
