"""What an entry of a task file means, and what a model cannot say of it."""

import os
from collections.abc import Callable, Mapping

from wzp_tui.errors import UsageError
from wzp_tui.tasks import parse
from wzp_tui.tasks.lane import DEFAULT
from wzp_tui.tasks.parse_policy import read_policy
from wzp_tui.tasks.series import KEPT, NewSeries, Overlap, check_series
from wzp_tui.tasks.task import NewTask, command_line, shell_line
from wzp_tui.tasks.taskfile.models import TaskEntry
from wzp_tui.tasks.touches import anchored
from wzp_tui.toml_file import TomlFile

_POLICY = set("success retries retry_on retry_lost backoff start_limit timeout quiet stop_signal stop_grace service".split())


def planned(file: TomlFile, number: int, entry: TaskEntry, folder: str, parameters: Mapping[str, str], problems: list[str]) -> NewTask:
    """The task that the entry of this number describes, its paths relative to `folder`; what is wrong in it is added to `problems`.

    A shell line gets the `parameters` as variables.
    """

    def wrong(key: str, text: str) -> None:
        problems.append(file.problem(("task", number, key), text))

    argv = _argv(entry, wrong)
    if entry.lane is not None and entry.pane is not None:
        wrong("pane", "`lane` and `pane` exclude each other: a task runs in a lane, or in a pane of its own")
    cwd = os.path.normpath(os.path.join(folder, os.path.expanduser(entry.cwd)))
    if not os.path.isdir(cwd):
        wrong("cwd", f"`cwd`: there is no folder {cwd}")
    env_file = "" if entry.env_file is None else os.path.normpath(os.path.join(folder, os.path.expanduser(entry.env_file)))
    if env_file and not os.path.isfile(env_file):
        wrong("env_file", f"`env_file`: there is no file {env_file}")
    if entry.service is not None and entry.retries:
        wrong("retries", "`retries`: a service is restarted as `restart` says; retries are for what comes to an end")
    return NewTask(
        argv=argv,
        cwd=cwd,
        title=parse.short_title(entry.title or entry.name or command_line(argv)),
        workspace=entry.workspace,
        lane=None if entry.pane else entry.lane or DEFAULT,
        place=entry.pane or "tab",
        priority=parse.parse_priority(entry.priority),
        env={**parameters, **entry.env} if _has_shell_line(entry) else dict(entry.env),
        env_names=tuple(entry.env_names),
        env_file=env_file,
        hold=entry.hold,
        not_before_ms=entry.at or 0,
        due_ms=entry.due,
        tags=tuple(dict.fromkeys(entry.tags)),
        locks=tuple(dict.fromkeys(entry.locks)),
        touches=tuple(dict.fromkeys(anchored(pattern, cwd) for pattern in entry.touches)),
        policy=read_policy(entry.model_dump(include=_POLICY, exclude_unset=True, exclude_none=True)),
    )


def _argv(entry: TaskEntry, wrong: Callable[[str, str], None]) -> tuple[str, ...]:
    """Its command; empty where `wrong` was told of it."""
    if (entry.run is None) == (entry.argv is None):
        wrong("argv" if entry.run is not None else "", f"task `{entry.name}` needs either `run`, a shell line, or `argv`, a list of words")
    elif entry.run is not None and not entry.run.strip():
        wrong("run", "`run` is empty")
    elif entry.argv is not None and not (entry.argv and entry.argv[0]):
        wrong("argv", "`argv` is empty")
    else:
        return shell_line(entry.run) if entry.run is not None else tuple(entry.argv or ())
    return ()


def again(file: TomlFile, number: int, entry: TaskEntry, task: NewTask, once: bool, problems: list[str]) -> NewSeries | None:
    """The series that the entry makes of its task. With `once` there can be none."""
    if entry.every is None:
        for key in ("overlap", "catch_up", "keep"):
            if getattr(entry, key) is not None:
                problems.append(file.problem(("task", number, key), f"`{key}` is for a task that comes again; give `every`, too"))
        return None
    series = NewSeries(
        task, entry.every, Overlap(entry.overlap or Overlap.SKIP), entry.catch_up or 0, KEPT if entry.keep is None else entry.keep
    )
    try:
        if once:
            raise UsageError("what is run to its end cannot come again; `wzp-tui add --every` adds such a task to your queue")
        if entry.after:
            raise UsageError("what comes again waits for no other task; its rule says when it runs")
        check_series(series)
    except UsageError as error:
        problems.append(file.problem(("task", number, "every"), f"`every`: {error}"))
    return series


def _has_shell_line(entry: TaskEntry) -> bool:
    probes = (entry.service.ready, entry.service.alive) if entry.service else ()
    return entry.run is not None or any("command:" in probe for probe in probes if probe)
