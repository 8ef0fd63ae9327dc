"""The last events in the sidebar: what ended, and how long it took."""

from dataclasses import replace

from tests import worlds
from wzp_tui.controller import Snapshot
from wzp_tui.tasks.task import State
from wzp_tui.tui.tree import EventLine, sidebar


def told(snapshot: Snapshot) -> dict[int, int | None]:
    """The time that is told beside each event."""
    return {row.event.seq: row.took_ms for row in sidebar(snapshot, None, frozenset()) if isinstance(row, EventLine)}


def test_what_is_done_says_how_long_its_last_run_took() -> None:
    """A retry is told by its own time; that of the run before it is not known any more."""
    again = worlds.task(5, "fetch", State.DONE, "build", "done", ago=60, took=90, exit=0)
    events = (
        worlds.event(5, "10:43", "task.assigned", 5, "done"),  # to a lane of that name
        worlds.event(4, "10:43", "task.state", 5, "done"),
        worlds.event(3, "10:41", "task.state", 5, "running"),
        worlds.event(2, "09:00", "task.state", 5, "done"),
        worlds.event(1, "08:59", "task.state", 6, "done"),
    )
    assert told(replace(worlds.empty(), tasks=(again,), events=events)) == {5: None, 4: 90_000, 3: None, 2: None, 1: None}
