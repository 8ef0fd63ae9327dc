"""Watches mux and store, and makes Snapshots of what they say; the holder of `tower.lock` opens the panes that are needed, too."""

import asyncio
import logging
import sys
import time
from contextlib import suppress
from dataclasses import replace

from wzp_tui.clean import clean
from wzp_tui.controller.latest import Latest
from wzp_tui.controller.opening import Opener
from wzp_tui.controller.snapshot import MuxState, Snapshot
from wzp_tui.controller.snapshot.holders import Holders, slot_holders
from wzp_tui.controller.snapshot.join import Join
from wzp_tui.controller.storekeeper import StoreKeeper
from wzp_tui.controller.tower_lock import TowerLock
from wzp_tui.errors import MuxError, PaneGone, StoreError
from wzp_tui.mux import Mux
from wzp_tui.panes import Pane
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store, View
from wzp_tui.store.events import now_ms
from wzp_tui.store.wake import Fifo, watcher

_log = logging.getLogger(__name__)

PUBLISH_PAUSE = 0.05
"""At most 20 looks at the store a second, however much is committed."""
FALLBACK = 30.0
"""Seconds after which the store is looked at even if nobody woke us."""
CALM, QUIET = 1.0, 5.0
"""Seconds between looks at the mux while things happen, and at the most, until the settings say otherwise."""
LIVELY_FOR = 10.0
"""Seconds for which a change counts as lively."""
RETRY_STORE = 2.0


class Watcher:
    """Looks when somebody wakes it, when something is due, and now and then. A mux or store that fails is a state of the Snapshot."""

    def __init__(self, folder: StoreFolder, mux: Mux, keeper: StoreKeeper, *, opens_panes: bool) -> None:
        self.snapshots = Latest(Snapshot(MuxState(mux.kind, True, now_ms())))
        self.lock = TowerLock(folder)
        self.pace = (CALM, QUIET)
        """Seconds between looks at the mux: while things happen, and at the most."""
        self._folder, self._mux, self._keeper = folder, mux, keeper
        self._opens_panes = opens_panes
        self._join, self._opener = Join(), Opener(folder, mux)
        self._panes: tuple[Pane, ...] = ()
        self._mux_state = self.snapshots.value.mux
        self._holders: Holders = {}
        self._told: tuple[object, ...] = ()
        self._due_ms = 0
        """When a task may start that waits for a time, comes by a tick, or is nearly due: the first of these moments."""
        self._news = asyncio.Event()
        self._look = asyncio.Event()
        self._open = asyncio.Event()
        self._lively_until = 0.0

    async def run(self) -> None:
        """Watch until cancelled."""
        fifo = watcher(self._folder)
        self._news.set()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch_mux())
                group.create_task(self._watch_store(fifo))
                group.create_task(self._open_panes())
        finally:
            asyncio.get_running_loop().remove_reader(fifo.fd)
            fifo.close()

    def look_at_store(self) -> None:
        """The store was changed: look at it at once."""
        self._news.set()

    def look_at_mux(self) -> None:
        """Look at the mux now, not at the next turn."""
        self._look.set()

    def be_lively(self) -> None:
        """Things happen: look at the mux more often for a while."""
        self._lively_until = time.monotonic() + LIVELY_FOR

    async def close_lanes(self) -> None:
        """Close the panes that were opened for lanes, and what runs in them: for who will add no more tasks."""
        for pane in await self._mux.panes():
            if pane.id in self._opener.lane_panes:
                with suppress(PaneGone):
                    await self._mux.close(pane.id, seen=pane)

    # -- the mux ---------------------------------------------------------------------------------------------------------------

    async def _watch_mux(self) -> None:
        pause = 0.0
        while True:
            before = self._panes
            await self._ask_mux()
            if self._panes != before:
                self.be_lively()
            shortest, longest = self.pace
            pause = shortest if time.monotonic() < self._lively_until else max(shortest, min(pause * 1.5, longest))
            await _wait(self._look, pause)
            self._look.clear()

    async def _ask_mux(self) -> None:
        try:
            panes = await self._mux.panes()
        except MuxError as error:
            if self._mux_state.reachable or self._mux_state.reason != str(error):
                since = now_ms() if self._mux_state.reachable else self._mux_state.since_ms
                self._mux_state = MuxState(self._mux.kind, False, since, clean(str(error)))
        else:
            self._panes = panes
            if not self._mux_state.reachable:
                self._mux_state = MuxState(self._mux.kind, True, now_ms())
        self._news.set()

    async def _open_panes(self) -> None:
        """Beside the looks at the store, since a mux may be slow."""
        while True:
            await self._open.wait()
            self._open.clear()
            if not self._mux_state.reachable:
                continue
            trouble = self._opener.trouble
            if await self._opener.open_what_is_needed(self.snapshots.value, self._panes, self._holders):
                self.be_lively()
                await self._ask_mux()  # the next pane is tiled beside this one
            elif self._opener.trouble != trouble:
                self._news.set()

    # -- the store -------------------------------------------------------------------------------------------------------------

    async def _watch_store(self, fifo: Fifo) -> None:
        while True:
            asyncio.get_running_loop().add_reader(fifo.fd, self._wake, fifo)
            await _wait(self._news, max(0.0, min(FALLBACK, (self._due_ms - now_ms()) / 1000)))
            self._news.clear()
            fifo.drain()
            begun = time.monotonic()
            try:
                view, self._holders = await self._keeper.ask(self._read)
            except StoreError as error:
                self._tell_trouble(clean(str(error)))
                await asyncio.sleep(RETRY_STORE)
                self._news.set()
                continue
            self._take_lock()
            await self._publish(view)
            if self.lock.held:
                self._open.set()
            await asyncio.sleep(max(PUBLISH_PAUSE, time.monotonic() - begun))

    def _wake(self, fifo: Fifo) -> None:
        asyncio.get_running_loop().remove_reader(fifo.fd)  # until the look that it asks for
        self._news.set()
        self.be_lively()

    def _read(self, store: Store) -> tuple[View, Holders]:
        store.settle()
        if self.lock.held:
            store.tick()
        view = store.view()
        return view, slot_holders(self._folder, view)

    def _take_lock(self) -> None:
        if self._opens_panes and not self.lock.held:
            self.lock.take()
            if self.lock.held:
                self._news.set()  # series tick from now on

    # -- what they say ---------------------------------------------------------------------------------------------------------

    async def _publish(self, view: View) -> None:
        opens_panes = self.lock.held
        trouble = self._opener.trouble if opens_panes else ""
        told = (view, self._panes, self._holders, self._mux_state, self._mux.own_pane, opens_panes, trouble)
        now = now_ms()
        if told == self._told and now < self._due_ms:
            return
        self.snapshots.set(await asyncio.to_thread(self._join.snapshot, *told, now))
        self._told = told
        ticks = (series.due_ms for series in view.series if series.due_ms is not None)
        self._due_ms = min((at for at in (self._join.due_ms, *ticks) if at is not None and at > now), default=sys.maxsize)

    def _tell_trouble(self, trouble: str) -> None:
        if trouble != self.snapshots.value.trouble:
            _log.warning("the store cannot be read: %s", trouble)
        self.snapshots.set(replace(self.snapshots.value, trouble=trouble))
        self._told = ()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
