"""The command table as Textual's bindings, and as entries of its palette."""

from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType
from textual.command import DiscoveryHit, Hit, Hits, Provider

from wzp_tui.commands import COMMANDS, Command

if TYPE_CHECKING:
    from wzp_tui.tui.screens.tower import TowerScreen

BY_ACTION = {command.action: command for command in COMMANDS}


def bindings(*, inside: bool = False) -> list[BindingType]:
    """The bindings of the tower's screen, or of a pane that fills it."""
    chosen = [command for command in COMMANDS if command.keys and command.inside is inside]
    return [Binding(command.keys, command.action, command.title, show=False, id=command.id, priority=inside) for command in chosen]


class TowerCommands(Provider):
    """All commands that make sense now, by their titles."""

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for command in self._commands():
            yield DiscoveryHit(self._title(command), self._run(command), help=command.help)

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for command in self._commands():
            title = self._title(command)
            if score := matcher.match(f"{title} {command.help}"):
                yield Hit(score, matcher.highlight(title), self._run(command), help=command.help)

    @property
    def _tower(self) -> "TowerScreen | None":
        from wzp_tui.tui.screens.tower import TowerScreen

        return self.screen if isinstance(self.screen, TowerScreen) else None

    def _commands(self) -> list[Command]:
        tower = self._tower
        if tower is None:
            return []
        hidden = ("move.", "tower.palette", "view.clear")
        return [each for each in COMMANDS if not each.inside and not each.id.startswith(hidden) and tower.check_action(each.action, ())]

    def _title(self, command: Command) -> str:
        return f"{command.title}  {command.key}" if command.keys else command.title

    def _run(self, command: Command):  # type: ignore[no-untyped-def]
        async def run() -> None:
            if (tower := self._tower) is not None:
                await tower.run_action(command.action)

        return run
