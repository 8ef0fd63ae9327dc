"""Changes of lanes and of the limit of all, each with its event in the same transaction. Each returns the seats that should look."""

import sqlite3

from wzp_tui.errors import NotFound, TransitionError, UsageError
from wzp_tui.store import events, rows
from wzp_tui.store.wake import EVERYBODY, Seats, lane_seats
from wzp_tui.tasks.lane import AFTER_RESTART, BY_YOU, DEFAULT, DEFAULT_SLOTS, Lane, check_lane_name, check_limit, check_slots
from wzp_tui.tasks.task import LIVE, OPEN, State, Task


def set_lane(
    connection: sqlite3.Connection, actor: str, name: str, slots: int | None, workspace: str | None, pause_on_failure: bool | None
) -> Seats:
    """Make a lane, or change what is given; `""` takes its workspace away."""
    check_lane_name(name)
    if slots is not None:
        check_slots(slots)
    old = find(connection, name)
    before = old or Lane(name, DEFAULT_SLOTS, False)
    now = before._replace(
        slots=before.slots if slots is None else slots,
        workspace=before.workspace if workspace is None else workspace or None,
        pause_on_failure=before.pause_on_failure if pause_on_failure is None else pause_on_failure,
    )
    if now == old:
        return set()
    connection.execute(
        "INSERT INTO lane (name, slots, workspace, pause_on_failure) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
        " SET slots = excluded.slots, workspace = excluded.workspace, pause_on_failure = excluded.pause_on_failure",
        (name, now.slots, now.workspace, now.pause_on_failure),
    )
    data = {"lane": name, "workspace": now.workspace, "pause_on_failure": now.pause_on_failure}
    events.record(connection, actor, "lane.set", old=str(old.slots) if old else None, new=str(now.slots), data=data)
    return {lane_seats(name)}


def find(connection: sqlite3.Connection, name: str) -> Lane | None:
    """The lane, if there is one."""
    try:
        return rows.lane(connection, name)
    except NotFound:
        return None


def pause(connection: sqlite3.Connection, actor: str, name: str, reason: str = BY_YOU) -> Seats:
    """Let a lane start no more tasks. One that is paused keeps its reason."""
    if rows.lane(connection, name).paused:
        return set()
    connection.execute("UPDATE lane SET paused = 1, reason = ?, draining = 0 WHERE name = ?", (reason, name))
    events.record(connection, actor, "lane.paused", data={"lane": name, "reason": reason})
    return set()


def resume(connection: sqlite3.Connection, actor: str, name: str) -> Seats:
    """Let a paused or draining lane go on."""
    if rows.lane(connection, name).starts:
        return set()
    connection.execute("UPDATE lane SET paused = 0, reason = '', draining = 0 WHERE name = ?", (name,))
    events.record(connection, actor, "lane.resumed", data={"lane": name})
    return {lane_seats(name)}


def drain(connection: sqlite3.Connection, actor: str, name: str) -> Seats:
    """Let a lane start no more tasks, and its workers end when they have nothing left to do."""
    if rows.lane(connection, name).draining:
        return set()
    connection.execute("UPDATE lane SET paused = 0, reason = '', draining = 1 WHERE name = ?", (name,))
    events.record(connection, actor, "lane.draining", data={"lane": name})
    return {lane_seats(name)}


