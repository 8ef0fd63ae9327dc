"""Which task is next, and what keeps another one. Pure; `store/claim.py` says the same in SQL."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from wzp_tui.tasks.lane import Lane
from wzp_tui.tasks.parse import moment_words
from wzp_tui.tasks.run import Run
from wzp_tui.tasks.task import LIVE, OPEN, After, State, Task

AGE_PER_LEVEL_MS = 24 * 60 * 60 * 1000
"""One level of priority is worth a day of waiting. So the order never changes while tasks wait, and nothing starves."""
DUE_LEAD_MS = 24 * 60 * 60 * 1000
"""A task that is due ranks as if it had been queued this long before, where that is earlier."""


def rank_ms(priority: int, queued_ms: int, due_ms: int | None = None) -> int:
    """Where a task stands in its lane: the lower, the sooner."""
    waits_since = queued_ms if due_ms is None else min(queued_ms, due_ms - DUE_LEAD_MS)
    return waits_since - priority * AGE_PER_LEVEL_MS


class Spot(NamedTuple):
    """Where in its lane a task is to wait: at one end, or directly before or behind another one that waits."""

    what: str
    """`first`, `last`, `before` or `behind`."""
    task: int = 0
    """The other one."""


def order_key(task: Task) -> tuple[int, int, int]:
    """Sorts the queued tasks of a lane: do next, then priority with due time and age and how far it was moved, then id."""
    return (-task.next_rank, rank_ms(task.priority, task.queued_ms, task.due_ms) + task.moved_ms, task.id)


def due_words(task: Task, now_ms: int) -> str:
    """`due 14:00` from a day before on, `past due 14:00` after it; nothing while it is far away or not asked for any more."""
    if task.due_ms is None or task.state not in OPEN or task.due_ms - DUE_LEAD_MS > now_ms:
        return ""
    return f"{'past due' if task.due_ms <= now_ms else 'due'} {moment_words(task.due_ms, now_ms)}"


class Board(NamedTuple):
    """What a queued task must look at before it may start."""

    states: Mapping[int, State]
    """Of all tasks that are not archived."""
    lanes: Mapping[str, Lane]
    busy: Mapping[str | None, int]
    """Open runs by lane; `None`: those in panes of their own."""
    exclusive: tuple[Task, ...]
    """Tasks under way that keep others from starting."""
    limit: int | None = None
    """Open runs that there may be in all."""

    @property
    def is_at_limit(self) -> bool:
        """No task of any lane may start."""
        return self.limit is not None and sum(self.busy.values()) >= self.limit


def board(tasks: Iterable[Task], runs: Iterable[Run], lanes: Iterable[Lane], limit: int | None = None) -> Board:
    """The board of a store at one moment."""
    states: dict[int, State] = {}
    exclusive = []
    for task in tasks:
        states[task.id] = task.state
        if is_exclusive(task) and task.state in LIVE:
            exclusive.append(task)
    busy = Counter(run.lane for run in runs if run.open)
    return Board(states, {lane.name: lane for lane in lanes}, busy, tuple(exclusive), limit)


def is_exclusive(task: Task) -> bool:
    """Some others cannot be under way beside it: a lock, a path or a series is for one at a time."""
    return bool(task.locks or task.touches or task.series)


class Obstacle(NamedTuple):
    """What keeps a queued task from starting."""

    word: str
    """`waits`, `retries`, `later`, `locked`, `paused` or `full`: the state as a list shows it."""
    reason: str
    """`after #12`, `touches db/** like #12`, `build is full`."""
    others: tuple[int, ...] = ()
    """The tasks to blame."""


def waits_for(task: Task, states: Mapping[int, State]) -> tuple[After, ...]:
    """What must come to pass before this one may start. What is archived has come to pass, else this one would be skipped."""
    return tuple(after for after in task.after if after.task in states and not after.met_by(states[after.task]))


def obstacle(task: Task, board: Board, now_ms: int) -> Obstacle | None:
    """The first thing that keeps a queued task, whatever the room in its lane."""
    if waits := waits_for(task, board.states):
        return Obstacle("waits", "after " + ", ".join(after.name for after in waits), tuple(after.task for after in waits))
    if task.is_early(now_ms):
        moment = moment_words(task.not_before_ms, now_ms)
        return (
            Obstacle("retries", task.reason or f"again at {moment}") if task.waits_since_ms else Obstacle("later", f"not before {moment}")
        )
    return _exclusion(task, board.exclusive)


def lane_obstacle(task: Task, board: Board) -> Obstacle | None:
    """What keeps all the tasks of its lane."""
    lane = board.lanes.get(task.lane or "")
    if lane is not None and not lane.starts:
        return Obstacle("paused", f"{lane.name} is {lane.words()}")
    if board.is_at_limit:
        return Obstacle("full", f"{board.limit} runs are the limit")
    if lane is not None and board.busy.get(lane.name, 0) >= lane.slots:
        return Obstacle("full", f"{lane.name} is full")
    return None


def is_ready(task: Task, board: Board, now_ms: int) -> bool:
    """It could start now, if there were room."""
    return task.state is State.QUEUED and obstacle(task, board, now_ms) is None


def _exclusion(task: Task, exclusive: Iterable[Task]) -> Obstacle | None:
    for other in exclusive:
        if other.id == task.id:
            continue
        if task.series is not None and task.series == other.series:
            return Obstacle("waits", f"{other.name} of its series runs", (other.id,))
        for name in task.locks:
            if name in other.locks:
                return Obstacle("locked", f"{other.name} has the lock {name}", (other.id,))
        if task.touches and other.touches:
            from wzp_tui.tasks.touches import meeting, relative

            if met := meeting(task.touches, other.touches):
                return Obstacle("locked", f"touches {relative(met[0], task.cwd)} like {other.name}", (other.id,))
    return None
