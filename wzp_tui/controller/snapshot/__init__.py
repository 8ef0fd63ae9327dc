"""Everything the tower shows, at one moment: one frozen value."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

from wzp_tui.panes import Pane
from wzp_tui.store import Event, Lane, Run, Series, Task
from wzp_tui.tasks.order import Board, is_exclusive, order_key
from wzp_tui.tasks.task import State
from wzp_tui.why import Around


class Section(IntEnum):
    """Where a task stands in the list, most urgent first."""

    NEEDS_YOU = 0
    FAILED = 1
    RUNNING = 2
    QUEUED = 3
    DONE = 4


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with all that is known of it."""

    task: Task
    run: Run | None
    """Its last run."""
    section: Section
    word: str
    """Its state as people read it: `next`, `2nd`, `waits`, `running`, `exit 1`."""
    reason: str
    """Why, in words; may be empty."""
    where: str
    """`build/1` in a lane's slot, `%14` in a pane of its own, `build` before it has a slot."""
    pane: int | None
    """The pane that shows its run."""
    since_ms: int
    """When it came into this state."""


def urgency(row: TaskRow) -> tuple[int, ...]:
    """The order of the list: by section, and in it what is next, what runs longest, or what is newest. No two tasks share it."""
    task = row.task
    match row.section:
        case Section.QUEUED:
            return (row.section, task.state is State.HELD, *order_key(task))
        case Section.RUNNING:
            return (row.section, row.since_ms, task.id)
    return (row.section, -row.since_ms, task.id)


@dataclass(frozen=True, slots=True)
class PaneRow:
    """A pane with what is known of it."""

    pane: Pane
    task: int | None
    """The task whose run it shows."""
    seat: str
    """`build/1` where a worker of that lane sits in it."""
    own: bool
    """The tower itself runs in it."""


@dataclass(frozen=True, slots=True)
class LaneRow:
    """A lane with its use."""

    lane: Lane
    busy: int
    """Slots with a run."""
    workers: int
    """Slots with a worker."""
    queued: int

    @property
    def words(self) -> str:
        """`paused by you`, `paused: #12 failed`, `draining`, `drained`; nothing where its tasks may start."""
        return self.lane.words(is_empty=not self.busy and not self.workers)


@dataclass(frozen=True, slots=True)
class MuxState:
    """Whether the mux answers."""

    kind: str
    reachable: bool
    since_ms: int
    reason: str = ""


@dataclass(frozen=True)
class Snapshot:
    """The world. Rows are in the order of the list; what did not change is the same object in the next one."""

    mux: MuxState
    tasks: tuple[TaskRow, ...] = ()
    panes: tuple[PaneRow, ...] = ()
    """As the mux listed them last; while it is unreachable they are what it said before."""
    lanes: tuple[LaneRow, ...] = ()
    workspaces: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    series: tuple[Series, ...] = ()
    """The tasks that come again."""
    opens_panes: bool = False
    """This tower holds `tower.lock`: it opens the panes that are needed."""
    trouble: str = ""
    """What keeps the tower from its work, in one line: a store that cannot be read, a pane that cannot be opened."""
    ready: Mapping[str | None, Sequence[Task]] = field(default_factory=dict)
    """The tasks that could start now by lane, the next first; under `None` those for a pane of their own."""
    limit: int | None = None
    """How many runs there may be at once, of all lanes and panes together."""
    taken_ms: int = field(default=0, compare=False)

    @cached_property
    def by_id(self) -> Mapping[int, TaskRow]:
        """The rows of the tasks by id."""
        return {row.task.id: row for row in self.tasks}

    @cached_property
    def tally(self) -> Counter[tuple[str, Section]]:
        """How many tasks of a workspace stand in a section."""
        return Counter((row.task.workspace, row.section) for row in self.tasks)

    @cached_property
    def open_runs(self) -> Sequence[Run]:
        """The runs that have not ended."""
        return [row.run for row in self.tasks if row.run is not None and row.run.open]

    @property
    def room(self) -> int | None:
        """How many tasks may start at once before the limit is reached; `None`: there is no limit."""
        return None if self.limit is None else self.limit - len(self.open_runs)

    def task(self, id: int) -> TaskRow | None:
        """The row of a task."""
        return self.by_id.get(id)

    def around(self, row: TaskRow) -> Around:
        """What explains the state of a task."""
        task, runs = row.task, self.open_runs
        before = {after.task: other.task for after in task.after if (other := self.task(after.task))}
        under_way = [other.task for run in runs if (other := self.task(run.task))]
        board = Board(
            {id: other.state for id, other in before.items()},
            {lane.lane.name: lane.lane for lane in self.lanes},
            Counter(run.lane for run in runs),
            tuple(filter(is_exclusive, under_way)),
            self.limit,
        )
        in_lane = sorted(run.task for run in runs if run.lane == task.lane)
        series = next((each for each in self.series if each.id == task.series), None)
        return Around(board, before, in_lane, self.ready.get(task.lane, ()), series, row.pane)

    def pane(self, id: int) -> PaneRow | None:
        """The row of a pane."""
        return next((row for row in self.panes if row.pane.id == id), None)
