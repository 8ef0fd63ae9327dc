"""What is told of a task beyond its state, while somebody looks: how far it is, and what will happen to it by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

from wzp_tui.controller.snapshot import TaskRow
from wzp_tui.errors import WzpError
from wzp_tui.inpane.log import heard_ms
from wzp_tui.logs.progress import RunProgress
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Run, Store
from wzp_tui.tasks.countdown import countdown

_LOOK = 1.0
"""Seconds after which a log is looked at again."""
_MOST = 500
"""Runs that are followed at once."""


class Foretold(NamedTuple):
    """What is told at one moment."""

    text: str
    """`41 % · 212 of 517 · 3m left · times out in 4m`; empty where nothing is known."""
    stands: float
    """Seconds for which it need not be looked at again."""


class Foreteller:
    """Reads the logs of the runs that it is asked about, and of no others."""

    def __init__(self, folder: StoreFolder, ask: Callable[[Callable[[Store], tuple[float, ...]]], Awaitable[tuple[float, ...]]]) -> None:
        self._folder, self._ask = folder, ask
        self._runs: dict[int, RunProgress] = {}
        self._learning: set[asyncio.Task[None]] = set()

    def __call__(self, row: TaskRow, now_ms: int) -> Foretold | None:
        """What is known of the task; `None` where nothing is, and nothing will be until its state changes."""
        will = countdown(row.task, row.run, now_ms, self.heard_ms(row))
        if row.run is None or not row.run.open:
            return Foretold(will.text, will.stands) if will else None
        far = self._progress(row, row.run).words(now_ms)
        return Foretold(" · ".join(part for part in (far, will.text if will else "") if part), min(_LOOK, will.stands if will else _LOOK))

    def heard_ms(self, row: TaskRow) -> int | None:
        """When a run that must not fall silent printed something last."""
        return heard_ms(self._folder, row.run) if row.run and row.run.open and row.task.policy.quiet else None

    def _progress(self, row: TaskRow, run: Run) -> RunProgress:
        found = self._runs.get(run.id)
        if found is None:
            if len(self._runs) >= _MOST:
                self._runs.clear()
            found = self._runs[run.id] = RunProgress(self._folder.log(run.id), run.started_ms)
            if not row.task.policy.service:
                learning = asyncio.create_task(self._learn(found, row.task.id))
                self._learning.add(learning)
                learning.add_done_callback(self._learning.discard)
        found.look()
        return found

    async def _learn(self, progress: RunProgress, task: int) -> None:
        with suppress(WzpError):  # a store that cannot be read is told elsewhere; then nobody knows how long it takes
            progress.durations = await self._ask(lambda store: store.durations(task))
