"""The Snapshot is patched by what changed; it is always what it would be if it were made from nothing."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wzp_tui.controller import MuxState, Section, Snapshot, queues, ranked
from wzp_tui.controller.join import Holder, Join
from wzp_tui.controller.snapshot import urgency
from wzp_tui.panes import Pane
from wzp_tui.store import Lane, Run, Task, View
from wzp_tui.tasks import order
from wzp_tui.tasks.task import After, Condition, Priority, State

MUX = "embedded:1"
STATE = MuxState("embedded", True, 0)
LANES = ("build", "default")


class World(NamedTuple):
    """What the store and the mux say."""

    tasks: Mapping[int, Task] = {}
    runs: Mapping[int, Run] = {}
    lanes: tuple[Lane, ...] = tuple(Lane(name, 1, False) for name in LANES)
    panes: tuple[Pane, ...] = ()
    holders: Mapping[tuple[str, int], Holder] = {}
    limit: int | None = None
    now_ms: int = 0

    @property
    def view(self) -> View:
        return View(tuple(self.tasks.values()), dict(self.runs), self.lanes, (), self.limit)

    def joined(self, join: Join) -> Snapshot:
        return join.snapshot(self.view, self.panes, self.holders, STATE, 0, True, "", self.now_ms)


def a_task(id: int, state: State = State.QUEUED, **fields: Any) -> Task:
    known: dict[str, Any] = {
        "reason": "",
        "workspace": "default",
        "lane": "default",
        "place": "tab",
        "priority": Priority.NORMAL,
        "next_rank": 0,
        "queued_ms": 0,
        "not_before_ms": 0,
        "changed_ms": 0,
        "seen": False,
    }
    rest: dict[str, Any] = {"env": {}, "env_names": (), "env_file": "", "timeout": None, "retries": 0, "retry_lost": False}
    return Task(id=id, title=f"task {id}", state=state, argv=("true",), cwd="/", created_ms=0, **(known | rest | fields))


def a_run(id: int, task: int, **fields: Any) -> Run:
    made = Run(id, task, 1, f"t{id}", "default", 1, MUX, f"/dev/pts/{id}", 1, 0, None, None, None, "", "", False, False, "")
    return made._replace(**fields)


def a_pane(id: int) -> Pane:
    return Pane(id, MUX, 1, id, "default", "sh", "/", f"/dev/pts/{id}", 24, 80, 0, 0, True, False, "")


def mostly(first: Any, *others: Any) -> st.SearchStrategy[Any]:
    """The first one as often as all others together."""
    return st.just(first) | st.sampled_from([first, *others])


IDS = st.integers(1, 4)
TASKS = st.builds(
    a_task,
    IDS,
    mostly(State.QUEUED, State.RUNNING, *State),
    workspace=st.sampled_from(["default", "api"]),
    lane=mostly("default", None, "build"),
    place=st.sampled_from(["tab", "shell"]),
    priority=st.sampled_from(Priority),
    next_rank=st.integers(0, 2),
    queued_ms=st.integers(0, 3),
    not_before_ms=mostly(0, 1, 3, 5),
    changed_ms=st.integers(0, 3),
    seen=st.booleans(),
    after=mostly(()) | st.lists(st.builds(After, IDS, st.sampled_from(Condition)), max_size=2).map(tuple),
    due_ms=st.sampled_from([None, 2, order.DUE_LEAD_MS, order.DUE_LEAD_MS + 3]),
    series=mostly(None, 1),
    locks=mostly((), ("db",)),
    touches=mostly((), ("/src/**",)),
)
RUNS = st.builds(
    lambda task, **fields: a_run(task, task, **fields),
    IDS,
    lane=mostly("default", None, "build"),
    ended_ms=mostly(None, 1),
    stop=st.sampled_from(["", "stop"]),
    detached=st.booleans(),
)
CHANGES = st.one_of(
    st.tuples(st.just("put"), TASKS),
    st.tuples(st.just("drop"), IDS),
    st.tuples(st.just("run"), RUNS),
    st.tuples(st.just("lane"), st.builds(Lane, st.sampled_from(LANES), st.integers(1, 2), st.booleans())),
    st.tuples(st.just("panes"), st.lists(IDS, unique=True)),
    st.tuples(st.just("seats"), st.lists(st.tuples(st.sampled_from(LANES), st.integers(1, 2)), unique=True)),
    st.tuples(st.just("limit"), st.sampled_from([None, 1, 2])),
    st.tuples(st.just("time"), st.integers(1, 3)),
)


def changed(world: World, kind: str, what: Any) -> World:
    match kind:
        case "put":
            return world._replace(tasks={**world.tasks, what.id: what})
        case "drop":
            return world._replace(
                tasks={id: task for id, task in world.tasks.items() if id != what},
                runs={id: run for id, run in world.runs.items() if id != what},
            )
        case "run":
            return world._replace(runs={**world.runs, what.task: what}) if what.task in world.tasks else world
        case "lane":
            return world._replace(lanes=tuple(what if lane.name == what.name else lane for lane in world.lanes))
        case "panes":
            return world._replace(panes=tuple(map(a_pane, what)))
        case "seats":
            return world._replace(holders={seat: Holder(MUX, f"/dev/pts/{seat[1]}") for seat in what})
        case "limit":
            return world._replace(limit=what)
    return world._replace(now_ms=world.now_ms + what)


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
    world = World({1: a_task(1, not_before_ms=50, reason="exit 1"), 2: a_task(2, not_before_ms=80)})
    assert world.joined(join).by_id[1].word == "retries"
    assert join.due_ms == 50
    assert world._replace(now_ms=50).joined(join).by_id[1].word == "next"
    assert join.due_ms == 80
    assert world._replace(now_ms=80).joined(join).by_id[2].word == "2nd"
    assert join.due_ms is None
