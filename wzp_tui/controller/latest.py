"""A value that many follow; a slow follower skips to the newest."""

import asyncio
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """The newest value. `async for` gives the one that is there, then each later one that differs, never a backlog."""

    def __init__(self, value: T) -> None:
        self._value = value
        self._changed = asyncio.Event()

    @property
    def value(self) -> T:
        """The newest."""
        return self._value

    def set(self, value: T) -> None:
        """Replace the value; equal ones wake nobody."""
        if value != self._value:
            self._value = value
            self._changed.set()
            self._changed = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            changed = self._changed
            yield self._value
            await changed.wait()
