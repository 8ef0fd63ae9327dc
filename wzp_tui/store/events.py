"""The append-only history: what happened, to which task, by whom."""

import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Event(NamedTuple):
    """One line of the history."""

    seq: int
    at_ms: int
    actor: str
    kind: str
    task: int | None
    run: int | None
    old: str | None
    new: str | None
    data: dict[str, Any]


clock: Callable[[], int] = time.time_ns
"""Nanoseconds of Unix time, which people and time servers set, forth and back; deadlines are kept by `time.monotonic`."""


def now_ms() -> int:
    """Milliseconds of Unix time."""
    return clock() // 1_000_000


def record(
    connection: sqlite3.Connection,
    actor: str,
    kind: str,
    *,
    task: int | None = None,
    run: int | None = None,
    old: str | None = None,
    new: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write an event in the transaction of the change that it tells of."""
    connection.execute(
        "INSERT INTO event (at_ms, actor, kind, task, run, old, new, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (now_ms(), actor, kind, task, run, old, new, json.dumps(dict(data)) if data else "{}"),
    )


def since(connection: sqlite3.Connection, seq: int, limit: int) -> tuple[Event, ...]:
    """At most `limit` events after `seq`, the oldest first."""
    rows = connection.execute(
        "SELECT seq, at_ms, actor, kind, task, run, old, new, data FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
    )
    return tuple(Event._make((*row[:8], json.loads(row[8]))) for row in rows)


def latest(connection: sqlite3.Connection, limit: int) -> tuple[Event, ...]:
    """The last `limit` events, the newest first."""
    rows = connection.execute("SELECT seq, at_ms, actor, kind, task, run, old, new, data FROM event ORDER BY seq DESC LIMIT ?", (limit,))
    return tuple(Event._make((*row[:8], json.loads(row[8]))) for row in rows)
