"""Tasks that wait for a time, and series: tasks that come again. On a real store whose clock the test sets."""

import contextlib
import sqlite3
from typing import Any

import pytest

from tests.series import HOUR, MINUTE, NOON, SECOND_MS, Clock, a_series, ticks, told
from tests.stores import FIRST, SECOND, a_task, begin, begun, end, ids
from wzp_tui.errors import NotFound, UsageError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store
from wzp_tui.store import events as history
from wzp_tui.tasks import order
from wzp_tui.tasks.parse_policy import parse_ready
from wzp_tui.tasks.policy import Policy, Service
from wzp_tui.tasks.series import Overlap
from wzp_tui.tasks.task import After, Priority, State


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(history, "now_ms", clock)
    return clock


def reason(store: Store, id: int, now: int = NOON) -> str:
    kept = order.obstacle(store.task(id), store.view().board, now)
    return kept.reason if kept else ""


# --- not before -------------------------------------------------------------------------------


def test_a_task_starts_at_its_time_and_not_before(store: Store, clock: Clock) -> None:
    later = store.add(a_task(not_before_ms=NOON + HOUR))
    assert begin(store) is None
    assert store.next_due_ms(FIRST) == NOON + HOUR
    assert reason(store, later).startswith("not before ")
    clock.now += HOUR - 1
    assert begin(store) is None
    clock.now += 1
    assert begun(store).task.id == later


def test_the_time_stays_when_a_task_is_held_and_let_go(store: Store, clock: Clock) -> None:
    later = store.add(a_task(not_before_ms=NOON + HOUR))
    store.hold(later)
    store.release(later)
    store.assign(later, lane="default")
    assert store.task(later).not_before_ms == NOON + HOUR
    assert begin(store) is None


def test_the_time_stays_when_a_skipped_task_comes_back(store: Store, clock: Clock) -> None:
    build = store.add(a_task())
    later = store.add(a_task(after=(After(build),), not_before_ms=NOON + HOUR))
    end(store, begun(store), 1)
    assert store.task(later).state is State.SKIPPED
    store.retry(build)
    assert (store.task(later).state, store.task(later).not_before_ms) == (State.QUEUED, NOON + HOUR)


def test_a_retry_is_now(store: Store, clock: Clock) -> None:
    later = store.add(a_task(not_before_ms=NOON + HOUR))
    store.cancel(later)
    store.retry(later)
    assert begun(store).task.id == later


def test_the_time_is_changed_until_it_comes(store: Store, clock: Clock) -> None:
    later = store.add(a_task(not_before_ms=NOON + HOUR))
    store.edit(later, not_before_ms=NOON + 2 * HOUR, due_ms=NOON + 3 * HOUR)
    assert (store.task(later).not_before_ms, store.task(later).due_ms) == (NOON + 2 * HOUR, NOON + 3 * HOUR)
    store.edit(later, not_before_ms=0, due_ms=None)
    assert begun(store).task.due_ms is None


# --- ticks ------------------------------------------------------------------------------------


def test_each_tick_adds_the_task_of_the_template(store: Store, clock: Clock) -> None:
    policy = Policy(timeout=1.5, retry_lost=True, service=Service(ready=parse_ready("port:80")))
    fields = {"argv": ("make", "a b"), "env": {"CI": "1"}, "priority": Priority.HIGH, "policy": policy, "locks": ("db",), "tags": ("x",)}
    id = store.add_series(a_series(**fields))
    assert store.one_series(id).next_ms == NOON + 10 * MINUTE
    store.tick()
    assert not ids(store)
    clock.now += 10 * MINUTE
    store.tick()
    (task,) = store.view().tasks
    assert {name: getattr(task, name) for name in fields} == fields
    assert (task.series, task.tick_ms, task.title, task.state) == (id, clock.now, "make 'a b'", State.QUEUED)
    assert told(store, "task.added") == [{"series": id}]
    assert store.view().series[0].next_ms == NOON + 20 * MINUTE


