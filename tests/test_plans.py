"""Whatever the store is asked, SQLite finds it by an index: a hundred thousand archived tasks cost nothing.

Every statement that the store runs is seen; its plan does not depend on how many rows there are.
"""

import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.stores import ME, a_task, record
from wzp_tui.errors import WzpError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Claim, NewSeries, Seat, Spot, Store
from wzp_tui.store.lock import FileLock, write_durably
from wzp_tui.tasks.backoff import StartLimit
from wzp_tui.tasks.policy import Service
from wzp_tui.tasks.task import After

FEW = {"lane", "series", "setting", "json_each", "up"}
"""Tables of which there are few rows, and what a statement makes itself."""
RARE = {"remove_lane"}
"""What people do once in a while."""
NEWEST_FIRST = re.compile(r"ORDER BY (id|seq) DESC( LIMIT \d+)?$")
"""Read from the end of the table, and no further than is asked for."""
OPEN_RUNS = ("USING COVERING INDEX run_one_open", "USING INDEX run_one_open", "USING COVERING INDEX run_open", "USING INDEX run_open")
"""As many rows as runs are under way."""


class Asked:
    """A store of which one knows what it was asked, and what it asked SQLite."""

    def __init__(self, store: Store) -> None:
        self.store, self.names, self.statements = store, set[str](), dict[str, str]()
        connection = store._database.connection  # type: ignore[attr-defined]
        connection.set_trace_callback(self.heard)
        self.asking = ""

    def heard(self, sql: str) -> None:
        if re.match(r"\s*(SELECT|UPDATE|INSERT|DELETE|WITH)", sql):
            self.statements.setdefault(re.sub(r"\s+", " ", sql).strip(), self.asking)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.store, name)

        def ask(*arguments: object, **options: object) -> Any:
            self.names.add(name)
            self.asking = name
            return method(*arguments, **options)

        return ask


@pytest.fixture
def asked(store: Store) -> Asked:
    return Asked(store)


def everything(store: Asked, folder: StoreFolder) -> None:
    """Each call of a store, in all the ways that matter."""
    store.set_lane("default", 4, pause_on_failure=True)
    store.set_lane("build", 1)
    store.set_limit(50)
    plain = store.add(a_task(locks=("a",), touches=("/x/**",), tags=("t",), retries=2, start_limit=StartLimit(9, 600)))
    store.add_all([(a_task(after=(After(plain),)), ()), (a_task(service=Service()), ())])
    own = store.add(a_task(lane=None))
    series = store.add_series(NewSeries(a_task(), "10m"))
    store.run_series(series)
    store.tick()
    store.pause_series(series, True)
    store.pause_series(series, False)
    for spot in (Spot("last"), Spot("before", plain + 1), Spot("behind", plain + 1)):
        store.move(plain, lane="default", workspace="w", spot=spot)
    store.put_back(plain, moved_ms=0)
    for name in ("hold", "release", "do_next"):
        getattr(store, name)(plain)
    store.assign(plain, lane="build")
    store.assign(plain, lane="default")
    store.edit(plain, locks=("b",), touches=("/y/**",), after=(), not_before_ms=1, title="t")
    store.put_back(plain, state="queued", title="u")
    for view in range(3):
        store.view()
        store.hold(plain) if view == 1 else store.changed()
    store.release(plain)
    first = store.claim(Seat("default", 1), ME, "1" * 16)
    second = store.claim(Seat("default", 1), ME, "2" * 16, record(first, 1))
    for run in (second, store.claim(Seat("default", 2), ME, "3" * 16), store.claim(Seat(task=own), ME, "4" * 16)):
        asks_of_a_run(store, run)
    for seat in (Seat("default", 3), Seat(task=own)):
        store.candidate(seat)
        store.next_due_ms(seat)
        store.open_run(seat)
    dies(store, folder)
    for name in ("cancel", "retry", "cancel", "archive", "bring_back", "task", "runs", "durations"):
        getattr(store, name)(plain + 1)
    store.history("true", archived=False)
    store.history()
    store.recent_runs()
    store.recent_runs((plain, own), since_ms=1)
    store.events_since(0)
    store.undo()
    list(store.each([plain + 1], lambda id: store.edit(id, title="v")))
    store.set_archive_days(1)
    store.settle()
    for name in ("drain_lane", "pause_lane", "resume_lane"):
        getattr(store, name)("build")
    with contextlib.suppress(WzpError):
        store.remove_lane("build")
    store.one_series(series)
    store.remove_series(series)
    store.series()
    store.lanes()
    store.back_up()


def asks_of_a_run(store: Asked, claim: Claim) -> None:
    store.stop(claim.task.id, "interrupt")
    store.stop_asked(claim.run.id)
    store.serving(claim.run.id, 1)
    store.note(claim.run.id, "run.stopped")
    store.detach(claim.run.id)


def dies(store: Asked, folder: StoreFolder) -> None:
    """The workers of all runs that are open, each in another way; what is lost is then marked as seen."""
    runs = [run for run in store.view().runs.values() if run.open]
    write_durably(folder.record(runs[0].token), record(Claim(runs[0], store.task(runs[0].task)), 3).dump())
    lock = FileLock.take(folder.child_lock(runs[1].token))
    assert lock is not None
    store.settle()
    lock.release(unlink=True)
    store.settle()
    store.done(runs[1].task)


def steps(connection: sqlite3.Connection, sql: str) -> Iterator[str]:
    for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}"):
        yield row[3]


def is_slow(step: str, sql: str) -> bool:
    """It reads a whole table that grows, or a whole index of one."""
    if re.match(r"SEARCH event USING .*\(task>\?\)", step):
        return True
    found = re.match(r"SCAN (?!\d+ CONSTANT|\d+-ROW VALUES)(\S+)", step)
    if not found or step.endswith(OPEN_RUNS) or NEWEST_FIRST.search(sql):
        return False
    name = found[1].strip("()")
    return name not in FEW and not re.search(rf"\b(?:{'|'.join(FEW)}) AS {name}\b", sql) and "subquery" not in step.lower()


def test_no_question_reads_a_whole_table(asked: Asked, folder: StoreFolder) -> None:
    everything(asked, folder)
    calls = {name for name in vars(Store) if not name.startswith("_") and callable(getattr(Store, name))}
    assert asked.names >= calls - {"close"}, f"not asked: {sorted(calls - asked.names)}"
    assert len(asked.statements) > 100
    with contextlib.closing(sqlite3.connect(folder.db)) as connection:
        connection.create_function("may_meet", 2, lambda one, other: False)
        slow = {
            f"{name}: {step}: {sql[:160]}"
            for sql, name in asked.statements.items()
            if name not in RARE
            for step in steps(connection, sql)
            if is_slow(step, sql)
        }
    assert not slow, "\n".join(sorted(slow))


def test_what_a_worker_asks_sorts_nothing_and_reads_no_list_of_all(asked: Asked, folder: StoreFolder) -> None:
    """A claim, an end and a look take the order of an index, and what is under way by its state, however long the queue is."""
    everything(asked, folder)
    often = {"candidate", "next_due_ms", "claim", "open_run", "stop_asked", "changed", "serving", "note"}
    with contextlib.closing(sqlite3.connect(folder.db)) as connection:
        connection.create_function("may_meet", 2, lambda one, other: False)
        sorts = {
            f"{name}: {step}: {sql[:160]}"
            for sql, name in asked.statements.items()
            if name in often
            for step in steps(connection, sql)
            if "TEMP B-TREE" in step or "task_shown" in step
        }
    assert not sorts, "\n".join(sorted(sorts))
