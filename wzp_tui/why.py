"""Why a task is in its state, and what keeps it from being next: facts, each with where it comes from and how old it is. Pure.

The command line, the tab Why and, in one word each, the list tell these facts; `tasks/order.py` decides them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from wzp_tui.clean import clean
from wzp_tui.store import Run, Task, View
from wzp_tui.tasks import order
from wzp_tui.tasks.countdown import countdowns
from wzp_tui.tasks.order import Board
from wzp_tui.tasks.outcome import exit_words
from wzp_tui.tasks.parse import duration_words, moment_words
from wzp_tui.tasks.policy import Service
from wzp_tui.tasks.series import Series
from wzp_tui.tasks.span import span
from wzp_tui.tasks.task import LIVE, State
from wzp_tui.tasks.words import names, place_word, with_reason

_NAMED = 5
"""Tasks that are named before the rest is counted."""


class Fact(NamedTuple):
    """One thing that is known."""

    name: str
    """What it is about, in one word: `state`, `after`, `place`."""
    text: str
    source: str = "store"
    """`store`, `lock`, or `file`: what says so."""
    at_ms: int | None = None
    """Since when it holds, in milliseconds of Unix time; `None`: looked at just now."""
    cure: str = ""
    """The verb that changes it, without the program's name: `lane resume build`."""


class Around(NamedTuple):
    """What a task is compared with, at one moment."""

    board: Board
    before: Mapping[int, Task]
    """The tasks that it waits for, as far as they are not archived."""
    in_lane: Sequence[int]
    """The tasks under way in its lane."""
    queue: Sequence[Task]
    """The ready tasks of its lane, the next first."""
    series: Series | None = None
    """The series that added it."""
    pane: int | None = None
    """The pane that shows its run."""


class Seen(NamedTuple):
    """What was looked at beside the store; `None`: it was not."""

    taker: bool = True
    """Somebody would take a task of its lane: a worker, or a tower that opens panes."""
    worker: bool | None = None
    """The run's worker is there."""
    child: int | None = None
    """The process id of the run's command."""
    heard_ms: int | None = None
    """When the run printed something last; asked for where it must not fall silent."""
    log: str | None = None
    """The log of the run; `""` where nothing was recorded."""


def around(view: View, task: Task, now_ms: int) -> Around:
    """What a task is compared with in a view of the store."""
    board = view.board
    earlier = {after.task for after in task.after}
    ready = (each for each in view.tasks if each.lane == task.lane and order.is_ready(each, board, now_ms))
    return Around(
        board,
        {each.id: each for each in view.tasks if each.id in earlier},
        sorted(run.task for run in view.runs.values() if run.open and run.lane == task.lane),
        sorted(ready, key=order.order_key) if task.state is State.QUEUED else (),
        next((each for each in view.series if each.id == task.series), None),
    )


def why(task: Task, run: Run | None, around: Around, seen: Seen, now_ms: int) -> tuple[Fact, ...]:
    """What is known of a task that explains its state, the most telling first."""
    return tuple(_facts(task, run, around, seen, now_ms))


def _facts(task: Task, run: Run | None, around: Around, seen: Seen, now_ms: int) -> Iterator[Fact]:
    yield Fact("state", _state(task, run), at_ms=task.changed_ms, cure=_cure(task))
    if task.state is State.QUEUED:
        yield from _queued(task, around, seen, now_ms)
    elif task.after:
        yield from _before(task, around)
    if task.due_ms is not None:
        past = ", which is past" if order.due_words(task, now_ms).startswith("past") else ""
        yield Fact("due", moment_words(task.due_ms, now_ms) + past)
    if task.series is not None:
        yield _series(task, around, now_ms)
    if task.needs_you and task.state in (State.FAILED, State.LOST):
        yield Fact("seen", "not yet", cure=f"task done {task.id}")
    if run is not None:
        yield from _live(task, run, around, seen, now_ms) if task.state in LIVE else _ended(run, seen)


def _state(task: Task, run: Run | None) -> str:
    """`held by you`, `failed: exit 3`, `failed: exit 3, seen`."""
    words = with_reason(str(task.state), clean(task.reason, 1000))
    if run is not None and run.detail and task.state is State.FAILED:
        words += f", {clean(run.detail, 1000)}"
    return f"{words}, seen" if task.seen and task.state in (State.FAILED, State.LOST) else words


def _cure(task: Task) -> str:
    match task.state:
        case State.HELD:
            return f"task release {task.id}"
        case State.SKIPPED:
            return f"task release {task.id} --anyway"
        case State.FAILED | State.LOST:
            return f"task retry {task.id}"
    return ""


# -- what waits --------------------------------------------------------------------------------------------------------------------


