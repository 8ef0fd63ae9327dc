"""Rows of the store as records."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from wzp_tui.errors import NotFound
from wzp_tui.tasks.lane import Lane
from wzp_tui.tasks.order import rank_ms
from wzp_tui.tasks.parse_policy import load_policy
from wzp_tui.tasks.run import Run
from wzp_tui.tasks.series import Overlap, Series, load
from wzp_tui.tasks.task import After, Condition, Priority, State, Task

_TASK = (
    "id, title, state, reason, workspace, lane, place, priority, next_rank, argv, cwd, env, env_names, env_file,"
    " created_ms, queued_ms, not_before_ms, changed_ms, seen, due_ms, tags, series, tick_ms, policy, archived, waits_since_ms, rank_ms"
)
_RUN = (
    "id, task, attempt, token, lane, slot, mux, tty, worker, started_ms, ended_ms,"
    " exit, signal, reason, boot, orphaned, detached, stop, detail, ready_ms"
)


SHOWN = "WHERE archived = 0 ORDER BY id"
"""Of the tasks, those that lists show."""
LATEST_RUNS = """
SELECT (SELECT max(run.id) FROM run WHERE run.task = task.id) FROM task WHERE archived = 0
"""
"""The last run of each task that is not archived; `NULL` where it has none."""


class _Beside(NamedTuple):
    """What other tables say of the tasks, by id."""

    after: dict[int, list[After]]
    locks: dict[int, list[str]]
    touches: dict[int, list[str]]


def _task(row: Sequence[Any], beside: _Beside) -> Task:
    (id, title, state, reason, workspace, lane, place, priority, next_rank, argv, cwd, env, env_names, env_file, *rest) = row
    created, queued, not_before, changed, seen, due, tags, series, tick, policy, archived, waits_since, rank = rest
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
        series=series,
        tick_ms=tick,
        policy=load_policy(policy),
        archived=bool(archived),
        waits_since_ms=waits_since,
        moved_ms=rank - rank_ms(priority, queued, due),
    )


def _run(row: Sequence[Any]) -> Run:
    return Run._make((*row[:15], bool(row[15]), bool(row[16]), *row[17:]))


def task(connection: sqlite3.Connection, id: int) -> Task:
    """The task, or `NotFound`."""
    found = tasks(connection, "WHERE id = ?", (id,))
    if not found:
        raise NotFound(f"there is no task #{id}; `wzp-tui task list` shows those there are")
    return found[0]


def tasks(connection: sqlite3.Connection, where: str = SHOWN, values: Iterable[Any] = ()) -> tuple[Task, ...]:
    """The tasks that a clause of our own chooses."""
    values = tuple(values)
    found = connection.execute(f"SELECT {_TASK} FROM task {where}", values).fetchall()
    beside = _beside(connection, [row[0] for row in found] if len(found) <= FEW else None)
    return tuple(_task(row, beside) for row in found)


FEW = 500
"""So many tasks are named one by one where more is read of them; of more, all that are not archived are read."""


def _beside(connection: sqlite3.Connection, ids: Sequence[int] | None) -> _Beside:
    beside = _Beside({}, {}, {})
    for id, before, condition in connection.execute(beside_sql("task_after", "before, condition", ids), ids or ()):
        beside.after.setdefault(id, []).append(After(before, Condition(condition)))
    for table, column, names in (("task_lock", "name", beside.locks), ("task_touch", "glob", beside.touches)):
        for id, name in connection.execute(beside_sql(table, column, ids), ids or ()):
            names.setdefault(id, []).append(name)
    return beside


def beside_sql(table: str, columns: str, ids: Sequence[int] | None) -> str:
    """What reads a table beside that of the tasks, in order: of these, or of all that are not archived."""
    if ids is not None:
        return f"SELECT task, {columns} FROM {table} WHERE task IN ({', '.join('?' * len(ids))}) ORDER BY task, {columns}"
    return f"SELECT task, {columns} FROM task CROSS JOIN {table} ON {table}.task = task.id WHERE archived = 0 ORDER BY task, {columns}"


def runs(connection: sqlite3.Connection, where: str, values: Iterable[Any] = ()) -> tuple[Run, ...]:
    """The runs that a clause of our own chooses."""
    return tuple(_run(row) for row in connection.execute(f"SELECT {_RUN} FROM run {where}", tuple(values)))


DURATIONS = """
SELECT (run.ended_ms - run.started_ms) / 1000.0
FROM task AS mine JOIN task AS same ON same.argv = mine.argv JOIN run ON run.task = same.id
WHERE mine.id = ? AND same.id IN (SELECT id FROM task WHERE title = mine.title ORDER BY id DESC LIMIT 100)
  AND run.exit = 0 AND run.reason = '' AND run.ended_ms >= run.started_ms
