"""What users did to tasks and can take back: the fields of before. Every function works inside a write transaction of its caller."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from wzp_tui.errors import TransitionError, WzpError
from wzp_tui.store import archive, change, events, rows
from wzp_tui.store.wake import Seats
from wzp_tui.tasks.parse_policy import read_policy
from wzp_tui.tasks.policy import Policy
from wzp_tui.tasks.task import After, Condition, Priority, State, Task

KEPT = 10_000
"""So many changes are remembered; of the last deed, all."""
GAVE_WAY = "gave way"
"""What became of a task when another one was moved beside it. It comes before that one."""
AT_ONCE = 500
"""Changes that are taken back in one transaction."""


def begin(connection: sqlite3.Connection) -> int:
    """The mark of a new deed, which all its changes share: its time in milliseconds, or the next free one after the last deed."""
    last_id, last_ms = connection.execute("SELECT id, at_ms FROM deed ORDER BY id DESC LIMIT 1").fetchone() or (0, 0)
    connection.execute("DELETE FROM deed WHERE id <= ?", (last_id - KEPT,))
    return max(events.now_ms(), last_ms + 1)


def remember(connection: sqlite3.Connection, actor: str, mark: int, was: str, task: Task, fields: tuple[str, ...]) -> None:
    """A user changed these fields of the task."""
    before = {name: _plain(getattr(task, name)) for name in fields}
    connection.execute(
        "INSERT INTO deed (at_ms, actor, was, task, before) VALUES (?, ?, ?, ?, ?)", (mark, actor, was, task.id, json.dumps(before))
    )


def forget_last(connection: sqlite3.Connection, actor: str, task: int) -> None:
    """The last change of this task is taken back, and with it what gave way to it."""
    found = connection.execute(
        "SELECT id, actor, at_ms FROM deed WHERE task = ? AND undone = 0 AND was <> ? ORDER BY id DESC LIMIT 1", (task, GAVE_WAY)
    ).fetchone()
    if found is None:
        return
    connection.execute("UPDATE deed SET undone = 1 WHERE id = ?", (found[0],))
    before = "SELECT id, actor, at_ms, was, task, before FROM deed WHERE id < ? ORDER BY id DESC"
    for id, *deed, was, other, fields in connection.execute(before, (found[0],)):
        if (*deed, was) != (*found[1:], GAVE_WAY):
            break
        connection.execute("UPDATE deed SET undone = 1 WHERE id = ?", (id,))
        _go_back(connection, actor, rows.task(connection, other), json.loads(fields)["moved_ms"])


def _go_back(connection: sqlite3.Connection, actor: str, task: Task, moved_ms: int) -> None:
    if task.state in (State.HELD, State.QUEUED):
        change.set_rank(connection, task, moved_ms)
        events.record(connection, actor, "task.gave_way", task=task.id)


class Deed(NamedTuple):
    """What one call did to one task or to many."""

    actor: str
    mark: int


def last(connection: sqlite3.Connection) -> Deed:
    """The last one that was not taken back, whoever did it. Raises `TransitionError` where there is none."""
    row = connection.execute("SELECT actor, at_ms FROM deed WHERE undone = 0 ORDER BY id DESC LIMIT 1").fetchone()
    if row is None:
        raise TransitionError("there is nothing to undo: no task was cancelled, held, moved, edited or archived lately")
    return Deed(*row)


class Part(NamedTuple):
    """What became of some changes of a deed."""

    was: str
    """What the tasks were then: `held`."""
    done: list[int]
    """Those that are as before, the first one changed first."""
    refused: list[str]
    touched: Seats
    is_last: bool
    """There are no more changes of it."""


def take_back(connection: sqlite3.Connection, actor: str, deed: Deed) -> Part:
    """Take back changes of a deed, the last one first and at most `AT_ONCE`. None is tried a second time."""
    found = connection.execute(
        f"SELECT id, was, task, before FROM deed WHERE actor = ? AND at_ms = ? AND undone = 0 ORDER BY id DESC LIMIT {AT_ONCE}", deed
    ).fetchall()
    connection.executemany("UPDATE deed SET undone = 1 WHERE id = ?", [(row[0],) for row in found])
    touched: Seats = set()
    done, refused = list[int](), list[str]()
    for _, was, task, before in found:
        connection.execute("SAVEPOINT undo")
        try:
            fields = {name: _READS[name](value) if name in _READS else value for name, value in json.loads(before).items()}
            if was == GAVE_WAY:
                _go_back(connection, actor, rows.task(connection, task), fields["moved_ms"])
                continue
            touched |= restore(connection, actor, rows.task(connection, task), fields)
            done.insert(0, task)
        except WzpError as error:
            connection.execute("ROLLBACK TO undo")
            refused.append(str(error))
        finally:
            connection.execute("RELEASE undo")
    # What one call did bears one name, but for a cancel, which stops what runs; that cannot be undone.
    named = next((was for _, was, _, before in found if before != "{}" and was != GAVE_WAY), found[0][1] if found else "")
    return Part(named, done, refused, touched, len(found) < AT_ONCE)


def restore(connection: sqlite3.Connection, actor: str, task: Task, fields: dict[str, Any]) -> Seats:
    """Give a task the fields of before. Raises `TransitionError` where that is too late, or no fields are known."""
    if not fields:
        raise TransitionError(f"#{task.id}: that cannot be undone")
    if "archived" in fields:
        return archive.archive(connection, actor, task) if fields["archived"] else archive.bring_back(connection, actor, task)
    if "seen" in fields:
        if task.state not in (State.FAILED, State.LOST):
            raise TransitionError(f"#{task.id} is {task.state} by now; it cannot be unseen")
        connection.execute("UPDATE task SET seen = ? WHERE id = ?", (fields["seen"], task.id))
        events.record(connection, actor, "task.put_back", task=task.id)
        return set()
    if fields.keys() <= change.LABELS:
        return change.edit(connection, actor, task, **fields)
    return change.put_back(connection, actor, task, **fields)


def _plain(value: Any) -> Any:
    return value.texts() if isinstance(value, Policy) else value


_READS: Mapping[str, Callable[[Any], Any]] = {
    "state": State,
    "priority": Priority,
    "argv": tuple,
    "tags": tuple,
    "locks": tuple,
    "touches": tuple,
    "after": lambda waits: tuple(After(id, Condition(condition)) for id, condition in waits),
    "policy": read_policy,
}
"""What makes a field of what JSON keeps of it."""
