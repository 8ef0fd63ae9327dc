"""Why a task is in its state: facts, each with where it comes from and how old it is."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from wzp_tui.clean import clean
from wzp_tui.inpane.log import heard_ms
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Run, Task, View, liveness
from wzp_tui.tasks import order
from wzp_tui.tasks.countdown import countdowns
from wzp_tui.tasks.outcome import exit_words
from wzp_tui.tasks.parse import duration_words, moment_words
from wzp_tui.tasks.policy import Service
from wzp_tui.tasks.span import span
from wzp_tui.tasks.task import LIVE, Condition, State

_NAMED = 5
"""Tasks that are named before the rest is counted."""


class Fact(NamedTuple):
    """One thing that is known."""

    text: str
    source: str
    """`store`, `lock`, or the file that says so."""
    at_ms: int | None = None
    """Since when it holds, in milliseconds of Unix time; `None`: looked at just now."""


def why(view: View, task: Task, folder: StoreFolder, now_ms: int) -> tuple[Fact, ...]:
    """What is known of a task that explains its state, the most telling first."""
    run = view.runs.get(task.id)
    return tuple(_facts(view, task, run, folder, now_ms))


def _facts(view: View, task: Task, run: Run | None, folder: StoreFolder, now_ms: int) -> Iterator[Fact]:
    reason = f": {clean(task.reason)}" if task.reason else ""
    yield Fact(f"{task.state}{reason}", "store", task.changed_ms)
    if task.state is State.HELD:
        yield Fact(f"it is held until `wzp-tui task release {task.id}`, or until it is assigned", "store")
    elif task.state is State.QUEUED:
        yield from _queued(view, task, folder, now_ms)
    elif task.state in LIVE and run is not None:
        yield from _live(task, run, folder, now_ms)
    elif task.state is State.SKIPPED:
        yield Fact("what it waits for will not be done; a retry of that queues this one, too", "store")
    if due := order.due_words(task, now_ms):
        yield Fact(f"it is {due}", "store")
    if task.series is not None:
        yield from _series(view, task, now_ms)
    if run is not None and task.state not in LIVE:
        yield from _ended(run, folder)
    if task.state is State.FAILED:
        yield Fact("you have seen it" if task.seen else f"not seen yet; `wzp-tui task done {task.id}` says you have", "store")


def _queued(view: View, task: Task, folder: StoreFolder, now_ms: int) -> Iterator[Fact]:
    board = view.board
    by_id = {each.id: each for each in view.tasks}
    waits = order.waits_for(task, board.states)
    for wait in waits:
        earlier = by_id[wait.task]
        to_be = "" if wait.condition is Condition.DONE else f" to be {wait.condition}"
        yield Fact(f"waits for #{wait.task} {clean(earlier.title, 60)}{to_be}, which is {earlier.state}", "store", earlier.changed_ms)
    for then in countdowns(task, None, now_ms):
        yield Fact(then.text, "store")
    if task.not_before_ms > now_ms and not task.reason:
        left = duration_words((task.not_before_ms - now_ms) / 1000)
        yield Fact(f"it starts not before {moment_words(task.not_before_ms, now_ms)}, in {left}", "store")
    if not waits and task.not_before_ms <= now_ms and (kept := order.obstacle(task, board, now_ms)):
        yield Fact(kept.reason, "store")
    if board.is_at_limit:
        yield Fact(f"{view.limit} runs are under way, and that is the limit of all lanes together", "store")
    if task.lane is None:
        if not liveness.has_taker(folder, None):
            yield Fact("no tower is there to open its pane; start `wzp-tui`, or `wzp-tui tower --headless`", "lock")
        return
    lane = next((each for each in view.lanes if each.name == task.lane), None)
    if lane is not None and lane.paused:
        yield Fact(f"lane {lane.name} is paused; `wzp-tui lane resume {lane.name}` lets it go on", "store")
    taken = sorted(run.task for run in view.runs.values() if run.open and run.lane == task.lane)
    if lane is not None and len(taken) >= lane.slots:
        yield Fact(f"all {lane.slots} slots of lane {lane.name} are taken, by {_names(taken)}", "store")
    if order.is_ready(task, board, now_ms):
        rivals = [each for each in view.tasks if each.lane == task.lane and order.is_ready(each, board, now_ms)]
        ahead = [each.id for each in sorted(rivals, key=order.order_key) if order.order_key(each) < order.order_key(task)]
        yield Fact(f"{_names(ahead)} of lane {task.lane} come first" if ahead else f"it is the next one of lane {task.lane}", "store")
    if not liveness.has_taker(folder, task.lane):
        yield Fact("no tower and no worker is there to take it; start `wzp-tui`, or `wzp-tui tower --headless`", "lock")


def _series(view: View, task: Task, now_ms: int) -> Iterator[Fact]:
    series = next((each for each in view.series if each.id == task.series), None)
    again = f", every {series.every}" if series else ", which was removed"
    tick = f"the tick of {moment_words(task.tick_ms, now_ms)}" if task.tick_ms else "asked for beside the ticks"
    yield Fact(f"it is of series @{task.series}{again}: {tick}", "store")


def _live(task: Task, run: Run, folder: StoreFolder, now_ms: int) -> Iterator[Fact]:
    place = f"slot {run.slot} of lane {run.lane}" if run.lane else "a pane of its own"
    tries = f"attempt {run.attempt}"
    yield Fact(f"{tries}, in {place}, on {run.tty or 'no terminal'}", "store", run.started_ms)
    if run.orphaned:
        child = liveness.child_process(folder, run)
        process = f", process {child.pid}," if child else ""
        yield Fact(f"its worker is gone; the command{process} goes on, and nobody will see how it exits", "lock")
    elif liveness.worker_holds(folder, run):
        yield Fact(f"its worker, process {run.worker}, is there", "lock")
    else:
        yield Fact(f"its worker, process {run.worker}, is not there; the next look at the store judges it", "lock")
    if run.detached:
        yield Fact("its pane is gone; it goes on without one", "store")
    if run.stop:
        yield Fact(f"you asked it to {run.stop}", "store")
    if service := task.policy.service:
        yield from _service(service, run)
    for then in countdowns(task, run, now_ms, heard_ms(folder, run) if task.policy.quiet else None):
        yield Fact(then.text, "store")
    yield Fact(f"its log is {folder.log(run.id)}", "store")


def _service(service: Service, run: Run) -> Iterator[Fact]:
    if run.ready_ms is not None:
        asked = f", since {clean(service.ready.name, 200)} gave a good answer" if service.ready else ""
        yield Fact(f"it serves{asked}", "store", run.ready_ms)
        if service.alive:
            yield Fact(f"{clean(service.alive.name, 200)} is asked every {span(service.alive.every)} whether it is alive", "store")
    elif service.ready:
        yield Fact(f"it serves as soon as {clean(service.ready.name, 200)} gives a good answer", "store")


def _ended(run: Run, folder: StoreFolder) -> Iterator[Fact]:
    if run.ended_ms is None:
        return
    took = duration_words(max(0, run.ended_ms - run.started_ms) / 1000)
    exit = exit_words(run.exit, run.signal) if run.exit is not None or run.signal else "its exit is not known"
    yield Fact(f"attempt {run.attempt}: {exit} after {took}", "store", run.ended_ms)
    log = folder.log(run.id)
    yield Fact(f"its log is {log}" if os.path.exists(log) else "it printed nothing that was recorded", "file")


def _names(ids: list[int]) -> str:
    names = ", ".join(f"#{id}" for id in ids[:_NAMED])
    return names if len(ids) <= _NAMED else f"{names} and {len(ids) - _NAMED} more"
