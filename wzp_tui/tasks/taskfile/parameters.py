"""The parameters of a task file: `${NAME}` in its texts stands for a value that is given when the file is read.

A shell line is left as it is. It finds the values in its environment, so that the shell expands them and none can become a command.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from wzp_tui.errors import TaskFileError, UsageError
from wzp_tui.tasks.parse import nearest, shown
from wzp_tui.tasks.taskfile.models import ParameterEntry
from wzp_tui.toml_file import Path, TomlFile

_PLACE = re.compile(r"(\$?)\$\{([^{}]*)\}")


class Parameter(NamedTuple):
    """What a file asks for."""

    name: str
    default: str | None
    """`None`: a value must be given."""
    choices: tuple[str, ...]
    help: str

    def check(self, value: str) -> str:
        """Return the value, where it may have it. Raises `UsageError`."""
        if "\0" in value:
            raise UsageError(f"{self.name} cannot hold NUL characters")
        if self.choices and value not in self.choices and value != self.default:
            raise UsageError(f"{self.name} = {shown(value)}: there are {', '.join(self.choices)}")
        return value


def parameter(name: str, entry: ParameterEntry) -> Parameter:
    """What an entry of `[params]` asks for."""
    default = entry.default if entry.default is not None else None if entry.required else ""
    return Parameter(name, default, tuple(entry.choices), entry.help)


def wrong_entries(file: TomlFile, entries: Mapping[str, ParameterEntry]) -> list[str]:
    """What a model cannot say of `[params]`."""
    problems = []
    for name, entry in entries.items():
        if entry.default is not None and entry.choices and entry.default not in entry.choices:
            problems.append(file.problem(("params", name, "default"), f"`default` = {shown(entry.default)} is none of the choices"))
        if entry.default is not None and "required" in entry.model_fields_set and entry.required:
            problems.append(file.problem(("params", name, "required"), "`required` and `default` exclude each other"))
    return problems


def values_of(file: TomlFile, parameters: Mapping[str, Parameter], given: Mapping[str, str]) -> dict[str, str]:
    """The value of each parameter. Raises `UsageError` where one is missing, unknown, or none of the choices."""
    for name in given:
        if name not in parameters:
            cure = (nearest(name, parameters) or f"; there are: {', '.join(parameters)}") if parameters else "; it has none"
            raise UsageError(f"{file.name} has no parameter {shown(name)}{cure}")
    missing = [each for each in parameters.values() if each.default is None and each.name not in given]
    if missing:
        raise UsageError(f"{file.name} needs {', '.join(map(_wish, missing))}")
    return {name: each.check(given[name]) if name in given else each.default or "" for name, each in parameters.items()}


def is_shell_line(path: Path, text: str) -> bool:
    """The shell reads this text of a task, which finds values in its environment."""
    return path[-1] == "run" or (path[-1] in ("ready", "alive") and "command:" in text)


def _wish(parameter: Parameter) -> str:
    """How a missing value is asked for."""
    told = [*([parameter.help] if parameter.help else []), *([f"one of {', '.join(parameter.choices)}"] if parameter.choices else [])]
    return f"--param {parameter.name}=VALUE" + (f" ({'; '.join(told)})" if told else "")


def replaced(file: TomlFile, values: Mapping[str, str]) -> dict[str, Any]:
    """The data of a file with its parameters replaced in its tasks. Raises `TaskFileError` for names that are none."""
    problems: list[str] = []

    def text_of(text: str, path: Path) -> str:
        def value(found: re.Match[str]) -> str:
            escape, name = found[1], found[2]
            if escape:
                return found[0][1:]
            if name not in values:
                problems.append(file.problem(path, f"there is no parameter {shown(name)}{nearest(name, values)}; `$${{` is a plain `${{`"))
            return values.get(name, "")

        return _PLACE.sub(value, text)

    def walk(value: Any, path: Path) -> Any:
        if isinstance(value, str):
            return value if path[2] in ("name", "after") or is_shell_line(path, value) else text_of(value, path)
        if isinstance(value, list):
            return [walk(each, (*path, index)) for index, each in enumerate(value)]
        if isinstance(value, dict):
            return {key: walk(each, (*path, key)) for key, each in value.items()}
        return value

    data = {**file.data, "task": walk(file.data.get("task"), ("task",))}
    if problems:
        raise TaskFileError(list(dict.fromkeys(problems)))
    return data
