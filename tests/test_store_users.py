"""What any store must do for its users: tasks wait for each other, are held, stopped, edited and watched."""

from collections.abc import Callable

import pytest

from tests.stores import a_task, begin, begun, drained, end
from wzp_tui.errors import NotFound, TransitionError, UsageError
from wzp_tui.store import Seat, Store
from wzp_tui.tasks.policy import Policy
from wzp_tui.tasks.task import After, Priority, State

# --- dependencies ---------------------------------------------------------------


def test_a_task_waits_until_those_before_it_are_done(store: Store) -> None:
    first = store.add(a_task())
    second = store.add(a_task())
    last = store.add(a_task(after=(After(first), After(second)), priority=Priority.HIGH))
    assert drained(store) == [first, second, last]


def test_what_can_never_run_is_skipped_and_comes_back_with_a_retry(store: Store) -> None:
    first = store.add(a_task())
    second = store.add(a_task(after=(After(first),)))
    third = store.add(a_task(after=(After(second),)))
    end(store, begun(store), 1)
    assert [(store.task(id).state, store.task(id).reason) for id in (second, third)] == [
        (State.SKIPPED, "#1 failed"),
        (State.SKIPPED, "#2 skipped"),
    ]
    late = store.add(a_task(after=(After(first),)))
    assert store.task(late).state is State.SKIPPED
    store.retry(first)
    assert {store.task(id).state for id in (first, second, third, late)} == {State.QUEUED}
    assert drained(store) == [first, second, third, late]


def test_a_task_that_waits_for_two_stays_skipped_until_both_may_be_done(store: Store) -> None:
    first, second = store.add(a_task()), store.add(a_task())
    both = store.add(a_task(after=(After(first), After(second))))
    store.cancel(first)
    store.cancel(second)
    store.retry(first)
    assert store.task(both).state is State.SKIPPED
    store.retry(second)
    assert store.task(both).state is State.QUEUED


def test_what_would_only_be_skipped_again_is_not_queued(store: Store) -> None:
    first = store.add(a_task())
    second = store.add(a_task(after=(After(first),)))
    store.cancel(first)
    with pytest.raises(TransitionError, match=f"#{second} cannot run: #{first} cancelled; retry that one first"):
        store.retry(second)
    store.hold(second)
    with pytest.raises(TransitionError, match="cannot run"):
        store.release(second)
    store.edit(second, after=())
    store.release(second)
    assert begun(store).task.id == second


def test_a_task_made_to_wait_for_what_failed_is_skipped(store: Store) -> None:
    first, second = store.add(a_task()), store.add(a_task())
    end(store, begun(store), 1)
    store.edit(second, after=(After(first),))
    assert (store.task(second).state, store.task(second).reason) == (State.SKIPPED, "#1 failed")


def test_who_waits_twice_for_a_failure_is_skipped_once(store: Store) -> None:
    first, late, early = (store.add(a_task()) for _ in range(3))
    store.edit(early, after=(After(first),))
    store.edit(late, after=(After(first), After(early)))
    store.cancel(first)
    assert {store.task(id).state for id in (late, early)} == {State.SKIPPED}
    store.retry(first)
    assert {store.task(id).state for id in (late, early)} == {State.QUEUED}


def test_a_failure_that_is_tried_again_skips_nobody(store: Store) -> None:
    first = store.add(a_task(retries=1))
    second = store.add(a_task(after=(After(first),)))
    end(store, begun(store), 1)
    assert store.task(second).state is State.QUEUED


def test_a_circle_is_refused_with_its_tasks_named(store: Store) -> None:
    first = store.add(a_task())
    second = store.add(a_task(after=(After(first),)))
    third = store.add(a_task(after=(After(second),)))
    with pytest.raises(UsageError, match=f"for ever; .*: #{first} → #{third} → #{second} → #{first}"):
        store.edit(first, after=(After(third),))
    with pytest.raises(UsageError, match="cannot wait for itself"):
        store.edit(first, after=(After(first),))
    assert drained(store) == [first, second, third]


def test_a_long_chain_ends_at_once(store: Store) -> None:
    """2,000 tasks, each after the one before; no recursion, no second per task."""
    store.add_all([(a_task(), (After(index - 1),) if index else ()) for index in range(2000)])
    end(store, begun(store), 1)
    states = [task.state for task in store.view().tasks]
    assert states.count(State.SKIPPED) == 1999


# --- what the user asks ---------------------------------------------------------


def test_a_held_task_starts_when_it_is_released(store: Store) -> None:
    task = store.add(a_task())
    store.hold(task)
    assert begin(store) is None
    store.release(task)
    assert begun(store).task.id == task


def test_a_waiting_task_is_cancelled_at_once_and_a_running_one_is_asked(store: Store) -> None:
    first, second = store.add(a_task()), store.add(a_task())
    claim = begun(store)
    assert store.cancel(second) == "cancelled"
    assert store.task(second).state is State.CANCELLED
    assert store.cancel(first) == "asked"
    assert store.task(first).state is State.RUNNING
    assert store.stop_asked(claim.run.id) == ("stop", 1)


