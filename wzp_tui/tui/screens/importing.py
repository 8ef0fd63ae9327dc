"""The tasks of a file into the queue: its name is asked for, then the value of each of its parameters."""

import asyncio
import os

from textual import work

from wzp_tui.controller.importing import import_plan
from wzp_tui.errors import TaskFileError, UsageError
from wzp_tui.tasks.taskfile import Parameter, load_task_file, parameters_of
from wzp_tui.tui.screens.asking import Asking
from wzp_tui.tui.words import plural

KEYS = (("Enter", "Next"), ("Esc", "Leave"))


class Importing(Asking):
    """Import."""

    @work(group="question", exclusive=True)
    async def action_task_import(self) -> None:
        from wzp_tui.tui.screens.name import Name

        path = await self.app.push_screen_wait(Name("Task file, TOML or JSON", _check_file, keys=KEYS))
        if path is None:
            return
        path, values = _real(path), dict[str, str]()
        try:
            wanted = await asyncio.to_thread(parameters_of, path)
        except TaskFileError as error:  # it was changed since it was named
            self.tell(error.problems[0], "error")
            return
        for each in wanted.values():
            value = await self.app.push_screen_wait(Name(_question(each), each.check, text=each.default or "", keys=KEYS))
            if value is None:
                return
            values[each.name] = value
        self.ask(None, self._import(path, values))

    async def _import(self, path: str, values: dict[str, str]) -> None:
        plan = await asyncio.to_thread(load_task_file, path, values)
        added = await self.controller.ask(lambda store: import_plan(store, path, plan))
        self.tell(f"{plural(len(added.tasks) + len(added.series), 'task')} of {os.path.basename(path)} added")
        if added.tasks:
            self.tasks.wish = ("task", added.tasks[0])


def _check_file(text: str) -> str:
    path = _real(text)
    if not os.path.isfile(path):
        raise UsageError("there is no such file" if path else "write the name of a file")
    try:
        parameters_of(path)
    except TaskFileError as error:
        raise UsageError(error.problems[0]) from error
    return text


def _real(text: str) -> str:
    return os.path.expanduser(text.strip())


def _question(parameter: Parameter) -> str:
    """`TARGET: where to (staging, live)`."""
    choices = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
    return parameter.name + (f": {parameter.help}" if parameter.help else "") + choices
