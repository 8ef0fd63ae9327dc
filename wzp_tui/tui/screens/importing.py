"""The tasks of a file into the queue: its name is asked for, then, in one form, the values of its parameters."""

import asyncio
import os

from textual import work

from wzp_tui.controller.importing import import_plan
from wzp_tui.errors import UsageError
from wzp_tui.tasks.taskfile import TaskPlan, load_task_file, parameters_of
from wzp_tui.tui.screens.asking import Asking
from wzp_tui.tui.words import plural

KEYS = (("Enter", "Next"), ("Esc", "Leave"))


class Importing(Asking):
    """Import."""

    @work(group="question", exclusive=True)
    async def action_task_import(self) -> None:
        from wzp_tui.tui.screens.name import Name

        name = await self.app.push_screen_wait(Name("Task file, TOML or JSON", _check_file, keys=KEYS))
        if name is None:
            return
        try:
            plan = await self._filled_in(_real(name))
        except UsageError as error:
            self.tell(_first(error), "error")
        else:
            if plan is not None:
                self.ask(None, self._import(_real(name), plan))

    async def _filled_in(self, path: str) -> TaskPlan | None:
        """The file with the values that the user gives; `None` when they leave. Values that make it wrong are asked for again."""
        from wzp_tui.tui.screens.parameter_form import ParameterForm

        wanted = list((await asyncio.to_thread(parameters_of, path)).values())
        values: dict[str, str] | None = {}
        wrong = ""
        while True:
            if wanted:
                values = await self.app.push_screen_wait(ParameterForm(os.path.basename(path), wanted, values, wrong))
            if values is None:
                return None
            try:
                return await asyncio.to_thread(load_task_file, path, values)
            except UsageError as error:
                if not wanted:
                    raise
                wrong = _first(error)

    async def _import(self, path: str, plan: TaskPlan) -> None:
        at = self.tasks.place
        added = await self.controller.ask(lambda store: import_plan(store, path, plan))
        self.tell(f"{plural(len(added.tasks) + len(added.series), 'task')} of {os.path.basename(path)} added")
        if added.tasks:
            self.tasks.follow(("task", added.tasks[0]), at)


def _check_file(text: str) -> str:
    path = _real(text)
    if not os.path.isfile(path):
        raise UsageError("there is no such file" if path else "write the name of a file")
    try:
        parameters_of(path)
    except UsageError as error:
        raise UsageError(_first(error)) from error
    return text


def _first(error: UsageError) -> str:
    """The first of the problems that it tells of."""
    return str(error).partition("\n")[0]


def _real(text: str) -> str:
    return os.path.expanduser(text.strip())
