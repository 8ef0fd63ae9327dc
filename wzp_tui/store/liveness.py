"""Is a run alive, orphaned or lost? Judged by locks, in an order that never calls a healthy run lost.

The worker takes the run's lock before its claim commits, and the command inherits a lock of its own. So: try the run's lock; if it is
free, read record and spool inside one write transaction; only then judge.
"""

import json
import os
import sqlite3
from enum import Enum, auto

from wzp_tui.paths import StoreFolder
from wzp_tui.store import claim, events, rows
from wzp_tui.store.lock import NOT_BEGUN, is_held, read_lock, remove
from wzp_tui.store.process import Process, boot, is_alive, with_environment
from wzp_tui.store.wake import Seats, seats_of
from wzp_tui.tasks.run import ExitRecord, Run


class Verdict(Enum):
    """What the locks say of a run that has no end in the store."""

    ALIVE = auto()
    ORPHANED = auto()
    ENDED = auto()


def worker_holds(folder: StoreFolder, run: Run) -> bool:
    """The run's worker is there."""
    return is_held(folder.run_lock(run.token))


def has_taker(folder: StoreFolder, lane: str | None) -> bool:
    """Somebody would take a task of this lane: a tower that opens panes, or a worker in one of its slots."""
    return is_held(folder.tower_lock) or (lane is not None and has_worker(folder, lane))


def has_worker(folder: StoreFolder, lane: str) -> bool:
    """A worker sits in one of the lane's slots."""
    slots = (name for name in os.listdir(folder.locks) if name.startswith(f"slot.{lane}."))
    return any(is_held(os.path.join(folder.locks, name)) for name in slots)


def child_process(folder: StoreFolder, run: Run) -> Process | None:
    """The command of the run, as its worker wrote it down; `None` before it started."""
    named = read_lock(folder.child_lock(run.token))
    if named == b"":  # its worker died as it started, before it could write: the command itself is looked for
        return with_environment((b"WZP_RUN=%d" % run.id, b"WZP_STORE=" + os.fsencode(folder)))
    try:
        return Process(**json.loads(named or b"")["process"])
    except (ValueError, TypeError, KeyError):
        return None


def child_lives(folder: StoreFolder, run: Run) -> bool:
    """The run's command goes on. Some programs close every descriptor, and so the lock: then the process itself is asked for."""
    child = child_process(folder, run)
    return is_held(folder.child_lock(run.token)) or (child is not None and is_alive(child))


def judge(connection: sqlite3.Connection, folder: StoreFolder, actor: str, token: str) -> tuple[Verdict, Seats]:
    """Judge a run whose worker's lock was free, inside a write transaction."""
    run = rows.run_by_token(connection, token)
    if run is None or not run.open:
        return Verdict.ENDED, set()
    record = spooled(folder, token)
    if record is not None:
        return Verdict.ENDED, claim.finish(connection, actor, record) | {seats_of(run.lane, run.task)}
    if worker_holds(folder, run):  # claimed, lost sight of and taken up again between two looks
        return Verdict.ALIVE, set()
    if child_lives(folder, run):
        if not run.orphaned:
            connection.execute("UPDATE run SET orphaned = 1 WHERE id = ?", (run.id,))
            events.record(connection, actor, "run.orphaned", task=run.task, run=run.id)
        return Verdict.ORPHANED, set()
    if run.boot == boot() and not run.orphaned and read_lock(folder.child_lock(run.token)) == NOT_BEGUN:
        # Emptied before the command starts. A missing or empty file proves nothing, nor does one of another boot.
        return Verdict.ENDED, claim.give_back(connection, actor, run, "its worker died before the command began")
    reason = "its worker died, and its command ended unseen" if run.orphaned else "its worker died"
    return Verdict.ENDED, claim.lose(connection, actor, run, reason)


def spooled(folder: StoreFolder, token: str) -> ExitRecord | None:
    """The exit record that a worker left as a file."""
    path = folder.record(token)
    try:
        with open(path, "rb") as file:
            record = ExitRecord.load(file.read())
    except FileNotFoundError:
        return None
    except ValueError:
        record = None
    if record is None or record.token != token:
        os.rename(path, path + ".unreadable")
        return None
    return record


def spooled_tokens(folder: StoreFolder) -> list[str]:
    """The tokens of all exit records that wait as files."""
    return [name.removesuffix(".json") for name in os.listdir(folder.spool) if name.endswith(".json")]


def forget(folder: StoreFolder, token: str) -> None:
    """Remove the files of a run whose end is committed."""
    remove(folder.record(token))
    remove(folder.child_lock(token))
    remove(folder.run_lock(token))
