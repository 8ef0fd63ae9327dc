"""Letters that come faster than a hand types are a paste: they must not be taken for keys."""

import asyncio
from collections.abc import Awaitable, Callable

from textual import events

GAP = 0.006
"""Seconds. A terminal hands a paste over in one piece; the fastest typist leaves more between two keys."""
HARMLESS = frozenset({"j", "k"})
"""A held movement key may arrive in bunches."""


class Burst:
    """Holds each printable key for a moment. One that stays alone is a key; several are text."""

    def __init__(self, key: Callable[[events.Key], Awaitable[None]], text: Callable[[str], None]) -> None:
        self._key, self._text = key, text
        self._held: list[events.Key] = []
        self._timer: asyncio.TimerHandle | None = None
        self._running: set[asyncio.Task[None]] = set()

    def take(self, event: events.Key) -> None:
        """Hold this key."""
        self._held.append(event)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(GAP, self._let_go)

    def wants(self, event: events.Key) -> bool:
        """It is a letter, or a line break within a burst."""
        return event.is_printable or (event.key == "enter" and bool(self._held))

    def _let_go(self) -> None:
        held, self._held, self._timer = self._held, [], None
        letters = "".join("\n" if event.key == "enter" else event.character or "" for event in held)
        if len(held) > 1 and not set(letters) <= HARMLESS:
            self._text(letters)
            return
        task = asyncio.get_running_loop().create_task(self._press(held))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _press(self, held: list[events.Key]) -> None:
        for event in held:
            await self._key(event)
