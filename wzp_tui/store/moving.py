"""Where a waiting task stands, changed by the user. Every function works inside a write transaction of its caller.

The order of a lane is `next_rank`, then `rank_ms`, then the id. A task that is moved before another one gets its `next_rank`, and a
`rank_ms` that is just lower: what comes later and would go before that one goes before both.
"""

import sqlite3
from collections.abc import Iterator
from heapq import merge

from wzp_tui.errors import TransitionError, UsageError
from wzp_tui.store import events, rows
from wzp_tui.store.wake import Seats, seats_of
from wzp_tui.tasks.check import check_fields
from wzp_tui.tasks.lane import DEFAULT, lane_of
from wzp_tui.tasks.order import Spot
from wzp_tui.tasks.task import State, Task

_TOP = "SELECT next_rank FROM task INDEXED BY task_queue WHERE state = 'queued' AND lane IS {lane} ORDER BY next_rank DESC LIMIT 1"
FIRST = f"""
UPDATE task SET next_rank = 1 + max(
  coalesce((SELECT max(({_TOP.format(lane="lane.name")})) FROM lane), 0),
  coalesce(({_TOP.format(lane="NULL")}), 0),
  coalesce((SELECT max(next_rank) FROM task INDEXED BY task_state WHERE archived = 0 AND state = 'held'), 0))
WHERE id = ?
"""
"""Before all that wait, whatever their lane, so that the list of all begins with it."""
_WAITS = (State.HELD, State.QUEUED)
_BEYOND = "AND (rank_ms, id) {than} (:rank, :id) ORDER BY rank_ms {way}, id {way}"
QUEUED = f"SELECT id, rank_ms FROM task WHERE state = 'queued' AND lane = :lane AND next_rank = :next {_BEYOND}"
HELD = f"""
SELECT id, rank_ms FROM task INDEXED BY task_state
WHERE archived = 0 AND state = 'held' AND lane = :lane AND next_rank = :next {_BEYOND}
"""


def do_next(connection: sqlite3.Connection, actor: str, task: Task) -> Seats:
    """Put a task before all others of its lane."""
    if task.state not in _WAITS:
        raise TransitionError(f"#{task.id} is {task.state}; only a held or queued task can be next")
    connection.execute(FIRST, (task.id,))
    events.record(connection, actor, "task.next", task=task.id)
    return {seats_of(task.lane, task.id)}


def move(
    connection: sqlite3.Connection, actor: str, task: Task, lane: str | None, workspace: str | None, spot: Spot | None
) -> tuple[list[Task], Seats]:
    """Move a waiting task into a lane, a workspace, a spot of the order; it starts no sooner by that than its turn comes.

    Returns the tasks that had to give way by some milliseconds, as they were before.
    """
    if task.state not in _WAITS:
        raise TransitionError(f"#{task.id} is {task.state}; only a held or queued task can be moved")
    check_fields({"workspace": workspace} if workspace is not None else {})
    other = _other(connection, task, spot)
    into = _lane(connection, task, lane, workspace, other)
    connection.execute("UPDATE task SET lane = ?, workspace = ? WHERE id = ?", (into, workspace or task.workspace, task.id))
    moved = rows.task(connection, task.id)
    gave_way = _put(connection, actor, moved, spot, other) if spot is not None else []
    data = {name: value for name, value in (("lane", lane), ("workspace", workspace)) if value}
    events.record(connection, actor, "task.moved", task=task.id, data=data | ({spot.what: spot.task or True} if spot else {}))
    return gave_way, {seats_of(into, task.id), seats_of(task.lane, task.id)}


def _other(connection: sqlite3.Connection, task: Task, spot: Spot | None) -> Task | None:
    if spot is None or not spot.task:
        return None
    other = rows.task(connection, spot.task)
    if other.id == task.id:
        raise UsageError(f"#{task.id} cannot be moved {spot.what} itself")
    if other.state not in _WAITS:
        raise TransitionError(f"#{other.id} is {other.state}; a task can be moved only {spot.what} one that waits")
    if other.lane is None:
        raise TransitionError(f"#{other.id} waits for a pane of its own, where no task is {spot.what} another")
    return other


def _lane(connection: sqlite3.Connection, task: Task, lane: str | None, workspace: str | None, other: Task | None) -> str | None:
    """The lane that it goes into: that which is named, that of the other task, or that of the workspace where there is one."""
    if lane is not None:
        rows.lane(connection, lane)
        if other is not None and other.lane != lane:
            raise UsageError(f"#{other.id} waits in lane {other.lane}, not in {lane}")
        return lane
    if other is not None:
        return other.lane
    if workspace is None or task.lane is None:
        return task.lane
    lanes = rows.lanes(connection)
    of_workspace = lane_of(workspace, lanes)
    foreign = any(each.name == task.lane and each.workspace not in (None, workspace) for each in lanes)
    return of_workspace if foreign or of_workspace != DEFAULT else task.lane


def _put(connection: sqlite3.Connection, actor: str, task: Task, spot: Spot, other: Task | None) -> list[Task]:
    if task.lane is None:
        raise TransitionError(f"#{task.id} waits for a pane of its own and has no place in a lane; `--lane NAME` gives it one")
    if spot.what == "first":
        connection.execute(FIRST, (task.id,))
        return []
    if other is not None:
        return _beside(connection, actor, task, other, 1 if spot.what == "behind" else -1)
    connection.execute("UPDATE task SET next_rank = 0 WHERE id = ?", (task.id,))
    last = next((id for id, _ in _from(connection, task.lane, 0, (1 << 62, 0), -1)), task.id)
    return _beside(connection, actor, task, rows.task(connection, last), 1) if last != task.id else []


def _beside(connection: sqlite3.Connection, actor: str, task: Task, other: Task, step: int) -> list[Task]:
    """Put a task directly behind another one (`step` 1) or before it (-1). Those that stand too close beyond it give way."""
    assert other.lane is not None
    at = (_rank(connection, other), other.id)
    new = [(task.id, rank := _beyond(at, task.id, step))]
    last = (rank, task.id)
    for id, rank in _from(connection, other.lane, other.next_rank, at, step):
        if id == task.id:
            continue
        if (step * rank, step * id) > (step * last[0], step * last[1]):
            break
        last = (_beyond(last, id, step), id)
        new.append((id, last[0]))
    gave_way = [rows.task(connection, id) for id, _ in new[1:]]
    connection.executemany("UPDATE task SET next_rank = ?, rank_ms = ? WHERE id = ?", [(other.next_rank, rank, id) for id, rank in new])
    for each in gave_way:
        events.record(connection, actor, "task.gave_way", task=each.id)
    return gave_way


def _rank(connection: sqlite3.Connection, task: Task) -> int:
    return int(connection.execute("SELECT rank_ms FROM task WHERE id = ?", (task.id,)).fetchone()[0])


def _beyond(at: tuple[int, int], id: int, step: int) -> int:
    """The nearest rank with which a task stands beyond this place: the same where the ids tell them apart."""
    return at[0] if step * id > step * at[1] else at[0] + step


def _from(connection: sqlite3.Connection, lane: str, next_rank: int, at: tuple[int, int], step: int) -> Iterator[tuple[int, int]]:
    """Ids and ranks of those that wait beyond a place, the nearest first."""
    words = {"than": ">", "way": "ASC"} if step > 0 else {"than": "<", "way": "DESC"}
    values = {"lane": lane, "next": next_rank, "rank": at[0], "id": at[1]}
    found = [connection.execute(sql.format(**words), values) for sql in (QUEUED, HELD)]
    return merge(*found, key=lambda row: (row[1], row[0]), reverse=step < 0)