def test_who_deals_with_one_lane_leaves_the_others(store: Store, clock: Clock) -> None:
    store.set_lane("build", 1)
    mine, other = store.add_series(a_series(lane="build")), store.add_series(a_series("5m"))
    clock.now += 10 * MINUTE
    assert store.tick("build") == NOON + 20 * MINUTE
    assert [task.series for task in store.view().tasks] == [mine]
    store.tick()
    assert {task.series for task in store.view().tasks} == {mine, other}


# --- what is done ------------------------------------------------------------------------------


def test_the_last_ten_done_tasks_of_a_series_stay_in_sight_and_all_that_failed(store: Store, clock: Clock) -> None:
    store.add_series(a_series("5s"))
    other = store.add(a_task(title="no series"))
    store.do_next(other)
    end(store, begun(store))
    failed = []
    for number in range(40):
        clock.now += 5 * SECOND_MS
        store.tick()
        claim = begun(store)
        end(store, claim, int(number % 10 == 3))
        failed += [claim.task.id] * (number % 10 == 3)
    clock.now += 5 * SECOND_MS
    store.tick()
    shown = store.view().tasks
    assert [task.id for task in shown if task.state is State.FAILED] == failed
    assert len([task for task in shown if task.state is State.DONE and task.series]) == 10
    assert other in ids(store)
    assert store.task(2).archived
    assert len(store.history(archived=True, limit=100)) == 26
    assert len(told(store, "task.archived")) == 26


def test_how_many_stay_is_said_with_the_series(store: Store, clock: Clock) -> None:
    all_of_them, none = store.add_series(a_series("1h", keep=100)), store.add_series(a_series("1h", keep=0))
    for _ in range(15):
        clock.now += HOUR
        store.tick()
        for _ in range(2):
            end(store, begun(store))
    clock.now += HOUR
    store.tick()
    assert [[task.series for task in store.view().tasks if task.state is State.DONE].count(id) for id in (all_of_them, none)] == [15, 0]


def test_a_done_task_that_another_one_waits_for_stays(store: Store, clock: Clock) -> None:
    store.add_series(a_series("5s"))
    clock.now += 5 * SECOND_MS
    store.tick()
    end(store, begun(store))
    store.add(a_task(after=(After(1),), hold=True))
    for _ in range(12):
        clock.now += 5 * SECOND_MS
        store.tick()
        end(store, begun(store))
    assert 1 in ids(store)
    assert store.task(3).archived


# --- ticks that were missed ---------------------------------------------------------------------


def test_an_hour_that_the_clock_jumps_over_was_missed(store: Store, clock: Clock) -> None:
    id = store.add_series(a_series("20m"))
    clock.now += 20 * MINUTE
    store.tick()
    end(store, begun(store))
    clock.now += HOUR
    store.tick()
    assert ticks(store) == [20, 80]
    assert told(store, "series.missed") == [{"series": id, "count": 2}]
    assert store.one_series(id).missed == 2


@pytest.mark.parametrize(
    ("catch_up", "expected", "missed"), [(0, [], 5), (1, [50], 4), (3, [30, 40, 50], 2), (1000, [10, 20, 30, 40, 50], 0)]
)
def test_what_was_missed_is_caught_up_as_far_as_asked(store: Store, clock: Clock, catch_up: int, expected: list[int], missed: int) -> None:
    store.add_series(a_series(catch_up=catch_up, overlap=Overlap.QUEUE))
    clock.now += 55 * MINUTE
    store.tick()
    store.tick()
    assert ticks(store) == expected
    assert [event["count"] for event in told(store, "series.missed")] == ([missed] if missed else [])


def test_a_series_skips_while_its_task_is_not_over_and_says_so_once(store: Store, clock: Clock) -> None:
    id = store.add_series(a_series())
    for _ in range(4):
        clock.now += 10 * MINUTE
        store.tick()
    assert ticks(store) == [10]
    assert [event["reason"] for event in told(store, "series.missed")] == ["#1 is not over"]
    assert store.view().series[0].missed == 3
    end(store, begun(store))
    clock.now += 10 * MINUTE
    store.tick()
    assert (ticks(store), store.one_series(id).missed) == ([10, 50], 0)


