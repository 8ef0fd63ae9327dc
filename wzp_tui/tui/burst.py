"""Letters that come faster than a hand types are a paste: they must not be taken for keys."""

import asyncio
from collections.abc import Callable

from textual import events

GAP = 0.006
"""Seconds. A terminal hands a paste over in one piece; the fastest typist leaves more between two keys."""
HARMLESS = frozenset("jk")
"""A held movement key may arrive in bunches."""


class Burst:
    """Holds each printable key for a moment. One that stays alone is a key; several are text."""

    def __init__(self, key: Callable[[events.Key], object], text: Callable[[str], None]) -> None:
        self._key, self._text = key, text
        self._held: list[events.Key] = []
        self._timer: asyncio.TimerHandle | None = None

    def take(self, event: events.Key) -> bool:
        """Hold this key; `False` where it is none to be held."""
        if not event.is_printable and not (self._held and event.key == "enter"):
            self.let_go()
            return False
        self._held.append(event)
        self._stop()
        self._timer = asyncio.get_running_loop().call_later(GAP, self.let_go)
        return True

    def let_go(self) -> None:
        """Hand over what is held."""
        self._stop()
        held, self._held = self._held, []
        letters = "".join("\n" if event.key == "enter" else event.character or "" for event in held)
        if len(held) > 1 and not set(letters) <= HARMLESS:
            self._text(letters)
        else:
            for event in held:
                self._key(event)

    def forget(self) -> None:
        """Drop what is held: nobody is there to take it."""
        self._stop()
        self._held = []

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
