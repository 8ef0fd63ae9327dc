"""Opens the panes that lanes and assigned tasks need. Only the holder of `tower.lock` does."""

import sys
import time
from collections.abc import Callable, Sequence

from wzp_tui.controller.snapshot import Snapshot
from wzp_tui.controller.snapshot.holders import Holders
from wzp_tui.errors import MuxRefused, MuxUnreachable, PaneGone, WzpError
from wzp_tui.mux import Beside, Mux, NewTab, Place, Program
from wzp_tui.panes import Pane
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Lane, Task
from wzp_tui.store.wake import wake_task
from wzp_tui.tasks.task import State

PATIENCE = 10.0
"""Seconds that a pane has to show its worker before another one is opened for the same seat."""
REST = 30.0
"""Seconds without a try after a pane could not be opened."""
SMALLEST = (5, 30)
"""Rows and columns below which a pane of a lane is not split any more."""


def worker_argv(folder: StoreFolder, mux: Mux, *seat: str) -> tuple[str, ...]:
    """The command line of a worker: isolated from the folder it stands in and from `PYTHON*`."""
    return (sys.executable, "-P", "-E", "-m", "wzp_tui.inpane.worker", str(folder), mux.kind, mux.instance, *seat)


Seat = tuple[str | None, int]
"""A lane and its slot, or `None` and the task that gets a pane of its own."""


class Opener:
    """Remembers what it opened, until the worker shows itself."""

    def __init__(self, folder: StoreFolder, mux: Mux, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._mux, self._monotonic = folder, mux, monotonic
        self._instance = ""
        self._asked: dict[Seat, float] = {}
        self._opened: dict[str, set[int]] = {}
        self._rest_until = 0.0
        self.trouble = ""
        """Why the last pane could not be opened; `""` when it could."""

    @property
    def lane_panes(self) -> frozenset[int]:
        """The panes that were opened for lanes; they may be gone."""
        return frozenset(pane for panes in self._opened.values() for pane in panes)

    async def open_what_is_needed(self, snapshot: Snapshot, panes: Sequence[Pane], holders: Holders) -> bool:
        """Open a pane for each seat that is missing; `True` when one was opened."""
        now = self._monotonic()
        if now < self._rest_until:
            return False
        try:
            self._forget(snapshot, holders, now)
            opened = await self._lanes(snapshot, panes, holders)
            opened = await self._tasks(snapshot) or opened
        except WzpError as error:
            if not isinstance(error, MuxUnreachable):
                self._rest_until = self._monotonic() + REST
            self.trouble = f"no pane can be opened: {error}"
            return False
        if opened:
            self.trouble = ""
        return opened

    def _forget(self, snapshot: Snapshot, holders: Holders, now: float) -> None:
        """Wait no longer for workers that showed themselves, for those that never did, and for those of a mux that is gone."""
        if self._mux.instance != self._instance:
            self._instance = self._mux.instance
            self._asked.clear()
            self._opened.clear()

        def has_shown(seat: Seat) -> bool:
            lane, number = seat
            row = snapshot.task(number) if lane is None else None
            return row.task.state is not State.QUEUED if row else seat in holders

        self._asked = {seat: since for seat, since in self._asked.items() if now - since < PATIENCE and not has_shown(seat)}

    def _is_room(self, snapshot: Snapshot) -> bool:
        """One run more may start, besides those whose panes are on their way."""
        return snapshot.room is None or len(self._asked) < snapshot.room

    async def _lanes(self, snapshot: Snapshot, panes: Sequence[Pane], holders: Holders) -> bool:
        """One pane a lane at a time, so that the next one is tiled beside it."""
        opened = False
        taken = {(run.lane, run.slot) for run in snapshot.open_runs}
        for lane in (row.lane for row in snapshot.lanes):
            waiting = snapshot.ready.get(lane.name, ()) if lane.starts else ()
            slots = [(lane.name, slot) for slot in range(1, lane.slots + 1)]
            idle = sum(seat in holders and seat not in taken for seat in slots)
            coming = sum(seat in self._asked for seat in slots)
            free = [seat for seat in slots if seat not in holders and seat not in taken and seat not in self._asked]
            places = lane.slots - sum(name == lane.name for name, _ in taken)
            if free and min(len(waiting), places) > idle + coming and self._is_room(snapshot):
                task = waiting[0]._replace(workspace=lane.workspace or waiting[0].workspace)
                role = ("lane", lane.name, str(free[0][1]))
                pane = await self._open(free[0], task, role, lane.name, self._mate(lane, panes, holders))
                self._opened.setdefault(lane.name, set()).add(pane)
                opened = True
        return opened

    def _mate(self, lane: Lane, panes: Sequence[Pane], holders: Holders) -> Beside | None:
        ttys = {holder for (name, _), holder in holders.items() if name == lane.name}
        ours = self._opened.get(lane.name, set())
        there = [pane for pane in panes if lane.workspace in (None, pane.workspace)]
        return _tiled([pane for pane in there if (pane.mux, pane.tty) in ttys or (pane.id in ours and pane.mux == self._mux.instance)])

    async def _tasks(self, snapshot: Snapshot) -> bool:
        opened = False
        for task in snapshot.ready.get(None, ()):
            seat = (None, task.id)
            if task.place == "shell" or seat in self._asked or not self._is_room(snapshot):
                continue
            if not wake_task(self._folder, task.id):
                own = self._mux.own_pane
                beside = Beside(own) if task.place == "split" and own is not None else None
                await self._open(seat, task, ("task", str(task.id)), task.name, beside)
                opened = True
        return opened

    async def _open(self, seat: Seat, task: Task, role: Sequence[str], title: str, beside: Beside | None) -> int:
        self._asked[seat] = self._monotonic()
        program = Program(worker_argv(self._folder, self._mux, *role), "/")
        tab: Place = NewTab(task.workspace, title)
        if beside is not None:
            try:
                return await self._mux.open(program, beside)
            except (MuxRefused, PaneGone):
                pass  # no room, or no such pane any more: a tab has room
        return await self._mux.open(program, tab)


def _tiled(mates: Sequence[Pane]) -> Beside | None:
    """Where the next slot of a lane goes: beside its largest pane, along the longer side; `None`: a new tab."""
    if not mates:
        return None
    largest = max(mates, key=lambda pane: pane.rows * pane.cols)
    rows, cols = SMALLEST
    if largest.cols >= 2 * largest.rows and largest.cols >= 2 * cols + 1:
        return Beside(largest.id, "right")
    return Beside(largest.id, "bottom") if largest.rows >= 2 * rows + 1 else None
