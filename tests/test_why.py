"""One explanation of a task, for the list, the tab Why and the command line: why it is next, and why it is not."""

import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wzp_tui.controller.snapshot import MuxState, Snapshot
from wzp_tui.controller.snapshot.join import Join
from wzp_tui.errors import TransitionError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Claim, Seat, Store
from wzp_tui.store.lock import FileLock
from wzp_tui.tasks.task import After, State
from wzp_tui.tui.facts import facts_of_task
from wzp_tui.why import Seen, around, why

from .cli import ok, wzp
from .stores import FIRST, a_store, a_task, begin, begun, end


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def seen_by_the_tower(store: Store, now: int) -> Snapshot:
    return Join().snapshot(store.view(), (), {}, MuxState("none", True, 0), None, True, "", now)


Runs = Callable[..., Claim]


@pytest.fixture
def runs(store: Store, folder: StoreFolder) -> Iterator[Runs]:
    """Begins the next task of a seat, and holds the lock of its run as a worker does."""
    locks = []

    def run(seat: Seat = FIRST) -> Claim:
        claim = begun(store, seat)
        locks.append(FileLock.take(folder.run_lock(claim.run.token)))
        return claim

    yield run
    for lock in locks:
        assert lock is not None
        lock.release()


def told(store: Store, task: int) -> tuple[str, str, str]:
    """What the list, the tab Why and the command line say keeps it."""
    snapshot = seen_by_the_tower(store, now_ms())
    row = snapshot.task(task)
    assert row is not None
    tab = "\n".join(f"{line.name}: {line.text}" for line in facts_of_task(row, snapshot, now_ms()))
    return f"{row.word}: {row.reason}", tab, ok("why", str(task)).out


def all_say(store: Store, task: int, *words: str) -> None:
    for said in told(store, task):
        for word in words:
            assert word in said


def test_after_another_task(store: Store) -> None:
    first = store.add(a_task(title="compile"))
    second = store.add(a_task(after=(After(first),)))
    column, tab, verb = told(store, second)
    assert column == "waits: after #1"
    assert "after: #1 compile, which is queued" in tab
    assert "#1 compile, which is queued" in verb


def test_a_full_lane_and_a_place_in_it(store: Store, runs: Runs) -> None:
    store.set_lane("build", 2)
    tasks = [store.add(a_task(lane="build")) for _ in range(7)]
    runs(Seat("build", 1)), runs(Seat("build", 2))
    all_say(store, tasks[2], "build is full")
    assert "#1 and #2 have its slots" in told(store, tasks[2])[1]
    assert [told(store, task)[0] for task in tasks[2:]] == [
        "next: build is full",
        "2nd: behind #3",
        "3rd: behind #3 and #4",
        "4th: behind #3, #4 and 1 more",
        "5th: behind #3, #4 and 2 more",
    ]
    all_say(store, tasks[4], "3rd", "behind #3 and #4")
    assert "place: 3rd in build, behind #3 and #4" in told(store, tasks[4])[1]


def test_those_before_a_task_change_and_it_says_so(store: Store) -> None:
    """The third keeps its place; who is before it is told anew."""
    tasks = [store.add(a_task()) for _ in range(3)]
    join = Join()
    told = []
    for _ in range(2):
        snapshot = join.snapshot(store.view(), (), {}, MuxState("none", True, 0), None, True, "", now_ms())
        row = snapshot.task(tasks[2])
        assert row is not None
        told.append((row.word, row.reason))
        store.do_next(tasks[1])
    assert told == [("3rd", "behind #1 and #2"), ("3rd", "behind #2 and #1")]


def test_a_lane_that_a_failure_paused(store: Store) -> None:
    store.set_lane("default", 1, pause_on_failure=True)
    store.add(a_task())
    end(store, begun(store), 1)
    waiting = store.add(a_task())
    all_say(store, waiting, "default is paused: #1 failed")
    assert "`wzp-tui lane resume default`" in told(store, waiting)[2]


def test_the_limit_of_all_lanes(store: Store, runs: Runs) -> None:
    store.set_limit(1)
    store.add(a_task())
    waiting = store.add(a_task(lane=None))
    runs()
    all_say(store, waiting, "1 runs are the limit")


def test_held_by_you(store: Store) -> None:
    task = store.add(a_task())
    store.hold(task)
    column, tab, verb = told(store, task)
    assert column == "held: by you"
    assert "state: held by you" in tab
    assert "held by you  `wzp-tui task release 1`" in verb


