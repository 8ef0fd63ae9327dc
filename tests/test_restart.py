"""After a restart of the machine: what was queued before it waits until the user lets it go on."""

from collections.abc import Callable, Sequence

import pytest

from wzp_tui.paths import StoreFolder
from wzp_tui.store import Lane, Seat, Store, open_store
from wzp_tui.tasks.task import State

from .cli import add
from .stores import a_task, begun
from .support import wait_until
from .workers import Workers, becomes, shell

Opener = Callable[[str], Store]


def lane(store: Store, name: str = "default") -> Lane:
    return next(each for each in store.lanes() if each.name == name)


@pytest.fixture
def yesterday(folder: StoreFolder) -> Sequence[int]:
    """Tasks that were queued before the machine was restarted, in lanes `default` and `build`; lane `idle` has none."""
    store = open_store(folder, "yesterday", boot="an earlier boot")
    store.set_lane("build", 1)
    store.set_lane("idle", 1)
    tasks = [store.add(shell("true")), store.add(shell("true", lane="build")), store.add(shell("true", lane="idle", hold=True))]
    store.close()
    return tasks


def test_lanes_with_queued_work_start_paused_once(yesterday: Sequence[int], store: Store, opener: Opener) -> None:
    store.settle()
    assert [(each.name, each.words()) for each in store.lanes()] == [
        ("default", "paused after a restart"),
        ("build", "paused after a restart"),
        ("idle", ""),
    ]
    store.resume_lane("default")
    opener("somebody else").settle()
    assert lane(store).starts, "it was decided once"
    assert [event.data["lane"] for event in store.events_since(0) if event.kind == "lane.paused"] == ["build", "default"]


def test_a_worker_that_comes_first_starts_nothing_from_before(yesterday: Sequence[int], store: Store, workers: Workers) -> None:
    """What was queued since then waits, too, until the user lets the lane go on."""
    pane = workers.lane()
    wait_until(lambda: lane(store).reason == "after a restart")
    later = store.add(shell("true"))
    assert store.task(yesterday[0]).state is State.QUEUED
    store.resume_lane("default")
    becomes(store, yesterday[0], State.DONE)
    becomes(store, later, State.DONE)
    assert not pane.ended


def test_a_task_that_is_added_first_does_not_hide_the_restart(yesterday: Sequence[int], store: Store) -> None:
    new = add("--lane", "idle", "--", "true")
    assert {each.name: each.words() for each in store.lanes()} == {
        "default": "paused after a restart",
        "build": "paused after a restart",
        "idle": "",
    }
    assert begun(store, Seat("idle", 1)).task.id == new


def test_a_machine_that_was_not_restarted_is_never_paused(store: Store, opener: Opener, workers: Workers) -> None:
    tasks = [store.add(shell("true")) for _ in range(3)]
    opener("another").settle()
    workers.lane()
    for task in tasks:
        becomes(store, task, State.DONE)
    assert all(each.starts for each in opener("a third").lanes())


def test_a_store_of_an_older_version_does_not_know_and_pauses_nothing(folder: StoreFolder) -> None:
    """So does a machine that cannot name its boots."""
    store = open_store(folder, "nameless", boot="")
    store.add(a_task())
    store.close()
    store = open_store(folder, "named", boot="one")
    store.settle()
    assert lane(store).starts
    store.close()


def test_what_was_lost_in_the_restart_and_would_run_again_waits_as_well(folder: StoreFolder) -> None:
    store = open_store(folder, "yesterday", boot="an earlier boot")
    store.add(a_task(retry_lost=True, retries=1))
    begun(store)
    store.close()
    store = open_store(folder, "today", boot="this boot")
    store.settle()
    assert store.task(1).state is State.QUEUED
    assert lane(store).reason == "after a restart"
    store.close()
