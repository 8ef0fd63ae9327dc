"""One line after a restart of the machine: which lanes wait for a word of the user, and the key that lets them go on."""

from textual import events
from textual.strip import Strip

from wzp_tui.commands import BY_ID
from wzp_tui.controller import Snapshot
from wzp_tui.tasks.lane import AFTER_RESTART
from wzp_tui.tui.bindings import shown_key
from wzp_tui.tui.painting import Piece, cut, strip, width_of
from wzp_tui.tui.widgets.header import Line
from wzp_tui.tui.words import plural


def restarted(snapshot: Snapshot) -> dict[str, int]:
    """How many tasks wait in each lane that a restart has paused."""
    return {row.lane.name: row.queued for row in snapshot.lanes if row.lane.paused and row.lane.reason == AFTER_RESTART}


class Restarted(Line):
    """Shown until the lanes go on; a click lets them."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lanes: dict[str, int] = {}
        self.display = False

    def update(self, snapshot: Snapshot) -> None:
        """Tell of these lanes, or of none."""
        if (lanes := restarted(snapshot)) != self._lanes:
            self._lanes = lanes
            self.display = bool(lanes)
            self.refresh()

    async def on_click(self, event: events.Click) -> None:
        await self.screen.run_action("lane_resume")

    def render_line(self, y: int) -> Strip:
        width, ink, on = self.size.width, self.inks, "selection"
        names, tasks = list(self._lanes), plural(sum(self._lanes.values()), "task")
        end: list[Piece] = [
            (shown_key(self.app, BY_ID["lane.resume"]), ink("focus", on, bold=True)),
            (" Go on ", ink("muted", on)),
        ]
        told = f"lane {names[0]} is" if len(names) == 1 else f"{len(names)} lanes are"
        text = f" {told} paused after a restart, with {tasks}"
        if len(names) > 1:
            text += f": {', '.join(names)}"
        room = width - width_of(end) - 2
        return strip([(cut(text, room), ink("needs", on, bold=True))], width, ink("text", on), end)
