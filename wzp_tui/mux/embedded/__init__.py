"""Panes of our own, on real ptys.

From the outside in: `backend` is the `Mux`; `places` knows which pane stands where; `flow` brings output to the screens, fairly (`skim`:
what of skipped output still counts); `screen` is the terminal emulator, `cells` what it shows; `pty` is one program on one pty
(`launch` becomes the program).
"""

from wzp_tui.mux.embedded.backend import CLOSE_WAIT, Embedded
from wzp_tui.mux.embedded.cells import Color, Cursor, Line, Modes, Run, Style, plain_text
from wzp_tui.mux.embedded.screen import Screen

__all__ = ["CLOSE_WAIT", "Color", "Cursor", "Embedded", "Line", "Modes", "Run", "Screen", "Style", "plain_text"]
