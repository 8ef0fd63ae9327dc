"""How a run begins and ends, in plain SQL. Every function works inside a write transaction of its caller."""

import sqlite3
from typing import NamedTuple

from wzp_tui.store import events, rows
from wzp_tui.store.process import boot
from wzp_tui.store.transition import set_state
from wzp_tui.store.wake import Seats, seats_of
from wzp_tui.tasks import outcome
from wzp_tui.tasks.run import ExitRecord, Run
from wzp_tui.tasks.task import LIVE, MEETS, OPEN, State, Task

_MET = ", ".join(f"('{condition}', '{state}')" for condition, states in MEETS.items() for state in sorted(states))
_LIVE = ", ".join(f"'{state}'" for state in sorted(LIVE))
_ENDED = ", ".join(f"'{state}'" for state in sorted(set(State) - OPEN))
# What tasks/order.py calls an obstacle, whatever the lane. INDEXED BY: without it all tasks that are not archived are read.
_READY = f"""
      state = 'queued' AND NOT (waits_since_ms <= :now AND :now < not_before_ms)
  AND NOT EXISTS (
    SELECT 1 FROM task_after JOIN task AS earlier ON earlier.id = task_after.before
    WHERE task_after.task = task.id AND (task_after.condition, earlier.state) NOT IN (VALUES {_MET}))
  AND NOT EXISTS (
    SELECT 1 FROM task_lock WHERE task_lock.task = task.id AND task_lock.name IN (
      SELECT taken.name FROM task AS live INDEXED BY task_state JOIN task_lock AS taken ON taken.task = live.id
      WHERE live.archived = 0 AND live.state IN ({_LIVE})))
  AND NOT EXISTS (
    SELECT 1 FROM task_touch CROSS JOIN (
      SELECT taken.glob FROM task AS live INDEXED BY task_state JOIN task_touch AS taken ON taken.task = live.id
      WHERE live.archived = 0 AND live.state IN ({_LIVE})) AS held
    WHERE task_touch.task = task.id AND may_meet(task_touch.glob, held.glob))
  AND NOT EXISTS (
    SELECT 1 FROM task AS live INDEXED BY task_state WHERE live.series = task.series AND live.archived = 0 AND live.state IN ({_LIVE}))
  AND (SELECT count(*) FROM run WHERE ended_ms IS NULL)
    < coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'limit'), 1 << 40)
"""
# The order of tasks/order.py, over the index task_queue.
NEXT_OF_LANE = f"""
SELECT id FROM task
WHERE {_READY} AND lane = :lane
  AND EXISTS (
    SELECT 1 FROM lane WHERE name = :lane AND paused = 0 AND draining = 0 AND slots >= :slot
      AND slots > (SELECT count(*) FROM run WHERE lane = :lane AND ended_ms IS NULL))
  AND NOT EXISTS (SELECT 1 FROM run WHERE lane = :lane AND slot = :slot AND ended_ms IS NULL)
ORDER BY next_rank DESC, rank_ms, id LIMIT 1
"""
_THIS_TASK = f"SELECT id FROM task WHERE {_READY} AND id = :task AND lane IS NULL"


class Seat(NamedTuple):
    """What a worker may claim: the tasks of a lane for one of its slots, or one task."""

    lane: str | None = None
    slot: int | None = None
    task: int | None = None


class Worker(NamedTuple):
    """Who claims."""

    pid: int
    mux: str
    tty: str
    fifo: str
    """The name of the FIFO that wakes it."""


class Claim(NamedTuple):
    """A run that has begun, and its task."""

    run: Run
    task: Task


def candidate(connection: sqlite3.Connection, seat: Seat) -> int | None:
    """The id of the task that this seat would claim now."""
    sql = _THIS_TASK if seat.task is not None else NEXT_OF_LANE
    row = connection.execute(sql, {**seat._asdict(), "now": events.now_ms()}).fetchone()
    return row[0] if row else None


def next_due_ms(connection: sqlite3.Connection, seat: Seat) -> int | None:
    """When the next task of this seat may start that waits for a time, or comes by a tick."""
    where, value = ("id = ?2 AND lane IS NULL", seat.task) if seat.task is not None else ("lane = ?2", seat.lane)
    row = connection.execute(
        f"SELECT min(not_before_ms) FROM task WHERE state = 'queued' AND waits_since_ms <= ?1 AND ?1 < not_before_ms AND {where}",
        (events.now_ms(), value),
    ).fetchone()
    tick = rows.next_tick(connection, seat.lane) if seat.lane is not None else None
    return min((ms for ms in (row[0], tick) if ms is not None), default=None)


