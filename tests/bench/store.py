"""The store alone, with ten thousand open tasks, and beside it the same with a hundred thousand archived ones."""

import contextlib
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable

from tests.bench.rows import Row, at_most, told
from wzp_tui.store import ExitRecord, NewTask, Seat, Store, Worker, open_store
from wzp_tui.store.events import now_ms

OPEN, ARCHIVED = 10_000, 100_000
MANY = 1000
TOGETHER = f"{MANY:,} held and released"
_TIMES = 30
_SEAT, _ME = Seat("default", 1), Worker(1, "m", "", "slot.default.1")


def rows() -> Iterable[Row]:
    """All of them; half a minute."""
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        fill(few, OPEN)
        fill(many, OPEN, ARCHIVED)
        alone, beside = _measured(few), _measured(many)
    for name, seconds in alone.items():
        yield told(f"{name}, {OPEN:,} tasks", 1000 * seconds, "ms")
        yield at_most(f"the same beside {ARCHIVED:,} archived ones", beside[name] / seconds, "x", 2)
    yield at_most(f"holding and releasing {MANY:,} of them, beside them too", beside[TOGETHER], "s", 2)
    yield at_most("an end and the next claim beside them, of the 30 ms from exit to start", 1000 * beside["an end and a claim"], "ms", 10)


def fill(folder: str, tasks: int, archived: int = 0) -> None:
    """A store with so many held tasks, and so many that ran and were archived, each with a run and events."""
    with contextlib.closing(open_store(folder, "bench")) as store:
        titles = (f"task {number:05} of many" for number in range(1, tasks + 1))
        store.add_all([(NewTask(("/bin/true",), "/", title=title, hold=True), ()) for title in titles])
        if archived:
            first = store.add(NewTask(("/bin/true",), "/", title="done long ago"))
            _end(store, _begin(store))
            store.archive(first)
    if archived:
        _multiply(f"{folder}/store.db", archived)


def _multiply(path: str, archived: int) -> None:
    """Let the last task have been there so many times."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        first = connection.execute("SELECT max(id) FROM task").fetchone()[0]
        names = {table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in ("task", "run", "event")}
        task = ", ".join(name for name in names["task"] if name not in ("id", "series", "tick_ms"))
        count = "WITH RECURSIVE n (i) AS (VALUES (2) UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        connection.execute(f"INSERT INTO task ({task}) {count} SELECT {task} FROM n, task WHERE task.id = ?", (archived, first))
        for table, unlike in (("run", {"task": "new.id", "token": "'archived' || new.id"}), ("event", {"task": "new.id"})):
            columns = [name for name in names[table] if name not in ("id", "seq")]
            values = ", ".join(unlike.get(name, f"old.{name}") for name in columns)
            found = f"SELECT {values} FROM task AS new, {table} AS old WHERE new.id > ? AND old.task = ?"
            connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) {found}", (first, first))


def _measured(folder: str) -> dict[str, float]:
    """Median seconds of what is asked of a store."""
    with contextlib.closing(open_store(folder, "bench")) as store:
        for task in range(1, 2 * _TIMES):
            store.release(task)
        ended = [_begin(store)]

        def change_and_look() -> None:
            store.do_next(OPEN // 2)
            store.view()

        def end_and_claim() -> None:
            ended.append(_begin(store, ended[-1]))

        def first_look() -> None:
            with contextlib.closing(open_store(folder, "first")) as first:
                first.view()

        def hold_and_release() -> None:
            for verb in (store.release, store.hold):
                for _, answer in store.each(range(OPEN - MANY, OPEN), verb):
                    assert answer is None, answer

        store.view()
        return {
            "opening and a first look": _median(first_look, 5),
            "a change and a look": _median(change_and_look),
            "what is next": _median(lambda: store.candidate(Seat("default", 2))),
            "an end and a claim": _median(end_and_claim),
            TOGETHER: _median(hold_and_release, 5),
            "how long it took before": _median(lambda: store.durations(1)),
        }


def _median(act: Callable[[], object], times: int = _TIMES) -> float:
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        found.append(time.perf_counter() - begun)
    return statistics.median(found)


def _begin(store: Store, ended: ExitRecord | None = None) -> ExitRecord:
    claim = store.claim(_SEAT, _ME, os.urandom(8).hex(), ended)
    assert claim is not None
    return ExitRecord(claim.run.token, claim.run.id, claim.task.id, now_ms(), 0)


def _end(store: Store, record: ExitRecord) -> None:
    store.claim(_SEAT, _ME, "", record)
