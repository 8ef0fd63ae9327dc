"""What else a queued task waits for: another end than done, a lock, paths, and room for all lanes together. In SQL and in words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stores import FIRST, SECOND, a_store, a_task, begin, begun, end
from wzp_tui.store import Claim, NewSeries, NewTask, Seat, Store
from wzp_tui.tasks import order
from wzp_tui.tasks.task import After, Condition, State


def reason(store: Store, id: int) -> str:
    """What the list says of a queued task."""
    view = store.view()
    kept = order.obstacle(store.task(id), view.board, 1 << 60)
    return kept.reason if kept else ""


def started(store: Store, seat: Seat = FIRST) -> int | None:
    claim = begin(store, seat)
    return claim.task.id if claim else None


def failed(store: Store) -> Claim:
    claim = begun(store)
    end(store, claim, 1)
    return claim


# --- conditions -----------------------------------------------------------------------------------


def test_a_cleaner_runs_when_the_build_failed_and_is_skipped_when_it_did_not(store: Store) -> None:
    build = store.add(a_task())
    cleaner = store.add(a_task(after=(After(build, Condition.FAILED),)))
    assert reason(store, cleaner) == f"after #{build} failed"
    end(store, begun(store))
    assert (store.task(cleaner).state, store.task(cleaner).reason) == (State.SKIPPED, f"#{build} done, not failed")
    store.retry(build)
    assert store.task(cleaner).state is State.QUEUED
    failed(store)
    assert started(store) == cleaner


@pytest.mark.parametrize("exit", [0, 1])
def test_a_report_runs_whatever_became_of_the_tests(store: Store, exit: int) -> None:
    tests = store.add(a_task())
    report = store.add(a_task(after=(After(tests, Condition.ENDED),)))
    claim = begun(store)
    assert started(store, SECOND) is None
    end(store, claim, exit)
    assert started(store) == report


def test_what_waits_for_a_service_that_ended_is_skipped_with_the_reason(store: Store) -> None:
    server = store.add(a_task())
    client = store.add(a_task(after=(After(server, Condition.READY),)))
    claim = begun(store)
    assert started(store, SECOND) is None
    end(store, claim, None, cancelled=True)
    assert (store.task(client).state, store.task(client).reason) == (State.SKIPPED, f"#{server} cancelled, not ready")


# --- locks and paths ------------------------------------------------------------------------------


def test_one_task_at_a_time_has_a_lock_and_the_next_one_follows(store: Store) -> None:
    first, second, other = store.add(a_task(locks=("db",))), store.add(a_task(locks=("db", "x"))), store.add(a_task(locks=("y",)))
    claim = begun(store)
    assert claim.task.id == first
    assert reason(store, second) == f"#{first} has the lock db"
    assert started(store, SECOND) == other
    end(store, claim)
    assert started(store) == second


def test_tasks_that_touch_the_same_files_never_run_together(store: Store) -> None:
    schema = store.add(a_task(cwd="/srv", touches=("/srv/db/**",)))
    query = store.add(a_task(cwd="/srv", touches=("/srv/db/query.sql",)))
    page = store.add(a_task(cwd="/srv", touches=("/srv/web/**",)))
    claim = begun(store)
    assert claim.task.id == schema
    assert reason(store, query) == f"touches db/query.sql like #{schema}"
    assert started(store, SECOND) == page
    end(store, claim)
    assert started(store) == query


def test_what_a_task_has_for_itself_is_edited_until_it_starts(store: Store) -> None:
    first, second = store.add(a_task(locks=("db",))), store.add(a_task(locks=("db",)))
    begun(store)
    store.edit(second, locks=("web",), touches=("/srv/**",))
    assert (store.task(first).locks, store.task(second).locks, store.task(second).touches) == (("db",), ("web",), ("/srv/**",))
    assert started(store, SECOND) == second


# --- room for all lanes together ------------------------------------------------------------------


def test_the_limit_counts_the_runs_of_all_lanes(store: Store) -> None:
    store.set_lane("build", 2)
    tasks = [store.add(a_task()), store.add(a_task(lane="build")), store.add(a_task(lane=None))]
    store.set_limit(2)
    claim = begun(store)
    assert started(store, Seat("build", 1)) == tasks[1]
    assert started(store, Seat(task=tasks[2])) is None
    assert order.lane_obstacle(store.task(tasks[2]), store.view().board) == ("full", "2 runs are the limit", ())
    end(store, claim)
    assert started(store, Seat(task=tasks[2])) == tasks[2]
    store.set_limit(None)
    assert store.view().limit is None


# --- one rule, written twice ----------------------------------------------------------------------

A_NAME = st.sampled_from(["a", "b", "c"])
A_NEW_TASK = st.builds(
    lambda locks, touches, due: a_task(locks=tuple(locks), touches=tuple(f"/{name}/**" for name in touches), due_ms=due),
    st.sets(A_NAME, max_size=2),
    st.sets(A_NAME, max_size=2),
    st.none() | st.integers(0, 1 << 42),
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(A_NEW_TASK | st.sampled_from([1, 2]), max_size=7),
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(Condition)), max_size=6),
    st.data(),
)
def test_the_sql_claims_what_the_rules_say_is_next(
    new: list[NewTask | int], waits: list[tuple[int, Condition]], data: st.DataObject
) -> None:
    """A number stands for a task of that series."""
    with a_store() as store:
        store.set_lane("default", 8)
        for locks in ((), ("a",)):
            store.add_series(NewSeries(a_task(locks=locks), "1h"))
        for number, task in enumerate(new):
            if isinstance(task, int):
                store.run_series(task)
                continue
            after = {before + 1: condition for before, condition in waits if before < number and data.draw(st.booleans())}
            store.add(task._replace(after=tuple(After(*wait) for wait in after.items())))
        running: dict[int, Claim] = {}
        for _ in range(12):
            view = store.view()
            ready = [task for task in view.tasks if order.is_ready(task, view.board, 1 << 60)]
            slot = next(slot for slot in range(1, 9) if slot not in running)
            claim = begin(store, Seat("default", slot))
            assert (claim.task.id if claim else None) == (min(ready, key=order.order_key).id if ready else None)
            if claim is not None:
                running[slot] = claim
            elif running:
                ended = data.draw(st.sampled_from(sorted(running)))
                end(store, running.pop(ended), data.draw(st.sampled_from([0, 1, None])))
            else:
                break