def claim(connection: sqlite3.Connection, actor: str, seat: Seat, worker: Worker, token: str) -> Claim | None:
    """Begin a run of the next task, or `None`. The caller holds the locks of `token` already."""
    id = candidate(connection, seat)
    if id is None:
        return None
    task = rows.task(connection, id)
    set_state(connection, actor, task, State.RUNNING)
    connection.execute("UPDATE task SET tries = tries + 1 WHERE id = ?", (id,))
    attempt = connection.execute("SELECT count(*) + 1 FROM run WHERE task = ?", (id,)).fetchone()[0]
    connection.execute(
        "INSERT INTO run (task, attempt, token, lane, slot, mux, tty, worker, fifo, boot, started_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (id, attempt, token, seat.lane, seat.slot, worker.mux, worker.tty, worker.pid, worker.fifo, boot(), events.now_ms()),
    )
    run = rows.run_by_token(connection, token)
    assert run is not None
    events.record(connection, actor, "run.started", task=id, run=run.id)
    return Claim(run, rows.task(connection, id))


def finish(connection: sqlite3.Connection, actor: str, record: ExitRecord) -> Seats:
    """Take in an exit record. A second time it changes nothing."""
    run = rows.run_by_token(connection, record.token)
    if run is None or not run.open:
        return set()
    task = rows.task(connection, run.task)
    _end(connection, run, record)
    tries = outcome.tries_in_a_row(task.policy, _tries(connection, task), record.ended_ms - run.started_ms)
    connection.execute("UPDATE task SET tries = ? WHERE id = ?", (tries, task.id))
    end = outcome.outcome(task, tries, record, _starts(connection, task))
    events.record(
        connection,
        actor,
        "run.ended",
        task=task.id,
        run=run.id,
        data={"exit": record.exit, "signal": record.signal, "reason": record.reason, "log_dropped": record.log_dropped},
    )
    return _become(connection, actor, task, end)


def lose(connection: sqlite3.Connection, actor: str, run: Run, reason: str) -> Seats:
    """End a run whose end nobody saw."""
    now = events.now_ms()
    task = rows.task(connection, run.task)
    _end(connection, run, ExitRecord(run.token, run.id, run.task, now, reason=reason))
    end = outcome.lost_outcome(task, _tries(connection, task), now, reason, _starts(connection, task))
    events.record(connection, actor, "run.lost", task=task.id, run=run.id, data={"reason": reason})
    return _become(connection, actor, task, end) | {seats_of(run.lane, task.id)}


def give_back(connection: sqlite3.Connection, actor: str, run: Run, reason: str) -> Seats:
    """End a run whose command never began: the task is as it was, and its retries too."""
    task = rows.task(connection, run.task)
    _end(connection, run, ExitRecord(run.token, run.id, run.task, events.now_ms(), reason=reason))
    connection.execute("UPDATE task SET tries = tries - 1 WHERE id = ?", (task.id,))
    events.record(connection, actor, "run.void", task=task.id, run=run.id, data={"reason": reason})
    return set_state(connection, actor, task, State.QUEUED, reason) | {seats_of(run.lane, task.id)}


def serving(connection: sqlite3.Connection, actor: str, run_id: int, ready_ms: int) -> Seats:
    """Say that a service serves. Where its run has ended, or serves already, it changes nothing."""
    found = rows.runs(connection, "WHERE id = ? AND ended_ms IS NULL", (run_id,))
    task = rows.task(connection, found[0].task) if found else None
    if task is None or task.state is not State.RUNNING:
        return set()
    connection.execute("UPDATE run SET ready_ms = ? WHERE id = ?", (ready_ms, run_id))
    return set_state(connection, actor, task, State.SERVING)


def _become(connection: sqlite3.Connection, actor: str, task: Task, end: outcome.Outcome) -> Seats:
    later = task._replace(not_before_ms=end.not_before_ms, waits_since_ms=end.waits_since_ms)
    return set_state(connection, actor, later, end.state, end.reason)


def _tries(connection: sqlite3.Connection, task: Task) -> int:
    return int(connection.execute("SELECT tries FROM task WHERE id = ?", (task.id,)).fetchone()[0])


def _starts(connection: sqlite3.Connection, task: Task) -> list[int]:
    """When its runs began, since the user queued it."""
    if task.policy.start_limit is None:
        return []
    found = connection.execute(  # by the order of the history: times tell no order where the clock was set
        "SELECT started_ms FROM run WHERE id IN (SELECT run FROM event WHERE task = ?1 AND kind = 'run.started' AND seq > coalesce("
        f"(SELECT max(seq) FROM event WHERE task = ?1 AND kind = 'task.state' AND old IN ({_ENDED})), 0))",
        (task.id,),
    )
    return [row[0] for row in found]


def _end(connection: sqlite3.Connection, run: Run, record: ExitRecord) -> None:
    connection.execute(
        "UPDATE run SET ended_ms = ?, exit = ?, signal = ?, reason = ?, detail = ?, orphaned = 0 WHERE id = ?",
        (record.ended_ms, record.exit, record.signal, record.reason, record.detail, run.id),
    )
