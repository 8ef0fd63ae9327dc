"""The tower on a real terminal, over a real store and real panes: its first paint, and how long a key takes to be painted.

`python -m tests.bench.tower FOLDER PANES [busy]` is the program that is measured.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterable

from tests.bench.rows import Row, at_most, percentile, told
from tests.bench.screens import Terminal
from tests.bench.store import ARCHIVED, fill

TASKS, MANY, PANES = 1_000, 10_000, 200
TOGETHER = 20
_STARTS, _KEYS = 5, 60
_READY = b"task 00001"


def rows() -> Iterable[Row]:
    """All of them; a minute."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as many:
        fill(one, 1)
        fill(many, TASKS)
        blank = min(_start(one) for _ in range(_STARTS))
        full = min(_start(many) for _ in range(_STARTS))
    yield told("first paint with one task: the same widgets, nearly blank", blank, "s")
    yield at_most(f"first paint with {TASKS:,} tasks, beside it", full / blank, "x", 1.5)
    with tempfile.TemporaryDirectory() as folder:
        fill(folder, MANY)
        times = _keys(folder, busy=False)
        yield at_most(f"key to paint, {MANY:,} tasks, {PANES} panes, p95", 1000 * percentile(times, 95), "ms", 50)
        times = _keys(folder, busy=True)
        yield at_most("the same while ten tasks are added a second, p95", 1000 * percentile(times, 95), "ms", 50)
    with tempfile.TemporaryDirectory() as folder:
        fill(folder, MANY, ARCHIVED)
        times = _keys(folder, busy=False)
        yield at_most(f"key to paint beside {ARCHIVED:,} archived tasks, p95", 1000 * percentile(times, 95), "ms", 50)
        filtered, sorted_ = _filter_and_sort(folder)
        yield at_most("five letters of a filter to the list that they leave, five keys' time", 1000 * filtered, "ms", 250)
        yield at_most("the key of a sort to the list in that order", 1000 * sorted_, "ms", 250)


def _start(folder: str) -> float:
    begun = time.monotonic()
    terminal = Terminal(folder, "0", module="tests.bench.tower")
    try:
        terminal.wait_for(_READY)
        return time.monotonic() - begun
    finally:
        terminal.close()


def _keys(folder: str, busy: bool) -> list[float]:
    times = []
    terminal = Terminal(folder, str(PANES), *(["busy"] if busy else []), module="tests.bench.tower")
    try:
        terminal.wait_for(b"200 panes")
        terminal.rest(most=3)  # less where tasks are added all the time
        for number in range(2, _KEYS + 2):
            terminal.press(b"j")
            times.append(terminal.wait_for(b"task %05d" % number))
            terminal.look_on(0.15)
    finally:
        terminal.close()
    return times


def _filter_and_sort(folder: str) -> tuple[float, float]:
    terminal = Terminal(folder, "0", module="tests.bench.tower")
    try:
        terminal.wait_for(_READY)
        terminal.rest()
        terminal.press(b"/")
        terminal.rest()
        terminal.press(b"%05d" % (MANY - 1))
        filtered = terminal.wait_for(b"task %05d" % (MANY - 1))
        terminal.rest()
        terminal.press(b"\x1b")
        terminal.rest()
        terminal.press(b"S")
        return filtered, terminal.wait_for(b"by age")
    finally:
        terminal.close()


async def _tower(folder: str, panes: int, busy: bool) -> None:
    from wzp_tui.config import Settings
    from wzp_tui.controller import Controller
    from wzp_tui.mux import NewTab, Program
    from wzp_tui.mux.embedded import Embedded
    from wzp_tui.store import NewTask
    from wzp_tui.tui.app import TowerApp

    controller = Controller(folder, Embedded())
    app = TowerApp(controller, Settings())

    async def work() -> None:
        for _ in range(0, panes, TOGETHER):
            await asyncio.gather(*(controller.open(Program(("/bin/cat",), "/"), NewTab("bench")) for _ in range(TOGETHER)))
        app.notify(f"{panes} panes", timeout=60)
        while busy:
            await controller.add(NewTask(("/bin/true",), "/", title="one more", hold=True))
            await asyncio.sleep(0.1)

    working = asyncio.create_task(work())
    await app.run_async()
    working.cancel()
    await controller.aclose()


if __name__ == "__main__":
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    asyncio.run(_tower(sys.argv[1], int(sys.argv[2]), "busy" in sys.argv))
