"""Which task of a file waits for which: their order, and what is wrong with it."""

from collections.abc import Container, Mapping, Sequence

from wzp_tui.errors import UsageError
from wzp_tui.tasks import parse
from wzp_tui.tasks.cycle import cycle_words, find_cycle
from wzp_tui.tasks.task import Condition
from wzp_tui.tasks.taskfile.models import TaskEntry
from wzp_tui.toml_file import TomlFile


def ordered(file: TomlFile, tasks: Sequence[TaskEntry], problems: list[str]) -> list[int]:
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
                name, _ = wait(text, numbers)
            except UsageError as error:
                problems.append(file.problem(("task", number, "after"), f"`after`: {error}"))
                continue
            if name not in numbers:
                near = parse.nearest(name, numbers)
                problems.append(file.problem(("task", number, "after"), f"`after`: there is no task {parse.shown(name)}{near}"))
            elif tasks[numbers[name]].every is not None:
                problems.append(file.problem(("task", number, "after"), f"`after`: {parse.shown(name)} comes again and is never over"))
            else:
                waits[number].append(numbers[name])
    if cycle := find_cycle(waits):
        problems.append(file.problem(("task", cycle[0], "after"), cycle_words(cycle, lambda number: tasks[number].name)))
        return []
    return _sorted(waits)


def wait(text: str, names: Container[str]) -> tuple[str, Condition]:
    """`compile`, or `server:ready`: a task, and what is waited for in it. Raises `UsageError`."""
    name, colon, condition = text.rpartition(":")
    return (name, parse.parse_condition(condition)) if colon and text not in names else (text, Condition.DONE)


def _sorted(waits: Mapping[int, Sequence[int]]) -> list[int]:
    """The order given, with each after those it waits for. There is no cycle."""
    order: dict[int, None] = {}
    for start in waits:
        path = [start]
        while path:
            missing = [before for before in waits[path[-1]] if before not in order]
            if missing:
                path += reversed(missing)
            else:
                order[path.pop()] = None
    return list(order)
