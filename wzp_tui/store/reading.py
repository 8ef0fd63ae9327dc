"""How the store is read. What is asked here changes nothing."""

from collections.abc import Sequence

from wzp_tui.store import View, archive, claim, events, rows
from wzp_tui.store.claim import Seat
from wzp_tui.store.database import Database
from wzp_tui.store.events import Event
from wzp_tui.store.viewing import Viewer
from wzp_tui.tasks.lane import Lane
from wzp_tui.tasks.run import Run
from wzp_tui.tasks.series import Series
from wzp_tui.tasks.task import Task


class Reading:
    """Views, single things and searches."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read = database.read
        self._viewer = Viewer()
        self._seen: tuple[int, int] | None = None

    def view(self, events: int = 50) -> View:
        with self._read() as connection:
            return self._viewer.look(connection, events)

    def task(self, id: int) -> Task:
        with self._read() as connection:
            return rows.task(connection, id)

    def runs(self, task: int) -> tuple[Run, ...]:
        with self._read() as connection:
            rows.task(connection, task)
            return rows.runs(connection, "WHERE task = ? ORDER BY id", (task,))

    def durations(self, task: int) -> tuple[float, ...]:
        with self._read() as connection:
            return rows.durations(connection, task)

    def recent_runs(self, tasks: Sequence[int] = (), *, since_ms: int = 0, limit: int = 1000) -> tuple[Run, ...]:
        chosen = f"task IN ({', '.join('?' * len(tasks))}) AND" if tasks else ""
        where = f"WHERE {chosen} (ended_ms IS NULL OR ended_ms >= ?) ORDER BY id DESC LIMIT ?"
        with self._read() as connection:
            return rows.runs(connection, where, (*tasks, since_ms, limit))

    def events_since(self, seq: int, limit: int = 1000) -> tuple[Event, ...]:
        with self._read() as connection:
            return events.since(connection, seq, limit)

    def changed(self) -> bool:
        # SQLite counts the commits of others and our own changes apart.
        seen = (self._database.execute("PRAGMA data_version").fetchone()[0], self._database.connection.total_changes)
        changed, self._seen = seen != self._seen, seen
        return changed

    def history(
        self, text: str = "", *, archived: bool | None = None, before: int | None = None, limit: int = 50
    ) -> tuple[tuple[Task, Run | None], ...]:
        with self._read() as connection:
            return archive.history(connection, text, archived, before, limit)

    def lanes(self) -> tuple[Lane, ...]:
        with self._read() as connection:
            return rows.lanes(connection)

    def series(self) -> tuple[Series, ...]:
        with self._read() as connection:
            return rows.series(connection)

    def one_series(self, id: int) -> Series:
        with self._read() as connection:
            return rows.one_series(connection, id)

    def candidate(self, seat: Seat) -> int | None:
        with self._read() as connection:
            return claim.candidate(connection, seat)

    def next_due_ms(self, seat: Seat) -> int | None:
        with self._read() as connection:
            return claim.next_due_ms(connection, seat)

    def open_run(self, seat: Seat) -> Run | None:
        with self._read() as connection:
            if seat.task is not None:
                return rows.open_run(connection, seat.task)
            found = rows.runs(connection, "WHERE lane = ? AND slot = ? AND ended_ms IS NULL", (seat.lane, seat.slot))
            return found[0] if found else None

    def stop_asked(self, run: int) -> tuple[str, int]:
        row = self._database.execute("SELECT stop, stop_serial FROM run WHERE id = ?", (run,)).fetchone()
        return (row[0], row[1]) if row else ("", 0)
