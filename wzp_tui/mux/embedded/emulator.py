"""How bittty is set up and read: less than all it can do, and answers that can do no harm."""

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import bittty
from bittty import mode_profiles
from bittty.model import EDITING
from bittty.present import RowsScrolledOff, ScrollbackCleared

from wzp_tui.mux.embedded.cells import PLAIN, Line, Run, Style, visible

_log = logging.getLogger(__name__)

_MODEL = replace(
    bittty.XTERM,
    options=frozenset(),  # no printer, no locator
    control_capabilities=EDITING,
    macro_space=None,
    reflows=True,
    mode_capabilities=(bittty.XTERM.mode_capabilities | {mode_profiles.XTERM_SYNC_OUTPUT, mode_profiles.UNICODE_GRAPHEME_CLUSTERING})
    - {mode_profiles.DEC_ANSI, mode_profiles.XTERM_COLUMN_MODE, mode_profiles.XTERM_ALLOW_COLUMN},
)
_REFUSED = (
    *("OSC_CLIPBOARD", "OSC_FONT", "C0_ENQ", "DECRQCRA"),  # give a program what another one put there
    *("XTWINOPS", "DECSCPP", "DECSPP", "DECSLPP"),  # the size is the user's; titles come back as typed input
    *("DECFRA", "DECERA", "DECSERA", "DECCRA", "DECCARA", "DECRARA", "DECSED", "DECSEL"),  # milliseconds for a few bytes
    *("MC", "DECMC", "LINUX_SETTERM", "LINUX_PALETTE_SET"),
)
_ANSWER = re.compile(
    rb"\x1b\[[?>]?[0-9;]*\$?[cnRtyu]"  # attributes, status, cursor, size, modes
    rb"|\x1b\](?:1[0-2]|4;[0-9]+);rgb:[0-9a-f/]+(?:\x07|\x1b\\)"  # colours
    rb"|\x1bP(?:>\|[ -~]+|1\$r[0-9;: ]*[\"a-z]+|[01]\+r[0-9A-Fa-f=]+)\x1b\\"  # version, settings, capabilities
)
"""Answers that hold nothing a program chose: they arrive as typed input, and text of a hostile file must not come back as a command."""


_STYLE = itemgetter(0)

Reply = Callable[[bytes], None]
Keep = Callable[[tuple[Any, ...]], None]


def make_board(rows: int, cols: int, reply: Reply, keep: Keep, forget: Callable[[], None]) -> Any:
    """A terminal; `reply` takes its answers to the program, `keep` the lines that leave it at the top, until `forget`."""
    board: Any = bittty.Board(width=cols, height=rows, model=_MODEL)
    for name in _REFUSED:
        board.registry.pop(name, None)
    board.registry["XTWINOPS"] = lambda operation: _window_operation(board, operation)
    board.modes.set_grapheme_capability("permanently-set")  # combining characters share the cell of their letter
    board.title.title = board.title.icon_title = ""
    board.host.attach(_Line(reply))
    board.attach_display(_Chrome(keep, forget))
    return board


def pen(**attributes: bool) -> Any:
    """A style of the emulator's own."""
    return bittty.style.Style(**attributes)


def _window_operation(board: Any, operation: Any) -> None:
    """XTWINOPS: only the size is told, and the title kept aside and brought back."""
    what = next(iter(operation.args[0]), None)
    if what == 18:
        board.host.write(f"\x1b[8;{board.height};{board.width}t")
    elif what == 22:
        board.title.push()
    elif what == 23:
        board.title.pop()


class _Line:
    """The emulator's cable to the program: its answers go in, nothing comes out."""

    closed = False

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def write(self, data: str) -> int:
        return self.write_bytes(data.encode(errors="replace"))

    def write_bytes(self, data: bytes) -> int:
        if _ANSWER.fullmatch(data):
            self._reply(data)
        else:
            _log.debug("an answer of the terminal emulator was held back: %r", data[:200])
        return len(data)

    def flush(self) -> None: ...

    def resize(self, rows: int, cols: int) -> None: ...

    def configure_line(self, line: object) -> None: ...


class _Chrome:
    """What the emulator tells: here, the lines that leave the screen at its top."""

    keeps_scrollback = True

    def __init__(self, keep: Keep, forget: Callable[[], None]) -> None:
        self._keep = keep
        self._forget = forget

    def present(self, event: object) -> None:
        if isinstance(event, RowsScrolledOff):
            self._keep(event.lines)
        elif isinstance(event, ScrollbackCleared):
            self._forget()


def runs(cells: Any) -> Line:
    """The cells of a row as runs, without plain blanks at the end."""
    end = len(cells)
    blank = cells[-1]
    if blank[1] == " " and _style(blank[0]) == PLAIN:
        while end and (cells[end - 1] is blank or cells[end - 1] == blank):
            end -= 1
    line = []
    for style, group in groupby(cells[:end], _STYLE):
        texts = [cell[1] for cell in group]
        text = "".join(texts)
        line.append(Run(text if text.isprintable() else visible(texts), _style(style), len(texts)))
    return tuple(line)


@lru_cache(maxsize=4096)
def _style(style: Any) -> Style:
    return Style(
        fg=_color(style.fg),
        bg=_color(style.bg),
        bold=bool(style.bold),
        dim=bool(style.dim),
        italic=bool(style.italic),
        underline=bool(style.underline),
        blink=bool(style.blink),
        reverse=bool(style.reverse),
        hidden=bool(style.conceal),
        strike=bool(style.strike),
    )


def _color(color: Any) -> int | tuple[int, int, int] | None:
    if color is None or color.mode == "default":
        return None
    if color.mode == "rgb":
        red, green, blue = color.value
        return min(red, 255), min(green, 255), min(blue, 255)
    return color.value if isinstance(color.value, int) and 0 <= color.value < 256 else None
