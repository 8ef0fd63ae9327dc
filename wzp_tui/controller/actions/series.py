"""What can be done with series."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from wzp_tui.store import NewSeries, Store

T = TypeVar("T")


class SeriesActions(Protocol):
    """The part of the Controller that is about series."""

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Ask the store, off the event loop."""
        ...

    async def add_series(self, new: NewSeries) -> int:
        """Add a task that comes again and return the id of its series."""
        return await self.ask(lambda store: store.add_series(new))

    async def pause_series(self, series: int, paused: bool) -> None:
        """Let a series add no more tasks, or let it go on."""
        await self.ask(lambda store: store.pause_series(series, paused))

    async def remove_series(self, series: int) -> None:
        """End a series; its tasks stay."""
        await self.ask(lambda store: store.remove_series(series))

    async def run_series(self, series: int) -> int:
        """Add a task of a series now, and return its id."""
        return await self.ask(lambda store: store.run_series(series))
