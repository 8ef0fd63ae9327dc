"""Asking the worker of a run to stop its command."""

import sqlite3

from wzp_tui.errors import TransitionError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import events, liveness, rows
from wzp_tui.tasks.task import Task

STOPS = ("interrupt", "stop", "kill")
"""The weakest first."""


def ask_to_stop(connection: sqlite3.Connection, folder: StoreFolder, actor: str, task: Task, kind: str) -> str:
    """Write the request down and return the name of the worker's FIFO. Raises `TransitionError` where nobody would hear of it."""
    run = rows.open_run(connection, task.id)
    if run is None:
        raise TransitionError(f"#{task.id} is {task.state}; only a running task can be stopped")
    if run.orphaned:
        child = liveness.child_process(folder, run)
        raise TransitionError(f"#{task.id} lost its worker, so nobody can stop it but you" + (f": kill {child.pid}" if child else ""))
    stronger = max(run.stop, kind, key=("", *STOPS).index)
    connection.execute("UPDATE run SET stop = ?, stop_serial = stop_serial + 1 WHERE id = ?", (stronger, run.id))
    events.record(connection, actor, "run.stop", task=task.id, run=run.id, new=kind)
    return str(connection.execute("SELECT fifo FROM run WHERE id = ?", (run.id,)).fetchone()[0])
