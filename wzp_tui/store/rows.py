"""Rows of the store as records."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from wzp_tui.errors import NotFound
from wzp_tui.tasks.lane import Lane
from wzp_tui.tasks.run import Run
from wzp_tui.tasks.task import Priority, State, Task

_TASK = (
    "id, title, state, reason, workspace, lane, place, priority, next_rank, argv, cwd, env, env_names, env_file, timeout,"
    " retries, retry_lost, created_ms, queued_ms, not_before_ms, changed_ms, seen"
)
_RUN = (
    "id, task, attempt, token, lane, slot, mux, tty, worker, started_ms, ended_ms,"
    " exit, signal, reason, boot, orphaned, detached, stop, detail"
)


def _task(row: Sequence[Any], after: tuple[int, ...]) -> Task:
    (id, title, state, reason, workspace, lane, place, priority, next_rank, argv, cwd, env, env_names, env_file, *rest) = row
    timeout, retries, retry_lost, created, queued, not_before, changed, seen = rest
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
        after=after,
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
    after: dict[int, list[int]] = {}
    if len(found) == 1:
        edges = connection.execute("SELECT task, before FROM task_after WHERE task = ? ORDER BY before", (found[0][0],))
    else:
        edges = connection.execute("SELECT task, before FROM task_after ORDER BY task, before")
    for id, before in edges:
        after.setdefault(id, []).append(before)
    return tuple(_task(row, tuple(after.get(row[0], ()))) for row in found)


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


def lane(connection: sqlite3.Connection, name: str) -> Lane:
    """The lane, or `NotFound`."""
    for found in lanes(connection):
        if found.name == name:
            return found
    raise NotFound(f"there is no lane {name!r}; `wzp-tui lane set {name} --slots 2` makes it")
