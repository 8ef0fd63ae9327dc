"""Waiting until a tower stands still: what it began has come to an end, and its screen stays the same."""

import asyncio
from typing import Any

from textual.pilot import Pilot
from textual.worker import Worker

from tests.support import until
from tests.svg import svg_of

BRIEF = 0.3
"""Seconds. What the tower puts off for less is a step of what it does now; the rest is how it ages."""
LASTING = {"controller", "follow", "settings", "question", "guide"}
"""Groups of workers that end with the tower, or with an answer of the user."""


async def still(pilot: Pilot[Any]) -> None:
    """Wait until all that is under way has ended without a change on the screen."""

    shown = ""

    async def stands() -> bool:
        nonlocal shown
        before = shown
        await _steps(pilot)
        shown = svg_of(pilot.app)
        return shown == before and not _works(pilot)

    await until(stands)


async def _steps(pilot: Pilot[Any]) -> None:
    """Let everything happen that is due now or soon: messages, timers, workers."""
    await pilot.pause(0)
    loop: Any = asyncio.get_running_loop()
    soon = loop.time() + BRIEF
    due = [handle.when() for handle in loop._scheduled if not handle.cancelled() and handle.when() <= soon]
    if due:  # whoever sleeps as long wakes after them, however late all of them are
        await asyncio.sleep(max(due) - loop.time())
    await pilot.pause(0)
    if works := _works(pilot):
        await asyncio.wait([asyncio.ensure_future(work.wait()) for work in works])
    await pilot.pause(0)


def _works(pilot: Pilot[Any]) -> list[Worker[Any]]:
    """What comes to an end by itself, and has not yet."""
    return [work for work in pilot.app.workers if work.group not in LASTING and not work.is_finished]
