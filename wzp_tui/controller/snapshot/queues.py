"""Who could start now: the queue of each lane, kept while tasks come, change and go."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush

from wzp_tui.controller.ranked import Ranked
from wzp_tui.store import Lane, Task
from wzp_tui.tasks import order
from wzp_tui.tasks.order import Board, Obstacle
from wzp_tui.tasks.task import LIVE, OPEN, State

PLACES = 99
"""So many places of a queue are told. Behind them a task is `queued`, so that a start at the head is no news for ten thousand."""

NAMED = 2
"""So many of those before a task are named."""


class Queues:
    """The ready tasks by lane, the next first; those for a pane of their own under `None`."""

    def __init__(self) -> None:
        self.ready: dict[str | None, tuple[Task, ...]] = {}
        self.queued: Counter[str | None] = Counter()
        """Tasks by lane that are ready, or kept by something."""
        self.obstacles: dict[int, Obstacle] = {}
        """What keeps a task, by its id."""
        self.rooms: dict[str | None, Obstacle | None] = {}
        """What keeps all the tasks of a lane."""
        self._tasks: dict[int, Task] = {}
        self._states: dict[int, State] = {}
        self._behind: defaultdict[int, set[int]] = defaultdict(set)
        """The tasks that name a task in their `after`."""
        self._wary: set[int] = set()
        """Those that may be kept by what another one has for itself."""
        self._exclusive: dict[int, Task] = {}
        """Those under way that have something for themselves."""
        self._due: list[tuple[int, int]] = []
        """When which task may start, is nearly due, or past due: a heap."""
        self._day: object = None
        self._now_ms = 0
        self._sorted: defaultdict[str | None, Ranked[Task]] = defaultdict(lambda: Ranked(order.order_key))
        self._standing: dict[int, Task] = {}
        """The ready tasks as they were sorted in."""
        self._heads: dict[str | None, dict[int, int]] = {}

    def patch(
        self,
        changed: Mapping[int, Task | None],
        lanes: Sequence[Lane],
        busy: Mapping[str | None, int],
        limit: int | None,
        now_ms: int,
    ) -> set[int]:
        """Learn tasks by id, `None` for one that is gone. Returns the ids of all whose state, obstacle or told place may be another one."""
        exclusive = dict(self._exclusive)
        for id, task in changed.items():
            self._forget(id)
            if task is not None:
                self._learn(task, now_ms)
        under_way = tuple(self._exclusive[id] for id in sorted(self._exclusive))  # whoever looks blames the same one
        board = Board(self._states, {lane.name: lane for lane in lanes}, busy, under_way, limit)
        moved = set(changed).union(*(self._behind[id] for id in changed if id in self._behind), self._come_due(now_ms))
        if exclusive != self._exclusive:
            moved |= self._wary
        for lane in self._sort_in(moved, board, now_ms):
            moved |= self._number(lane)
        return moved | self._look_for_room(board)

    def place(self, task: Task) -> int | None:
        """The place of a ready task in its queue: 1 is next; `None` behind those that are told."""
        return self._heads[task.lane].get(task.id)

    def ahead(self, task: Task, place: int) -> Sequence[int]:
        """The tasks before this one."""
        return [other.id for other in self.ready[task.lane][: place - 1]]

    @property
    def due_ms(self) -> int | None:
        """When the next task is told in other words, or may start."""
        return self._due[0][0] if self._due else None

    # -- learning --------------------------------------------------------------------------------------------------------------

    def _forget(self, id: int) -> None:
        if (task := self._tasks.pop(id, None)) is None:
            return
        del self._states[id]
        self.queued[task.lane] -= task.state is State.QUEUED
        self._wary.discard(id)
        self._exclusive.pop(id, None)
        for after in task.after:
            self._behind[after.task].discard(id)

    def _learn(self, task: Task, now_ms: int) -> None:
        self._tasks[task.id] = task
        self._states[task.id] = task.state
        self.queued[task.lane] += task.state is State.QUEUED
        for after in task.after:
            self._behind[after.task].add(task.id)
        self._wait_for(task, now_ms)
        if order.is_exclusive(task):
            if task.state is State.QUEUED:
                self._wary.add(task.id)
            elif task.state in LIVE:
                self._exclusive[task.id] = task

    def _wait_for(self, task: Task, now_ms: int) -> None:
        """Note when the task is to be looked at again, though nobody changed it."""
        moments = [task.not_before_ms, task.waits_since_ms] if task.state is State.QUEUED else []
        if task.due_ms is not None and task.state in OPEN:
            moments += [task.due_ms - order.DUE_LEAD_MS, task.due_ms]
        for at in moments:
            if at > now_ms:
                heappush(self._due, (at, task.id))

    # -- moving ----------------------------------------------------------------------------------------------------------------

    def _come_due(self, now_ms: int) -> set[int]:
        """Those whose time has come. All that have one on another day, since times are told by day and hour, and on a clock set back."""
        day, self._day = self._day, time.localtime(now_ms / 1000)[:3]
        before, self._now_ms = self._now_ms, now_ms
        if day == self._day and before <= now_ms:
            found = set()
        else:
            found = {task.id for task in self._tasks.values() if task.not_before_ms or task.due_ms}
            self._due.clear()
            for id in found:
                self._wait_for(self._tasks[id], now_ms)
        while self._due and self._due[0][0] <= now_ms:
            found.add(heappop(self._due)[1])
        return found

    def _sort_in(self, ids: Iterable[int], board: Board, now_ms: int) -> Iterable[str | None]:
        """Bring these tasks into their queues, or out of them; returns the lanes whose queue is another one."""
        gone: defaultdict[str | None, list[Task]] = defaultdict(list)
        come: defaultdict[str | None, list[Task]] = defaultdict(list)
        for id in ids:
            self.obstacles.pop(id, None)
            if old := self._standing.pop(id, None):
                gone[old.lane].append(old)
            task = self._tasks.get(id)
            if task is None or task.state is not State.QUEUED:
                continue
            if obstacle := order.obstacle(task, board, now_ms):
                self.obstacles[id] = obstacle
            else:
                self._standing[id] = task
                come[task.lane].append(task)
        lanes = gone.keys() | come.keys()
        for lane in lanes:
            self._sorted[lane].patch(gone[lane], come[lane])
            self.ready[lane] = tuple(self._sorted[lane])
        return lanes

    def _number(self, lane: str | None) -> set[int]:
        """Number the head of a queue; returns the tasks whose told place is another one."""
        before = self._heads.get(lane, {})
        heads = self._heads[lane] = {task.id: place for place, task in enumerate(self.ready[lane][:PLACES], 1)}
        if list(heads)[:NAMED] != list(before)[:NAMED]:
            return heads.keys() | before.keys()
        return {id for id, _ in heads.items() ^ before.items()}

    def _look_for_room(self, board: Board) -> set[int]:
        """Ask each lane whether one more may start; returns the tasks that tell of another answer."""
        stale: set[int] = set()
        for lane, queue in self.ready.items():
            room = order.lane_obstacle(queue[0], board) if queue else None
            if room != self.rooms.get(lane):
                self.rooms[lane] = room
                stale.update(self._heads[lane] if lane else (task.id for task in queue))
        return stale
