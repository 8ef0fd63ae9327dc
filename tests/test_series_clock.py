"""Series and the clock: it is set forth and back, it changes twice a year, and many look at it at once."""

import itertools
import multiprocessing
import random
import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.series import HOUR, MINUTE, NOON, SECOND_MS, Clock, a_series, ticks, told
from tests.stores import ids
from tests.support import wait_until
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store, open_store
from wzp_tui.store import events as history
from wzp_tui.store.sqlite import SqliteStore
from wzp_tui.tasks.series import Overlap


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(history, "now_ms", clock)
    return clock


# --- set back -----------------------------------------------------------------------------------


def test_what_came_at_a_time_of_the_day_does_not_come_again_when_the_clock_is_set_back(store: Store, clock: Clock) -> None:
    store.add_series(a_series("*/10 * * * *", overlap=Overlap.QUEUE))
    for minutes in (10, 20, -40, 0, 10, 20, 30):
        clock.now = NOON + minutes * MINUTE
        store.tick()
        store.tick()
    assert ticks(store) == [10, 20, 30]


@pytest.mark.parametrize("back", [SECOND_MS, 4 * MINUTE, 11 * MINUTE, HOUR, 26 * HOUR])
@pytest.mark.parametrize("since_a_tick", [0, 3 * MINUTE, 9 * MINUTE])
def test_an_interval_goes_on_when_the_clock_is_set_back(store: Store, clock: Clock, back: int, since_a_tick: int) -> None:
    """Somebody looks every 30 s. By the time that really passes, nothing comes sooner than after one interval, or much later than two."""
    store.add_series(a_series(overlap=Overlap.QUEUE))
    came, passed, seen = [], 0, 0
    while passed < 3 * HOUR:
        clock.now += 30 * SECOND_MS
        passed += 30 * SECOND_MS
        if passed == 20 * MINUTE + since_a_tick:
            clock.now -= back
        store.tick()
        came += [passed] * (len(ids(store)) - seen)
        seen = len(ids(store))
    gaps = [after - before for before, after in itertools.pairwise(came)]
    assert min(gaps) >= 10 * MINUTE
    assert max(gaps) <= 22 * MINUTE
    assert len([gap for gap in gaps if gap > 10 * MINUTE]) <= 1, "it goes on at its interval"
    assert not told(store, "series.missed")


def test_a_clock_that_was_a_year_ahead_silences_no_series(store: Store, clock: Clock) -> None:
    """Neither one with times of the day, nor one that was paused meanwhile."""
    daily, paused = store.add_series(a_series("@daily")), store.add_series(a_series("1h"))
    clock.now += 365 * 24 * HOUR
    store.tick()
    store.pause_series(paused, True)
    clock.now -= 365 * 24 * HOUR
    store.pause_series(paused, False)
    store.tick()
    assert (store.one_series(daily).next_ms or 0) <= clock.now + 24 * HOUR
    assert (store.one_series(paused).next_ms or 0) <= clock.now + HOUR + SECOND_MS


def test_one_that_has_not_begun_waits_for_its_time_when_the_clock_is_set_back(store: Store, clock: Clock) -> None:
    id = store.add_series(a_series(not_before_ms=NOON + HOUR))
    clock.now -= 2 * HOUR
    store.tick()
    assert store.one_series(id).next_ms == NOON + HOUR


def test_a_look_at_a_series_that_is_not_due_writes_nothing(store: SqliteStore, clock: Clock) -> None:
    store.add_series(a_series())
    clock.now += 10 * MINUTE
    store.tick()
    clock.now -= 30 * SECOND_MS
    written = store._database.connection.total_changes
    store.tick()
    assert store._database.connection.total_changes == written


# --- zones ---------------------------------------------------------------------------


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("2027-03-27T00:00+01:00", ["03-27 02:30 +0100", "03-28 03:00 +0200", "03-29 02:30 +0200"]),  # there is no half past two
        ("2026-10-24T00:00+02:00", ["10-24 02:30 +0200", "10-25 02:30 +0200", "10-26 02:30 +0100"]),  # there are two
    ],
)
def test_a_daily_series_comes_once_a_day_when_the_clock_changes(
    store: Store, clock: Clock, berlin: None, first: str, expected: list[str]
) -> None:
    clock.now = round(datetime.fromisoformat(first).timestamp() * 1000)
    store.add_series(a_series("30 2 * * *", overlap=Overlap.QUEUE))
    for _ in range(72 * 6):
        clock.now += 10 * MINUTE
        store.tick()
    seen = [datetime.fromtimestamp((task.tick_ms or 0) / 1000).astimezone().strftime("%m-%d %H:%M %z") for task in store.view().tasks]
    assert seen == expected


# --- many at once -------------------------------------------------------------------------------

TICKS = 200


class FastClock:
    """A clock that all processes share, and that goes forward."""

    def __init__(self, begun: float) -> None:
        self.begun = begun

    def __call__(self) -> int:
        return min(NOON + round((time.monotonic() - self.begun) * 40 * SECOND_MS), NOON + TICKS * SECOND_MS)


def tick_all(folder: str, seed: int, begun: float, begin: "multiprocessing.synchronize.Barrier | None") -> None:
    """Look again and again until all ticks have come."""
    dice, clock = random.Random(seed), FastClock(begun)
    history.now_ms = clock
    store = open_store(folder, f"ticker {seed}")
    if begin is not None:
        begin.wait()
    while clock() < NOON + TICKS * SECOND_MS:
        store.tick(dice.choice([None, "default"]))
    store.tick()
    store.close()


def all_of_them(store: Store) -> list[int]:
    return sorted((task.tick_ms - NOON) // SECOND_MS for task in store.view().tasks if task.tick_ms)


def test_every_tick_is_queued_once_though_three_processes_look(store: Store, folder: StoreFolder, clock: Clock) -> None:
    store.add_series(a_series("1s", overlap=Overlap.QUEUE, catch_up=1000))
    processes = multiprocessing.get_context("spawn")
    begun = time.monotonic()
    begin = processes.Barrier(3)
    tickers = [processes.Process(target=tick_all, args=(folder, seed, begun, begin)) for seed in range(3)]
    for ticker in tickers:
        ticker.start()
    for ticker in tickers:
        ticker.join(60)
    assert [ticker.exitcode for ticker in tickers] == [0, 0, 0]
    assert all_of_them(store) == list(range(1, TICKS + 1))


def test_every_tick_is_queued_once_though_who_looks_is_killed(store: Store, folder: StoreFolder, clock: Clock) -> None:
    store.add_series(a_series("1s", overlap=Overlap.QUEUE, catch_up=1000))
    processes = multiprocessing.get_context("spawn")
    begun = time.monotonic()
    for seed in range(6):
        ticker = processes.Process(target=tick_all, args=(folder, seed, begun, None))
        ticker.start()
        there = len(ids(store))
        wait_until(lambda seen=there, ticker=ticker: len(ids(store)) > seen or not ticker.is_alive(), 30)
        ticker.kill()
        ticker.join()
        assert all_of_them(store) == list(range(1, len(ids(store)) + 1))
    ticker = processes.Process(target=tick_all, args=(folder, 99, begun, None))
    ticker.start()
    ticker.join(60)
    assert all_of_them(store) == list(range(1, TICKS + 1))
