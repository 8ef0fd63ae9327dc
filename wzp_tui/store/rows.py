"""Rows of the store as records."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from wzp_tui.errors import NotFound
from wzp_tui.tasks.lane import Lane
from wzp_tui.tasks.run import Run
from wzp_tui.tasks.task import After, Condition, Priority, State, Task

_TASK = (
    "id, title, state, reason, workspace, lane, place, priority, next_rank, argv, cwd, env, env_names, env_file, timeout,"
    " retries, retry_lost, created_ms, queued_ms, not_before_ms, changed_ms, seen, due_ms, tags"
)
_RUN = (
    "id, task, attempt, token, lane, slot, mux, tty, worker, started_ms, ended_ms,"
    " exit, signal, reason, boot, orphaned, detached, stop, detail"
)


class _Beside(NamedTuple):
    """What other tables say of the tasks, by id."""

    after: dict[int, list[After]]
    locks: dict[int, list[str]]
    touches: dict[int, list[str]]


def _task(row: Sequence[Any], beside: _Beside) -> Task:
    (id, title, state, reason, workspace, lane, place, priority, next_rank, argv, cwd, env, env_names, env_file, *rest) = row
    timeout, retries, retry_lost, created, queued, not_before, changed, seen, due, tags = rest
    return Task(
        id=id,
        title=title,
        state=State(state),
        reason=reason,
        workspace=workspace,
        lane=lane,
        place=place,
        priority=Priority(priority),
        next_rank=next_rank,
        argv=tuple(json.loads(argv)),
        cwd=cwd,
        env=json.loads(env),
        env_names=tuple(json.loads(env_names)),
        env_file=env_file,
        timeout=timeout,
        retries=retries,
        retry_lost=bool(retry_lost),
        created_ms=created,
        queued_ms=queued,
        not_before_ms=not_before,
        changed_ms=changed,
        seen=bool(seen),
        after=tuple(beside.after.get(id, ())),
        due_ms=due,
        locks=tuple(beside.locks.get(id, ())),
        touches=tuple(beside.touches.get(id, ())),
        tags=tuple(json.loads(tags)) if tags != "[]" else (),
    )


def _run(row: Sequence[Any]) -> Run:
    return Run._make((*row[:15], bool(row[15]), bool(row[16]), row[17], row[18]))


def task(connection: sqlite3.Connection, id: int) -> Task:
    """The task, or `NotFound`."""
    found = tasks(connection, "WHERE id = ?", (id,))
    if not found:
        raise NotFound(f"there is no task #{id}; `wzp-tui task list` shows those there are")
    return found[0]


def tasks(connection: sqlite3.Connection, where: str = "WHERE archived = 0 ORDER BY id", values: Iterable[Any] = ()) -> tuple[Task, ...]:
    """The tasks that a clause of our own chooses."""
    values = tuple(values)
    found = connection.execute(f"SELECT {_TASK} FROM task {where}", values).fetchall()
    beside = _beside(connection, found[0][0] if len(found) == 1 else None)
    return tuple(_task(row, beside) for row in found)


def _beside(connection: sqlite3.Connection, only: int | None) -> _Beside:
    beside = _Beside({}, {}, {})
    chosen, values = ("", ()) if only is None else ("WHERE task = ?", (only,))
    for id, before, condition in connection.execute(f"SELECT task, before, condition FROM task_after {chosen} ORDER BY before", values):
        beside.after.setdefault(id, []).append(After(before, Condition(condition)))
    for table, column, names in (("task_lock", "name", beside.locks), ("task_touch", "glob", beside.touches)):
        for id, name in connection.execute(f"SELECT task, {column} FROM {table} {chosen} ORDER BY {column}", values):
            names.setdefault(id, []).append(name)
    return beside


def runs(connection: sqlite3.Connection, where: str, values: Iterable[Any] = ()) -> tuple[Run, ...]:
    """The runs that a clause of our own chooses."""
    return tuple(_run(row) for row in connection.execute(f"SELECT {_RUN} FROM run {where}", tuple(values)))


def open_run(connection: sqlite3.Connection, task: int) -> Run | None:
    """The run of the task that has not ended."""
    found = runs(connection, "WHERE task = ? AND ended_ms IS NULL", (task,))
    return found[0] if found else None


def run_by_token(connection: sqlite3.Connection, token: str) -> Run | None:
    """The run of this token."""
    found = runs(connection, "WHERE token = ?", (token,))
    return found[0] if found else None


def latest_runs(connection: sqlite3.Connection) -> dict[int, Run]:
    """The last run of each task that is not archived."""
    where = "WHERE id IN (SELECT max(run.id) FROM run JOIN task ON task.id = run.task WHERE archived = 0 GROUP BY run.task)"
    return {run.task: run for run in runs(connection, where)}


def lanes(connection: sqlite3.Connection) -> tuple[Lane, ...]:
    """All lanes, `default` first."""
    rows = connection.execute("SELECT name, slots, paused FROM lane ORDER BY name <> 'default', name")
    return tuple(Lane(name, slots, bool(paused)) for name, slots, paused in rows)


def limit(connection: sqlite3.Connection) -> int | None:
    """How many runs there may be at once, of all lanes together."""
    row = connection.execute("SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'limit'").fetchone()
    return row[0] if row else None


def lane(connection: sqlite3.Connection, name: str) -> Lane:
    """The lane, or `NotFound`."""
    for found in lanes(connection):
        if found.name == name:
            return found
    raise NotFound(f"there is no lane {name!r}; `wzp-tui lane set {name} --slots 2` makes it")
