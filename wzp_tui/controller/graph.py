"""What waits for what: the tasks that are joined by `after`, drawn with rails. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from wzp_tui.controller.snapshot import TaskRow
from wzp_tui.tasks.graph import BOX, Glyphs, Path, critical_path, layout
from wzp_tui.tasks.task import OPEN


class GraphRow(NamedTuple):
    """A task, below all that it waits for."""

    row: TaskRow
    rails: str
    """What is drawn before it; as wide in every row."""
    layer: int
    """0: it waits for nothing."""
    unseen: tuple[int, ...]
    """Tasks that it waits for and whose rail found no room."""


def graph_rows(tasks: Iterable[TaskRow], glyphs: Glyphs = BOX) -> list[GraphRow]:
    """The tasks that wait for each other, as far as one that they are joined with has not ended; in topological order."""
    by_id = {row.task.id: row for row in sorted(tasks, key=lambda row: row.task.id)}
    waits = _unfinished(by_id)
    return [GraphRow(by_id[node], rails, layer, unseen) for node, rails, layer, unseen in layout(waits, glyphs)]


def longest_way(rows: Sequence[GraphRow], seconds: Mapping[int, float]) -> Path:
    """The way through what has not ended that takes longest, by what each task is expected to take; else the one with most tasks."""
    still = {each.row.task.id: each.row for each in rows if each.row.task.state in OPEN}
    waits = {id: [after.task for after in row.task.after if after.task in still] for id, row in still.items()}
    return critical_path(waits, seconds)


def _unfinished(by_id: Mapping[int, TaskRow]) -> dict[int, list[int]]:
    waits = {id: [after.task for after in row.task.after if after.task in by_id] for id, row in by_id.items()}
    joined: dict[int, list[int]] = {id: [] for id in by_id}
    for id, those in waits.items():
        for before in those:
            joined[id].append(before)
            joined[before].append(id)
    wanted: set[int] = set()
    ahead = [id for id, row in by_id.items() if joined[id] and row.task.state in OPEN]
    while ahead:
        id = ahead.pop()
        if id not in wanted:
            wanted.add(id)
            ahead += joined[id]
    return {id: those for id, those in waits.items() if id in wanted}
