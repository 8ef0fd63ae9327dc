"""Why a task is in its state: the facts, in words. Pure."""

import os
from typing import NamedTuple

from wzp_tui.clean import clean
from wzp_tui.controller import PaneRow, Snapshot, TaskRow
from wzp_tui.tasks.countdown import countdowns
from wzp_tui.tasks.order import due_words
from wzp_tui.tasks.outcome import exit_words
from wzp_tui.tasks.parse import moment_words
from wzp_tui.tasks.policy_words import policy_words
from wzp_tui.tasks.run import Run
from wzp_tui.tasks.task import LIVE, After, State, Task, command_line
from wzp_tui.tui.times import age, moment
from wzp_tui.tui.words import folder, pane_name

MASK = "••••"


class Fact(NamedTuple):
    """One line: what, and what is known of it. An empty name goes on with the line before."""

    name: str
    text: str
    role: str = "text"


def facts_of_task(row: TaskRow, snapshot: Snapshot, now_ms: int, heard_ms: int | None = None) -> list[Fact]:
    """All that is known of a task. `heard_ms`: when its run printed something last, where that is known."""
    task, run = row.task, row.run
    found = [Fact("state", f"{task.state} for {age(now_ms - task.changed_ms)}, since {moment(task.changed_ms)}", "bright")]
    if row.reason:
        found.append(Fact("because", clean(row.reason, 1000)))
    if task.reason and task.reason != row.reason:
        found.append(Fact("" if row.reason else "because", clean(task.reason, 1000)))
    found += [Fact("then" if not at else "", then.text) for at, then in enumerate(countdowns(task, run, now_ms, heard_ms))]
    found += [Fact("after" if not at else "", _before(after, snapshot)) for at, after in enumerate(task.after)]
    found += [Fact("command", clean(line, 1000)) if not at else Fact("", clean(line, 1000)) for at, line in enumerate(_lines(task.argv))]
    found.append(Fact("folder", folder(task.cwd) + ("" if os.path.isdir(task.cwd) else "  (is not there)")))
    lane = f"lane {task.lane}" if task.lane else {"tab": "a pane of its own", "split": "a split", "shell": "an idle shell"}[task.place]
    found += _times(task, snapshot, now_ms)
    found.append(Fact("goes to", f"{lane} in workspace {clean(task.workspace, 100)}, priority {task.priority.word}"))
    found += [Fact(name, clean(text, 1000)) for name, text in policy_words(task.policy)]
    if task.tags:
        found.append(Fact("tags", clean(" ".join(task.tags), 1000)))
    if names := [*(f"{name}={MASK}" for name in task.env), *task.env_names]:
        found.append(Fact("variables", clean(" ".join(names), 1000)))
    if run:
        found += _facts_of_run(run, row, now_ms)
    found.append(Fact("added", moment(task.created_ms), "muted"))
    return found


def _times(task: Task, snapshot: Snapshot, now_ms: int) -> list[Fact]:
    """When it may start, when it should be done, and by which tick it came."""
    found = [Fact("starts", f"not before {moment_words(task.not_before_ms, now_ms)}")] if task.not_before_ms > now_ms else []
    if task.due_ms is not None:
        past = due_words(task, now_ms).startswith("past")
        found.append(Fact("due", moment_words(task.due_ms, now_ms) + (", which is past" if past else ""), "limited" if past else "text"))
    if task.series is not None:
        series = next((each for each in snapshot.series if each.id == task.series), None)
        every = f", every {clean(series.every, 100)}" if series else ", which was removed"
        tick = f", its tick of {moment_words(task.tick_ms, now_ms)}" if task.tick_ms else ""
        found.append(Fact("series", f"@{task.series}{every}{tick}"))
    return found


def _lines(argv: tuple[str, ...]) -> list[str]:
    return command_line(argv).splitlines() or [""]


def _before(after: After, snapshot: Snapshot) -> str:
    row = snapshot.task(after.task)
    return after.name if row is None else f"{after.name} {clean(row.task.title, 60)}: {row.word}"


def _facts_of_run(run: Run, row: TaskRow, now_ms: int) -> list[Fact]:
    seat = f" in {run.lane}/{run.slot}" if run.lane else ""
    pane = f", pane %{row.pane}" if row.pane is not None else ", no pane" if run.open else ""
    found = [Fact("attempt", f"{run.attempt}{seat}{pane}, started {moment(run.started_ms)}")]
    if run.ended_ms is None:
        found.append(Fact("runs for", age(now_ms - run.started_ms)))
        if run.ready_ms is not None:
            found.append(Fact("serves for", age(now_ms - run.ready_ms)))
        if run.stop:
            found.append(Fact("asked to", run.stop, "needs"))
    else:
        took = age(run.ended_ms - run.started_ms)
        words = exit_words(run.exit, run.signal, run.reason)
        bad = row.task.state in (State.FAILED, State.LOST)
        found.append(Fact("ended", f"{clean(words, 400)} after {took}", "failed" if bad else "text"))
        if run.reason and run.exit is not None:
            found.append(Fact("", exit_words(run.exit, run.signal)))
    worker = f"pid {run.worker}" + (" is gone" if run.orphaned else "")
    found.append(Fact("worker", f"{worker} on {clean(run.tty, 60) or 'no tty'}" if row.task.state in LIVE else worker, "muted"))
    return found


def facts_of_pane(row: PaneRow) -> list[Fact]:
    """All that is known of a pane."""
    pane = row.pane
    found = [Fact("pane", f"{pane.name}  {pane_name(row)}", "bright"), Fact("folder", folder(pane.cwd) or "unknown")]
    found.append(Fact("stands in", f"workspace {clean(pane.workspace, 100)}, tab {clean(pane.tab_title, 100) or pane.tab}"))
    found.append(Fact("size", f"{pane.cols} columns, {pane.rows} rows"))
    found.append(Fact("tty", f"{clean(pane.tty, 60) or 'none that is known'}", "muted"))
    return found
