"""Task files: TOML, checked whole at the door.

::

    [lanes.build]
    slots = 4
    [[task]]
    name = "test"
    run = "make test"        # a shell line; or argv = ["make", "test"]
    after = ["compile"]
    lane = "build"
"""

import os
from collections.abc import Container, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from wzp_tui.errors import TaskFileError, UsageError
from wzp_tui.tasks import parse
from wzp_tui.tasks.check import MAX_RETRIES
from wzp_tui.tasks.lane import DEFAULT, MAX_SLOTS, check_lane_name
from wzp_tui.tasks.task import After, Condition, NewTask, command_line, shell_line
from wzp_tui.tasks.touches import anchored, check_touches
from wzp_tui.toml_file import Path, TomlFile, TomlProblem, read_toml, told


class PlannedTask(NamedTuple):
    """A task of the file."""

    name: str
    task: NewTask
    after: tuple[After, ...]
    """What must come to pass first in earlier tasks of the plan, by index in place of an id."""


class TaskPlan(NamedTuple):
    """A task file that is right."""

    tasks: tuple[PlannedTask, ...]
    """In the order of the file, but each after those it waits for."""
    lanes: dict[str, int]
    """The slots of the lanes that the file defines."""

    @property
    def open_lanes(self) -> list[str]:
        """The lanes that tasks go into and the file does not define."""
        return sorted({each.task.lane for each in self.tasks if each.task.lane} - self.lanes.keys())


def load_task_file(path: str) -> TaskPlan:
    """Read a task file. Raises `TaskFileError` with all that is wrong in it."""
    try:
        file = read_toml(path)
    except TomlProblem as error:
        raise TaskFileError([str(error)]) from error
    if isinstance(file.data.get("task"), dict):
        raise TaskFileError([file.problem(("task",), "a task is written with two brackets: [[task]]")])
    try:
        model = _File.model_validate(file.data)
    except ValidationError as error:
        raise TaskFileError(told(file, error.errors(include_url=False, include_input=False), _known)) from error
    folder = os.path.dirname(os.path.abspath(path))
    problems: list[str] = []
    entries = [_planned(file, number, entry, folder, problems) for number, entry in enumerate(model.task)]
    order = _order(file, model.task, problems)
    if problems:
        raise TaskFileError(problems)
    place = {model.task[number].name: index for index, number in enumerate(order)}
    tasks = []
    for number in order:
        waits = (_wait(text, place) for text in dict.fromkeys(model.task[number].after))
        tasks.append(PlannedTask(model.task[number].name, entries[number], tuple(After(place[name], when) for name, when in waits)))
    return TaskPlan(tuple(tasks), {name: lane.slots for name, lane in model.lanes.items()})


# --- what a file may hold -----------------------------------------------------


def _reads(read: Any) -> Any:
    """A validator of `tasks.parse`, whose errors pydantic understands."""

    def validate(value: Any) -> Any:
        try:
            return read(value)
        except UsageError as error:
            raise ValueError(str(error)) from error

    return validate


