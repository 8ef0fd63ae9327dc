"""The Controller: what is watched, and what can be done, as one thing to talk to."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from wzp_tui.controller.actions import LaneActions, PaneActions, SeriesActions, TaskActions
from wzp_tui.controller.foretelling import Foreteller
from wzp_tui.controller.settings import apply_settings
from wzp_tui.controller.snapshot import TaskRow
from wzp_tui.controller.storekeeper import StoreKeeper
from wzp_tui.controller.watching import Watcher
from wzp_tui.errors import NotFound
from wzp_tui.mux import Mux
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store

if TYPE_CHECKING:  # verbs use the controller without the settings, whose pydantic would be half of their start
    from wzp_tui.config import Settings

T = TypeVar("T")


class Controller(TaskActions, PaneActions, LaneActions, SeriesActions):
    """What UI, command line and API talk to. `run` must be going for snapshots to come; the actions work without it."""

    def __init__(self, folder: str, mux: Mux, *, actor: str = "tower", opens_panes: bool = True) -> None:
        self.folder = StoreFolder(folder).make()
        self.mux = mux
        self._keeper = StoreKeeper(self.folder, f"{actor}:{os.getpid()}")
        self._watcher = Watcher(self.folder, mux, self._keeper, opens_panes=opens_panes)
        self.snapshots = self._watcher.snapshots
        self.foretell = Foreteller(self.folder, self.ask)
        self._settings: Settings | None = None

    async def run(self) -> None:
        """Watch until cancelled. A mux or store that fails is a state of the Snapshot, and is left again by itself."""
        await self._watcher.run()

    async def aclose(self) -> None:
        """Let go of store, lock and mux. Embedded panes end with it; the runs in them go on without a pane."""
        await self.mux.aclose()
        await self._keeper.aclose()
        self._watcher.lock.release()

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Ask the store, off the event loop; the Snapshot follows at once."""
        try:
            return await self._keeper.ask(question)
        finally:
            self._watcher.look_at_store()

    async def use(self, settings: "Settings") -> None:
        """Work as the settings say: how often the mux is asked, how much is recorded, and the lanes that are others than before."""
        self._watcher.pace = (settings.mux.look, settings.mux.quiet)
        before, self._settings = self._settings, settings
        await self.ask(lambda store: apply_settings(store, self.folder, settings, before))
        self._watcher.look_at_mux()

    def look_soon(self) -> None:
        """Look at the mux now, not at the next turn, and more often for a while."""
        self._watcher.be_lively()
        self._watcher.look_at_mux()

    async def close_lanes(self) -> None:
        """Close the panes that were opened for lanes, and what runs in them: for who will add no more tasks."""
        await self._watcher.close_lanes()

    def other_tower(self) -> int | None:
        """The process id of the tower that opens the panes, where it is not this one."""
        return self._watcher.lock.other()

    def row(self, task: int) -> TaskRow:
        """The row of a task in the newest Snapshot, or `NotFound`."""
        found = self.snapshots.value.task(task)
        if found is None:
            raise NotFound(f"there is no task #{task}")
        return found
