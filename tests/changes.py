"""What a store and a mux may say one moment after the other, for tests of what is patched by changes."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st

from wzp_tui.controller import MuxState, Snapshot
from wzp_tui.controller.snapshot.holders import Holder
from wzp_tui.controller.snapshot.join import Join
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
    rest: dict[str, Any] = {"env": {}, "env_names": (), "env_file": ""}
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
    waits_since_ms=mostly(0, 1, 2),
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
