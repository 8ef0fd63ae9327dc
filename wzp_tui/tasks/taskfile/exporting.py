"""Tasks and series of a store as a task file, which reads them again."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from wzp_tui.errors import UsageError
from wzp_tui.tasks.lane import DEFAULT, Lane
from wzp_tui.tasks.series import KEPT, Overlap, Series, catch_up_words
from wzp_tui.tasks.task import SHELL, Condition, NewTask, Priority, State, Task
from wzp_tui.tasks.touches import relative


class Exported(NamedTuple):
    """The data of a task file, and what it leaves out."""

    data: dict[str, Any]
    left_out: list[str]
    """In words, a line each."""


def exported(
    tasks: Iterable[Task], lanes: Iterable[Lane], now_ms: int, *, series: Sequence[Series] = (), with_env: bool = False
) -> Exported:
    """Tasks and series as a task file. Without `with_env`, the values of variables stay here: they must be set where the tasks start."""
    tasks = sorted(tasks, key=lambda task: task.id)
    taken: set[str] = set()
    names = {task.id: _name(task.title, taken) for task in tasks}
    left_out = [
        f"{task.name} waits for {wait.name}, which is not exported; the file says nothing of that wait"
        for task in tasks
        for wait in task.after
        if wait.task not in names
    ]
    all_of_them: list[Task | NewTask] = [*tasks, *(each.task for each in series)]
    if not with_env and any(task.env for task in all_of_them):
        left_out.append("values of variables are left out, so the tasks need them set where they start; --with-env writes them")
    left_out += [f"{task.name} was due in the past; the file says nothing of that" for task in tasks if 0 < (task.due_ms or 0) <= now_ms]
    used = {task.lane for task in all_of_them}
    found = {lane.name: {"slots": lane.slots} for lane in lanes if lane.name in used and lane.name != DEFAULT}
    entries = [_of_task(task, names, with_env) | _times(task, now_ms) for task in tasks]
    entries += [_of_series(each, _name(each.task.title, taken), now_ms, with_env) for each in series]
    return Exported({**({"lanes": found} if found else {}), "task": [_without_defaults(entry) for entry in entries]}, left_out)


def _name(title: str, taken: set[str]) -> str:
    """What the file calls a task: short words of its title, told apart by a number."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", title)[:60].strip("-") or "task"
    number = 1
    while (name := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    taken.add(name)
    return name


def _of_task(task: Task, names: Mapping[int, str], with_env: bool) -> dict[str, Any]:
    waits = [(names[wait.task], wait.condition) for wait in task.after if wait.task in names]
    after = [name if condition is Condition.DONE else f"{name}:{condition}" for name, condition in waits]
    return _entry(task, names[task.id], with_env) | {"after": after, "hold": task.state is State.HELD}


def _of_series(series: Series, name: str, now_ms: int, with_env: bool) -> dict[str, Any]:
    return _entry(series.task, name, with_env) | {
        "every": series.every,
        "overlap": series.overlap if series.overlap is not Overlap.SKIP else None,
        "catch_up": catch_up_words(series.catch_up) if series.catch_up else None,
        "keep": series.keep if series.keep != KEPT else None,
        "at": _moment(series.start_ms) if series.start_ms > now_ms else None,
        "hold": series.paused,
    }


def _entry(task: Task | NewTask, name: str, with_env: bool) -> dict[str, Any]:
    argv = tuple(task.argv)
    is_line = argv[:2] == SHELL and len(argv) == 3 and argv[2].strip()
    return {
        "name": name,
        "title": task.title if task.title != name else "",
        "run": argv[2] if is_line else None,
        "argv": None if is_line else list(argv),
        "lane": task.lane if task.lane != DEFAULT else None,
        "pane": None if task.lane else "split" if task.place == "split" else "tab",
        "workspace": task.workspace if task.workspace != "default" else None,
        "cwd": task.cwd,
        "env": dict(task.env) if with_env else None,
        "env_names": list(dict.fromkeys((*task.env_names, *(() if with_env else task.env)))),
        "env_file": task.env_file,
        "priority": task.priority.word if task.priority is not Priority.NORMAL else None,
        "tags": list(task.tags),
        "locks": list(task.locks),
        **task.policy.texts(),
        "touches": [_pattern(pattern, task.cwd) for pattern in task.touches],
    }


def _times(task: Task, now_ms: int) -> dict[str, Any]:
    """When it starts and is due; what is past, a file cannot say."""
    at = task.not_before_ms if task.state in (State.QUEUED, State.HELD) else 0
    times = {"at": at, "due": task.due_ms or 0}
    return {name: _moment(ms) for name, ms in times.items() if ms > now_ms}


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(" ", "milliseconds")


def _pattern(pattern: str, cwd: str) -> str:
    short = relative(pattern, cwd)
    return short if short.strip() and not short.startswith(("!", "~")) else pattern


def _without_defaults(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value or key == "cwd" or (key == "keep" and value is not None)}


def as_json(data: Mapping[str, Any]) -> str:
    """The text of a JSON file."""
    return json.dumps(data, indent=2, ensure_ascii=False).encode(errors="backslashreplace").decode() + "\n"


def as_toml(data: Mapping[str, Any]) -> str:
    """The text of a TOML file. Raises `UsageError` for text that TOML cannot hold."""
    return "\n".join(_toml_lines(data)) + "\n"


def _toml_lines(data: Mapping[str, Any]) -> Iterator[str]:
    for name, lane in data.get("lanes", {}).items():
        yield f"[lanes.{name}]"
        yield from (f"{key} = {_value(value)}" for key, value in lane.items())
        yield ""
    for number, entry in enumerate(data["task"]):
        yield from [""] * bool(number)
        yield "[[task]]"
        yield from (f"{key} = {_value(value)}" for key, value in entry.items())


def _value(value: Any) -> str:
    match value:
        case str():
            return _text(value)
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return "{ " + ", ".join(f"{_text(key)} = {_value(each)}" for key, each in value.items()) + " }"
    return json.dumps(value)


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{ascii(text)[:80]} is not UTF-8, which TOML cannot hold; take --format json") from None
    if "\n" in text.rstrip("\n") and "'''" not in text and not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        return f"'''\n{text}'''"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
