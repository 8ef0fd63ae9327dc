"""What users did to tasks and can take back: the fields of before. Every function works inside a write transaction of its caller."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from wzp_tui.errors import TransitionError, WzpError
from wzp_tui.store import archive, change, events, rows
from wzp_tui.store.undone import Undone
from wzp_tui.store.wake import Seats
from wzp_tui.tasks.parse_policy import read_policy
from wzp_tui.tasks.policy import Policy
from wzp_tui.tasks.task import After, Condition, Priority, State, Task

KEPT = 10_000
"""So many deeds are remembered."""


def remember(connection: sqlite3.Connection, actor: str, was: str, task: Task, fields: tuple[str, ...]) -> None:
    """A user changed these fields of the task."""
    before = {name: _plain(getattr(task, name)) for name in fields}
    cursor = connection.execute(
        "INSERT INTO deed (at_ms, actor, was, task, before) VALUES (?, ?, ?, ?, ?)",
        (events.now_ms(), actor, was, task.id, json.dumps(before)),
    )
    connection.execute("DELETE FROM deed WHERE id <= ?", ((cursor.lastrowid or 0) - KEPT,))


def forget_last(connection: sqlite3.Connection, task: int) -> None:
    """The last deed to this task was taken back."""
    connection.execute("UPDATE deed SET undone = 1 WHERE id = (SELECT max(id) FROM deed WHERE task = ? AND undone = 0)", (task,))


def undo(connection: sqlite3.Connection, actor: str) -> tuple[Undone, Seats]:
    """Take back the last deed, of whoever did it; one call of the command line is one deed. It is not tried a second time."""
    group = _last(connection)
    if not group:
        raise TransitionError("there is nothing to undo: no task was cancelled, held, moved, edited or archived lately")
    touched: Seats = set()
    done, refused = [], []
    for deed, task, before in group:
        connection.execute("UPDATE deed SET undone = 1 WHERE id = ?", (deed,))
        connection.execute("SAVEPOINT undo")
        try:
            fields = {name: _READS[name](value) if name in _READS else value for name, value in before.items()}
            touched |= restore(connection, actor, rows.task(connection, task), fields)
            done.append(task)
        except WzpError as error:
            connection.execute("ROLLBACK TO undo")
            refused.append(str(error))
        finally:
            connection.execute("RELEASE undo")
    was = connection.execute("SELECT was FROM deed WHERE id = ?", (group[0][0],)).fetchone()[0]
    return Undone(was, tuple(reversed(done)), tuple(refused)), touched


def _last(connection: sqlite3.Connection) -> list[tuple[int, int, dict[str, Any]]]:
    found: list[tuple[int, int, dict[str, Any]]] = []
    key = None
    for id, actor, was, task, before in connection.execute(
        "SELECT id, actor, was, task, before FROM deed WHERE undone = 0 ORDER BY id DESC"
    ):
        if found and ((actor, was) != key or not actor.startswith("cli:")):
            break
        key = (actor, was)
        found.append((id, task, json.loads(before)))
    return found


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
