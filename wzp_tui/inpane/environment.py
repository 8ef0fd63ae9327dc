"""The environment of a command."""

import os
from collections.abc import Mapping

from wzp_tui.tasks.run import Run
from wzp_tui.tasks.task import Task


class MissingVariable(OSError):
    """A variable or file that the task names is not there."""


def environment(task: Task, run: Run, store: str, base: Mapping[str, str]) -> dict[str, str]:
    """`base`, then the task's file, then its own values. Raises `MissingVariable`."""
    made = dict(base)
    if task.env_file:
        made.update(read_env_file(task.env_file))
    made.update(task.env)
    missing = [name for name in task.env_names if name not in made]
    if missing:
        raise MissingVariable(f"{', '.join(missing)} not set in this pane's environment")
    made.update(WZP_TASK=str(task.id), WZP_RUN=str(run.id), WZP_STORE=store)
    return made


def read_env_file(path: str) -> dict[str, str]:
    """The `K=V` lines of a file; blank lines and `#` comments are skipped, `export` and quotes around a value are dropped."""
    found = {}
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, ValueError) as error:
        raise MissingVariable(f"env file {path}: {getattr(error, 'strerror', None) or error}") from error
    for number, line in enumerate(lines, 1):
        line = line.strip().removeprefix("export ")
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise MissingVariable(f"env file {path}:{number}: not a K=V line")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        found[name.strip()] = value
    return found


def inherited() -> dict[str, str]:
    """Our own environment, with nothing of it that is ours alone."""
    return {name: value for name, value in os.environ.items() if name not in ("WZP_TASK", "WZP_RUN")}
