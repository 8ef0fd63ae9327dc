"""Changes of tasks, each with its event in the same transaction. A function returns the seats whose workers should look."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from wzp_tui.errors import NotFound, TransitionError, UsageError
from wzp_tui.store import events, rows
from wzp_tui.store.transition import dead_waits, refuse_the_impossible, set_state, skip_the_impossible
from wzp_tui.store.wake import Seats, seats_of
from wzp_tui.tasks.check import check_fields, check_task
from wzp_tui.tasks.cycle import cycle_words, find_cycle
from wzp_tui.tasks.lane import lane_of
from wzp_tui.tasks.order import rank_ms
from wzp_tui.tasks.policy import Policy
from wzp_tui.tasks.task import After, NewTask, State, Task, command_line


def check(connection: sqlite3.Connection, new: NewTask) -> NewTask:
    """Return the task with the lane that it goes into. Raises `UsageError` where it cannot be added."""
    check_task(new)
    if new.lane is None:
        return new
    lane = new.lane or lane_of(new.workspace, rows.lanes(connection))
    rows.lane(connection, lane)
    return new._replace(lane=lane)


def add(
    connection: sqlite3.Connection, actor: str, new: NewTask, series: int | None = None, tick_ms: int | None = None
) -> tuple[int, Seats]:
    """Write a new task and return its id. `series`, `tick_ms`: the one that adds it, and at which of its ticks."""
    new = check(connection, new)
    columns = _columns(new, events.now_ms()) | {"series": series, "tick_ms": tick_ms}
    id = connection.execute(
        f"INSERT INTO task ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", tuple(columns.values())
    ).lastrowid
    assert id is not None
    events.record(connection, actor, "task.added", task=id, new=columns["state"], data={"series": series} if series else None)
    _set_after(connection, id, new.after)
    _set_names(connection, "task_lock", id, new.locks)
    _set_names(connection, "task_touch", id, new.touches)
    return id, skip_the_impossible(connection, actor, rows.task(connection, id)) | {seats_of(new.lane, id)}


def _columns(new: NewTask, now_ms: int) -> dict[str, Any]:
    """What the row of a new task holds."""
    return {
        "title": _storable(new.title or command_line(new.argv)),
        "state": State.HELD if new.hold else State.QUEUED,
        "workspace": new.workspace,
        "lane": new.lane,
        "place": new.place,
        "priority": new.priority,
        "rank_ms": rank_ms(new.priority, now_ms, new.due_ms),
        "argv": json.dumps(list(new.argv)),
        "cwd": new.cwd,
        "env": json.dumps(dict(new.env)),
        "env_names": json.dumps(list(new.env_names)),
        "env_file": new.env_file,
        "created_ms": now_ms,
        "queued_ms": now_ms,
        "changed_ms": now_ms,
        "due_ms": new.due_ms,
        "tags": json.dumps(list(dict.fromkeys(new.tags))),
        "not_before_ms": new.not_before_ms,
        "policy": json.dumps(new.policy.texts()),
    }


def _storable(title: str) -> str:
    """A title may come from a command line that is not UTF-8; the command itself is kept as it is."""
    return title.encode(errors="replace").decode()


def _set_after(connection: sqlite3.Connection, id: int, after: Iterable[After]) -> None:
    for before, condition in after:
        if not connection.execute("SELECT 1 FROM task WHERE id = ?", (before,)).fetchone():
            raise NotFound(f"after #{before}: there is no such task; `wzp-tui task list` shows those there are")
        connection.execute("INSERT OR REPLACE INTO task_after (task, before, condition) VALUES (?, ?, ?)", (id, before, condition))


def _set_names(connection: sqlite3.Connection, table: str, id: int, names: Iterable[str]) -> None:
    connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", [(id, name) for name in names])


def hold(connection: sqlite3.Connection, actor: str, task: Task) -> Seats:
    """Keep a task from starting: a queued one, or a skipped one, which may be edited then."""
    if task.state not in (State.QUEUED, State.SKIPPED):
        raise TransitionError(f"#{task.id} is {task.state}; only a queued or skipped task can be held")
    return set_state(connection, actor, task, State.HELD, "by you")


def release(connection: sqlite3.Connection, actor: str, task: Task, anyway: bool) -> Seats:
    """Let a held task start. `anyway`: a skipped one, too, and without what it waits for that can never be."""
    if task.state is State.SKIPPED and not anyway:
        raise TransitionError(f"#{task.id} is skipped: {task.reason}; `wzp-tui task release {task.id} --anyway` lets it run all the same")
    if task.state not in (State.HELD, State.SKIPPED):
        raise TransitionError(f"#{task.id} is {task.state}, not held")
    if anyway and (dead := [wait for wait, _ in dead_waits(connection, task)]):
        connection.executemany("DELETE FROM task_after WHERE task = ? AND before = ?", [(task.id, wait.task) for wait in dead])
        events.record(connection, actor, "task.freed", task=task.id, data={"after": [wait.name for wait in dead]})
    refuse_the_impossible(connection, task._replace(after=rows.task(connection, task.id).after))
    return set_state(connection, actor, rows.task(connection, task.id), State.QUEUED)


def queue_again(connection: sqlite3.Connection, actor: str, task: Task) -> Seats:
    """Let an ended task run once more, with all its retries."""
    refuse_the_impossible(connection, task)
    now = events.now_ms()
    connection.execute(
        "UPDATE task SET tries = 0, queued_ms = ?, rank_ms = ? WHERE id = ?", (now, rank_ms(task.priority, now, task.due_ms), task.id)
    )
    return set_state(connection, actor, task._replace(not_before_ms=0, waits_since_ms=0), State.QUEUED)


def assign(connection: sqlite3.Connection, actor: str, task: Task, lane: str | None, place: str) -> Seats:
    """Say where a task goes, and let it go there: into a lane, or into a pane of its own."""
    if task.state not in (State.HELD, State.QUEUED):
        raise TransitionError(f"#{task.id} is {task.state}; only a held or queued task can be assigned")
    if task.state is State.HELD:
        refuse_the_impossible(connection, task)
    if lane is not None:
        rows.lane(connection, lane)
    connection.execute("UPDATE task SET lane = ?, place = ? WHERE id = ?", (lane, place, task.id))
    events.record(connection, actor, "task.assigned", task=task.id, old=task.lane or task.place, new=lane or place)
    if task.state is State.HELD:
        return set_state(connection, actor, task._replace(lane=lane), State.QUEUED)
    return {seats_of(lane, task.id), seats_of(task.lane, task.id)}


EDITABLE = (
    *("title", "priority", "cwd", "argv", "workspace", "after", "due_ms", "not_before_ms", "locks", "touches"),
    *("tags", "policy"),
)
LABELS = frozenset({"title", "tags"})
"""What may be changed whatever the state: it tells people something, and no worker."""
_RANKING = frozenset({"priority", "due_ms"})
_TABLES = {"locks": "task_lock", "touches": "task_touch"}


def edit(connection: sqlite3.Connection, actor: str, task: Task, **fields: object) -> Seats:
    """Change fields of a task that has not started, or the labels of any. Raises `UsageError` for a cycle."""
    if task.state not in (State.HELD, State.QUEUED) and fields.keys() - LABELS:
        raise TransitionError(f"#{task.id} is {task.state}; only a held or queued task can be edited")
    unknown = fields.keys() - set(EDITABLE)
    if unknown:
        raise UsageError(f"a task has no field {', '.join(sorted(unknown))} to edit; there are: {', '.join(EDITABLE)}")
    check_fields(fields)
    for name, value in fields.items():
        if name == "after" and isinstance(value, Sequence):
            connection.execute("DELETE FROM task_after WHERE task = ?", (task.id,))
            _set_after(connection, task.id, value)
            _refuse_cycle(connection, task.id)
        elif name in _TABLES and isinstance(value, Sequence):
            connection.execute(f"DELETE FROM {_TABLES[name]} WHERE task = ?", (task.id,))
            _set_names(connection, _TABLES[name], task.id, value)
        else:
            connection.execute(f"UPDATE task SET {name} = ? WHERE id = ?", (_column(name, value, task), task.id))
    if "not_before_ms" in fields:  # from now on it waits for the user's time, not for the next attempt
        connection.execute("UPDATE task SET waits_since_ms = 0 WHERE id = ?", (task.id,))
    edited = rows.task(connection, task.id)
    if fields.keys() & _RANKING:  # it finds its place anew, wherever it was moved
        set_rank(connection, edited, 0)
    events.record(connection, actor, "task.edited", task=task.id, data={"fields": sorted(fields)})
    return {seats_of(task.lane, task.id)} | skip_the_impossible(connection, actor, edited)


def _column(name: str, value: object, task: Task) -> object:
    if isinstance(value, Policy):
        return json.dumps(value.texts())
    if name in ("argv", "tags") and isinstance(value, Sequence):
        return json.dumps(list(value))
    return _storable(str(value)) or task.title if name == "title" else value


def _refuse_cycle(connection: sqlite3.Connection, id: int) -> None:
    """Raise `UsageError` where the task waits for itself, by way of others or not."""
    waits: dict[int, list[int]] = {}
    for task, before in connection.execute(
        "WITH RECURSIVE up (task, before) AS (SELECT task, before FROM task_after WHERE task = ?"
        " UNION SELECT next.task, next.before FROM up JOIN task_after AS next ON next.task = up.before) SELECT * FROM up",
        (id,),
    ):
        waits.setdefault(task, []).append(before)
    if cycle := find_cycle(waits):
        raise UsageError(cycle_words(cycle))


def set_rank(connection: sqlite3.Connection, task: Task, moved_ms: int) -> None:
    """Let it stand in its lane where priority, due time and age put it, and so much later."""
    rank = rank_ms(task.priority, task.queued_ms, task.due_ms) + moved_ms
    connection.execute("UPDATE task SET rank_ms = ? WHERE id = ?", (rank, task.id))


def put_back(connection: sqlite3.Connection, actor: str, task: Task, **fields: object) -> Seats:
    """Give a task what it had before a change.

    `fields`: `state` (held, queued or skipped), `lane`, `place`, `next_rank`, `moved_ms`, and what `edit` changes. Raises
    `TransitionError` for a task that has started meanwhile.
    """
    cancelled = task.state is State.CANCELLED and "state" in fields
    if task.state not in (State.HELD, State.QUEUED) and not cancelled:
        raise TransitionError(f"#{task.id} is {task.state}; only what has not started can be put back")
    state = fields.pop("state", task.state)
    touched: Seats = set()
    if cancelled or (state is State.HELD and task.state is State.QUEUED):
        touched |= set_state(connection, actor, task, State.HELD, "by you")
    for name in ("lane", "place", "next_rank"):
        if name in fields:
            connection.execute(f"UPDATE task SET {name} = ? WHERE id = ?", (fields.pop(name), task.id))
    moved_ms = fields.pop("moved_ms", None)
    events.record(connection, actor, "task.put_back", task=task.id)
    if fields:
        touched |= edit(connection, actor, rows.task(connection, task.id), **fields)
    if isinstance(moved_ms, int):
        set_rank(connection, rows.task(connection, task.id), moved_ms)
    back = rows.task(connection, task.id)
    if state in (State.QUEUED, State.SKIPPED) and back.state is State.HELD:
        touched |= set_state(connection, actor, back, State.QUEUED)
    return touched | {seats_of(task.lane, task.id), seats_of(back.lane, task.id)}
