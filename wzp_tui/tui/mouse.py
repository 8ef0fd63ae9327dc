"""The mouse, as the bytes that xterm sends for it."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from wzp_tui.mux.embedded import Modes

_MOST = {"legacy": 223, "utf8": 2015}
"""The last column or row that an encoding can say."""


def encode_mouse(
    action: Literal["press", "release", "move"],
    button: int,
    x: int,
    y: int,
    modes: "Modes",
    *,
    shift: bool = False,
    alt: bool = False,
    ctrl: bool = False,
) -> bytes:
    """What the program reads; column and row count from 0. Empty for what it did not ask for.

    Buttons: 0 none · 1 left · 2 middle · 3 right · 4 to 7 the wheel up, down, left, right.
    """
    if not _asked(action, button, modes.mouse):
        return b""
    code = 64 + button - 4 if button >= 4 else (button - 1) % 4
    if modes.mouse != "x10":
        code += 4 * shift + 8 * alt + 16 * ctrl
    if action == "move":
        code += 32
    x, y = x + 1, y + 1
    if modes.mouse_encoding in ("sgr", "sgr-pixels"):  # a cell is one pixel: no size in pixels is ever told
        return f"\x1b[<{code};{x};{y}{'m' if action == 'release' else 'M'}".encode()
    if action == "release":
        code |= 3
    if modes.mouse_encoding == "urxvt":
        return f"\x1b[{code + 32};{x};{y}M".encode()
    if max(x, y) > _MOST[modes.mouse_encoding]:
        return b""
    return b"\x1b[M" + "".join(map(chr, (code + 32, x + 32, y + 32))).encode("utf-8" if modes.mouse_encoding == "utf8" else "latin-1")


def _asked(action: str, button: int, mode: str) -> bool:
    if mode == "x10":
        return action == "press" and button < 4
    if action == "move":
        return mode == "any" or (mode == "button" and button > 0)
    return mode in ("normal", "button", "any")
