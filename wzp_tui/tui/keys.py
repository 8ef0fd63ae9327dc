"""Keys, as Textual names them, as the bytes that xterm sends for them."""

from typing import TYPE_CHECKING

from textual.keys import REPLACED_KEYS, key_to_character

from wzp_tui.clean import clean_for_pane

if TYPE_CHECKING:
    from wzp_tui.mux.embedded import Modes

_CURSOR = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F", "begin": "E"}
_FUNCTION = {"f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
_NUMBERED = {"insert": 2, "delete": 3, "pageup": 5, "pagedown": 6}
_NUMBERED |= {f"f{key}": number for key, number in zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24), strict=True)}
_PLAIN = {"enter": "\r", "return": "\r", "tab": "\t", "escape": "\x1b", "backspace": "\x7f", "space": " "}
_KEYPAD = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "decimal": ".", "equal": "=", "separator": ","}
_CONTROL = dict(zip("@2 3[4\\5]6^~7_/8?", b"\x00\x00\x00\x1b\x1b\x1c\x1c\x1d\x1d\x1e\x1e\x1e\x1f\x1f\x1f\x7f\x7f", strict=True))


def encode_key(key: str, character: str | None, modes: "Modes") -> bytes:
    """What the program reads when this key is pressed: `key` and `character` of Textual's event; empty for keys that type nothing."""
    *modifiers, name = key.split("+")
    if {"super", "hyper", "meta"} & set(modifiers):
        return b""
    shift, alt, ctrl = ("shift" in modifiers, "alt" in modifiers, "ctrl" in modifiers)
    name = name.removeprefix("kp_")
    if name[:1] == "f" and name[1:].isdecimal() and int(name[1:]) > 12:  # xterm counts Shift-F1 as F13
        name, shift = f"f{int(name[1:]) - 12}", True
    number = 1 + shift + 2 * alt + 4 * ctrl
    if final := _CURSOR.get(name) or _FUNCTION.get(name):
        if number > 1:
            return f"\x1b[1;{number}{final}".encode()
        return f"\x1b{'O' if modes.application_cursor or name in _FUNCTION else '['}{final}".encode()
    if name in _NUMBERED:
        return f"\x1b[{_NUMBERED[name]}{f';{number}' if number > 1 else ''}~".encode()
    if name == "tab" and shift:
        typed = "\x1b[Z"
    elif name == "backspace" and ctrl:
        typed = "\x08"
    elif name in _PLAIN and not (name == "space" and ctrl):
        typed = _PLAIN[name]
    else:
        typed = _typed(name, character, shift, ctrl)
    return f"\x1b{typed}".encode(errors="replace") if alt and typed else typed.encode(errors="replace")


def encode_paste(text: str, modes: "Modes") -> bytes:
    """What the program reads when this text is pasted: cleaned, and bracketed where it asked for that."""
    text = clean_for_pane(text)
    return (f"\x1b[200~{text}\x1b[201~" if modes.bracketed_paste else text.replace("\n", "\r")).encode(errors="replace")


def encode_focus(focused: bool, modes: "Modes") -> bytes:
    """What the program reads when the pane gets or loses the focus; empty if it did not ask."""
    if not modes.focus:
        return b""
    return b"\x1b[I" if focused else b"\x1b[O"


def _typed(name: str, character: str | None, shift: bool, ctrl: bool) -> str:
    """The character of a key that is not a named one."""
    found = character if character and not ctrl else _KEYPAD.get(name) or key_to_character(REPLACED_KEYS.get(name, name))
    if not found:
        return ""
    if shift and not character:
        found = found.upper()
    if not ctrl:
        return found
    if found.isascii() and found.isalpha():
        return chr(ord(found) & 0x1F)
    return chr(_CONTROL[found]) if found in _CONTROL else found
