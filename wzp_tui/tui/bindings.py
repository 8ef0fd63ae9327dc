"""The command table as Textual's bindings."""

from typing import Any

from textual.app import App
from textual.binding import Binding, BindingType

from wzp_tui.commands import COMMANDS, Command, first_key


def shown_key(app: App[Any], command: Command) -> str:
    """The command's key as people write it, with the keymap of this app."""
    return first_key(command, getattr(app, "keymap", {}))


BY_ACTION = {command.action: command for command in COMMANDS}


def bindings(*, inside: bool = False) -> list[BindingType]:
    """The bindings of the tower's screen, or of a pane that fills it."""
    chosen = [command for command in COMMANDS if command.keys and command.inside is inside]
    return [Binding(command.keys, command.action, command.title, show=False, id=command.id, priority=inside) for command in chosen]
