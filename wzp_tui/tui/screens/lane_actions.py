"""What can be done with a lane, and with the limit of all."""

from collections.abc import Awaitable, Callable, Mapping

from textual import work

from wzp_tui.controller import LaneRow
from wzp_tui.store import Lane
from wzp_tui.tasks.lane import AFTER_RESTART, DEFAULT_SLOTS, check_lane_name, parse_limit
from wzp_tui.tui.screens.asking import Asking
from wzp_tui.tui.screens.questions import ask_lane


class LaneActions(Asking):
    """Pause, drain, slots; for the lane under the sidebar's cursor, in a dialog for that of the selected task, too."""

    def action_lane_pause(self) -> None:
        self._do(lambda lane: (self.controller.pause_lane if lane.starts else self.controller.resume_lane)(lane.name))

    def action_lane_more(self) -> None:
        self._do(lambda lane: self.controller.widen_lane(lane.name, 1))

    def action_lane_less(self) -> None:
        self._do(lambda lane: self.controller.widen_lane(lane.name, -1))

    def action_lane_drain(self) -> None:
        self._do(lambda lane: self.controller.drain_lane(lane.name))

    def action_lane_failure(self) -> None:
        self._do(lambda lane: self.controller.set_lane(lane.name, pause_on_failure=not lane.pause_on_failure))

    def action_lane_remove(self) -> None:
        self._do(lambda lane: self.controller.remove_lane(lane.name))

    def _do(self, what: Callable[[Lane], Awaitable[None]]) -> None:
        if (row := self.situation().lane) is not None:
            self.ask(None, what(row.lane))

    def action_lane_resume(self) -> None:
        """Those that a restart has paused, and no other."""
        for row in self.snapshot.lanes:
            if row.lane.reason == AFTER_RESTART:
                self.ask(None, self.controller.resume_lane(row.lane.name))

    @work(group="question", exclusive=True)
    async def action_lane_limit(self) -> None:
        from wzp_tui.tui.screens.name import Name

        now = self.snapshot.limit
        text = await self.app.push_screen_wait(
            Name(f"Runs at most at once, or none; now {now or 'none'}", lambda text: str(parse_limit(text)))
        )
        if text is not None:
            self.ask(None, self.controller.set_limit(parse_limit(text)))

    @work(group="question", exclusive=True)
    async def action_lane_edit(self) -> None:
        row: LaneRow | None = self.situation().lane
        if row is None:
            return
        what = await self.wait_for(ask_lane(row))
        if isinstance(what, int):
            self.ask(None, self.controller.set_lane(row.lane.name, what))
        elif what == "new":
            await self._new_lane()
        elif what is not None:
            name, lane, controller = row.lane.name, row.lane, self.controller
            deeds: Mapping[str, Callable[[], Awaitable[None]]] = {
                "pause": lambda: controller.pause_lane(name),
                "resume": lambda: controller.resume_lane(name),
                "drain": lambda: controller.drain_lane(name),
                "failure": lambda: controller.set_lane(name, pause_on_failure=not lane.pause_on_failure),
                "remove": lambda: controller.remove_lane(name),
            }
            self.ask(None, deeds[what]())

    async def _new_lane(self) -> None:
        from wzp_tui.tui.screens.name import Name

        name = await self.app.push_screen_wait(Name("Name of the new lane", check_lane_name))
        if name:
            self.ask(None, self.controller.set_lane(name, DEFAULT_SLOTS))
