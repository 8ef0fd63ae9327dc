"""How the screen of the tower asks the Controller: what takes its time shows `asked …`, what goes wrong is told once."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import App
from textual.screen import Screen

from wzp_tui.clean import clean
from wzp_tui.controller import Controller, PaneRow, TaskRow
from wzp_tui.errors import WzpError
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

    @work(group="ask")
    async def ask(self, row: Row | None, asked: Awaitable[object], deed: Deed | None = None) -> None:
        """Wait for an answer. A row says `asked …` when it takes its time; an error is told. `deed`: what can be undone then."""
        key = key_of(row) if row is not None else None
        timer = self.set_timer(SOON, partial(self._show_asked, key)) if key else None
        try:
            await asked
            if deed is not None and isinstance(row, TaskRow):
                self.deeds.remember(deed, row.task)
        except WzpError as error:
            self.tell(str(error), "error")
        finally:
            if timer is not None:
                timer.stop()
            if key in self.tasks.asked:
                self.tasks.asked -= {key}
                self.tasks.refresh()

    def _show_asked(self, key: Any) -> None:
        self.tasks.asked |= {key}
        self.tasks.refresh()

    def for_each(self, command: str, does: Callable[[int], Awaitable[object]], deed: Deed | None = None) -> None:
        """Do this for every task that is marked, or for the selected one, where it makes sense."""
        chosen = [row for row in self.situation().rows if isinstance(row, TaskRow)]
        fitting = [row for row in chosen if fits(command, row)]
        for row in fitting:
            self.ask(row, does(row.task.id), deed)
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
