"""What stands in the store, read with plain SQL: the programs under test have no part in it."""

import json
import sqlite3
from contextlib import closing
from typing import Any, NamedTuple

from wzp_tui.paths import StoreFolder


class Row(NamedTuple):
    """A task."""

    state: str
    reason: str


class Attempt(NamedTuple):
    """A run."""

    id: int
    task: int
    token: str
    mux: str
    tty: str
    worker: int
    open: bool
    exit: int | None
    detached: bool
    orphaned: bool


class Entry(NamedTuple):
    """An event."""

    kind: str
    task: int | None
    run: int | None
    old: str | None
    new: str | None
    data: dict[str, Any]


class Ledger(NamedTuple):
    """The store at one moment."""

    tasks: dict[int, Row]
    runs: tuple[Attempt, ...]
    events: tuple[Entry, ...]
    locks: dict[int, set[str]]
    """What tasks have for themselves while they run."""
    damage: tuple[str, ...]
    """What SQLite's own checks say, where asked."""


def read(folder: StoreFolder, *, check: bool = False) -> Ledger:
    """Read the store of any version."""
    with closing(sqlite3.connect(f"file:{folder.db}?mode=ro", uri=True, timeout=10)) as connection:
        connection.execute("BEGIN")
        tasks = {id: Row(state, reason) for id, state, reason in connection.execute("SELECT id, state, reason FROM task")}
        columns = "id, task, token, mux, tty, worker, ended_ms IS NULL, exit, detached, orphaned"
        runs = (Attempt._make(row) for row in connection.execute(f"SELECT {columns} FROM run ORDER BY id"))
        rows = connection.execute("SELECT kind, task, run, old, new, data FROM event ORDER BY seq")
        events = (Entry._make((*row[:5], json.loads(row[5]))) for row in rows)
        locks: dict[int, set[str]] = {}
        for task, name in connection.execute("SELECT task, name FROM task_lock"):
            locks.setdefault(task, set()).add(name)
        return Ledger(tasks, tuple(runs), tuple(events), locks, tuple(_damage(connection)) if check else ())


def _damage(connection: sqlite3.Connection) -> list[str]:
    found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    return ([] if found == ["ok"] else found) + [f"broken reference {row}" for row in broken]
