"""The fields of a filter: one line each. What is added here can be asked for, is completed, and stands in help and docs."""

from collections.abc import Callable

from wzp_tui.controller.filter.kinds import Containing, Field, Flagged, Lasting, Named, Numbered, OneOf, Row
from wzp_tui.controller.snapshot import PaneRow, TaskRow
from wzp_tui.tasks.task import OPEN, Priority, State, command_line

FLAGS: dict[str, Callable[[Row], bool]] = {
    "needs": lambda row: isinstance(row, TaskRow) and row.task.needs_you,
    "seen": lambda row: isinstance(row, TaskRow) and row.task.seen,
    "open": lambda row: isinstance(row, TaskRow) and row.task.state in OPEN,
    "ended": lambda row: isinstance(row, TaskRow) and row.task.state not in OPEN,
    "first": lambda row: isinstance(row, TaskRow) and row.task.next_rank > 0,
    "retried": lambda row: isinstance(row, TaskRow) and row.run is not None and row.run.attempt > 1,
    "task": lambda row: isinstance(row, TaskRow),
    "pane": lambda row: isinstance(row, PaneRow),
}
"""What a row can be, for `is:`."""

_STATES = (*State, "next", "waits", "retries", "opening", "stopping", "orphaned")
"""The states, and the words that the list shows for some of them."""
_PRIORITIES = tuple(level.word for level in reversed(Priority))


def _took(row: TaskRow, now_ms: int) -> int | None:
    run = row.run
    return None if run is None else (run.ended_ms or now_ms) - run.started_ms


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        OneOf("state", "as the list shows it", map(str, _STATES), lambda row: (row.task.state, row.word)),
        Named(
            "lane",
            "its lane",
            lambda row: (row.task.lane,),
            lambda row: (row.seat.partition("/")[0],),
            lambda all: [each.lane.name for each in all.lanes],
        ),
        Named(
            "workspace", "its workspace", lambda row: (row.task.workspace,), lambda row: (row.pane.workspace,), lambda all: all.workspaces
        ),
        Named("tag", "one of its tags", lambda row: row.task.tags),
        Flagged("is", "what it is", FLAGS),
        OneOf("priority", "high, normal or low", _PRIORITIES, lambda row: (row.task.priority.word,)),
        Lasting("age", "how long it is in its state", lambda row, now: now - row.since_ms),
        Lasting("took", "how long its last run took", _took),
        Lasting("due", "how long until it is due", lambda row, now: None if row.task.due_ms is None else row.task.due_ms - now),
        Numbered("exit", "the exit code of its last run", lambda row: (row.run.exit if row.run else None,)),
        Numbered("id", "its number", lambda row: (row.task.id,)),
        Numbered("series", "the series that added it", lambda row: (row.task.series,)),
        Numbered("after", "a task that it waits for", lambda row: (after.task for after in row.task.after)),
        Named("where", "its slot or pane", lambda row: (row.where,), lambda row: (row.seat, row.pane.name)),
        Named("lock", "a lock that it needs", lambda row: row.task.locks),
        Containing("command", "in its command", lambda row: command_line(row.task.argv), lambda row: row.pane.title),
        Containing("folder", "in the path of its folder", lambda row: row.task.cwd, lambda row: row.pane.cwd),
    )
}


def text_of(row: Row) -> str:
    """What a word without a field is looked for in."""
    if isinstance(row, TaskRow):
        return f"#{row.task.id} {row.task.title} {row.where} {row.word} {row.reason}"
    return f"{row.pane.name} {row.pane.title} {row.pane.cwd} {row.pane.workspace} {row.seat}"
