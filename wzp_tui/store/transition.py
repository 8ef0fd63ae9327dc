"""A task's state, changed, and what follows from that for those that wait for it. Each returns the seats whose workers should look."""

import sqlite3

from wzp_tui.errors import TransitionError
from wzp_tui.store import archive, events, lanes, rows
from wzp_tui.store.wake import Seats, seats_of
from wzp_tui.tasks.task import LIVE, OPEN, After, Condition, State, Task, check_transition


def set_state(connection: sqlite3.Connection, actor: str, task: Task, new: State, reason: str = "") -> Seats:
    """Move a task, and those that are queued behind it: skipped when what they wait for can never be, queued again when it may.

    A task that is queued while it waits for what can never be is skipped at once. A held one stays held. When the task may start is
    written, too, as the record says.
    """
    touched, state = _move(connection, actor, task, new, reason), new
    if new is State.QUEUED and (dead := _dead_end(connection, task)):
        touched, state = touched | _move(connection, actor, rows.task(connection, task.id), State.SKIPPED, dead), State.SKIPPED
    touched |= _follow(connection, actor, task.id, state)
    if task.state in LIVE and new not in LIVE:
        touched |= lanes.makes_room(connection, task)
    if new in (State.FAILED, State.LOST):
        lanes.pause_on_failure(connection, actor, task, new)
    return touched


def skip_the_impossible(connection: sqlite3.Connection, actor: str, task: Task) -> Seats:
    """Skip a queued task that waits for what can never be."""
    dead = _dead_end(connection, task)
    return set_state(connection, actor, task, State.SKIPPED, dead) if dead and task.state is State.QUEUED else set()


def refuse_the_impossible(connection: sqlite3.Connection, task: Task) -> None:
    """Raise `TransitionError` where the task would be queued only to be skipped."""
    dead = _dead_end(connection, task)
    if dead:
        raise TransitionError(f"#{task.id} cannot run: {dead}; retry that one first, or release #{task.id} anyway")


def dead_waits(connection: sqlite3.Connection, task: Task) -> list[tuple[After, State]]:
    """What the task waits for and can never be, each with what became of it."""
    states = ((wait, State(connection.execute("SELECT state FROM task WHERE id = ?", (wait.task,)).fetchone()[0])) for wait in task.after)
    return [(wait, state) for wait, state in states if wait.never_met_by(state)]


def _dead_end(connection: sqlite3.Connection, task: Task) -> str:
    """Why the task cannot run; empty where it may."""
    return next((_dead_words(wait, state) for wait, state in dead_waits(connection, task)), "")


def _dead_words(wait: After, state: State) -> str:
    """`#12 failed`; `#12 done, not failed`."""
    return f"#{wait.task} {state}" if wait.condition is Condition.DONE else f"#{wait.task} {state}, not {wait.condition}"


def _move(connection: sqlite3.Connection, actor: str, task: Task, new: State, reason: str = "") -> Seats:
    check_transition(task.id, task.state, new)
    if new in OPEN:
        archive.bring_back(connection, actor, task)
    changed = connection.execute(
        "UPDATE task SET state = ?, reason = ?, changed_ms = ?, not_before_ms = ?, waits_since_ms = ?, seen = 0,"
        " next_rank = CASE WHEN ? IN ('queued', 'held') THEN next_rank ELSE 0 END WHERE id = ? AND state = ?",
        (new, reason, events.now_ms(), task.not_before_ms, task.waits_since_ms, new, task.id, task.state),
    ).rowcount
    if changed != 1:
        raise TransitionError(f"#{task.id} changed meanwhile; look at it again")
    events.record(connection, actor, "task.state", task=task.id, old=task.state, new=new, data={"reason": reason} if reason else None)
    return {seats_of(task.lane, task.id)} if new is State.QUEUED or task.lane is None else set()


def _follow(connection: sqlite3.Connection, actor: str, id: int, state: State) -> Seats:
    """Move those that wait for a task which is in this state now, and in turn those that wait for them."""
    touched: Seats = set()
    moved = [(id, state)]
    while moved:
        id, state = moved.pop()
        for waiting, condition in _dependents(connection, id):
            wait = After(id, condition)
            if wait.never_met_by(state) and waiting.state is State.QUEUED:
                touched |= _move(connection, actor, waiting, State.SKIPPED, _dead_words(wait, state))
                moved.append((waiting.id, State.SKIPPED))
            elif not wait.never_met_by(state) and waiting.state is State.SKIPPED and not _dead_end(connection, waiting):
                touched |= _move(connection, actor, waiting, State.QUEUED)
                moved.append((waiting.id, State.QUEUED))
            elif wait.met_by(state) and waiting.state is State.QUEUED:
                touched.add(seats_of(waiting.lane, waiting.id))
    return touched


def _dependents(connection: sqlite3.Connection, id: int) -> list[tuple[Task, Condition]]:
    found = connection.execute(
        "SELECT task, condition FROM task_after CROSS JOIN task ON task.id = task_after.task WHERE before = ? AND archived = 0", (id,)
    ).fetchall()
    return [(rows.task(connection, waiting), Condition(condition)) for waiting, condition in found]
