"""The questions that commands ask before they do something: where to, how hard, really."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wzp_tui.clean import clean
from wzp_tui.controller import LaneRow, PaneRow, Snapshot, TaskRow
from wzp_tui.store import Series
from wzp_tui.tasks.lane import DEFAULT, MAX_SLOTS
from wzp_tui.tasks.parse import moment_words
from wzp_tui.tasks.schedule import upcoming
from wzp_tui.tasks.task import LIVE
from wzp_tui.tui.screens.choose import Choice, Choose, yes_or_no
from wzp_tui.tui.words import folder, is_shell, lane_use, pane_name, plural

Ask = Choose[Any]

TOLD = 3
"""The next ticks of a series that are told."""


class Place(NamedTuple):
    """Where a task goes: into a lane, a pane of its own (`tab`, `split`), or a shell."""

    lane: str | None = None
    kind: str = "tab"
    shell: PaneRow | None = None


def _tasks(rows: Sequence[TaskRow]) -> str:
    return f"{rows[0].task.name} {clean(rows[0].task.title, 80)}" if len(rows) == 1 else plural(len(rows), "task")


def ask_place(rows: Sequence[TaskRow], snapshot: Snapshot) -> Ask:
    """Where these tasks go."""
    choices: list[Choice[Place | None]] = []
    for row in snapshot.lanes:
        use = " ".join(filter(None, ("".join(lane_use(row)[:2]), lane_use(row)[2])))
        choices.append(Choice(str(len(choices) + 1) if len(choices) < 9 else "", f"lane {row.lane.name}", use, Place(row.lane.name)))
    choices.append(Choice("t", "new pane, in a tab", "of its own; a failure stays on its screen", Place(None, "tab")))
    if any(pane.own for pane in snapshot.panes):
        choices.append(Choice("s", "new pane, beside the tower", "a split", Place(None, "split")))
    if len(rows) == 1:
        for pane in snapshot.panes:
            if pane.task is None and is_shell(pane):
                choices.append(Choice("", f"{pane.pane.name} {pane_name(pane)}", folder(pane.pane.cwd), Place(None, "shell", pane)))
    at = next((index for index, choice in enumerate(choices) if choice.value and choice.value.lane == rows[0].task.lane), 0)
    return Choose(f"Assign {_tasks(rows)}", choices, at=at)


def ask_stop(rows: Sequence[Any]) -> Ask:
    """How hard a run is stopped; or whether a waiting task is cancelled."""
    tasks = [row for row in rows if isinstance(row, TaskRow)]
    if not any(row.task.state in LIVE for row in tasks):
        return Choose(
            f"Cancel {_tasks(tasks)}?",
            [Choice("n", "No", "leave it in the queue", None), Choice("y", "Cancel", "r queues it again", "stop", "failed")],
        )
    return Choose(
        f"Stop {_tasks(tasks)}?",
        [
            Choice("n", "No", "let it run", None),
            Choice("i", "Interrupt", "as ctrl+c does; the command may answer", "interrupt"),
            Choice("s", "Stop", "hang up, then terminate, then kill, until it ends", "stop", "failed"),
            Choice("K", "Kill", "at once, with all that it started", "kill", "failed"),
        ],
    )


def ask_close(rows: Sequence[Any]) -> Ask:
    """Whether panes are closed."""
    panes = [row for row in rows if isinstance(row, PaneRow)]
    name = f"{panes[0].pane.name} {pane_name(panes[0])}" if len(panes) == 1 else plural(len(panes), "pane")
    return Choose(f"Close {name}?", [Choice("n", "No", "", None), Choice("y", "Close", "what runs in it ends", "close", "failed")])


def ask_copy(rows: Sequence[Any]) -> Choose[str]:
    """What of these rows goes into the clipboard."""
    choices = [Choice("t", "title", "", "title"), Choice("i", "id", "", "id"), Choice("f", "folder", "", "folder")]
    if all(isinstance(row, TaskRow) for row in rows):
        choices.insert(1, Choice("c", "command", "", "command"))
    if len(rows) > 1:
        return Choose(f"Copy, of {plural(len(rows), 'row')}, one a line", choices)
    row = rows[0]
    return Choose(f"Copy, of {_tasks([row]) if isinstance(row, TaskRow) else f'{row.pane.name} {pane_name(row)}'}", choices)


def ask_lane(row: LaneRow) -> Ask:
    """What becomes of a lane: another number of slots, or `pause`, `resume`, `drain`, `failure`, `remove`; `new`: another lane."""
    lane = row.lane
    choices: list[Choice[Any]] = [
        Choice("p", "Pause", "start no more of its tasks", "pause")
        if lane.starts
        else Choice("p", "Go on", "start its tasks again", "resume")
    ]
    if not lane.draining:
        choices.append(Choice("D", "Drain", "start no more, close its panes when nothing runs there", "drain"))
    if lane.pause_on_failure:
        choices.append(Choice("F", "Go on after failures", "now the first one pauses it", "failure"))
    else:
        choices.append(Choice("F", "Pause on failure", "the first task that fails, after its retries, pauses it", "failure"))
    for count in sorted({1, 2, 3, 4, 6, 8, lane.slots - 1, lane.slots + 1} - {lane.slots}):
        if 1 <= count <= MAX_SLOTS:
            choices.append(Choice(str(count) if count < 10 else "", plural(count, "slot"), "", count))
    if lane.name != DEFAULT:
        choices.append(Choice("X", "Remove", "when nothing waits or runs in it", "remove"))
    choices.append(Choice("+", "Another lane", "with a name of its own", "new"))
    told = [f"{row.busy} busy", f"{row.queued} queued", *filter(None, [row.words])]
    told += [f"of workspace {clean(lane.workspace, 40)}"] if lane.workspace else []
    return Choose(f"Lane {lane.name}: {plural(lane.slots, 'slot')}, {', '.join(told)}", choices)


def ask_series(series: Series, now_ms: int) -> Choose[str]:
    """What becomes of a series: `run`, `pause`, `resume` or `remove`."""
    goes_on = Choice("p", "Go on", "with the ticks to come", "resume") if series.paused else Choice("p", "Pause", "add no more", "pause")
    comes = ", ".join(moment_words(at, now_ms) for at in upcoming(series.every, series.due_ms, series.start_ms, TOLD))
    return Choose(
        f"Series {series.name} {clean(series.task.title, 80)}",
        [
            Choice("n", "Run now", "beside its ticks", "run"),
            goes_on,
            Choice("x", "Remove", "it does not come again; its tasks stay", "remove", "failed"),
        ],
        notes=[
            (f"every {clean(series.every, 80)}" + (f": {comes} …" if comes else ""), "text"),
            *(
                [(f"paused {series.reason}" if series.reason == "by you" else f"paused: {clean(series.reason)}", "needs")]
                if series.paused
                else []
            ),
            *([(f"missed {plural(series.missed, 'run')} since the last one", "muted")] if series.missed else []),
        ],
        at=1,
    )


def ask_quit(panes: Sequence[PaneRow], runs: int) -> Choose[bool]:
    """Whether a tower is closed whose panes end with it."""
    free = [row for row in panes if row.task is None and not row.seat]
    notes = []
    if free:
        names = ", ".join(f"{row.pane.name} {pane_name(row)}" for row in free[:4]) + (" …" if len(free) > 4 else "")
        notes.append((f"{plural(len(free), 'pane')} end{'s' if len(free) == 1 else ''}: {names}", "failed"))
    if runs:
        notes.append((f"{plural(runs, 'run')} go{'es' if runs == 1 else ''} on without a pane, log and exit code kept", "text"))
    return yes_or_no("Close the tower?", "Close", notes=notes)
