"""Keys as people write them, and which of them cannot be a command's."""

import difflib
import string
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import product

from wzp_tui.commands import COMMANDS, Command, keys_of

_MODIFIERS = ("alt", "ctrl", "shift", "super")
"""In the order in which they are written."""
_ARROWS = frozenset({"up", "down", "left", "right"})
_NAMED = _ARROWS | {"enter", "escape", "tab", "space", "comma", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"}
NAMED = _NAMED | {f"f{number}" for number in range(1, 25)}
"""Keys that are no character, and the two characters that could not be told from what stands around them."""
_ALIASES = {"esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "pgup": "pageup", "pgdn": "pagedown", " ": "space"}
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "escape"}
"""What terminals cannot tell apart."""
_SIGNS = {unicodedata.name(sign).lower().replace("-", "_").replace(" ", "_"): sign for sign in string.punctuation}
_SIGNS |= {"slash": "/", "backslash": "\\", "at": "@", "minus": "-", "plus": "+", "underscore": "_"}

_SHARED = frozenset({"task.hold", "task.release"})
"""Never valid for the same row, so they may have the same key."""


def normal_keys(keys: str) -> str:
    """Keys in the one way to write them: `^R, esc` is `ctrl+shift+r,escape`. Raises `ValueError` for what is no key."""
    return ",".join(normal_key(key) for key in keys.split(",")) if keys.strip() else ""


def normal_key(key: str) -> str:
    """A key in the one way to write it: `^d` is `ctrl+d`, `question_mark` is `?`. Raises `ValueError`."""
    written = key.strip()
    *modifiers, base = _parts(written)
    base = _base(base)
    if len(base) == 1 and base.isupper() and modifiers:
        modifiers, base = [*modifiers, "shift"], base.lower()
    if not base or not set(modifiers) <= set(_MODIFIERS):
        raise ValueError(f"there is no key `{written[:40]}`; {_cure(written)}")
    if modifiers == ["shift"] and len(base) == 1:
        return base.upper()
    found = "+".join([*sorted(set(modifiers)), base])
    return _SAME.get(found, found)


def _parts(key: str) -> list[str]:
    if len(key) > 1 and key[0] == "^":
        return ["ctrl", key[1:]]
    if key.endswith("+"):
        return [*key[:-1].removesuffix("+").lower().split("+"), "+"] if len(key) > 1 else ["+"]
    *modifiers, base = key.split("+")
    return [*(modifier.lower() for modifier in modifiers), base]


def _base(name: str) -> str:
    """A named key or a character; `""`: neither."""
    if len(name) == 1:
        return _ALIASES.get(name, name) if name.isprintable() else ""
    name = name.lower()
    name = _ALIASES.get(name, name)
    return name if name in NAMED else _SIGNS.get(name, "")


def _cure(key: str) -> str:
    guess = key.lower().replace("control", "ctrl").replace("-", "+").replace("c+", "ctrl+", 1 if key.lower().startswith("c-") else 0)
    if guess != key:
        try:
            return f"did you mean `{normal_key(guess)}`?"
        except ValueError:
            pass
    near = difflib.get_close_matches(key[:40].lower(), sorted(NAMED), n=1)
    return f"did you mean `{near[0]}`?" if near else "write it as `R`, `ctrl+r`, `f5` or `pageup`"


def taken_by_wezterm(key: str) -> bool:
    """WezTerm keeps this key to itself, so no program in it ever sees it."""
    *modifiers, base = _parts(key)
    match modifiers:
        case ["alt"]:
            return base == "enter"
        case ["ctrl"]:
            return base in {"tab", "+", "-", "=", "0", "pageup", "pagedown", "insert"}
        case ["shift"]:
            return base in {"pageup", "pagedown", "insert"}
        case ["ctrl", "shift"] | ["alt", "ctrl", "shift"]:
            return len(base) == 1 or base in _ARROWS | {"tab", "space", "pageup", "pagedown"}
    return "super" in modifiers


def problems(keymap: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What cannot be of a keymap, each with the id of the command whose entry is to be changed."""
    for id, keys in keymap.items():
        for key in filter(None, keys.split(",")):
            if taken_by_wezterm(key):
                yield id, f"WezTerm keeps {key} to itself; take another key"
    if keymap.get("pane.leave") == "":
        yield "pane.leave", "nothing else leaves a pane that fills the screen; give it a key"
    owners: dict[tuple[str, str], Command] = {}
    for command in sorted(COMMANDS, key=lambda command: command.id in keymap):  # what the user did not change was there first
        for screen, key in product(command.screens, map(normal_key, keys_of(command, keymap))):
            first = owners.setdefault((screen, key), command)
            if first is not command and not {first.id, command.id} <= _SHARED:
                yield command.id, f"{key} is the key of {first.id} ({first.title}) too; give one of them another key"
