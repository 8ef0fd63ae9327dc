"""The command table as Textual's bindings."""

from textual.binding import Binding, BindingType

from wzp_tui.commands import COMMANDS

BY_ACTION = {command.action: command for command in COMMANDS}


def bindings(*, inside: bool = False) -> list[BindingType]:
    """The bindings of the tower's screen, or of a pane that fills it."""
    chosen = [command for command in COMMANDS if command.keys and command.inside is inside]
    return [Binding(command.keys, command.action, command.title, show=False, id=command.id, priority=inside) for command in chosen]
