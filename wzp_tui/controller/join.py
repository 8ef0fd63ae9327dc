"""What the mux shows and what the store says, joined into one `Snapshot`. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wzp_tui.controller.snapshot import LaneRow, MuxState, PaneRow, Section, Snapshot, TaskRow
from wzp_tui.panes import Pane
from wzp_tui.store import Lane, Run, Task, View
from wzp_tui.tasks import order
from wzp_tui.tasks.order import Board, Obstacle
from wzp_tui.tasks.policy import exit_words
from wzp_tui.tasks.task import OPEN, State


class Holder(NamedTuple):
    """The worker in a slot, as its lock file names it."""

    mux: str
    tty: str


Holders = Mapping[tuple[str, int], Holder]
"""The workers that hold a slot now, by lane and slot."""


def join(
    view: View,
    panes: Sequence[Pane],
    holders: Holders,
    mux: MuxState,
    *,
    own_pane: int | None,
    opens_panes: bool,
    trouble: str,
    now_ms: int,
    before: Snapshot | None = None,
) -> Snapshot:
    """One frozen value of all. Rows that are as in the Snapshot `before` are the same objects, so that followers compare fast."""
    by_tty = {(pane.mux, pane.tty): pane for pane in panes if pane.tty}
    board = view.board
    obstacles = {task.id: order.obstacle(task, board, now_ms) for task in view.tasks if task.state is State.QUEUED}
    open_runs = [run for run in view.runs.values() if run.open]
    queued = Counter(task.lane for task in view.tasks if task.state is State.QUEUED)
    lanes = tuple(_lane_row(lane, queued[lane.name], open_runs, holders) for lane in view.lanes)
    places = _positions(view.tasks, obstacles)
    known = {row.task.id: row for row in before.tasks} if before else {}
    rows = []
    for task in view.tasks:
        run, row = view.runs.get(task.id), known.get(task.id)
        if row is None or row.task is not task or row.run is not run or task.state in _MOVING:
            fresh = _task_row(task, run, by_tty, board, obstacles.get(task.id), places)
            row = row if row == fresh else fresh
        rows.append(row)
    rows.sort(key=_list_order)
    runs_by_tty = {(run.mux, run.tty): run for run in open_runs if not run.detached}
    seats = {(holder.mux, holder.tty): f"{lane}/{slot}" for (lane, slot), holder in holders.items()}
    pane_rows = tuple(
        PaneRow(
            pane,
            run.task if (run := runs_by_tty.get((pane.mux, pane.tty))) and pane.tty else None,
            seats.get((pane.mux, pane.tty), ""),
            pane.id == own_pane,
        )
        for pane in panes
    )
    return Snapshot(
        mux=mux,
        tasks=tuple(rows),
        panes=pane_rows,
        lanes=lanes,
        workspaces=tuple(sorted({pane.workspace for pane in panes} | {task.workspace for task in view.tasks})),
        events=view.events,
        opens_panes=opens_panes,
        trouble=trouble,
        taken_ms=now_ms,
    )


_MOVING = OPEN - {State.HELD}
"""States that are told in words which depend on other tasks, on panes and on the time."""


def _lane_row(lane: Lane, queued: int, open_runs: Sequence[Run], holders: Holders) -> LaneRow:
    return LaneRow(
        lane,
        busy=sum(run.lane == lane.name for run in open_runs),
        workers=sum(name == lane.name for name, _ in holders),
        queued=queued,
    )


def _positions(tasks: Sequence[Task], obstacles: Mapping[int, Obstacle | None]) -> dict[int, int]:
    """The place of each ready task in its lane's queue: 1 is next."""
    queues: dict[str, list[Task]] = {}
    for task in tasks:
        if task.lane is not None and task.state is State.QUEUED and obstacles[task.id] is None:
            queues.setdefault(task.lane, []).append(task)
    return {task.id: place for queue in queues.values() for place, task in enumerate(sorted(queue, key=order.order_key), 1)}


def _task_row(
    task: Task,
    run: Run | None,
    by_tty: Mapping[tuple[str, str], Pane],
    board: Board,
    obstacle: Obstacle | None,
    places: Mapping[int, int],
) -> TaskRow:
    pane = by_tty.get((run.mux, run.tty)) if run and run.open and run.tty and not run.detached else None
    word, reason = _words(task, run, board, obstacle, places)
    return TaskRow(
        task=task,
        run=run,
        section=_section(task),
        word=word,
        reason=reason,
        where=_where(task, run, pane),
        pane=pane.id if pane else None,
        since_ms=run.started_ms if run and run.open else task.changed_ms,
    )


def _section(task: Task) -> Section:
    if task.state in (State.FAILED, State.LOST) and not task.seen:
        return Section.FAILED if task.state is State.FAILED else Section.NEEDS_YOU
    if task.state in (State.ASKING, State.REVIEW):
        return Section.NEEDS_YOU
    if task.state in (State.RUNNING, State.SERVING):
        return Section.RUNNING
    return Section.QUEUED if task.state in (State.QUEUED, State.HELD) else Section.DONE


def _where(task: Task, run: Run | None, pane: Pane | None) -> str:
    if run and run.lane and (run.open or task.state not in (State.QUEUED, State.HELD)):
        return f"{run.lane}/{run.slot}"
    if pane:
        return pane.name
    return task.lane or task.place


def _words(task: Task, run: Run | None, board: Board, obstacle: Obstacle | None, places: Mapping[int, int]) -> tuple[str, str]:
    match task.state:
        case State.RUNNING | State.SERVING | State.ASKING | State.REVIEW if run:
            return _live_words(task, run)
        case State.QUEUED:
            return (obstacle.word, obstacle.reason) if obstacle else _ready_words(task, board, places)
        case State.FAILED if run:
            return exit_words(run.exit, run.signal) if run.exit is not None or run.signal else "failed", run.reason or run.detail
    return str(task.state), task.reason


def _live_words(task: Task, run: Run) -> tuple[str, str]:
    if run.orphaned:
        return "orphaned", "its worker is gone and it goes on; nobody will see how it exits"
    if run.stop in ("stop", "kill"):
        return "stopping", "asked by you"
    return str(task.state), "no pane" if run.detached else task.reason


def _ready_words(task: Task, board: Board, places: Mapping[int, int]) -> tuple[str, str]:
    room = order.lane_obstacle(task, board)
    if task.lane is None:
        word, reason = ("asked", "typed into the shell") if task.place == "shell" else ("opening", "")
        return (room.word, room.reason) if room else (word, reason)
    place = places[task.id]
    tells = room is not None and (place == 1 or room.word == "paused")
    return "next" if place == 1 else _ordinal(place), room.reason if room and tells else ""


def _ordinal(number: int) -> str:
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _list_order(row: TaskRow) -> tuple[int, ...]:
    task = row.task
    match row.section:
        case Section.QUEUED:
            return (row.section, task.state is State.HELD, *order.order_key(task))
        case Section.RUNNING:
            return (row.section, row.since_ms, task.id)
    return (row.section, -row.since_ms, task.id)