def _duration(value: object) -> float:
    if isinstance(value, str):
        return parse.parse_duration(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError('write it as "10m", "90s", "1h30m", or in seconds')
    return parse.check_duration(float(value))


def _plain(value: str) -> str:
    if "\0" in value:
        raise ValueError("cannot hold NUL characters")
    return value


Name = Annotated[str, AfterValidator(_reads(lambda value: parse.check_name(value, "name")))]
LaneName = Annotated[str, AfterValidator(_reads(check_lane_name))]
Text = Annotated[str, AfterValidator(_plain)]
Variable = Annotated[str, AfterValidator(_reads(parse.check_variable))]
Timeout = Annotated[float, BeforeValidator(_reads(_duration))]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Lane(_Model):
    slots: Annotated[int, Field(ge=1, le=MAX_SLOTS)]


class _Task(_Model):
    name: Name
    title: Text = ""
    run: Text | None = None
    argv: list[Text] | None = None
    after: list[str] = []
    lane: LaneName | None = None
    pane: Literal["tab", "split"] | None = None
    workspace: Name = "default"
    cwd: Text = "."
    env: dict[Variable, Text] = {}
    env_names: list[Variable] = []
    env_file: Text | None = None
    retries: Annotated[int, Field(ge=0, le=MAX_RETRIES)] = 0
    retry_lost: bool = False
    timeout: Timeout | None = None
    priority: Literal["high", "normal", "low"] = "normal"
    locks: list[Name] = []
    touches: Annotated[list[str], AfterValidator(_reads(check_touches))] = []


class _File(_Model):
    lanes: dict[LaneName, _Lane] = {}
    task: Annotated[list[_Task], Field(min_length=1)]


def _known(path: Path) -> Sequence[str]:
    if not path:
        return list(_File.model_fields)
    return list((_Task if path[0] == "task" else _Lane).model_fields)


# --- what a model cannot say ----------------------------------------------------


def _planned(file: TomlFile, number: int, entry: _Task, folder: str, problems: list[str]) -> NewTask:
    def wrong(key: str, text: str) -> None:
        problems.append(file.problem(("task", number, key), text))

    argv: tuple[str, ...] = ()
    if (entry.run is None) == (entry.argv is None):
        wrong("argv" if entry.run is not None else "", f"task `{entry.name}` needs either `run`, a shell line, or `argv`, a list of words")
    elif entry.run is not None and not entry.run.strip():
        wrong("run", "`run` is empty")
    elif entry.argv is not None and not (entry.argv and entry.argv[0]):
        wrong("argv", "`argv` is empty")
    else:
        argv = shell_line(entry.run) if entry.run is not None else tuple(entry.argv or ())
    if entry.lane is not None and entry.pane is not None:
        wrong("pane", "`lane` and `pane` exclude each other: a task runs in a lane, or in a pane of its own")
    cwd = os.path.normpath(os.path.join(folder, os.path.expanduser(entry.cwd)))
    if not os.path.isdir(cwd):
        wrong("cwd", f"`cwd`: there is no folder {cwd}")
    env_file = "" if entry.env_file is None else os.path.normpath(os.path.join(folder, os.path.expanduser(entry.env_file)))
    if env_file and not os.path.isfile(env_file):
        wrong("env_file", f"`env_file`: there is no file {env_file}")
    return NewTask(
        argv=argv,
        cwd=cwd,
        title=parse.short_title(entry.title or entry.name or command_line(argv)),
        workspace=entry.workspace,
        lane=None if entry.pane else entry.lane or DEFAULT,
        place=entry.pane or "tab",
        priority=parse.parse_priority(entry.priority),
        env=dict(entry.env),
        env_names=tuple(entry.env_names),
        env_file=env_file,
        timeout=entry.timeout,
        retries=entry.retries,
        retry_lost=entry.retry_lost,
        locks=tuple(dict.fromkeys(entry.locks)),
        touches=tuple(dict.fromkeys(anchored(pattern, cwd) for pattern in entry.touches)),
    )


def _order(file: TomlFile, tasks: Sequence[_Task], problems: list[str]) -> list[int]:
    """The order of the file, with each task after those it waits for."""
    numbers: dict[str, int] = {}
    for number, entry in enumerate(tasks):
        first = numbers.setdefault(entry.name, number)
        if first != number:
            line = file.line(("task", first, "name"))
            problems.append(file.problem(("task", number, "name"), f"there is a task `{entry.name}` already, in line {line}"))
    waits: dict[int, list[int]] = {number: [] for number in range(len(tasks))}
    for number, entry in enumerate(tasks):
        for text in entry.after:
            try:
                name, _ = _wait(text, numbers)
            except UsageError as error:
                problems.append(file.problem(("task", number, "after"), f"`after`: {error}"))
                continue
            if name not in numbers:
                near = parse.nearest(name, numbers)
                problems.append(file.problem(("task", number, "after"), f"`after`: there is no task {parse.shown(name)}{near}"))
            else:
                waits[number].append(numbers[name])
    order, cycle = _sorted(waits)
    if cycle:
        names = " → ".join(tasks[number].name for number in cycle)
        problems.append(file.problem(("task", cycle[0], "after"), f"these tasks wait for each other for ever: {names}"))
    return order


def _wait(text: str, names: Container[str]) -> tuple[str, Condition]:
    """`compile`, or `server:ready`: a task, and what is waited for in it. Raises `UsageError`."""
    name, colon, condition = text.rpartition(":")
    return (name, parse.parse_condition(condition)) if colon and text not in names else (text, Condition.DONE)


def _sorted(waits: Mapping[int, Sequence[int]]) -> tuple[list[int], list[int]]:
    """A topological order that keeps to the given one, and the first cycle where there is one."""
    order: list[int] = []
    done: set[int] = set()
    for start in waits:
        path = [start]  # of open tasks, each waiting for the next
        while path:
            open_ones = [before for before in waits[path[-1]] if before not in done]
            if path[-1] in done or not open_ones:
                if path[-1] not in done:
                    done.add(path[-1])
                    order.append(path[-1])
                path.pop()
            elif open_ones[0] in path:
                return order, [*path[path.index(open_ones[0]) :], open_ones[0]]
            else:
                path.append(open_ones[0])
    return order, []