def test_two_tasks_of_a_series_never_run_at_once(store: Store, clock: Clock) -> None:
    store.add_series(a_series(overlap=Overlap.QUEUE))
    for _ in range(2):
        clock.now += 10 * MINUTE
        store.tick()
    first, second = ids(store)
    claim = begun(store)
    assert claim.task.id == first
    assert reason(store, second) == f"#{first} of its series runs"
    assert begin(store, SECOND) is None
    end(store, claim)
    assert begun(store, SECOND).task.id == second


def test_a_held_task_does_not_stop_its_series(store: Store, clock: Clock) -> None:
    store.add_series(a_series())
    clock.now += 10 * MINUTE
    store.tick()
    store.hold(1)
    clock.now += 10 * MINUTE
    store.tick()
    assert ticks(store) == [10, 20]


# --- what the user does with them ---------------------------------------------------------------


def test_a_paused_series_goes_on_with_the_ticks_to_come(store: Store, clock: Clock) -> None:
    id = store.add_series(a_series(catch_up=1))
    store.pause_series(id, True)
    clock.now += 35 * MINUTE
    assert store.tick() is None
    store.pause_series(id, False)
    assert (ticks(store), store.one_series(id).next_ms) == ([], NOON + 40 * MINUTE)
    assert not told(store, "series.missed")


def test_one_that_is_added_held_is_paused(store: Store, clock: Clock) -> None:
    series = store.one_series(store.add_series(a_series(hold=True)))
    assert (series.paused, series.reason, series.task.hold) == (True, "by you", False)


def test_a_removed_series_leaves_its_tasks(store: Store, clock: Clock) -> None:
    id = store.add_series(a_series())
    clock.now += 10 * MINUTE
    store.tick()
    store.remove_series(id)
    clock.now += 10 * MINUTE
    store.tick()
    assert (ticks(store), store.view().series) == ([10], ())
    with pytest.raises(NotFound, match=f"no series @{id}"):
        store.pause_series(id, True)


def test_it_is_run_now_beside_its_ticks(store: Store, clock: Clock) -> None:
    id = store.add_series(a_series())
    now = store.task(store.run_series(id))
    assert (now.series, now.tick_ms, now.state) == (id, None, State.QUEUED)


def test_an_interval_begins_at_a_time_where_one_is_given(store: Store, clock: Clock) -> None:
    store.add_series(a_series(not_before_ms=NOON + HOUR, overlap=Overlap.QUEUE))
    for minutes in (30, 60, 70):
        clock.now = NOON + minutes * MINUTE
        store.tick()
    assert ticks(store) == [60, 70]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"after": (After(1),)}, "waits for no other task"),
        ({"due_ms": NOON}, "one moment"),
        ({"catch_up": 5}, "overlap = queue"),
        ({"every": "soon"}, "no duration"),
        ({"every": "61 * * * *"}, "minute"),
        ({"lane": "nowhere"}, "no lane"),
        ({"keep": -1}, "keep -1"),
        ({"argv": ()}, "needs a command"),
    ],
)
def test_a_series_that_could_not_come_is_refused(store: Store, clock: Clock, fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(UsageError, match=wrong):
        store.add_series(a_series(**fields))
    assert store.series() == ()


def test_a_series_whose_lane_is_gone_is_paused_and_says_why(store: Store, folder: StoreFolder, clock: Clock) -> None:
    store.set_lane("build", 1)
    gone, other = store.add_series(a_series(lane="build")), store.add_series(a_series())
    with contextlib.closing(sqlite3.connect(folder.db)) as connection, connection:
        connection.execute("DELETE FROM lane WHERE name = 'build'")
    clock.now += 10 * MINUTE
    store.tick()
    assert "no lane 'build'" in store.one_series(gone).reason
    assert [task.series for task in store.view().tasks] == [other]
