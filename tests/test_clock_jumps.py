"""The clock of the machine is set, forth and back: waits for a time follow it, waits between two attempts do not."""

from collections.abc import Iterator

import pytest

from tests.clock import HOUR, MINUTE, SECOND, Clock, set_clock
from tests.stores import FIRST, a_task, begin, begun, end
from wzp_tui.controller import MuxState
from wzp_tui.controller.snapshot.join import Join
from wzp_tui.store import Store
from wzp_tui.tasks.backoff import Backoff, StartLimit
from wzp_tui.tasks.task import State


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    with set_clock() as clock:
        yield clock


def said(store: Store, clock: Clock, join: Join) -> tuple[str, str]:
    """What a tower shows of the first task."""
    row = join.snapshot(store.view(), (), {}, MuxState("embedded", True, 0), None, True, "", clock.now_ms).by_id[1]
    return row.word, row.reason


def failed(store: Store) -> None:
    store.add(a_task(retries=2, backoff=Backoff(10, 2, 300, 0)))
    end(store, begun(store), 1)


def test_a_retry_waits_for_its_delay(store: Store, clock: Clock) -> None:
    failed(store)
    clock.move(9 * SECOND)
    assert begin(store) is None
    clock.move(SECOND)
    assert begin(store) is not None


def test_a_clock_that_is_set_back_makes_no_retry_wait_for_hours(store: Store, clock: Clock) -> None:
    failed(store)
    join = Join()
    assert said(store, clock, join) == ("retries", "exit 1, attempt 1 of 3")
    clock.move(-HOUR)
    assert said(store, clock, join)[0] == "next"
    assert begin(store) is not None


def test_a_retry_that_was_held_meanwhile_waits_no_longer_either(store: Store, clock: Clock) -> None:
    failed(store)
    store.hold(1)
    store.release(1)
    join = Join()
    assert said(store, clock, join)[0] == "retries"
    clock.move(-HOUR)
    assert begin(store) is not None


@pytest.mark.parametrize("ran", [False, True])
def test_what_the_user_said_follows_the_clock(store: Store, clock: Clock, ran: bool) -> None:
    """Also where the user says it of a task that is to be tried again."""
    at, join = clock.now_ms + MINUTE, Join()
    if ran:
        failed(store)
        store.edit(1, not_before_ms=at)
    else:
        store.add(a_task(not_before_ms=at))
    clock.move(-HOUR)
    assert said(store, clock, join)[0] == "later"
    assert begin(store) is None
    clock.move(HOUR + MINUTE)
    assert said(store, clock, join)[0] == "next"
    clock.move(-SECOND)
    assert said(store, clock, join)[0] == "later"
    clock.move(SECOND)
    assert begin(store) is not None


def test_a_lane_sleeps_until_the_next_attempt(store: Store, clock: Clock) -> None:
    failed(store)
    assert store.next_due_ms(FIRST) == clock.now_ms + 10 * SECOND
    clock.move(-HOUR)
    assert store.next_due_ms(FIRST) is None, "it may start at once"


def test_a_task_that_the_user_retries_has_all_its_starts_after_the_clock_was_set_back(store: Store, clock: Clock) -> None:
    store.add(a_task(retries=5, start_limit=StartLimit(2, 600), backoff=Backoff(1, 1, 1, 0)))
    for _ in range(2):
        end(store, begun(store), 1)
        clock.move(SECOND)
    assert store.task(1).state is State.FAILED
    clock.move(-HOUR)
    store.retry(1)
    end(store, begun(store), 1)
    assert store.task(1).state is State.QUEUED


def test_whoever_looks_blames_the_same_task(store: Store, clock: Clock) -> None:
    """The one that began last is not the last one in the list."""
    store.set_lane("default", 3)
    for _ in range(2):
        store.add(a_task())
    blocked = store.add(a_task(locks=("a", "b")))
    store.hold(blocked)
    store.edit(1, locks=("a",))
    store.edit(2, locks=("b",))
    store.release(blocked)
    store.do_next(2)
    join = Join()
    said(store, clock, join)
    for seat in (FIRST, FIRST._replace(slot=2)):
        begun(store, seat)
        said(store, clock, join)
    shown = join.snapshot(store.view(), (), {}, MuxState("embedded", True, 0), None, True, "", clock.now_ms).by_id[blocked]
    assert shown.reason == "#1 has the lock a"
