"""Series: each tick adds a task, once, whoever looks. Every function works inside a write transaction of its caller."""

import sqlite3
from datetime import datetime, timedelta

from wzp_tui.errors import WzpError
from wzp_tui.store import archive, change, events, rows
from wzp_tui.store.wake import Seats
from wzp_tui.tasks.schedule import GRACE, Due, LocalZone, due, next_run, parse_every
from wzp_tui.tasks.series import NewSeries, Overlap, Series, check_series, dump
from wzp_tui.tasks.task import command_line

DAY_MS, SECOND_MS = 24 * 3600 * 1000, 1000
_BUSY = "('queued', 'running', 'serving', 'asking', 'review')"
"""A held task is not among them: its user keeps it, and the series goes on."""


def add(connection: sqlite3.Connection, actor: str, new: NewSeries) -> int:
    """Write a new series and return its id."""
    check_series(new)
    every = parse_every(new.every)
    new = new._replace(task=change.check(connection, new.task))
    now, paused = events.now_ms(), new.task.hold
    start = max(new.task.not_before_ms, now // 1000 * 1000)
    last = start - 1 if new.task.not_before_ms > now else now
    task = new.task._replace(hold=False, not_before_ms=0, title=new.task.title or command_line(new.task.argv))
    id = connection.execute(
        "INSERT INTO series (template, lane, every, overlap, catch_up, start_ms, last_ms, next_ms, paused, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            dump(new._replace(task=task)),
            task.lane,
            every.text,
            new.overlap,
            new.catch_up,
            start,
            last,
            _ms(next_run(every, _at(last), _at(start))),
            paused,
            "by you" if paused else "",
        ),
    ).fetchone()[0]
    _record(connection, actor, "series.added", id)
    return int(id)


def pause(connection: sqlite3.Connection, actor: str, series: Series, reason: str = "by you") -> None:
    """Let it add no tasks."""
    connection.execute("UPDATE series SET paused = 1, reason = ? WHERE id = ?", (reason, series.id))
    _record(connection, actor, "series.paused", series.id, reason=reason)


def resume(connection: sqlite3.Connection, actor: str, series: Series) -> None:
    """Let it go on with the ticks from now on; those of the pause are no missed ones."""
    now = events.now_ms()
    if is_stuck(series, now):
        _start_anew(connection, series, now)
    else:
        last = max(now, series.start_ms - 1)
        upcoming = _ms(next_run(parse_every(series.every), _at(last), _at(series.start_ms)))
        connection.execute("UPDATE series SET last_ms = ?, next_ms = ? WHERE id = ?", (last, upcoming, series.id))
    connection.execute("UPDATE series SET paused = 0, reason = '', missed = 0 WHERE id = ?", (series.id,))
    _record(connection, actor, "series.resumed", series.id)


def remove(connection: sqlite3.Connection, actor: str, series: Series) -> None:
    """Let it end; the tasks that it added stay."""
    connection.execute("UPDATE series SET ended = 1 WHERE id = ?", (series.id,))
    _record(connection, actor, "series.removed", series.id)


def run(connection: sqlite3.Connection, actor: str, series: Series) -> tuple[int, Seats]:
    """Add a task of it outside of its ticks, and return its id."""
    return change.add(connection, actor, series.task, series=series.id)


def tick(connection: sqlite3.Connection, actor: str, lane: str | None) -> Seats:
    """Deal with the ticks that have come, of a lane or of all: add their tasks, or say that they were missed.

    A series that cannot add any more is paused.
    """
    touched: Seats = set()
    now = events.now_ms()
    for series in rows.early_series(connection, now, lane):
        if is_stuck(series, now):
            _start_anew(connection, series, now)
            _record(connection, actor, "series.anew", series.id)
    for series in rows.due_series(connection, now, lane):
        try:
            touched |= _tick(connection, actor, series)
        except WzpError as error:
            pause(connection, actor, series, str(error))
    return touched


def is_stuck(series: Series, now_ms: int) -> bool:
    """The clock was set back since it ticked, so that it would be silent for much longer than its rule says.

    An interval is time that passes. A cron line is for times of the day: what came once does not come again in the hour that is repeated.
    """
    if series.next_ms is None or series.last_ms <= now_ms or series.last_ms < series.start_ms:
        return False
    every = parse_every(series.every)
    longest = every.seconds * SECOND_MS + GRACE // timedelta(milliseconds=1)
    return series.last_ms - now_ms > DAY_MS if every.cron else series.next_ms - now_ms > longest


def _start_anew(connection: sqlite3.Connection, series: Series, now_ms: int) -> None:
    """Let an interval count from now on, so that nothing comes sooner than after one; a cron line goes on with the times to come."""
    every = parse_every(series.every)
    start = series.start_ms if every.cron else -(-now_ms // SECOND_MS) * SECOND_MS
    last = now_ms if every.cron else start
    connection.execute(
        "UPDATE series SET start_ms = ?, last_ms = ?, next_ms = ? WHERE id = ?",
        (start, last, _ms(next_run(every, _at(last), _at(start))), series.id),
    )


def _tick(connection: sqlite3.Connection, actor: str, series: Series) -> Seats:
    now = events.now_ms()
    busy = connection.execute(f"SELECT id FROM task WHERE series = ? AND archived = 0 AND state IN {_BUSY}", (series.id,)).fetchone()
    found = due(
        parse_every(series.every),
        _at(series.last_ms),
        _at(now),
        _at(series.start_ms),
        overlap=series.overlap,
        catch_up=series.catch_up,
        busy=busy is not None,
    )
    change.check(connection, series.task)
    touched: Seats = set()
    for moment in found.runs:
        touched |= _add(connection, actor, series, round(moment.timestamp() * 1000))
    if found.runs:
        archive.keep_done(connection, actor, series.id, series.keep)
    _settle(connection, actor, series, found, now, f"#{busy[0]} is not over" if busy and series.overlap is Overlap.SKIP else "")
    return touched


def _add(connection: sqlite3.Connection, actor: str, series: Series, tick_ms: int) -> Seats:
    while connection.execute("SELECT 1 FROM task WHERE series = ? AND tick_ms = ?", (series.id, tick_ms)).fetchone():
        tick_ms += 1  # before the clock was set back, it was as late once
    return change.add(connection, actor, series.task, series=series.id, tick_ms=tick_ms)[1]


def _settle(connection: sqlite3.Connection, actor: str, series: Series, found: Due, now: int, busy: str) -> None:
    missed = found.passed_over if found.runs else series.missed + found.passed_over
    connection.execute(
        "UPDATE series SET last_ms = ?, next_ms = ?, missed = ? WHERE id = ?",
        (max(now, series.last_ms), _ms(found.next), missed, series.id),
    )
    if found.passed_over and not (busy and series.missed):  # one line for each task that takes too long, not one for each of its ticks
        _record(connection, actor, "series.missed", series.id, count=found.passed_over, **({"reason": busy} if busy else {}))


def _record(connection: sqlite3.Connection, actor: str, kind: str, id: int, **data: object) -> None:
    events.record(connection, actor, kind, data={"series": id, **data})


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, LocalZone())


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