def _queued(task: Task, around: Around, seen: Seen, now_ms: int) -> Iterator[Fact]:
    waits = tuple(_before(task, around))
    yield from waits
    kept = order.obstacle(task._replace(after=()), around.board, now_ms)
    then = tuple(Fact("then", each.text) for each in countdowns(task, None, now_ms))
    yield from then
    if kept is not None and not then:
        left = f", in {duration_words((task.not_before_ms - now_ms) / 1000)}" if task.not_before_ms > now_ms else ""
        yield Fact("kept", clean(kept.reason, 1000) + left)
    yield from _room(task, around)
    if not waits and kept is None and task.lane is not None:
        ids = [each.id for each in around.queue]
        if task.id in ids:
            ahead = ids[: ids.index(task.id)]
            behind = f", behind {names(ahead, _NAMED)}" if ahead else ""
            yield Fact("place", f"{place_word(len(ahead) + 1)} in {task.lane}{behind}")
    if not seen.taker:
        text = "no tower and no worker is there to take it" if task.lane else "no tower is there to open its pane"
        yield Fact("taker", f"{text}; start `wzp-tui`, or `wzp-tui tower --headless`", "lock")


def _series(task: Task, around: Around, now_ms: int) -> Fact:
    again = f", every {around.series.every}" if around.series else ", which was removed"
    tick = f"the tick of {moment_words(task.tick_ms, now_ms)}" if task.tick_ms else "asked for beside the ticks"
    return Fact("series", f"@{task.series}{again}: {tick}")


def _before(task: Task, around: Around) -> Iterator[Fact]:
    """What it waits for; of a task that has started, what it waited for."""
    waits = order.waits_for(task, around.board.states)
    for after in task.after if task.state is not State.QUEUED else waits:
        earlier = around.before.get(after.task)
        if earlier is None:
            yield Fact("after", f"{after.name}, archived")
        else:
            yield Fact("after", f"{after.name} {clean(earlier.title, 60)}, which is {earlier.state}", at_ms=earlier.changed_ms)


def _room(task: Task, around: Around) -> Iterator[Fact]:
    board = around.board
    if (room := order.lane_obstacle(task, board)) is None:
        return
    lane = board.lanes.get(task.lane or "")
    if lane is not None and not lane.starts:
        yield Fact("lane", clean(room.reason, 200), cure=f"lane resume {lane.name}")
    elif board.is_at_limit:
        yield Fact("limit", room.reason, cure="lane limit none")
    elif lane is not None:
        yield Fact("lane", f"{room.reason}: {names(around.in_lane, _NAMED)} ha{'s' if len(around.in_lane) == 1 else 've'} its slots")


# -- what runs, or ran -------------------------------------------------------------------------------------------------------------


def _live(task: Task, run: Run, around: Around, seen: Seen, now_ms: int) -> Iterator[Fact]:
    place = f"in {run.lane}/{run.slot}" if run.lane else "in a pane of its own"
    pane = ", without a pane now" if run.detached else f", pane %{around.pane}" if around.pane is not None else ""
    yield Fact("attempt", f"{run.attempt} {place}{pane}", at_ms=run.started_ms)
    yield Fact("runs for", duration_words(max(0, now_ms - run.started_ms) / 1000))
    if run.stop:
        yield Fact("asked to", run.stop)
    if task.policy.service:
        yield from _service(task.policy.service, run)
    for then in countdowns(task, run, now_ms, seen.heard_ms):
        yield Fact("then", then.text)
    yield Fact("worker", _worker(run, seen), "store" if seen.worker is None else "lock")
    if seen.log:
        yield Fact("log", seen.log, "file")


def _service(service: Service, run: Run) -> Iterator[Fact]:
    ready, alive = service.ready, service.alive
    if run.ready_ms is not None:
        asked = f", since {clean(ready.name, 200)} gave a good answer" if ready else ""
        yield Fact("service", f"it serves{asked}", at_ms=run.ready_ms)
        if alive:
            yield Fact("service", f"{clean(alive.name, 200)} is asked every {span(alive.every)} whether it is alive")
    elif ready:
        yield Fact("service", f"it serves as soon as {clean(ready.name, 200)} gives a good answer")


def _worker(run: Run, seen: Seen) -> str:
    name = f"process {run.worker} on {clean(run.tty, 60) or 'no terminal'}"
    if run.orphaned:
        child = f", process {seen.child}," if seen.child else ""
        return f"{name}: gone; the command{child} goes on, and nobody will see how it exits"
    return f"{name}: not there; the next look at the store judges the run" if seen.worker is False else name


def _ended(run: Run, seen: Seen) -> Iterator[Fact]:
    if run.took_ms is None:
        return
    took = duration_words(run.took_ms / 1000)
    words = exit_words(run.exit, run.signal, run.reason)
    exact = f" ({exit_words(run.exit, run.signal)})" if run.reason and run.exit is not None else ""
    seat = f" in {run.lane}/{run.slot}" if run.lane else ""
    yield Fact("attempt", f"{run.attempt}{seat}, worker {run.worker}", at_ms=run.started_ms)
    yield Fact("ended", f"{clean(words, 400)}{exact} after {took}", at_ms=run.ended_ms)
    if seen.log is not None:
        yield Fact("log", seen.log or "it printed nothing that was recorded", "file")
