"""A task file from the disk, with all that is wrong in it."""

import os
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from wzp_tui.errors import TaskFileError
from wzp_tui.tasks.task import After
from wzp_tui.tasks.taskfile.json_lines import read_json
from wzp_tui.tasks.taskfile.kinds import Variable
from wzp_tui.tasks.taskfile.models import FileModel, ParameterEntry, known_keys
from wzp_tui.tasks.taskfile.parameters import Parameter, parameter, replaced, values_of, wrong_entries
from wzp_tui.tasks.taskfile.plan import PlannedTask, TaskPlan
from wzp_tui.tasks.taskfile.planning import again, planned
from wzp_tui.tasks.taskfile.waits import ordered, wait
from wzp_tui.toml_file import TomlFile, TomlProblem, read_toml, told


def load_task_file(path: str, given: Mapping[str, str] = {}, *, once: bool = False) -> TaskPlan:
    """Read a task file, TOML or JSON, with the values of its parameters; with `once`, one in which nothing comes again.

    Raises `TaskFileError` with all that is wrong in it, `UsageError` for values that are missing or wrong.
    """
    file = _read(path)
    values = values_of(file, _parameters(file), given)
    data = replaced(file, values) if values else file.data
    model = _model(file, data)
    folder = os.path.dirname(os.path.abspath(path))
    problems: list[str] = []
    entries = [planned(file, number, entry, folder, values, problems) for number, entry in enumerate(model.task)]
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


def parameters_of(path: str) -> dict[str, Parameter]:
    """What a task file asks for. Raises `TaskFileError`."""
    return _parameters(_read(path))


def _read(path: str) -> TomlFile:
    is_json = path.endswith(".json")
    try:
        file = read_json(path) if is_json else read_toml(path)
    except TomlProblem as error:
        raise TaskFileError([str(error)]) from error
    if isinstance(file.data.get("task"), dict) and not is_json:
        raise TaskFileError([file.problem(("task",), "a task is written with two brackets: [[task]]")])
    return file


_PARAMETERS = TypeAdapter(dict[Variable, ParameterEntry])


def _parameters(file: TomlFile) -> dict[str, Parameter]:
    try:
        entries = _PARAMETERS.validate_python(file.data.get("params", {}))
    except ValidationError:
        _model(file, file.data)
        raise
    if problems := wrong_entries(file, entries):
        raise TaskFileError(problems)
    return {name: parameter(name, entry) for name, entry in entries.items()}


def _model(file: TomlFile, data: Mapping[str, Any]) -> FileModel:
    try:
        return FileModel.model_validate(data)
    except ValidationError as error:
        raise TaskFileError(told(file, error.errors(include_url=False, include_input=False), known_keys)) from error
