"""What must hold of the queue at every moment, whoever did whatever before. Each rule returns what breaks it, in words."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from wzp_tui.store import Event, Lane, Seat, View
from wzp_tui.tasks import order
from wzp_tui.tasks.lane import DEFAULT, DEFAULT_SLOTS
from wzp_tui.tasks.task import LIVE, OPEN, State, Task
from wzp_tui.tasks.touches import meeting


def next_of(view: View, seat: Seat, now_ms: int) -> int | None:
    """What a seat would claim by the rules of tasks/order.py alone."""
    board = view.board
    if seat.task is None:
        lane = board.lanes.get(seat.lane or "")
        taken = any(run.open and (run.lane, run.slot) == (seat.lane, seat.slot) for run in view.runs.values())
        if lane is None or taken or (seat.slot or 0) > lane.slots:
            return None
    mine = [task for task in view.tasks if task.lane == seat.lane and seat.task in (None, task.id)]
    ready = [task for task in mine if order.is_ready(task, board, now_ms) and not order.lane_obstacle(task, board)]
    return min(ready, key=order.order_key).id if ready else None


def apart(view: View) -> Iterator[str]:
    """What has something for itself has it alone."""
    for one, other in combinations([task for task in view.tasks if task.state in LIVE], 2):
        both = f"{one.name} and {other.name} are under way"
        if shared := set(one.locks) & set(other.locks):
            yield f"{both} with the lock {', '.join(sorted(shared))}"
        if met := meeting(one.touches, other.touches):
            yield f"{both} and touch {met[0]}"
        if one.series is not None and one.series == other.series:
            yield f"{both}, both of series {one.series}"


def room(view: View, begun: Task) -> Iterator[str]:
    """The start of this task was within the slots of its lane and the limit of all."""
    open_runs = [run for run in view.runs.values() if run.open]
    if view.limit is not None and len(open_runs) > view.limit:
        yield f"{begun.name} began as run {len(open_runs)} of {view.limit}"
    for lane in view.lanes:
        busy = [run for run in open_runs if run.lane == lane.name]
        if lane.name == begun.lane and (len(busy) > lane.slots or not lane.starts):
            yield f"{begun.name} began in {lane}, beside {len(busy) - 1}"
    for (lane_name, slot), count in Counter((run.lane, run.slot) for run in open_runs if run.lane).items():
        if count > 1:
            yield f"{lane_name}/{slot} has {count} runs"


def reasons(view: View, states: Mapping[int, State], now_ms: int) -> Iterator[str]:
    """What is queued may start, or something keeps it that will pass; what is skipped waits for what can never be.

    `states`: of all tasks, the archived ones too.
    """
    board = view.board
    for task in view.tasks:
        dead = [wait.name for wait in task.after if wait.never_met_by(states[wait.task])]
        if task.state is State.SKIPPED and not dead:
            yield f"{task.name} is skipped ({task.reason}), and nothing keeps it from running"
        if task.state is not State.QUEUED:
            continue
        if dead:
            yield f"{task.name} is queued, and waits for {', '.join(dead)} for ever"
        kept = order.obstacle(task, board, now_ms)
        if kept is None:
            continue
        if not kept.reason:
            yield f"{task.name} is kept, and nothing says why"
        if kept.word == "waits" and any(states[other] not in OPEN for other in kept.others):
            yield f"{task.name} waits {kept.reason}, which has ended"
        if kept.word == "locked" and any(states[other] not in LIVE for other in kept.others):
            yield f"{task.name} is locked by {kept.reason}, which is not under way"
        if kept.word == "retries" and task.not_before_ms - now_ms > task.policy.backoff.most * 1000:
            wait = (task.not_before_ms - now_ms) / 1000
            yield f"{task.name} is tried again in {wait:.0f} s, its longest delay is {task.policy.backoff.most} s"
    yield from _circles(view)


def _circles(view: View) -> Iterator[str]:
    after = {task.id: {wait.task for wait in task.after} for task in view.tasks if task.state in OPEN}
    while free := [id for id, waits in after.items() if not waits & after.keys()]:
        for id in free:
            del after[id]
    if after:
        yield f"{sorted(after)} wait for each other"


class Told(NamedTuple):
    """What the history says of lanes and limit."""

    lanes: dict[str, tuple[int, bool, bool]]
    """Slots, paused, draining."""
    limit: int | None

    @classmethod
    def by(cls, events: "tuple[Event, ...]") -> "Told":
        lanes, limit = {DEFAULT: (DEFAULT_SLOTS, False, False)}, None
        for event in events:
            name = event.data.get("lane")
            match event.kind:
                case "lane.set":
                    lanes[name] = (int(event.new or 0), *lanes.get(name, (0, False, False))[1:])
                case "lane.paused" | "lane.resumed" | "lane.draining":
                    lanes[name] = (lanes[name][0], event.kind == "lane.paused", event.kind == "lane.draining")
                case "lane.removed":
                    del lanes[name]
                case "limit.set":
                    limit = None if event.new == "none" else int(event.new or 0)
        return cls(lanes, limit)

    @classmethod
    def of(cls, lanes: tuple[Lane, ...], limit: int | None) -> "Told":
        return cls({lane.name: (lane.slots, lane.paused, lane.draining) for lane in lanes}, limit)
