"""The controller: watches mux and store, publishes Snapshots, opens panes, and carries out what the user asks."""

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from wzp_tui.clean import clean
from wzp_tui.controller.foretelling import Foreteller
from wzp_tui.controller.join import Holders, Join
from wzp_tui.controller.lanes import LaneActions, set_lanes
from wzp_tui.controller.latest import Latest
from wzp_tui.controller.opening import Opener, slot_holders, worker_argv
from wzp_tui.controller.series import SeriesActions
from wzp_tui.controller.snapshot import MuxState, Snapshot, TaskRow
from wzp_tui.controller.storekeeper import StoreKeeper
from wzp_tui.controller.tasks import TaskActions
from wzp_tui.errors import MuxError, NotFound, PaneGone, StoreError, TransitionError
from wzp_tui.inpane.log import set_cap
from wzp_tui.mux import Mux, NewTab, Place, Program
from wzp_tui.panes import Pane
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store, View
from wzp_tui.store.events import now_ms
from wzp_tui.store.lock import FileLock, read_holder
from wzp_tui.store.wake import Fifo, watcher

if TYPE_CHECKING:  # verbs use the controller without the settings, whose pydantic would be half of their start
    from wzp_tui.config import Settings

T = TypeVar("T")

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


class Controller(TaskActions, LaneActions, SeriesActions):
    """What UI, command line and API talk to. `run` must be going for snapshots to come; the actions work without it."""

    def __init__(self, folder: str, mux: Mux, *, actor: str = "tower", opens_panes: bool = True) -> None:
        self.folder = StoreFolder(folder).make()
        self.mux = mux
        self.foretell = Foreteller(self.folder, self.ask)
        self.snapshots = Latest(Snapshot(MuxState(mux.kind, True, now_ms())))
        self._keeper = StoreKeeper(self.folder, f"{actor}:{os.getpid()}")
        self._wants_to_open = opens_panes
        self._tower_lock: FileLock | None = None
        self._join, self._opener = Join(), Opener(self.folder, mux)
        self._panes: tuple[Pane, ...] = ()
        self._mux_state = MuxState(mux.kind, True, now_ms())
        self._holders: Holders = {}
        self._told: tuple[object, ...] = ()
        self._due_ms = 0
        """When a task may start that waits for a time, comes by a tick, or is nearly due: the first of these moments."""
        self._news = asyncio.Event()
        self._look = asyncio.Event()
        self._open = asyncio.Event()
        self._lively_until = 0.0
        self._pace = (CALM, QUIET)
        self._settings: Settings | None = None

    # -- watching --------------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Watch until cancelled. A mux or store that fails is a state of the Snapshot, and is left again by itself."""
        fifo = watcher(self.folder)
        self._news.set()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch_mux())
                group.create_task(self._watch_store(fifo))
                group.create_task(self._open_panes())
        finally:
            asyncio.get_running_loop().remove_reader(fifo.fd)
            fifo.close()

    async def aclose(self) -> None:
        """Let go of store, lock and mux. Embedded panes end with it; the runs in them go on without a pane."""
        await self.mux.aclose()
        await self._keeper.aclose()
        if self._tower_lock is not None:
            self._tower_lock.release()
            self._tower_lock = None

    def _wake(self, fifo: Fifo) -> None:
        asyncio.get_running_loop().remove_reader(fifo.fd)  # until the look that it asks for
        self._news.set()
        self._lively()

    def _lively(self) -> None:
        self._lively_until = time.monotonic() + LIVELY_FOR

    async def _watch_mux(self) -> None:
        pause = 0.0
        while True:
            before = self._panes
            await self._look_at_mux()
            if self._panes != before:
                self._lively()
            shortest, longest = self._pace
            pause = shortest if time.monotonic() < self._lively_until else max(shortest, min(pause * 1.5, longest))
            await _wait(self._look, pause)
            self._look.clear()

    async def _look_at_mux(self) -> None:
        try:
            panes = await self.mux.panes()
        except MuxError as error:
            if self._mux_state.reachable or self._mux_state.reason != str(error):
                since = now_ms() if self._mux_state.reachable else self._mux_state.since_ms
                self._mux_state = MuxState(self.mux.kind, False, since, clean(str(error)))
        else:
            self._panes = panes
            if not self._mux_state.reachable:
                self._mux_state = MuxState(self.mux.kind, True, now_ms())
        self._news.set()

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
                trouble = clean(str(error))
                if trouble != self.snapshots.value.trouble:
                    _log.warning("the store cannot be read: %s", trouble)
                self.snapshots.set(replace(self.snapshots.value, trouble=trouble))
                self._told = ()
                await asyncio.sleep(RETRY_STORE)
                self._news.set()
                continue
            opens_panes = self._takes_tower_lock()
            await self._publish(view, opens_panes)
            if opens_panes:
                self._open.set()
            await asyncio.sleep(max(PUBLISH_PAUSE, time.monotonic() - begun))

    async def _open_panes(self) -> None:
        """Beside the looks at the store, since a mux may be slow."""
        while True:
            await self._open.wait()
            self._open.clear()
            if not self._mux_state.reachable:
                continue
            trouble = self._opener.trouble
            if await self._opener.open_what_is_needed(self.snapshots.value, self._panes, self._holders):
                self._lively()
                await self._look_at_mux()  # the next pane is tiled beside this one
            elif self._opener.trouble != trouble:
                self._news.set()

    def _read(self, store: Store) -> tuple[View, Holders]:
        store.settle()
        if self._tower_lock is not None:
            store.tick()
        view = store.view()
        return view, slot_holders(self.folder, view)

    async def _publish(self, view: View, opens_panes: bool) -> None:
        trouble = self._opener.trouble if opens_panes else ""
        told = (view, self._panes, self._holders, self._mux_state, self.mux.own_pane, opens_panes, trouble)
        now = now_ms()
        if told == self._told and now < self._due_ms:
            return
        self.snapshots.set(await asyncio.to_thread(self._join.snapshot, *told, now))
        self._told = told
        ticks = (series.due_ms for series in view.series if series.due_ms is not None)
        self._due_ms = min((at for at in (self._join.due_ms, *ticks) if at is not None and at > now), default=sys.maxsize)

    def _takes_tower_lock(self) -> bool:
        if self._tower_lock is None and self._wants_to_open:
            self._tower_lock = FileLock.take(self.folder.tower_lock, content=json.dumps({"pid": os.getpid()}).encode())
            if self._tower_lock is not None:
                self._news.set()  # series tick from now on
        return self._tower_lock is not None

    async def close_lanes(self) -> None:
        """Close the panes that were opened for lanes, and what runs in them: for who will add no more tasks."""
        for pane in await self.mux.panes():
            if pane.id in self._opener.lane_panes:
                with suppress(PaneGone):
                    await self.mux.close(pane.id, seen=pane)

    def look_soon(self) -> None:
        """Look at the mux now, not at the next turn."""
        self._lively()
        self._look.set()

    def other_tower(self) -> int | None:
        """The process id of the tower that opens the panes, where it is not this one."""
        if self._tower_lock is not None:
            return None
        try:
            return int(json.loads(read_holder(self.folder.tower_lock))["pid"])
        except (ValueError, KeyError, TypeError):
            return None

    # -- the store -------------------------------------------------------------------------------------------------------------

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Ask the store, off the event loop; the Snapshot follows at once."""
        try:
            return await self._keeper.ask(question)
        finally:
            self._news.set()

    async def use(self, settings: "Settings") -> None:
        """Work as the settings say: how often the mux is asked, how much is recorded, and the lanes that are others than before."""
        self._pace = (settings.mux.look, settings.mux.quiet)
        before, self._settings = self._settings, settings
        await self.ask(lambda store: set_lanes(store, settings, before))
        await self.ask(lambda store: store.set_archive_days(settings.archive.after_days))
        try:
            await asyncio.to_thread(set_cap, self.folder, settings.log.cap << 20)
        except OSError as error:
            raise StoreError(f"`log.cap` cannot be set: {error.strerror}") from error
        self._look.set()

    # -- panes -----------------------------------------------------------------------------------------------------------------

    async def open(self, program: Program, place: Place) -> int:
        """Open a pane on the user's wish."""
        pane = await self.mux.open(program, place)
        self.look_soon()
        return pane

    async def open_shell(self, workspace: str, cwd: str) -> int:
        """Open the user's shell in a tab."""
        return await self.open(Program((os.environ.get("SHELL") or "/bin/sh",), cwd), NewTab(workspace))

    async def focus(self, pane: int) -> None:
        """Give a pane the keys."""
        await self.mux.focus(pane)

    async def send(self, pane: int, text: str, *, submit: bool = False) -> None:
        """Paste text into a pane, and press Enter after it with `submit`."""
        seen = self._seen(pane)
        await self.mux.send(pane, text, seen=seen)
        if submit:
            await self.mux.press(pane, "\r", seen=seen)

    async def text(self, pane: int, *, scrollback: int = 0, escapes: bool = False) -> str:
        """A pane's screen."""
        return await self.mux.text(pane, scrollback=scrollback, escapes=escapes)

    async def close(self, pane: int) -> None:
        """Close a pane, and stop what runs in it. An embedded mux is ours, so its workers are told before the hangup."""
        row = self.snapshots.value.pane(pane)
        if self.mux.kind == "embedded" and row is not None and row.task is not None:
            await self.stop(row.task, "stop")
        await self.mux.close(pane, seen=self._seen(pane))
        self.look_soon()

    async def shell_prompt(self, pane: int) -> str:
        """The line with the pane's cursor: what the user must see before anything is typed there."""
        found = next((shown for shown in await self.mux.panes() if shown.id == pane), None)
        if found is None:
            raise NotFound(f"there is no pane %{pane}")
        lines = (await self.mux.text(pane)).split("\n")
        return clean(lines[found.cursor_row]) if found.cursor_row < len(lines) else ""

    async def assign_to_shell(self, task: int, pane: int, prompt: str) -> None:
        """Type the worker's command line into an idle shell, whose cursor line the user has seen as `prompt`.

        Raises `TransitionError` when the line is another one now: a draft of the user is never touched.
        """
        row = self.snapshots.value.pane(pane)
        if row is not None and (row.seat or row.task is not None or row.own):
            raise TransitionError(f"%{pane} is not an idle shell: a worker or the tower is in it")
        now = await self.shell_prompt(pane)
        if now != prompt:
            raise TransitionError(f"%{pane} shows another line now; look at it again before anything is typed there")
        await self.ask(lambda store: store.assign(task, place="shell"))
        import shlex

        line = " " + shlex.join(worker_argv(self.folder, self.mux, "task", str(task)))
        seen = self._seen(pane)
        await self.mux.send(pane, line, seen=seen)
        await self.mux.press(pane, "\r", seen=seen)
        self.look_soon()

    def _seen(self, pane: int) -> Pane | None:
        """The pane as the user saw it last: a re-used id is refused by it."""
        row = self.snapshots.value.pane(pane)
        return row.pane if row else None

    def row(self, task: int) -> TaskRow:
        """The row of a task in the newest Snapshot, or `NotFound`."""
        found = self.snapshots.value.task(task)
        if found is None:
            raise NotFound(f"there is no task #{task}")
        return found


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
