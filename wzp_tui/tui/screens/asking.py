"""How the screen of the tower asks the Controller: what takes its time shows `asked …`, what goes wrong is told once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import App
from textual.screen import Screen

from wzp_tui.clean import clean
from wzp_tui.controller import Controller, PaneRow, TaskRow
from wzp_tui.errors import WzpError
from wzp_tui.store import Store
from wzp_tui.tui.listing import key_of
from wzp_tui.tui.screens.questions import Ask
from wzp_tui.tui.situation import Situation, fits
from wzp_tui.tui.times import Clock
from wzp_tui.tui.undo import Deed, Deeds
from wzp_tui.tui.words import plural

if TYPE_CHECKING:
    from wzp_tui.tui.widgets.sidebar import Sidebar
    from wzp_tui.tui.widgets.task_list import TaskList

SOON = 0.1
"""Seconds after which a row says that it was asked."""

MOST_TOLD = 3
"""So many errors of one action are told in full."""

Row = TaskRow | PaneRow


class Asking(Screen[None]):
    """What the actions have in common."""

    controller: Controller
    clock: Clock
    snapshot: Any
    workspace: Any
    tasks: "TaskList"
    sidebar: "Sidebar"
    deeds: Deeds
    """What can be undone."""

    if TYPE_CHECKING:
        app: App[object]

        def situation(self) -> Situation: ...
        def open_line(self) -> None: ...
        def show(self) -> None: ...

    def tell(self, text: str, severity: str = "information") -> None:
        """One line for the user, who is told once."""
        self.notify(clean(text, 1000), severity=severity, markup=False)  # type: ignore[arg-type]

    def ask(self, row: Row | None, asked: Awaitable[object], deed: Deed | None = None) -> None:
        """Wait for an answer. A row says `asked …` when it takes its time; an error is told. `deed`: what can be undone then."""
        self._wait_for_answer(row, asyncio.ensure_future(asked), deed)  # begun now: a worker of a tower that closes never begins

    @work(group="ask")
    async def _wait_for_answer(self, row: Row | None, asked: Awaitable[object], deed: Deed | None) -> None:
        with self._asked([row] if row is not None else []):
            try:
                await asked
            except WzpError as error:
                self.tell(str(error), "error")
                return
        if deed is not None and isinstance(row, TaskRow):
            self.deeds.remember(deed, row.task)

    @work(group="ask")
    async def ask_each(self, rows: Sequence[TaskRow], does: Callable[[Store, int], object], deed: Deed | None = None) -> None:
        """Do the same for many tasks, and wait for all the answers; those that are errors are told together."""
        by_id, refused = {row.task.id: row for row in rows}, []
        with self._asked(rows):
            try:
                async for id, answer in self.controller.each(by_id, does):
                    if isinstance(answer, WzpError):
                        refused.append(str(answer))
                    elif deed is not None:
                        self.deeds.remember(deed, by_id[id].task)
            except WzpError as error:
                refused.append(str(error))
        if refused:
            self.tell(few(refused), "error")

    @contextmanager
    def _asked(self, rows: Sequence[Row]) -> Iterator[None]:
        """After a while, and until the end of the block, these rows say that they were asked."""
        keys = frozenset(map(key_of, rows))
        timer = self.set_timer(SOON, partial(self._show_asked, keys)) if keys else None
        try:
            yield
        finally:
            if timer is not None:
                timer.stop()
            if keys & self.tasks.asked:
                self.tasks.asked -= keys
                self.tasks.refresh()

    def _show_asked(self, keys: frozenset[Any]) -> None:
        self.tasks.asked |= keys
        self.tasks.refresh()

    def for_each(self, command: str, does: Callable[[Store, int], object], deed: Deed | None = None) -> None:
        """Do this for every task that is marked, or for the selected one, where it makes sense."""
        chosen = [row for row in self.situation().rows if isinstance(row, TaskRow)]
        fitting = [row for row in chosen if fits(command, row)]
        if fitting:
            self.ask_each(fitting, does, deed)
        if len(fitting) < len(chosen):
            self.tell(f"{len(fitting)} of {plural(len(chosen), 'task')}; the others are in another state")
        self.unmark()

    def unmark(self) -> None:
        """Take all marks away."""
        self.tasks.marked = frozenset()
        self.tasks.refresh()

    def chosen_tasks(self, command: str) -> Sequence[TaskRow]:
        """The marked tasks, or the selected one, for which the command makes sense."""
        return [row for row in self.situation().rows if isinstance(row, TaskRow) and fits(command, row)]

    async def wait_for(self, question: Ask) -> Any:
        """The user's answer; `None` when they leave the question."""
        return await self.app.push_screen_wait(question)


def few(lines: Sequence[str]) -> str:
    """The first of many lines, and how many more there are."""
    more = len(lines) - MOST_TOLD
    return "; ".join(lines[:MOST_TOLD]) + (f"; and {more} more" if more > 0 else "")
