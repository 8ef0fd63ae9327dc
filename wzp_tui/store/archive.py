"""What is over and out of all lists: put away, brought back, and found again."""

import json
import sqlite3
from collections.abc import Iterator

from wzp_tui.errors import TransitionError
from wzp_tui.store import events, rows
from wzp_tui.store.database import Database
from wzp_tui.store.wake import Seats
from wzp_tui.tasks.run import Run
from wzp_tui.tasks.task import OPEN, Task, command_line

DAYS = 30
"""Days after which what ended is archived, where nothing else is set."""
DAY_MS = 24 * 3600 * 1000
AT_ONCE = 500
"""Tasks that are archived in one transaction."""
_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN))
_AWAITED = f"""
  SELECT waiting.id FROM task_after JOIN task AS waiting ON waiting.id = task_after.task
  WHERE task_after.before = task.id AND waiting.state IN ({_OPEN})
"""
OLD = f"""
SELECT id FROM task
WHERE archived = 0 AND changed_ms < ?
  AND state IN ('done', 'failed', 'cancelled', 'skipped', 'lost') AND (seen = 1 OR state NOT IN ('failed', 'lost'))
  AND NOT EXISTS ({_AWAITED})
LIMIT {AT_ONCE}
"""
"""What may go: nothing that needs the user, nothing that an open task waits for."""
OLD_OF_SERIES = f"""
SELECT id FROM task INDEXED BY task_state
WHERE archived = 0 AND state = 'done' AND series = ? AND NOT EXISTS ({_AWAITED})
ORDER BY id DESC LIMIT {AT_ONCE} OFFSET ?
"""
"""Done tasks of a series but the last ones."""
NEWEST_FIRST = """
SELECT id, title, argv, tags, (SELECT detail FROM run WHERE run.task = task.id ORDER BY run.id DESC LIMIT 1) FROM task
WHERE id < ? {also} ORDER BY id DESC
"""


def archive(connection: sqlite3.Connection, actor: str, task: Task) -> Seats:
    """Put an ended task away. Raises `TransitionError` for one that is open, or awaited."""
    if task.state in OPEN:
        raise TransitionError(f"#{task.id} is {task.state}; only a task that has ended can be archived")
    awaited = connection.execute(f"SELECT ({_AWAITED} LIMIT 1) FROM task WHERE id = ?", (task.id,)).fetchone()[0]
    if awaited is not None:
        raise TransitionError(f"#{task.id} cannot be archived: #{awaited} waits for it; cancel that one first")
    if not task.archived:
        _set(connection, actor, task.id, True)
    return set()


def bring_back(connection: sqlite3.Connection, actor: str, task: Task) -> Seats:
    """Let a task stand in the lists again."""
    if task.archived:
        _set(connection, actor, task.id, False)
    return set()


def keep_done(connection: sqlite3.Connection, actor: str, series: int, count: int) -> None:
    """Put away the done tasks of a series but for the last ones, in the transaction of its tick."""
    for (id,) in connection.execute(OLD_OF_SERIES, (series, count)).fetchall():
        _set(connection, actor, id, True)


def sweep(database: Database, actor: str) -> bool:
    """Put away what ended long ago, and say whether there was any."""
    with database.read() as connection:
        before_ms = events.now_ms() - (after := days(connection)) * DAY_MS
        if not after or connection.execute(OLD, (before_ms,)).fetchone() is None:
            return False
    count = AT_ONCE
    while count == AT_ONCE:
        with database.write() as connection:
            ids = [row[0] for row in connection.execute(OLD, (before_ms,))]
            for id in ids:
                _set(connection, actor, id, True)
            count = len(ids)
    return True


def _set(connection: sqlite3.Connection, actor: str, id: int, archived: bool) -> None:
    connection.execute("UPDATE task SET archived = ? WHERE id = ?", (archived, id))
    events.record(connection, actor, "task.archived" if archived else "task.brought_back", task=id)


def days(connection: sqlite3.Connection) -> int:
    """Days after which what ended is archived; 0: never."""
    row = connection.execute("SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'archive_days'").fetchone()
    return DAYS if row is None else int(row[0])


def history(
    connection: sqlite3.Connection, text: str, archived: bool | None, before: int | None, limit: int
) -> tuple[tuple[Task, Run | None], ...]:
    """Tasks whose title, command, tags or failing line have all words of the text, the newest first, with their last runs."""
    ids = []
    for id in _matching(connection, text.casefold().split(), archived, before or 1 << 62):
        ids.append(id)
        if len(ids) >= limit:
            break
    found = {task.id: task for task in rows.tasks(connection, f"WHERE id IN ({', '.join('?' * len(ids))})", ids)}
    last = "SELECT max(id) FROM run WHERE task IN ({}) GROUP BY task".format(", ".join("?" * len(ids)))
    runs = {run.task: run for run in rows.runs(connection, f"WHERE id IN ({last})", ids)}
    return tuple((found[id], runs.get(id)) for id in ids)


def _matching(connection: sqlite3.Connection, words: list[str], archived: bool | None, before: int) -> Iterator[int]:
    also = "" if archived is None else f"AND archived = {int(archived)}"
    for id, title, argv, tags, detail in connection.execute(NEWEST_FIRST.format(also=also), (before,)):
        text = "\n".join((title, command_line(json.loads(argv)), *json.loads(tags), detail or "")).casefold()
        if all(word in text for word in words):
            yield id