ORDER BY run.id DESC LIMIT 20
"""


def durations(connection: sqlite3.Connection, task: int) -> tuple[float, ...]:
    """The seconds that the last runs of this command took which ended well."""
    return tuple(row[0] for row in connection.execute(DURATIONS, (task,)))


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
    where = f"WHERE id IN ({LATEST_RUNS})"
    return {run.task: run for run in runs(connection, where)}


def lanes(connection: sqlite3.Connection) -> tuple[Lane, ...]:
    """All lanes, `default` first."""
    rows = connection.execute(
        "SELECT name, slots, paused, reason, workspace, pause_on_failure, draining FROM lane ORDER BY name <> 'default', name"
    )
    return tuple(Lane(row[0], row[1], bool(row[2]), row[3], row[4], bool(row[5]), bool(row[6])) for row in rows)


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


_SERIES = "id, template, every, overlap, catch_up, start_ms, last_ms, next_ms, paused, reason, missed"


def series(connection: sqlite3.Connection, where: str = "", values: Iterable[Any] = ()) -> tuple[Series, ...]:
    """All series that were not removed, or those among them that a clause of our own chooses."""
    found = connection.execute(f"SELECT {_SERIES} FROM series WHERE ended = 0 {where} ORDER BY id", tuple(values))
    return tuple(map(_series, found))


def _series(row: Sequence[Any]) -> Series:
    id, template, every, overlap, catch_up, start, last, next, paused, reason, missed = row
    task, keep = load(template)
    return Series(id, task, every, Overlap(overlap), catch_up, start, last, next, bool(paused), reason, missed, keep)


def due_series(connection: sqlite3.Connection, now: int, lane: str | None) -> tuple[Series, ...]:
    """The series whose tick has come: of this lane, or with `None` of all."""
    chosen, values = ("", ()) if lane is None else ("AND lane = ?", (lane,))
    return series(connection, f"AND paused = 0 AND next_ms <= ? {chosen}", (now, *values))


def early_series(connection: sqlite3.Connection, now: int, lane: str | None) -> tuple[Series, ...]:
    """The series that were dealt with at a time that is to come: the clock was set back. Of this lane, or with `None` of all."""
    chosen, values = ("", ()) if lane is None else ("AND lane = ?", (lane,))
    return series(connection, f"AND paused = 0 AND last_ms > ? AND last_ms >= start_ms {chosen}", (now, *values))


def next_tick(connection: sqlite3.Connection, lane: str | None) -> int | None:
    """The next tick of a lane, or with `None` of all; past, where nobody dealt with it yet."""
    chosen, values = ("", ()) if lane is None else ("AND lane = ?", (lane,))
    found: int | None = connection.execute(f"SELECT min(next_ms) FROM series WHERE ended = 0 AND paused = 0 {chosen}", values).fetchone()[0]
    return found


def one_series(connection: sqlite3.Connection, id: int) -> Series:
    """The series, or `NotFound`."""
    found = series(connection, "AND id = ?", (id,))
    if not found:
        raise NotFound(f"there is no series @{id}; `wzp-tui series list` shows those there are")
    return found[0]
