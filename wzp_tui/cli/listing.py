"""Tasks as a table, and one of them in full."""

import time
from collections.abc import Iterable, Mapping, Sequence

from wzp_tui.clean import clean
from wzp_tui.cli.documents import MASK, iso, run_document, task_document, task_documents
from wzp_tui.cli.matching import matching
from wzp_tui.cli.output import paint, print_json, print_table, say
from wzp_tui.cli.session import opened
from wzp_tui.controller.snapshot import Section, TaskRow
from wzp_tui.logs.progress import progress_of
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Run, Task
from wzp_tui.tasks.countdown import countdown, countdowns
from wzp_tui.tasks.order import due_words
from wzp_tui.tasks.outcome import exit_words
from wzp_tui.tasks.parse import duration_words, moment_words
from wzp_tui.tasks.policy_words import policy_words
from wzp_tui.tasks.task import Priority, State, command_line
from wzp_tui.tasks.touches import relative

ROLES = {Section.NEEDS_YOU: "needs", Section.FAILED: "failed", Section.RUNNING: "running", Section.QUEUED: "", Section.DONE: "faint"}
_MARKS = {Priority.HIGH: "↑", Priority.LOW: "↓"}


def list_tasks(states: frozenset[str], lane: str | None, workspace: str | None, filter: str, as_json: bool) -> int:
    """All tasks that are not archived, or those that match. Raises `UsageError` for a wrong filter."""
    with opened() as (folder, store):
        found = matching(folder, store, filter)
        progress = {run.task: progress_of(folder, store, run) for run in found.view.runs.values() if run.open}
    rows = [row for row in found.rows if _matches(row.task, states, lane, workspace)]
    if as_json:
        print_json({"tasks": task_documents(folder, (row.task for row in rows), found.view.runs, progress)})
    else:
        none = found.none_found if found.view.tasks else "nothing is queued; `wzp-tui add -- make test` queues a command"
        print_rows(rows, found.now_ms, none, {task: each.words(found.now_ms) for task, each in progress.items()})
    return 0


def print_rows(rows: Sequence[TaskRow], now_ms: int, none_found: str, far: Mapping[int, str] = {}) -> None:
    """Tasks as a table, or what to say where there are none. `far`: how far some of them are."""
    if not rows:
        say(none_found)
        return
    heads = ("ID", "", "TITLE", "WHERE", "STATE", "REASON", "TIME")
    cells = (_cells(row, now_ms, far.get(row.task.id, "")) for row in rows)
    print_table(heads, cells, roles=[ROLES[row.section] for row in rows], wide=2)


def _matches(task: Task, states: frozenset[str], lane: str | None, workspace: str | None) -> bool:
    return (not states or task.state in states) and lane in (None, task.lane) and workspace in (None, task.workspace)


def _cells(row: TaskRow, now: int, progress: str) -> tuple[str, ...]:
    will = countdown(row.task, row.run, now)
    reason = " · ".join(part for part in (row.reason or progress, will.text if will else "") if part)
    return (row.task.name, _MARKS.get(row.task.priority, ""), row.task.title, row.where, row.word, reason, _time(row, now))


def _time(row: TaskRow, now: int) -> str:
    run = row.run
    if run is not None and run.took_ms is not None and row.section not in (Section.QUEUED, Section.RUNNING):
        return duration_words(run.took_ms / 1000)
    return duration_words(max(0, now - row.since_ms) / 1000)


def show_task(id: int, as_json: bool) -> int:
    """All fields of a task, and its runs."""
    with opened() as (folder, store):
        store.settle()
        task, runs = store.task(id), store.runs(id)
        last = runs[-1] if runs else None
        progress = progress_of(folder, store, last) if last and last.open else None
        if as_json:
            shown = task_document(folder, task, last, progress)
            print_json({"task": {**shown, "runs": [run_document(folder, run) for run in runs]}})
            return 0
    now = time.time_ns() // 1_000_000
    then = [("then", will.text) for will in countdowns(task, last, now)]
    for name, value in (*_fields(task, now), ("progress", progress.words(now) if progress else ""), *then):
        if value:
            say(f"{paint(f'{name:<10}', 'faint')} {clean(value, 1 << 16)}")
    if runs:
        say("")
        print_table(("ATTEMPT", "STARTED", "WHERE", "END", "TIME", "LOG"), (_run_cells(folder, run) for run in runs))
    return 0


def _fields(task: Task, now: int) -> Iterable[tuple[str, str]]:
    variables = [*(f"{name}={MASK}" for name in task.env), *task.env_names]
    yield "task", f"{task.name} {task.title}"
    yield "state", f"{task.state}, {task.reason}" if task.reason else str(task.state)
    yield "command", command_line(task.argv)
    yield "cwd", task.cwd
    yield "workspace", task.workspace
    yield "where", f"lane {task.lane}" if task.lane else {"tab": "a tab of its own", "split": "a split"}.get(task.place, "a shell")
    yield "priority", task.priority.word + (", do next" if task.next_rank else "")
    yield "after", ", ".join(after.name for after in task.after)
    yield "at", _moment(task.not_before_ms, now) if task.not_before_ms > now else ""
    yield "due", _moment(task.due_ms, now) + (", past" if due_words(task, now).startswith("past") else "")
    yield "series", f"@{task.series}" + (f", its tick of {_moment(task.tick_ms, now)}" if task.tick_ms else "") if task.series else ""
    yield "locks", ", ".join(task.locks)
    yield "touches", " ".join(relative(pattern, task.cwd) for pattern in task.touches)
    yield "tags", " ".join(task.tags)
    yield "env", " ".join(variables)
    yield "env file", task.env_file
    yield from policy_words(task.policy)
    yield "created", iso(task.created_ms)
    yield "changed", iso(task.changed_ms)
    if task.state is State.FAILED:
        yield "seen", "yes" if task.seen else "no"


def _moment(at_ms: int | None, now: int) -> str:
    return f"{moment_words(at_ms, now)}, {iso(at_ms)}" if at_ms else ""


def _run_cells(folder: StoreFolder, run: Run) -> tuple[str, ...]:
    where = f"{run.lane}/{run.slot}" if run.lane else run.tty
    if run.took_ms is None:
        return (str(run.attempt), iso(run.started_ms), where, "runs", "", folder.log(run.id))
    took = duration_words(run.took_ms / 1000)
    return (str(run.attempt), iso(run.started_ms), where, exit_words(run.exit, run.signal, run.reason), took, folder.log(run.id))
