"""Which task of a file waits for which: their order, and what is wrong with it."""

from collections.abc import Container, Mapping, Sequence

from wzp_tui.errors import UsageError
from wzp_tui.tasks import parse
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
    order, cycle = _sorted(waits)
    if cycle:
        names = " → ".join(tasks[number].name for number in cycle)
        problems.append(file.problem(("task", cycle[0], "after"), f"these tasks wait for each other for ever: {names}"))
    return order


def wait(text: str, names: Container[str]) -> tuple[str, Condition]:
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