def test_the_strongest_stop_stands_and_each_is_counted(store: Store) -> None:
    task = store.add(a_task())
    run = begun(store).run.id
    assert store.stop_asked(run) == ("", 0)
    for kind, stands in [("interrupt", "interrupt"), ("kill", "kill"), ("stop", "kill")]:
        store.stop(task, kind)
        assert store.stop_asked(run)[0] == stands
    assert store.stop_asked(run)[1] == 3
    with pytest.raises(UsageError, match="interrupt, stop, kill"):
        store.stop(task, "nicely")


def test_a_task_is_edited_until_it_starts(store: Store) -> None:
    before = store.add(a_task())
    task = store.add(a_task())
    policy = Policy(timeout=9.0, retries=2)
    store.edit(task, title="new", argv=("ls", "-l"), cwd="/srv", policy=policy, workspace="web", after=(After(before),))
    found = store.task(task)
    assert (found.title, found.argv, found.cwd, found.policy, found.workspace, found.after) == (
        *("new", ("ls", "-l"), "/srv", policy, "web"),
        (After(before),),
    )
    for wrong in ({"cwd": "x"}, {"policy": Policy(timeout=-1)}, {"argv": ()}, {"state": "done"}, {"after": (After(99),)}):
        with pytest.raises(UsageError):
            store.edit(task, **wrong)
    assert store.task(task) == found
    claim = begun(store)
    with pytest.raises(TransitionError):
        store.edit(claim.task.id, cwd="/too/late")


def test_a_held_task_goes_where_it_is_assigned(store: Store) -> None:
    task = store.add(a_task(hold=True))
    store.set_lane("build", 1)
    store.assign(task, lane="build")
    assert (store.task(task).lane, store.task(task).state) == ("build", State.QUEUED)
    store.assign(task, place="split")
    assert (store.task(task).lane, store.task(task).place) == (None, "split")
    with pytest.raises(NotFound):
        store.assign(task, lane="nowhere")
    begun(store, Seat(task=task))
    with pytest.raises(TransitionError):
        store.assign(task, lane="build")


def test_a_paused_lane_starts_nothing(store: Store) -> None:
    task = store.add(a_task())
    store.pause_lane("default")
    assert begin(store) is None
    assert store.lanes()[0].paused
    store.resume_lane("default")
    assert begun(store).task.id == task
    with pytest.raises(NotFound):
        store.pause_lane("nowhere")


def test_lanes_are_named_and_sized(store: Store) -> None:
    assert [(lane.name, lane.slots) for lane in store.lanes()] == [("default", 2)]
    store.set_lane("build", 4)
    store.set_lane("a-1", 1)
    store.set_lane("build", 3)
    assert [(lane.name, lane.slots) for lane in store.lanes()] == [("default", 2), ("a-1", 1), ("build", 3)]
    for name in ("", "../x", "A", "ü", "-a", "a" * 33, "a.b", "a\n"):
        with pytest.raises(UsageError, match="a lane is named with"):
            store.set_lane(name, 1)
    for slots in (0, -1, 257):
        with pytest.raises(UsageError, match="1 to 256 slots"):
            store.set_lane("build", slots)


@pytest.mark.parametrize("ask", ["task", "runs", "hold", "release", "do_next", "retry", "cancel", "done", "assign", "edit"])
def test_a_task_that_is_not_there_is_named(store: Store, ask: str) -> None:
    with pytest.raises(NotFound, match="#7"):
        getattr(store, ask)(7)


@pytest.mark.parametrize("ask", ["hold", "release", "do_next", "retry", "done", "assign"])
def test_what_a_running_task_cannot_do_is_refused_and_leaves_no_trace(store: Store, ask: str) -> None:
    task = store.add(a_task())
    begun(store)
    before = store.events_since(0)
    with pytest.raises(TransitionError, match=f"#{task} is running"):
        getattr(store, ask)(task)
    assert store.events_since(0) == before


def test_only_what_runs_can_be_stopped(store: Store) -> None:
    task = store.add(a_task())
    with pytest.raises(TransitionError, match="only a running task can be stopped"):
        store.stop(task, "kill")


# --- watching -------------------------------------------------------------------


def test_a_change_is_noticed_once(store: Store, opener: Callable[[str], Store]) -> None:
    watcher = opener("watcher")
    assert watcher.changed()
    assert not watcher.changed()
    store.add(a_task())
    assert watcher.changed()
    assert not watcher.changed()
    watcher.add(a_task())
    assert watcher.changed()
    assert not watcher.changed()


def test_the_history_can_be_read_on_from_any_event(store: Store) -> None:
    for _ in range(5):
        store.add(a_task())
    events = store.events_since(0)
    assert [event.seq for event in events] == sorted(event.seq for event in events)
    assert store.events_since(events[2].seq) == events[3:]
    assert store.events_since(events[2].seq, limit=1) == events[3:4]
    assert store.view(events=2).events == events[-1:-3:-1]
    assert {event.actor for event in events} == {"test"}


def test_a_note_about_a_run_is_history(store: Store) -> None:
    task = store.add(a_task())
    claim = begun(store)
    store.note(claim.run.id, "run.stopped", signal=19)
    event = store.events_since(0)[-1]
    assert (event.kind, event.task, event.run, event.data) == ("run.stopped", task, claim.run.id, {"signal": 19})


def test_a_run_without_its_pane_says_so(store: Store) -> None:
    task = store.add(a_task())
    claim = begun(store)
    store.detach(claim.run.id)
    assert store.runs(task)[0].detached
    assert store.view().runs[task].detached
