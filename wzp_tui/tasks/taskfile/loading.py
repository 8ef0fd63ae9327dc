"""A task file from the disk, with all that is wrong in it."""

import os

from pydantic import ValidationError

from wzp_tui.errors import TaskFileError
from wzp_tui.tasks.task import After
from wzp_tui.tasks.taskfile.models import FileModel, known_keys
from wzp_tui.tasks.taskfile.plan import PlannedTask, TaskPlan
from wzp_tui.tasks.taskfile.planning import again, planned
from wzp_tui.tasks.taskfile.waits import ordered, wait
from wzp_tui.toml_file import TomlProblem, read_toml, told


def load_task_file(path: str, *, once: bool = False) -> TaskPlan:
    """Read a task file; with `once`, one in which nothing comes again. Raises `TaskFileError` with all that is wrong in it."""
    try:
        file = read_toml(path)
    except TomlProblem as error:
        raise TaskFileError([str(error)]) from error
    if isinstance(file.data.get("task"), dict):
        raise TaskFileError([file.problem(("task",), "a task is written with two brackets: [[task]]")])
    try:
        model = FileModel.model_validate(file.data)
    except ValidationError as error:
        raise TaskFileError(told(file, error.errors(include_url=False, include_input=False), known_keys)) from error
    folder = os.path.dirname(os.path.abspath(path))
    problems: list[str] = []
    entries = [planned(file, number, entry, folder, problems) for number, entry in enumerate(model.task)]
    series = [again(file, number, entry, entries[number], once, problems) for number, entry in enumerate(model.task)]
    order = ordered(file, model.task, problems)
    if problems:
        raise TaskFileError(problems)
    place = {model.task[number].name: index for index, number in enumerate(order)}
    tasks = []
    for number in order:
        waits = (wait(text, place) for text in dict.fromkeys(model.task[number].after))
        after = tuple(After(place[name], when) for name, when in waits)
        tasks.append(PlannedTask(model.task[number].name, entries[number], after, series[number]))
    return TaskPlan(tuple(tasks), {name: lane.slots for name, lane in model.lanes.items()})
