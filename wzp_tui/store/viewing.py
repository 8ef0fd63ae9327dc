"""The store seen again and again: of tasks and runs only what events name is read anew.

Every change of a task or run writes an event in its transaction, so the events since the last look name all that may differ.
"""

import sqlite3

from wzp_tui.store import View, events, rows
from wzp_tui.tasks.run import Run
from wzp_tui.tasks.task import Task

ALL_ANEW = 500
"""Changed tasks from which on everything is read in one go."""


class Viewer:
    """Remembers the rows between two looks. What did not change is the same object as before."""

    def __init__(self) -> None:
        self._seq = -1
        self._tasks: dict[int, Task] = {}
        self._runs: dict[int, Run] = {}
        self._last: tuple[int, View] | None = None

    def look(self, connection: sqlite3.Connection, event_count: int) -> View:
        """One state of the store, inside a read transaction; the same object as before where nothing happened."""
        seq = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
        series = rows.series(connection)  # a tick that adds nothing writes no event
        if self._last is not None and (self._seq, self._last[0], self._last[1].series) == (seq, event_count, series):
            return self._last[1]
        changed = self._changed(connection) if self._seq >= 0 else None
        if changed is None or seq < self._seq:
            self._tasks = {task.id: task for task in rows.tasks(connection)}
            self._runs = rows.latest_runs(connection)
        else:
            last = next(reversed(self._tasks), 0)
            comes_back = any(id < last and id not in self._tasks for id in changed)
            for id in changed:
                self._read(connection, id)
            if comes_back:  # from the archive, to its place
                self._tasks = dict(sorted(self._tasks.items()))
        self._seq = seq
        latest = events.latest(connection, event_count)
        view = View(tuple(self._tasks.values()), dict(self._runs), rows.lanes(connection), latest, rows.limit(connection), series)
        self._last = (event_count, view)
        return view

    def _changed(self, connection: sqlite3.Connection) -> list[int] | None:
        found = connection.execute(  # NOT INDEXED: the order of the index over tasks would be had by reading all of it
            "SELECT DISTINCT task FROM event NOT INDEXED WHERE seq > ? AND task IS NOT NULL ORDER BY task LIMIT ?", (self._seq, ALL_ANEW)
        ).fetchall()
        return None if len(found) == ALL_ANEW else [row[0] for row in found]

    def _read(self, connection: sqlite3.Connection, id: int) -> None:
        found = rows.tasks(connection, "WHERE id = ? AND archived = 0", (id,))
        if not found:
            self._tasks.pop(id, None)
            self._runs.pop(id, None)
            return
        self._tasks[id] = found[0]
        runs = rows.runs(connection, "WHERE task = ? ORDER BY id DESC LIMIT 1", (id,))
        if runs:
            self._runs[id] = runs[0]
