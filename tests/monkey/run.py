"""One run of the monkey: sessions of a tower over one store, each to where it closes the tower or the end."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from textual import events

from tests.monkey import judge
from tests.monkey.charges import Charges
from tests.monkey.watch import Watch, watched
from tests.monkey.whims import ESCAPE, Size, Whim, Whims
from tests.tui import Tower, tower
from wzp_tui.errors import PaneGone, WzpError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Event, Store, View, open_store

START = Size(120, 44)
PAUSES = (*(0.01,) * 10, *(0.02,) * 4, 0.03, 0.001)
"""Seconds between two whims; keys that come faster than 6 ms are a burst."""
BREATH = 40
"""After so many whims all must have been answered."""
CROWD = 25
"""More panes than this, or open tasks, are tidied away."""


class Result(NamedTuple):
    """What came of it."""

    whims: int
    seconds: float
    sessions: int
    screens: dict[str, int]
    stopped: int
    tasks: int
    broken: list[str]
    """The rules that were broken."""


def habitat(folder: Path) -> dict[str, str]:
    """The environment of the monkey: what it types into a shell at random finds no program."""
    return {"PATH": str(folder / "nothing"), "SHELL": "/bin/sh", "PAGER": "/bin/true", "EDITOR": "/bin/true", "VISUAL": "/bin/true"}


class Monkey:
    """Plays with a tower over the store of a folder."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._store = folder / "store"
        self._chance = random.Random(seed)
        self._whims = iter(whims := Whims(self._chance, START))
        self._sizes = whims
        self._charges = Charges(folder)
        self._watch = Watch()
        self._witnesses: set[int] = set()
        self._acknowledged: list[int] = []
        self._spared: set[int] = set()
        self._panes: dict[int, int] = {}
        """The pane of each run of a witness, in this session."""
        self._judged = self._events = 0
        self.last: list[Whim] = []
        """What it did last, for the report."""

    async def play(self, whims: int) -> Result:
        """Do so many things. Raises what crashed the tower."""
        begun, sessions, left = time.monotonic(), 0, whims
        broken: list[str] = []
        tasks = 0
        while left > 0 and not broken:
            sessions += 1
            self._watch.new_session()
            self._sizes.size = START
            closes = self._watch.closes
            async with tower(self._store, START, app=watched(self._watch), ends_runs=False) as it:
                await self._prepare(it)
                left -= await self._session(it, left)
                free = not it.controller.snapshots.value.panes
                if not it.app.is_running and left > 0 and self._watch.closes == closes and not free:
                    broken.append("the tower closed, and nobody confirmed that")
                broken += await self._judge(it)
            async with tower(self._store, START) as it:  # its panes are gone, and what ran goes on; it ends with this one
                broken += await self._judge(it)
                tasks = len(it.controller.snapshots.value.tasks)
            self._spared |= self._ended_with_it()
        screens = dict(self._watch.screens.most_common())
        return Result(whims - left, time.monotonic() - begun, sessions, screens, len(self._watch.stopped), tasks, broken)

    def _ended_with_it(self) -> set[int]:
        """What was stopped since the last look: what ran when the tower ended, also what had just begun."""
        with closing(open_store(StoreFolder(str(self._store)), "monkey")) as store:
            return {event.task for event in _all_events(store, self._events) if event.kind == "run.stop" and event.task is not None}

    async def _prepare(self, it: Tower) -> None:
        """Give it something to break: witnesses, short tasks, and such that wait."""
        for name in ("default", "build"):
            await it.controller.set_lane(name, 2)
            await it.controller.resume_lane(name)
        number = len(self._witnesses)
        for lane in (None, None, "build"):
            id = await it.controller.add(self._charges.witness(number, lane))
            self._witnesses.add(id)
            self._acknowledged.append(id)
            number += 1
        for new in [*self._charges.short(), *self._charges.short([id])]:
            self._acknowledged.append(await it.controller.add(new))

    async def _session(self, it: Tower, most: int) -> int:
        """Play until the tower is closed, or so many things were done; returns how many were."""
        for done in range(most):
            await self._do(it, next(self._whims))
            if not it.app.is_running:
                return done + 1
            self._watch.look()
            for row in it.controller.snapshots.value.tasks:
                if row.task.id in self._witnesses and row.run and row.pane is not None:
                    self._panes[row.run.id] = row.pane
            if done % BREATH == BREATH - 1:
                await it.pilot.pause()
                await self._tidy(it)
        return most

    async def _do(self, it: Tower, whim: Whim) -> None:
        self.last = [*self.last[-60:], whim]
        app = it.app
        if isinstance(whim, Size):
            await it.pilot.resize_terminal(*whim)
        elif whim == ESCAPE:  # alone: a parser would wait for more
            app.post_message(events.Key("escape", None))
        else:
            it.send(whim)
        await asyncio.sleep(self._chance.choice(PAUSES))

    async def _tidy(self, it: Tower) -> None:
        """Close panes and lanes when there are too many: the machine is small."""
        now = it.controller.snapshots.value
        if len(now.panes) > CROWD:
            for row in now.panes:
                if row.task is None:
                    with suppress(PaneGone):
                        await it.controller.mux.close(row.pane.id, seen=row.pane)
                elif row.task not in self._witnesses:
                    self._spared.add(row.task)
                    with suppress(WzpError):
                        await it.controller.stop(row.task, "kill")
        for lane in now.lanes:
            if lane.lane.slots > 4 or lane.lane.paused:
                await it.controller.set_lane(lane.lane.name, 2)
                await it.controller.resume_lane(lane.lane.name)

    async def _judge(self, it: Tower) -> list[str]:
        view = await it.controller.ask(_view)
        happened = await it.controller.ask(lambda store: list(_all_events(store, self._events)))
        noted = self._charges.noted()
        lines = sorted((line for found in noted.values() for line in found), key=lambda line: line.at)
        broken = [
            *judge.kept(self._acknowledged, view),
            *judge.confirmed(happened, self._watch, self._spared, not it.app.is_running),
            *judge.once({run.id: run for run in view.runs.values()}, noted, self._witnesses - self._spared),
            *judge.typed([line for line in lines[self._judged :] if line.task not in self._spared], self._panes, self._watch),
            *judge.moved(view),
        ]
        self._judged, self._panes = len(lines), {}
        self._events = happened[-1].seq if happened else self._events
        return broken


def _view(store: Store) -> View:
    store.settle()
    return store.view()


def _all_events(store: Store, seq: int) -> Iterator[Event]:
    while found := store.events_since(seq):
        yield from found
        seq = found[-1].seq
