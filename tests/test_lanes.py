"""Lanes: paused, drained, wider and narrower, of a workspace, and all of them under one limit."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wzp_tui.errors import NotFound, TransitionError, UsageError
from wzp_tui.store import Lane, Seat, Store
from wzp_tui.tasks import order
from wzp_tui.tasks.task import After, State

from .cli import ok
from .stores import FIRST, a_task, begin, begun, end, record
from .support import wait_until
from .workers import Workers, appears, becomes, lines, shell, started

Opener = Callable[[str], Store]


def lane(store: Store, name: str = "default") -> Lane:
    return next(each for each in store.lanes() if each.name == name)


def kept(store: Store, task: int) -> str:
    """What keeps the tasks of its lane."""
    obstacle = order.lane_obstacle(store.task(task), store.view().board)
    return obstacle.reason if obstacle else ""


# --- paused ---------------------------------------------------------------------------------------


def test_a_paused_lane_says_why_and_goes_on_when_told(store: Store) -> None:
    task = store.add(a_task())
    store.pause_lane("default")
    assert begin(store) is None
    assert kept(store, task) == "default is paused by you"
    store.resume_lane("default")
    assert begun(store).task.id == task


def test_a_lane_that_is_paused_already_keeps_its_reason(store: Store) -> None:
    store.set_lane("default", pause_on_failure=True)
    first, _ = store.add(a_task()), store.add(a_task())
    end(store, begun(store), 1)
    store.pause_lane("default")
    assert lane(store).reason == f"#{first} failed"


def test_nothing_is_told_of_what_changes_nothing(store: Store) -> None:
    store.set_lane("build", 2)
    before = len(store.events_since(0))
    store.set_lane("build", 2)
    store.resume_lane("build")
    store.set_limit(None)
    assert len(store.events_since(0)) == before


# --- pause on failure -----------------------------------------------------------------------------


def test_the_first_failure_after_its_retries_pauses_the_lane(store: Store) -> None:
    """The next task does not start in the commit that takes the failure in."""
    store.set_lane("default", 2, pause_on_failure=True)
    task = store.add(a_task(retries=1))
    end(store, begun(store), 1)
    assert store.task(task).state is State.QUEUED
    assert lane(store).starts, "it is tried again"
    claim = wait_until(lambda: begin(store))
    behind = store.add(a_task())
    assert begin(store, FIRST, record(claim, 1)) is None
    assert store.task(task).state is State.FAILED
    assert kept(store, behind) == f"default is paused: #{task} failed"


def test_a_worker_starts_nothing_behind_a_failure(store: Store, workers: Workers, tmp_path: Path) -> None:
    """Counted by what the commands write themselves."""
    ran = tmp_path / "ran"
    store.set_lane("default", 1, pause_on_failure=True)
    store.add(shell(f"echo one >> {ran}"))
    failing = store.add(shell(f"echo two >> {ran}; exit 3"))
    last = store.add(shell(f"echo three >> {ran}"))
    workers.lane()
    becomes(store, failing, State.FAILED)
    assert kept(store, last) == f"default is paused: #{failing} failed"
    assert lines(ran) == ["one", "two"]
    store.resume_lane("default")
    becomes(store, last, State.DONE)
    assert lines(ran) == ["one", "two", "three"]


def test_a_cancelled_task_pauses_nothing(store: Store) -> None:
    store.set_lane("default", pause_on_failure=True)
    store.add(a_task())
    end(store, begun(store), None, signal=15, reason="asked by you", cancelled=True)
    assert lane(store).starts


# --- drained --------------------------------------------------------------------------------------


def test_a_drained_lane_lets_its_run_end_and_sends_its_workers_home(store: Store, workers: Workers, tmp_path: Path) -> None:
    gate, ran = tmp_path / "gate", tmp_path / "ran"
    running = store.add(shell(f"echo begun >> {ran}; until test -e {gate}; do sleep 0.05; done; echo ended >> {ran}"))
    busy = workers.lane(slot=1)
    appears(ran)
    idle = workers.lane(slot=2)
    behind = store.add(shell("true", after=(After(running),)))
    store.drain_lane("default")
    assert idle.wait() == 0
    assert kept(store, behind) == "default is draining"
    assert begin(store, Seat("default", 2)) is None
    assert state_of("default") == "draining"
    assert not busy.ended
    gate.touch()
    assert busy.wait() == 0
    assert lines(ran) == ["begun", "ended"]
    assert store.task(running).state is State.DONE
    assert state_of("default") == "drained"
    store.resume_lane("default")
    workers.lane()
    becomes(store, behind, State.DONE)


def state_of(name: str) -> str:
    return next(str(document["state"]) for document in ok("lane", "list", "--json").json["lanes"] if document["name"] == name)


def test_a_pause_takes_the_place_of_a_drain(store: Store) -> None:
    store.drain_lane("default")
    store.pause_lane("default")
    assert lane(store).words() == "paused by you"
    store.drain_lane("default")
    assert lane(store).words() == "draining"


# --- slots ----------------------------------------------------------------------------------------


def test_a_lane_that_became_narrower_starts_nothing_until_it_has_room(store: Store, workers: Workers, tmp_path: Path) -> None:
    """Slots 2 and 3 go on above their number; slot 1, which is idle, waits until fewer runs are left than slots, and is woken then."""
    store.set_lane("default", 3)
    gates = [tmp_path / str(number) for number in range(3)]
    workers_of = [workers.lane(slot=1), workers.lane(slot=2), workers.lane(slot=3)]
    tasks = [store.add(shell(f"until test -e {gate}; do sleep 0.05; done")) for gate in gates]
    runs = [started(store, task) for task in tasks]
    in_slot = {run.slot: (run.task, gate) for run, gate in zip(runs, gates, strict=True)}
    store.set_lane("default", 1)
    task, gate = in_slot[1]
    waiting = store.add(shell("true"))
    gate.touch()
    becomes(store, task, State.DONE)
    assert kept(store, waiting) == "default is full"
    assert begin(store, FIRST) is None
    assert store.task(waiting).state is State.QUEUED
    for slot in (2, 3):
        task, gate = in_slot[slot]
        gate.touch()
        assert workers_of[slot - 1].wait() == 0, "its slot is above the number"
        assert store.task(task).state is State.DONE
    becomes(store, waiting, State.DONE)


def test_a_wider_lane_starts_more_at_once(store: Store) -> None:
    store.set_lane("default", 1)
    store.add(a_task()), store.add(a_task())
    begun(store)
    assert begin(store, Seat("default", 2)) is None
    store.set_lane("default", 2)
    assert begin(store, Seat("default", 2)) is not None


# --- of a workspace -------------------------------------------------------------------------------


def test_a_task_without_a_lane_goes_into_that_of_its_workspace(store: Store) -> None:
    store.set_lane("web", 1, workspace="front")
    lanes = [store.task(store.add(a_task(workspace=name))).lane for name in ("front", "back")]
    assert lanes == ["web", "default"]
    assert store.task(store.add(a_task(workspace="front", lane="default"))).lane == "default"
    store.set_lane("web", workspace="")
    assert store.task(store.add(a_task(workspace="front"))).lane == "default"


def test_add_says_into_which_lane_a_task_went(store: Store) -> None:
    store.set_lane("web", 1, workspace="front")
    assert ok("add", "--workspace", "front", "--json", "--", "true").json["task"]["lane"] == "web"
    assert ok("add", "--json", "--", "true", env={"WZP_WORKSPACE": "front"}).json["task"]["lane"] == "web"
    assert ok("add", "--json", "--", "true").json["task"]["lane"] == "default"


# --- one limit ------------------------------------------------------------------------------------


def test_a_place_under_the_limit_is_taken_by_a_sleeper_of_another_lane(store: Store, workers: Workers, tmp_path: Path) -> None:
    """The worker of the other lane sleeps; the end of a run that is not its own wakes it, long before its fallback look."""
    gate = tmp_path / "gate"
    store.set_lane("build", 1)
    workers.lane("build")
    becomes(store, store.add(shell("true", lane="build")), State.DONE)
    store.set_limit(1)
    first = store.add(shell(f"until test -e {gate}; do sleep 0.05; done"))
    workers.lane()
    started(store, first)
    other = store.add(shell("true", lane="build"))
    own = store.add(shell("true", lane=None))
    workers.task(own)
    assert kept(store, other) == kept(store, own) == "1 runs are the limit"
    gate.touch()
    becomes(store, other, State.DONE)
    becomes(store, own, State.DONE)


def test_a_limit_that_is_raised_wakes_who_waits_for_it(store: Store, workers: Workers, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    store.set_limit(1)
    first = store.add(shell(f"until test -e {gate}; do sleep 0.05; done"))
    workers.lane(slot=1), workers.lane(slot=2)
    started(store, first)
    second = store.add(shell("true"))
    assert kept(store, second) == "1 runs are the limit"
    assert ok("lane", "limit", "2").out == "2 runs at most\n"
    becomes(store, second, State.DONE)
    gate.touch()
    becomes(store, first, State.DONE)


# --- removed --------------------------------------------------------------------------------------


def test_a_lane_is_removed_when_nothing_is_in_it(store: Store) -> None:
    store.set_lane("build", 1)
    ended, waiting = store.add(a_task(lane="build")), store.add(a_task(lane="build"))
    end(store, begun(store, Seat("build", 1)), 1)
    with pytest.raises(TransitionError, match=f"lane build is in use by #{waiting}; cancel or assign what waits"):
        store.remove_lane("build")
    store.cancel(waiting)
    store.remove_lane("build")
    assert [each.name for each in store.lanes()] == ["default"]
    store.retry(ended)
    assert begun(store).task.id == ended, "it runs in lane default"


def test_the_lane_that_is_always_there_cannot_be_removed(store: Store) -> None:
    with pytest.raises(UsageError, match="always there"):
        store.remove_lane("default")
    with pytest.raises(NotFound):
        store.remove_lane("nowhere")


def test_whoever_looks_sees_the_tasks_of_a_removed_lane_move(store: Store, opener: Opener) -> None:
    store.set_lane("build", 1)
    task = store.add(a_task(lane="build", hold=True))
    store.cancel(task)
    looker = opener("looker")
    assert looker.view().tasks[0].lane == "build"
    store.remove_lane("build")
    assert looker.view().tasks[0].lane == "default"


def test_the_worker_of_a_removed_lane_ends(store: Store, workers: Workers) -> None:
    store.set_lane("build", 1)
    worker = workers.lane("build")
    becomes(store, store.add(shell("true", lane="build")), State.DONE)
    store.remove_lane("build")
    assert worker.wait() == 0