def remove(connection: sqlite3.Connection, actor: str, name: str) -> Seats:
    """Remove a lane without open tasks. Those that have ended count as of lane `default` then: a retry runs there."""
    rows.lane(connection, name)
    if name == DEFAULT:
        raise UsageError(f"lane {DEFAULT} is always there; it can be paused or drained")
    waiting = _open_tasks(connection, name)
    if waiting:
        names = ", ".join(f"#{id}" for id in waiting[:5]) + (f" and {len(waiting) - 5} more" if len(waiting) > 5 else "")
        raise TransitionError(f"lane {name} is in use by {names}; cancel or assign what waits, let the rest end, and remove it then")
    if row := connection.execute("SELECT id FROM series WHERE lane = ? AND ended = 0", (name,)).fetchone():
        raise TransitionError(f"lane {name} is in use by series {row[0]}; remove that one first")
    connection.execute(
        "INSERT INTO event (at_ms, actor, kind, task, old, new) SELECT ?, ?, 'task.lane', id, lane, ? FROM task"
        " WHERE lane = ? AND archived = 0",
        (events.now_ms(), actor, DEFAULT, name),
    )
    connection.execute("UPDATE task SET lane = ? WHERE lane = ?", (DEFAULT, name))
    connection.execute("DELETE FROM lane WHERE name = ?", (name,))
    events.record(connection, actor, "lane.removed", data={"lane": name})
    return {lane_seats(name)}


def _open_tasks(connection: sqlite3.Connection, name: str) -> list[int]:
    states = ", ".join(f"'{state}'" for state in sorted(OPEN))
    return [row[0] for row in connection.execute(f"SELECT id FROM task WHERE lane = ? AND state IN ({states}) ORDER BY id", (name,))]


def pause_on_failure(connection: sqlite3.Connection, actor: str, task: Task, state: State) -> None:
    """A task of a lane has failed, and will not be tried again."""
    if task.lane is not None and rows.lane(connection, task.lane).pause_on_failure:
        pause(connection, actor, task.lane, f"{task.name} {state}")


def makes_room(connection: sqlite3.Connection, task: Task) -> Seats:
    """Who may start when a run of this task has ended, outside of its own slot: all under a limit or where it had something for itself
    alone; the other slots of its lane where its own one is not used again."""
    behind = "SELECT 1 FROM setting WHERE name = 'limit' UNION ALL SELECT 1 FROM task WHERE series = ? AND state = 'queued'"
    if task.locks or task.touches or connection.execute(behind, (task.series,)).fetchone():
        return EVERYBODY
    row = connection.execute(
        "SELECT 1 FROM run JOIN lane ON lane.name = run.lane WHERE run.task = ? AND run.slot > lane.slots ORDER BY run.id DESC LIMIT 1",
        (task.id,),
    ).fetchone()
    return {lane_seats(task.lane)} if row and task.lane else set()


def set_limit(connection: sqlite3.Connection, actor: str, limit: int | None) -> Seats:
    """Let there be at most so many runs at once, of all lanes and panes together."""
    old = rows.limit(connection)
    if limit == old:
        return set()
    if limit is None:
        connection.execute("DELETE FROM setting WHERE name = 'limit'")
    else:
        connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES ('limit', ?)", (str(check_limit(limit)),))
    events.record(connection, actor, "limit.set", old=str(old or "none"), new=str(limit or "none"))
    return EVERYBODY


def known_boot(connection: sqlite3.Connection) -> str | None:
    """The boot of the machine in which somebody worked with the store last."""
    row = connection.execute("SELECT value FROM setting WHERE name = 'boot'").fetchone()
    return row[0] if row else None


def note_boot(connection: sqlite3.Connection, actor: str, boot: str) -> None:
    """Pause the lanes with work from before, where this boot is another one than the last. Whoever comes first decides for all."""
    before = known_boot(connection)
    if before == boot or not boot:
        return
    connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES ('boot', ?)", (boot,))
    if before is None:
        return
    live = ", ".join(f"'{state}'" for state in sorted(LIVE))
    found = connection.execute(
        "SELECT DISTINCT lane FROM task WHERE lane IS NOT NULL AND archived = 0"
        f" AND (state = 'queued' OR (state IN ({live}) AND json_extract(policy, '$.retry_lost'))) ORDER BY lane"
    ).fetchall()
    for (name,) in found:
        if rows.lane(connection, name).starts:
            pause(connection, actor, name, AFTER_RESTART)
