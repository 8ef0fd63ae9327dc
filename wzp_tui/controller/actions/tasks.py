"""What can be done with tasks."""

from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from itertools import islice
from typing import Protocol, TypeVar

from wzp_tui.errors import WzpError
from wzp_tui.store import NewTask, Store
from wzp_tui.store.writing import AT_ONCE

T = TypeVar("T")


class TaskActions(Protocol):
    """The part of the Controller that is about tasks."""

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Ask the store, off the event loop."""
        ...

    async def each(self, tasks: Iterable[int], act: Callable[[Store, int], T]) -> AsyncIterator[tuple[int, T | WzpError]]:
        """Do the same to many tasks, as one deed; each answer comes when it is committed. Others are answered in between."""
        answers = await self.ask(lambda store: store.each(tasks, partial(act, store)))
        while some := await self.ask(lambda _: list(islice(answers, AT_ONCE))):
            for answer in some:
                yield answer

    async def add(self, new: NewTask) -> int:
        """Add a task and return its id."""
        return await self.ask(lambda store: store.add(new))

    async def assign(self, task: int, *, lane: str | None = None, place: str = "tab") -> None:
        """Send a task into a lane, or into a pane of its own: a `tab`, or a `split` beside the tower."""
        await self.ask(lambda store: store.assign(task, lane=lane, place=place))

    async def retry(self, task: int) -> None:
        """Run an ended task again."""
        await self.ask(lambda store: store.retry(task))

    async def cancel(self, task: int) -> str:
        """Cancel a waiting task, or ask for a running one to be stopped; `cancelled` or `asked`."""
        return await self.ask(lambda store: store.cancel(task))

    async def stop(self, task: int, kind: str) -> None:
        """Ask a running task's worker for `interrupt`, `stop` or `kill`."""
        await self.ask(lambda store: store.stop(task, kind))

    async def put_back(self, task: int, **fields: object) -> None:
        """Give a task that has not started what it had before a change."""
        await self.ask(lambda store: store.put_back(task, **fields))

    async def archive(self, task: int) -> None:
        """Put an ended task out of all lists."""
        await self.ask(lambda store: store.archive(task))

    async def hold(self, task: int) -> None:
        """Keep a queued task from starting."""
        await self.ask(lambda store: store.hold(task))

    async def release(self, task: int, *, anyway: bool = False) -> None:
        """Let a held task start; with `anyway` a skipped one, too."""
        await self.ask(lambda store: store.release(task, anyway=anyway))

    async def do_next(self, task: int) -> None:
        """Put a task before all others of its lane."""
        await self.ask(lambda store: store.do_next(task))

    async def done(self, task: int) -> None:
        """Accept a task under review, or mark a failed one as seen."""
        await self.ask(lambda store: store.done(task))

    async def edit(self, task: int, **fields: object) -> None:
        """Change a task that has not started."""
        await self.ask(lambda store: store.edit(task, **fields))
