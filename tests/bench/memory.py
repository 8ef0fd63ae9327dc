"""A tower through a day, in minutes: what it keeps of tasks, logs, panes and screens that came and went.

`python -m tests.bench.memory FOLDER` is the program that is measured.
"""

import asyncio
import gc
import inspect
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual.widget import Widget

from tests.bench.rows import NotMeasured, Row, at_most, told
from tests.bench.screens import Terminal
from tests.support import until
from wzp_tui.config import Settings
from wzp_tui.controller import Controller
from wzp_tui.mux import NewTab, Program
from wzp_tui.mux.embedded import Embedded
from wzp_tui.store import NewTask
from wzp_tui.tasks.task import State, shell_line
from wzp_tui.tui.app import TowerApp

WARM, HOUR, DAY = 10, 20, 120
"""Rounds of work: before the first look, until an hour is over, and until the day is. A round is a task, a pane and three screens."""
GROWTH = 1.2
_PATIENCE = 1800.0
_REST = 1.0
"""Seconds without a change after which all that was begun is over."""
_GLANCE = 0.1
"""Seconds for which a log, a pane or a screen is looked at."""


class Held(NamedTuple):
    """What a process holds at one moment."""

    mib: float
    """Resident."""
    widgets: int
    """Textual's, whether they are shown or only kept."""
    tasks: int
    """asyncio's."""
    files: int
    """Descriptors."""


def rows() -> Iterable[Row]:
    """All of them; ten minutes."""
    if not os.path.exists("/proc/self/statm"):
        raise NotMeasured("this machine has no /proc/PID/statm")
    with tempfile.TemporaryDirectory(dir=Path.home()) as folder:
        start, hour, day = _live(folder)
    yield told(f"a tower after {WARM} rounds of work", start.mib, "MiB")
    yield at_most(f"after an hour ({HOUR} rounds more), beside it", hour.mib / start.mib, "x", GROWTH)
    yield at_most(f"after a day ({DAY} rounds more), beside it", day.mib / start.mib, "x", GROWTH)
    yield at_most("its widgets after the day, beside them at the start", day.widgets / start.widgets, "x", 1)
    yield at_most("its asyncio tasks, beside them at the start", day.tasks / start.tasks, "x", 1)
    yield at_most("its file descriptors, beside them at the start", day.files / start.files, "x", 1)


def _live(folder: str) -> list[Held]:
    terminal, told = Terminal(folder, module="tests.bench.memory"), Path(folder, "held")
    end = time.monotonic() + _PATIENCE
    try:
        while not told.exists():
            terminal.look_on(0.5)
            if time.monotonic() > end:
                raise NotMeasured("the day was not over in half an hour")
    finally:
        terminal.close()
    return [Held(*each) for each in json.loads(told.read_text())]


class Day(TowerApp):
    """A tower that works by itself."""

    CSS_PATH: ClassVar = [Path(inspect.getfile(TowerApp)).parent / each for each in ("app.tcss", "screens/tower.tcss")]

    def __init__(self, folder: str) -> None:
        super().__init__(Controller(os.path.join(folder, "s"), Embedded()), Settings())
        self.told = Path(folder, "held")

    def on_ready(self) -> None:
        """Begin the day."""
        self.run_worker(self._live())

    async def _live(self) -> None:
        held = []
        for rounds in (WARM, HOUR, DAY):
            for _ in range(rounds):
                await self._round()
            held.append(await _look())
        new = self.told.with_suffix(".new")
        new.write_text(json.dumps(held))
        new.rename(self.told)

    async def _round(self) -> None:
        """Run a task, follow its log, read that and other screens; open a pane, look at it and close it."""
        now = self.controller.snapshots
        task = await self.controller.add(NewTask(shell_line("seq 5000; read line"), "/"))
        await until(lambda: (row := now.value.task(task)) is not None and row.pane is not None)
        await until(lambda: self.tower.tasks.go_to(("task", task)))
        for _ in range(2):
            await asyncio.sleep(_GLANCE)
            self.tower.detail.turn_tab(1)
        await self.controller.send(now.value.by_id[task].pane or 0, "", submit=True)
        await until(lambda: now.value.by_id[task].task.state is State.DONE and self.tower.snapshot is now.value)
        self.tower.tasks.reveal(task)
        for action in ("view_log", "tower_help", "task_new"):
            await self.tower.run_action(action)
            await until(lambda: len(self.screen_stack) > 1)
            await asyncio.sleep(_GLANCE)
            self.screen.dismiss(None)
            await until(lambda: len(self.screen_stack) == 1)
        pane = await self.controller.open(Program(("/bin/sh", "-c", "seq 5000; exec cat"), "/"), NewTab("bench"))
        await until(lambda: now.value.pane(pane) is not None)
        await until(lambda: self.tower.tasks.go_to(("pane", pane)))
        await asyncio.sleep(_GLANCE)
        await self.controller.close(pane)
        await until(lambda: now.value.pane(pane) is None)


async def _look() -> Held:
    """Once nothing came or went for a while."""
    seen, since = (0, 0), time.monotonic()

    def is_at_rest() -> bool:
        nonlocal seen, since
        now = (len(asyncio.all_tasks()), len(os.listdir("/proc/self/fd")))
        if now != seen:
            seen, since = now, time.monotonic()
        return time.monotonic() - since > _REST

    await until(is_at_rest)
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    widgets = sum(isinstance(each, Widget) for each in gc.get_objects())
    return Held(pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20), widgets, *seen)


if __name__ == "__main__":
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    Day(sys.argv[1]).run()
