"""Workers and the clock: what starts at a time starts then, what comes again comes while the tower is closed, and clocks are set."""

import sys
import time
from pathlib import Path

import pytest

from tests.stores import a_task
from tests.support import wait_until
from tests.workers import PtyProcess, Workers, becomes, last_run, shell, started
from wzp_tui.store import NewSeries, Store
from wzp_tui.store.events import now_ms
from wzp_tui.tasks.backoff import Backoff
from wzp_tui.tasks.series import Overlap
from wzp_tui.tasks.task import State

HOUR = 3600
PROMPT_MS = 300
"""Milliseconds within which a start is on time, on a machine that is busy with other tests."""

OTHER_CLOCK = """
import sys, time

path, real, real_ns = sys.argv[1], time.time, time.time_ns

def offset():
    with open(path) as file:
        return int(file.read() or 0)

time.time = lambda: real() + offset()
time.time_ns = lambda: real_ns() + offset() * 10**9

from wzp_tui.inpane import attempt, lane_worker, worker
lane_worker.FALLBACK = attempt.TICK_LOOK = 0.2
sys.exit(worker.main(sys.argv[2:]))
"""
"""A worker whose clock is ahead of ours by the seconds in a file; it looks at the clock five times a second, not every 30 s."""


class Ahead:
    """How far the clock of a worker is ahead."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.set(0)

    def set(self, seconds: int) -> None:
        written = self.path.with_suffix(".new")
        written.write_text(str(seconds))
        written.rename(self.path)

    def worker(self, workers: Workers) -> PtyProcess:
        return workers.program([sys.executable, "-P", "-c", OTHER_CLOCK, str(self.path)], "lane", "default", "1")


@pytest.fixture
def ahead(tmp_path: Path) -> Ahead:
    return Ahead(tmp_path / "ahead")


def late_by(store: Store, task: int, when_ms: int) -> int:
    """Milliseconds from its time to its start."""
    return last_run(store, task).started_ms - when_ms


def test_a_waiting_worker_starts_a_task_at_its_time(workers: Workers, store: Store) -> None:
    workers.lane()
    becomes(store, store.add(a_task()), State.DONE)
    when = now_ms() + 700
    task = store.add(a_task(not_before_ms=when))
    becomes(store, task, State.DONE)
    assert 0 <= late_by(store, task, when) <= PROMPT_MS


def test_a_task_in_a_pane_of_its_own_waits_there_for_its_time(workers: Workers, store: Store) -> None:
    when = now_ms() + 700
    task = store.add(a_task(lane=None, not_before_ms=when))
    workers.task(task)
    becomes(store, task, State.DONE)
    assert late_by(store, task, when) >= 0


def test_a_clock_that_is_set_forward_over_its_time_starts_it(workers: Workers, store: Store, ahead: Ahead) -> None:
    task = store.add(a_task(not_before_ms=now_ms() + HOUR * 1000))
    ahead.worker(workers)
    becomes(store, store.add(a_task()), State.DONE)
    ahead.set(HOUR + 1)
    becomes(store, task, State.DONE)


def test_a_clock_that_is_set_back_before_its_time_lets_it_wait_again(workers: Workers, store: Store, ahead: Ahead) -> None:
    ahead.worker(workers)
    becomes(store, store.add(a_task()), State.DONE)
    when = now_ms() + 500
    task = store.add(a_task(not_before_ms=when))
    ahead.set(-HOUR)
    wait_until(lambda: now_ms() > when)
    becomes(store, store.add(a_task()), State.DONE)  # so the worker has looked since
    assert store.task(task).state is State.QUEUED
    ahead.set(0)
    becomes(store, task, State.DONE)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_changes_no_timeout(workers: Workers, store: Store, ahead: Ahead, tmp_path: Path, hours: int) -> None:
    """Neither sooner, nor later: time limits are kept by another clock."""
    go = tmp_path / "go"
    long = store.add(shell(f"while ! test -e {go}; do sleep 0.02; done", timeout=60, quiet=60))
    ahead.worker(workers)
    started(store, long)
    ahead.set(hours * HOUR)
    short = store.add(shell("sleep 1000", timeout=0.5))
    go.touch()
    becomes(store, short, State.FAILED)
    assert store.task(short).reason.startswith("timeout")
    assert store.task(long).state is State.DONE


def test_a_clock_that_is_set_back_lets_no_retry_wait_for_an_hour(workers: Workers, store: Store, ahead: Ahead, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    task = store.add(shell(f"echo x >> {ran}; test $(wc -l < {ran}) = 2", retries=1, backoff=Backoff(5, 1, 5, 0)))
    ahead.worker(workers)
    wait_until(lambda: store.task(task).waits_since_ms)
    ahead.set(-HOUR)
    becomes(store, task, State.DONE)


def test_a_series_goes_on_while_the_tower_is_closed(workers: Workers, store: Store) -> None:
    workers.lane(slot=1)
    workers.lane(slot=2)
    store.add_series(NewSeries(a_task(), "1s"))

    def three_done() -> bool:
        return sum(task.state is State.DONE for task in store.view().tasks) >= 3

    wait_until(three_done)
    done = [task for task in store.view().tasks if task.state is State.DONE]
    assert len({task.tick_ms for task in done}) == len(done)
    assert all(0 <= late_by(store, task.id, task.tick_ms or 0) <= PROMPT_MS for task in done)


def test_its_tasks_are_queued_in_time_while_the_only_worker_is_busy(workers: Workers, store: Store, tmp_path: Path) -> None:
    go = tmp_path / "go"
    long = store.add(shell(f"while ! test -e {go}; do sleep 0.02; done"))
    workers.lane()
    started(store, long)
    store.add_series(NewSeries(a_task(), "1s", Overlap.QUEUE))
    wait_until(lambda: sum(task.tick_ms is not None for task in store.view().tasks) >= 2)
    assert all(task.created_ms - (task.tick_ms or task.created_ms) <= PROMPT_MS for task in store.view().tasks)
    assert store.task(long).state is State.RUNNING
    go.touch()
    becomes(store, 2, State.DONE)


def test_a_busy_worker_whose_clock_is_set_forward_says_what_was_missed(
    workers: Workers, store: Store, ahead: Ahead, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    long = store.add(shell(f"while ! test -e {go}; do sleep 0.02; done"))
    ahead.worker(workers)
    started(store, long)
    store.add_series(NewSeries(a_task(), "20m"))
    ahead.set(HOUR + 60 * 5)
    wait_until(lambda: store.series()[0].missed)
    assert [event.data["count"] for event in store.events_since(0) if event.kind == "series.missed"] == [3]
    go.touch()
    assert time.time() < (store.series()[0].next_ms or 0) / 1000
