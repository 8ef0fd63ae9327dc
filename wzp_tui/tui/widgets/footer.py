"""The row at the bottom: the keys that do something for the selected row, at most eight, `?` last."""

from textual import events
from textual.strip import Strip

from wzp_tui.commands import BY_ID, Command
from wzp_tui.tui.painting import Piece, strip, width_of
from wzp_tui.tui.situation import Situation, for_footer, label
from wzp_tui.tui.widgets.header import Line

MOST = 8


class Footer(Line):
    """Keys with what they do; a click presses them."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._situation = Situation()
        self._places: list[tuple[int, int, Command]] = []

    def update(self, situation: Situation) -> None:
        """Offer what makes sense now."""
        self._situation = situation
        self.refresh()

    async def on_click(self, event: events.Click) -> None:
        for first, after, command in self._places:
            if first <= event.x < after:
                await self.run_action(f"screen.{command.action}")

    def _piece(self, command: Command) -> list[Piece]:
        ink, name = self.inks, label(command, self._situation)
        return [(command.key, ink("focus", "bar", bold=True)), (f" {name}", ink("muted", "bar"))]

    def render_line(self, y: int) -> Strip:
        width, ink = self.size.width, self.inks
        gap = "   " if width >= 66 else "  "
        help, wanted = BY_ID["tower.help"], for_footer(self._situation)
        wanted = [command for command in wanted if command is not help]
        end = [*self._piece(help), (" ", ink("muted", "bar"))]
        room = width - 1 - width_of(end)
        chosen: list[Command] = []
        for command in sorted(wanted, key=lambda command: command.rank):
            needed = width_of(self._piece(command)) + len(gap)
            if needed <= room and len(chosen) < MOST - 1 and command.id != "tower.palette":
                chosen.append(command)
                room -= needed
        pieces: list[Piece] = [(" ", ink("muted", "bar"))]
        self._places = [(width - width_of(end), width, help)]
        for command in wanted:
            if command in chosen:
                start = width_of(pieces)
                pieces += self._piece(command)
                self._places.append((start, width_of(pieces), command))
                pieces.append((gap, ink("muted", "bar")))
        return strip(pieces, width, ink("text", "bar"), end)
