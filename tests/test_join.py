"""The Snapshot is patched by what changed; it is always what it would be if it were made from nothing."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.changes import CHANGES, LANES, RUNS, TASKS, World, a_pane, a_task, changed
from wzp_tui.controller import Section, Snapshot, ranked
from wzp_tui.controller.snapshot import queues, urgency
from wzp_tui.controller.snapshot.join import Join
from wzp_tui.store import Run, Task
from wzp_tui.tasks import order
from wzp_tui.tasks.task import State


def is_as_the_rules_say(world: World, snapshot: Snapshot) -> None:
    """Order, queues and counts by their plain definitions."""
    assert [row.task for row in snapshot.tasks] == sorted(world.tasks.values(), key=lambda task: urgency(snapshot.by_id[task.id]))
    board = world.view.board
    for lane in (None, *LANES):
        rivals = [task for task in world.tasks.values() if task.lane == lane and order.is_ready(task, board, world.now_ms)]
        ready = sorted(rivals, key=order.order_key)
        assert list(snapshot.ready.get(lane, ())) == ready
        if lane is not None:
            words = [snapshot.by_id[task.id].word for task in ready]
            assert words == ["next", "2nd", *["queued"] * 9][: len(words)]
    for id, row in snapshot.by_id.items():
        run = world.runs.get(id)
        shown = [pane.id for pane in world.panes if run and run.open and not run.detached and pane.tty == run.tty]
        assert [row.pane] == (shown or [None])
    for lane_row in snapshot.lanes:
        name = lane_row.lane.name
        assert lane_row.queued == sum(task.lane == name and task.state is State.QUEUED for task in world.tasks.values())
        assert lane_row.busy == sum(run.open and run.lane == name for run in world.runs.values())
    tally = [(task.workspace, snapshot.by_id[task.id].section) for task in world.tasks.values()]
    assert all(snapshot.tally[key] == tally.count(key) for key in {*tally, *snapshot.tally})


@pytest.mark.parametrize("many", [0, 8], ids=["sorted in", "sorted anew"])
@settings(max_examples=300)
@given(tasks=st.lists(TASKS, min_size=3, max_size=4), runs=st.lists(RUNS, max_size=3), changes=st.lists(CHANGES, max_size=12))
def test_a_patched_snapshot_is_the_whole_one(
    many: int, tasks: Sequence[Task], runs: Sequence[Run], changes: Sequence[tuple[str, Any]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queues, "PLACES", 2)
        patch.setattr(ranked, "MANY", many)
        join, world = Join(), World({task.id: task for task in tasks}, panes=tuple(map(a_pane, range(1, 5))))
        for kind, what in (*(("run", run) for run in runs), *changes):
            world = changed(world, kind, what)
            patched = world.joined(join)
            assert patched == world.joined(Join())
            is_as_the_rules_say(world, patched)


def test_rows_that_nothing_touched_are_the_same_objects() -> None:
    join = Join()
    world = World({id: a_task(id, queued_ms=id) for id in range(1, 2001)})
    before = world.joined(join)
    after = world._replace(tasks={**world.tasks, 1: a_task(1, State.CANCELLED)}).joined(join)
    made = [row for row in after.tasks if row is not before.by_id[row.task.id]]
    assert after.by_id[1].section is Section.DONE
    assert (after.by_id[2].word, after.by_id[100].word, after.by_id[101].word) == ("next", "99th", "queued")
    assert len(made) == 100, "the one that was cancelled, and the places that are told"


def test_a_task_that_waits_for_a_time_is_due_then_and_not_before() -> None:
    join = Join()
    world = World({1: a_task(1, not_before_ms=50, waits_since_ms=1, reason="exit 1"), 2: a_task(2, not_before_ms=80)}, now_ms=1)
    assert world.joined(join).by_id[1].word == "retries"
    assert join.due_ms == 50
    assert world._replace(now_ms=50).joined(join).by_id[1].word == "next"
    assert join.due_ms == 80
    assert world._replace(now_ms=80).joined(join).by_id[2].word == "2nd"
    assert join.due_ms is None