def test_a_lock_paths_and_a_time(store: Store, runs: Runs) -> None:
    store.add(a_task(locks=("db",), touches=("/src/db/**",)))
    runs()
    all_say(store, store.add(a_task(locks=("db",))), "#1 has the lock db")
    all_say(store, store.add(a_task(touches=("/src/db/x.sql",))), "touches src/db/x.sql like #1")
    later = store.add(a_task(not_before_ms=now_ms() + 3_600_000))
    all_say(store, later, "not before ")


def test_a_run_that_failed_and_one_that_goes_on(store: Store, runs: Runs) -> None:
    first, second = store.add(a_task()), store.add(a_task())
    end(store, begun(store), 3)
    runs()
    assert "state: failed: exit 3" in told(store, first)[1]
    assert "failed: exit 3  `wzp-tui task retry 1`" in told(store, first)[2]
    assert "not yet  `wzp-tui task done 1`" in told(store, first)[2]
    assert "1 in default/1" in told(store, second)[1]


# --- the same for all -----------------------------------------------------------------------------

A_STEP = st.tuples(st.sampled_from(["add", "begin", "end", "hold", "pause", "limit"]), st.integers(0, 7))


@settings(deadline=None, max_examples=40)
@given(st.lists(A_STEP, max_size=25))
def test_tower_and_command_line_know_the_same(steps: list[tuple[str, int]]) -> None:
    """The facts that come from the tower's Snapshot are those that come from the store."""
    with a_store() as store:
        claims = []
        for what, number in steps:
            tasks = store.view().tasks
            if what == "add":
                after = (After(tasks[number % len(tasks)].id),) if tasks and number % 2 else ()
                store.add(a_task(after=after, locks=("db",) if number % 3 == 0 else ()))
            elif what == "begin" and (claim := begin(store, Seat("default", 1 + number % 2))):
                claims.append(claim)
            elif what == "end" and claims:
                end(store, claims.pop(number % len(claims)), number % 2)
            elif what == "hold" and (queued := [task for task in tasks if task.state is State.QUEUED]):
                store.hold(queued[number % len(queued)].id)
            elif what == "pause":
                (store.pause_lane if number % 2 else store.resume_lane)("default")
            elif what == "limit":
                store.set_limit(number or None)
        view, now = store.view(), now_ms()
        snapshot = seen_by_the_tower(store, now)
        for row in snapshot.tasks:
            args = (Seen(), now)
            assert why(row.task, row.run, snapshot.around(row), *args) == why(row.task, row.run, around(view, row.task, now), *args)


# --- skipped, and released all the same -----------------------------------------------------------


@pytest.fixture
def chain(store: Store) -> list[int]:
    """A task that failed, one behind it and behind another, and one behind that: both are skipped."""
    first, other = store.add(a_task(title="compile")), store.add(a_task(title="fetch"))
    second = store.add(a_task(after=(After(first), After(other))))
    third = store.add(a_task(after=(After(second),)))
    claim = begin(store)
    while claim is not None:
        end(store, claim, 1 if claim.task.id == first else 0)
        claim = begin(store)
    assert [store.task(task).state for task in (second, third)] == [State.SKIPPED] * 2
    return [first, other, second, third]


def test_a_skipped_task_says_why_and_what_releases_it(store: Store, chain: list[int]) -> None:
    _, tab, verb = told(store, chain[2])
    assert "state: skipped: #1 failed" in tab
    assert "`wzp-tui task release 3 --anyway`" in verb
    assert "#1 compile, which is failed" in verb


def test_a_skipped_task_is_released_without_what_can_never_be(store: Store, chain: list[int]) -> None:
    """It waits for the rest as before, and those behind it are queued with it."""
    _, other, second, third = chain
    refused = wzp("task", "release", str(second))
    assert refused.code != 0
    assert "#3 is skipped: #1 failed; `wzp-tui task release 3 --anyway`" in refused.err
    assert ok("task", "release", "--anyway", str(second)).out == "#3 queued\n"
    assert store.task(second).after == (After(other),)
    assert [store.task(task).state for task in (second, third)] == [State.QUEUED] * 2
    assert begun(store).task.id == second
    assert [event.data for event in store.events_since(0) if event.kind == "task.freed"] == [{"after": ["#1"]}]


def test_a_release_is_taken_back(store: Store, chain: list[int]) -> None:
    before = store.task(chain[2])
    store.release(chain[2], anyway=True)
    store.put_back(chain[2], state=before.state, after=before.after)
    assert [store.task(task).state for task in chain[2:]] == [State.SKIPPED] * 2
    assert store.task(chain[2]).after == before.after


def test_only_held_and_skipped_tasks_are_released(store: Store) -> None:
    task = store.add(a_task())
    with pytest.raises(TransitionError, match="#1 is queued, not held"):
        store.release(task, anyway=True)
    store.hold(task)
    store.release(task, anyway=True)
    assert store.task(task).state is State.QUEUED
