"""The store as an SQLite file with locks, spool and FIFOs beside it."""

from collections.abc import Callable, Mapping, Sequence
from sqlite3 import Connection

from wzp_tui.errors import TransitionError, UsageError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import archive, backup, change, claim, deeds, events, lanes, liveness, migrate, moving, process, rows, sweep, wake
from wzp_tui.store.claim import Claim, Seat, Worker
from wzp_tui.store.database import say_on_stderr
from wzp_tui.store.reading import Reading
from wzp_tui.store.stopping import STOPS, ask_to_stop
from wzp_tui.store.transition import set_state
from wzp_tui.store.undone import Undone
from wzp_tui.store.wake import Seats
from wzp_tui.store.writing import Writing
from wzp_tui.tasks.order import Spot
from wzp_tui.tasks.run import ExitRecord
from wzp_tui.tasks.series import NewSeries, Series
from wzp_tui.tasks.task import LIVE, OPEN, After, NewTask, State, Task

MOVED = ("lane", "workspace", "next_rank", "moved_ms")
"""What a move changes."""
BACKUP_EVERY = 24 * 3600.0
QUICK = 0.2
"""Seconds that a worker waits for the store while a command runs: its output must not wait longer."""


class SqliteStore(Reading, Writing):
    """A `Store` over one folder: what changes it. It belongs to the thread that opened it."""

    def __init__(self, folder: StoreFolder, actor: str, notice: Callable[[str], None] | None = None, boot: str | None = None) -> None:
        Reading.__init__(self, migrate.open_database(folder, notice or say_on_stderr))
        Writing.__init__(self)
        self.folder = folder
        self.actor = actor
        self._sweep = sweep.Sweep(folder)
        self._boot = process.boot() if boot is None else boot
        self._boot_is_noted = False

    def close(self) -> None:
        self._database.close()

    # -- tasks, for whoever uses them ----------------------------------------------------------------------------------------

    def add(self, new: NewTask) -> int:
        return self.add_all([(new, ())])[0]

    def add_all(self, batch: Sequence[tuple[NewTask, Sequence[After]]], new_lanes: Mapping[str, int] = {}) -> list[int]:
        self._note_boot()
        ids: list[int] = []
        touched: Seats = set()
        with self._database.write() as connection:
            for name, slots in new_lanes.items():
                if lanes.find(connection, name) is None:
                    touched |= lanes.set_lane(connection, self.actor, name, slots, None, None)
            for new, after in batch:
                task = new._replace(after=(*new.after, *(wait._replace(task=ids[wait.task]) for wait in after)))
                id, seats = change.add(connection, self.actor, task)
                ids.append(id)
                touched |= seats
        self._wake(touched)
        return ids

    def assign(self, id: int, *, lane: str | None = None, place: str = "tab") -> None:
        self._do_deed(
            id, "assigned", ("lane", "place", "state"), lambda connection, task: change.assign(connection, self.actor, task, lane, place)
        )

    def edit(self, id: int, **fields: object) -> None:
        changed = (*fields, "moved_ms") if fields.keys() & {"priority", "due_ms"} else tuple(fields)
        self._do_deed(id, "edited", changed, lambda connection, task: change.edit(connection, self.actor, task, **fields))

    def put_back(self, id: int, **fields: object) -> None:
        def put_back(connection: Connection, task: Task) -> Seats:
            deeds.forget_last(connection, self.actor, id)
            return deeds.restore(connection, self.actor, task, fields)

        self._change(id, put_back)

    def undo(self) -> Undone:
        with self._read() as connection:
            deed = deeds.last(connection)
        was, done, refused, is_over = "", list[int](), list[str](), False
        while not is_over:
            with self._database.write() as connection:
                part = deeds.take_back(connection, self.actor, deed)
            self._wake(part.touched)
            was, is_over = was or part.was, part.is_last
            done, refused = [*part.done, *done], [*refused, *part.refused]
        return Undone(was, tuple(done), tuple(refused))

    def hold(self, id: int) -> None:
        self._do_deed(id, "held", ("state",), lambda connection, task: change.hold(connection, self.actor, task))

    def release(self, id: int, *, anyway: bool = False) -> None:
        changed = ("state", "after") if anyway else ("state",)
        self._do_deed(id, "released", changed, lambda connection, task: change.release(connection, self.actor, task, anyway))

    def do_next(self, id: int) -> None:
        self._do_deed(id, "put first", ("next_rank",), lambda connection, task: moving.do_next(connection, self.actor, task))

    def move(self, id: int, *, lane: str | None = None, workspace: str | None = None, spot: Spot | None = None) -> None:
        def move(connection: Connection, task: Task) -> Seats:
            gave_way, touched = moving.move(connection, self.actor, task, lane, workspace, spot)
            for other in gave_way:
                self._remember(connection, deeds.GAVE_WAY, other, ("moved_ms",))
            return touched

        self._do_deed(id, "moved", MOVED, move)

    def retry(self, id: int) -> None:
        def queue_again(connection: Connection, task: Task) -> Seats:
            if task.state in OPEN:
                raise TransitionError(f"#{id} is {task.state}; only a task that has ended can run again")
            return change.queue_again(connection, self.actor, task)

        self._change(id, queue_again)

    def cancel(self, id: int) -> str:
        answer = "cancelled"

        def cancel(connection: Connection, task: Task) -> Seats:
            nonlocal answer
            if task.state in LIVE:
                answer = "asked"
                return self._ask_to_stop(connection, task, "stop")
            self._remember(connection, "cancelled", task, ("state", "next_rank"))
            return set_state(connection, self.actor, task, State.CANCELLED, "by you")

        self._change(id, cancel)
        return answer

    def stop(self, id: int, kind: str) -> None:
        if kind not in STOPS:
            raise UsageError(f"{kind!r} is no way to stop a task; there are: {', '.join(STOPS)}")
        self._change(id, lambda connection, task: self._ask_to_stop(connection, task, kind))

    def _ask_to_stop(self, connection: Connection, task: Task, kind: str) -> Seats:
        self._fifos.add(ask_to_stop(connection, self.folder, self.actor, task, kind))
        self._remember(connection, "stopped", task, ())
        return set()

    def done(self, id: int) -> None:
        def done(connection: Connection, task: Task) -> Seats:
            if task.state is State.FAILED or task.state is State.LOST:
                connection.execute("UPDATE task SET seen = 1 WHERE id = ?", (id,))
                events.record(connection, self.actor, "task.seen", task=id)
                self._remember(connection, "marked as seen", task, ("seen",))
                return set()
            if task.state is not State.REVIEW:
                raise TransitionError(f"#{id} is {task.state}; done accepts a task in review, or marks a failed one as seen")
            return set_state(connection, self.actor, task, State.DONE, "accepted")

        self._change(id, done)

    def archive(self, id: int) -> None:
        self._do_deed(id, "archived", ("archived",), lambda connection, task: archive.archive(connection, self.actor, task))

    def bring_back(self, id: int) -> None:
        self._do_deed(id, "brought back", ("archived",), lambda connection, task: archive.bring_back(connection, self.actor, task))

    # -- lanes, limit and archive --------------------------------------------------------------------------------------------

    def set_archive_days(self, days: int) -> None:
        with self._read() as connection:
            if archive.days(connection) == days:
                return
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES ('archive_days', ?)", (str(days),))
            events.record(connection, self.actor, "archive.set", new=str(days))

    def set_lane(self, name: str, slots: int | None = None, *, workspace: str | None = None, pause_on_failure: bool | None = None) -> None:
        self._do(lambda connection: lanes.set_lane(connection, self.actor, name, slots, workspace, pause_on_failure))

    def pause_lane(self, name: str) -> None:
        self._do(lambda connection: lanes.pause(connection, self.actor, name))

    def resume_lane(self, name: str) -> None:
        self._do(lambda connection: lanes.resume(connection, self.actor, name))

    def drain_lane(self, name: str) -> None:
        self._do(lambda connection: lanes.drain(connection, self.actor, name))

    def remove_lane(self, name: str) -> None:
        self._do(lambda connection: lanes.remove(connection, self.actor, name))

    def set_limit(self, limit: int | None) -> None:
        self._do(lambda connection: lanes.set_limit(connection, self.actor, limit))

    # -- series --------------------------------------------------------------------------------------------------------------

    def add_series(self, new: NewSeries) -> int:
        from wzp_tui.store import series

        with self._database.write() as connection:
            id = series.add(connection, self.actor, new)
            seats = _seats_of(rows.one_series(connection, id))
        self._wake(seats)
        return id

    def pause_series(self, id: int, paused: bool) -> None:
        from wzp_tui.store import series

        self._schedule(id, series.pause if paused else series.resume)

    def remove_series(self, id: int) -> None:
        from wzp_tui.store import series

        self._schedule(id, series.remove)

    def run_series(self, id: int) -> int:
        from wzp_tui.store import series

        with self._database.write() as connection:
            task, touched = series.run(connection, self.actor, rows.one_series(connection, id))
        self._wake(touched)
        return task

    def tick(self, lane: str | None = None, *, quick: bool = False) -> int | None:
        now = events.now_ms()
        with self._read() as connection:
            upcoming = rows.next_tick(connection, lane)
            early = rows.early_series(connection, now, lane)
        if (upcoming is None or upcoming > now) and not early:
            return upcoming
        from wzp_tui.store import series

        if (upcoming is None or upcoming > now) and not any(series.is_stuck(each, now) for each in early):
            return upcoming
        with self._database.write(QUICK if quick else None) as connection:
            touched = series.tick(connection, self.actor, lane)
            upcoming = rows.next_tick(connection, lane)
        self._wake(touched)
        return upcoming

    def _schedule(self, id: int, how: Callable[[Connection, str, Series], None]) -> None:
        with self._database.write() as connection:
            found = rows.one_series(connection, id)
            how(connection, self.actor, found)
        self._wake(_seats_of(found))

    # -- runs, for workers ---------------------------------------------------------------------------------------------------

    def claim(self, seat: Seat, worker: Worker, token: str, ended: ExitRecord | None = None) -> Claim | None:
        self._note_boot()
        touched: Seats = set()
        with self._database.write() as connection:
            if ended is not None:
                touched |= claim.finish(connection, self.actor, ended)
            begun = claim.claim(connection, self.actor, seat, worker, token) if token else None
        if ended is not None:
            liveness.forget(self.folder, ended.token)
        self._wake(touched)
        return begun

    def detach(self, run: int) -> None:
        with self._database.write(QUICK) as connection:
            task = connection.execute("UPDATE run SET detached = 1 WHERE id = ? RETURNING task", (run,)).fetchone()
            events.record(connection, self.actor, "run.detached", run=run, task=task[0] if task else None)
        self._wake(set())

    def serving(self, run: int, ready_ms: int) -> None:
        with self._database.write(QUICK) as connection:
            touched = claim.serving(connection, self.actor, run, ready_ms)
        self._wake(touched)

    def note(self, run: int, kind: str, **data: object) -> None:
        with self._database.write(QUICK) as connection:
            task = connection.execute("SELECT task FROM run WHERE id = ?", (run,)).fetchone()
            events.record(connection, self.actor, kind, run=run, task=task[0] if task else None, data=data)
        self._wake(set())

    # -- upkeep --------------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        self._note_boot()
        with self._read() as connection:
            open_runs = rows.runs(connection, "WHERE ended_ms IS NULL")
        left = [run for run in open_runs if not liveness.worker_holds(self.folder, run)]
        tokens = {run.token for run in left if not (run.orphaned and liveness.child_lives(self.folder, run))}
        for token in tokens | set(liveness.spooled_tokens(self.folder)):
            with self._database.write() as connection:
                verdict, touched = liveness.judge(connection, self.folder, self.actor, token)
            if verdict is liveness.Verdict.ENDED:
                liveness.forget(self.folder, token)
            self._wake(touched)
        if self._sweep.now_and_then({run.token for run in open_runs}):
            self.back_up(older_than=BACKUP_EVERY)
            if archive.sweep(self._database, self.actor):
                self._wake(set())

    def back_up(self, older_than: float = 0.0) -> str | None:
        if self._has_backup(older_than):
            return None
        with self._database.locked():  # whoever else makes one now makes it alone
            return None if self._has_backup(older_than) else backup.back_up(self._database)

    def _has_backup(self, older_than: float) -> bool:
        age = backup.newest_age(self.folder)
        return age is not None and age < older_than

    def _note_boot(self) -> None:
        """Before the first task is added, claimed or judged by us: find out whether the machine was restarted since somebody else did."""
        if self._boot_is_noted:
            return
        with self._read() as connection:
            known = lanes.known_boot(connection)
        if known != self._boot:
            with self._database.write() as connection:
                lanes.note_boot(connection, self.actor, self._boot)
            self._wake(set())
        self._boot_is_noted = True


def _seats_of(series: Series) -> Seats:
    """Who deals with its ticks, besides the tower."""
    return {wake.seats_of(series.task.lane, 0)} if series.task.lane else set()
