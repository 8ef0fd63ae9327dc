"""What can be done with lanes."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from wzp_tui.store import Store
from wzp_tui.tasks.lane import MAX_SLOTS

T = TypeVar("T")


class LaneActions(Protocol):
    """The part of the Controller that is about lanes."""

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Ask the store, off the event loop."""
        ...

    async def set_lane(self, name: str, slots: int | None = None, *, pause_on_failure: bool | None = None) -> None:
        """Make a lane, or change what is given."""
        await self.ask(lambda store: store.set_lane(name, slots, pause_on_failure=pause_on_failure))

    async def widen_lane(self, name: str, by: int) -> None:
        """Give a lane so many slots more, or fewer, within what is allowed; keys may come faster than Snapshots."""

        def widen(store: Store) -> None:
            slots = next((lane.slots for lane in store.lanes() if lane.name == name), 0)
            if 1 <= slots + by <= MAX_SLOTS:
                store.set_lane(name, slots + by)

        await self.ask(widen)

    async def pause_lane(self, name: str) -> None:
        """Let a lane start no more tasks."""
        await self.ask(lambda store: store.pause_lane(name))

    async def resume_lane(self, name: str) -> None:
        """Let a paused or draining lane go on."""
        await self.ask(lambda store: store.resume_lane(name))

    async def drain_lane(self, name: str) -> None:
        """Let a lane start no more tasks, and its workers end when they have nothing left to do."""
        await self.ask(lambda store: store.drain_lane(name))

    async def remove_lane(self, name: str) -> None:
        """Remove a lane without open tasks."""
        await self.ask(lambda store: store.remove_lane(name))

    async def set_limit(self, limit: int | None) -> None:
        """Let there be at most so many runs at once, of all lanes and panes together; `None`: as many as there are slots."""
        await self.ask(lambda store: store.set_limit(limit))
