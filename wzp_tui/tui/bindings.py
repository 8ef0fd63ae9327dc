"""The command table as Textual's bindings."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from textual.app import App
from textual.binding import Binding, BindingType
from textual.keys import KEY_NAME_REPLACEMENTS

from wzp_tui.commands import COMMANDS, Command, first_key, keys_of


def shown_key(app: App[Any], command: Command) -> str:
    """The command's key as people write it, with the keymap of this app."""
    return first_key(command, getattr(app, "keymap", {}))


NO_KEY = "f99"
"""What Textual is told where a command has no key: it takes an empty one for "as before"."""


def textual_keymap(keymap: Mapping[str, str]) -> dict[str, str]:
    """The keys of all commands. Textual would take a key from *every* command on it where one of them is given another."""
    return {command.id: ",".join(_textual_keys(keys_of(command, keymap))) or NO_KEY for command in COMMANDS}


_OPTION = dict(zip("1234567890-=", "¡™£¢∞§¶•ªº–≠", strict=True))
"""What a Mac types with Option and these keys, where its terminal does not take Option for Alt."""


def _textual_keys(keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        yield textual_key(key)
        if key.startswith("alt+") and (typed := _OPTION.get(key.removeprefix("alt+"))):
            yield textual_key(typed)


def textual_key(key: str) -> str:
    """`ctrl+]` as Textual calls it: `ctrl+right_square_bracket`."""
    before, plus, last = (key[:-2], "+", "+") if key.endswith("++") else key.rpartition("+") if len(key) > 1 else ("", "", key)
    if len(last) == 1 and not last.isalnum():
        last = unicodedata.name(last).lower().replace("-", "_").replace(" ", "_")
    return before + plus + KEY_NAME_REPLACEMENTS.get(last, last)


BY_ACTION = {command.action: command for command in COMMANDS}


def bindings(screen: str = "tower") -> list[BindingType]:
    """The bindings of the tower's screen, of a `pane` that fills it, or of a `log`."""
    inside = screen == "pane"
    chosen = [command for command in COMMANDS if screen in command.screens]
    return [
        Binding(command.keys or NO_KEY, command.action, command.title, show=False, id=command.id, priority=inside) for command in chosen
    ]
