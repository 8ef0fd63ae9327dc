"""The records of the store as JSON: the field names of the models, times in ISO 8601 UTC, durations in seconds."""

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from wzp_tui.clean import clean
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Event, Lane, NewTask, Run, Series, Task
from wzp_tui.tasks.series import catch_up_words

if TYPE_CHECKING:
    from wzp_tui.logs.progress import RunProgress

MASK = "***"
"""Stands for the value of a variable, wherever a task is shown."""
UPCOMING = 5
"""The next ticks of a series that are told."""


def task_document(folder: StoreFolder, task: Task, run: Run | None, progress: "RunProgress | None" = None) -> dict[str, Any]:
    """A task, with its last run, and how far that is."""
    return {
        "id": task.id,
        "title": clean(task.title),
        "state": str(task.state),
        "reason": clean(task.reason),
        "needs_you": task.needs_you,
        "next_rank": task.next_rank,
        **_asked(task),
        "after": [{"task": after.task, "condition": str(after.condition)} for after in task.after],
        "due": iso(task.due_ms) if task.due_ms else None,
        "series": task.series,
        "tick": iso(task.tick_ms) if task.tick_ms else None,
        "created": iso(task.created_ms),
        "queued": iso(task.queued_ms),
        "not_before": iso(task.not_before_ms) if task.not_before_ms else None,
        "changed": iso(task.changed_ms),
        "seen": task.seen,
        "archived": task.archived,
        "run": run_document(folder, run) if run else None,
        "progress": _progress_document(progress) if progress else None,
    }


def _asked(task: Task | NewTask) -> dict[str, Any]:
    """What the user said of a task, or of each task of a series."""
    return {
        "workspace": task.workspace,
        "lane": task.lane,
        "place": task.place,
        "priority": task.priority.word,
        "argv": list(task.argv),
        "cwd": task.cwd,
        "env": dict.fromkeys(task.env, MASK),
        "env_names": list(task.env_names),
        "env_file": task.env_file,
        "policy": task.policy.texts(),
        "locks": list(task.locks),
        "touches": list(task.touches),
        "tags": list(task.tags),
    }


def run_document(folder: StoreFolder, run: Run) -> dict[str, Any]:
    """A run."""
    return {
        "id": run.id,
        "attempt": run.attempt,
        "exit": run.exit,
        "signal": run.signal,
        "reason": clean(run.reason),
        "lane": run.lane,
        "slot": run.slot,
        "mux": run.mux,
        "tty": run.tty,
        "worker": run.worker,
        "started": iso(run.started_ms),
        "ready": None if run.ready_ms is None else iso(run.ready_ms),
        "ended": None if run.ended_ms is None else iso(run.ended_ms),
        "duration": None if run.took_ms is None else run.took_ms / 1000,
        "orphaned": run.orphaned,
        "detached": run.detached,
        "stop": run.stop,
        "log": folder.log(run.id),
    }


def _progress_document(found: "RunProgress") -> dict[str, Any]:
    said = found.progress
    return {
        "done": said.done if said else None,
        "total": said.total if said else None,
        "percent": said.percent if said else None,
        "rest": found.rest(time.time_ns() // 1_000_000),
    }


def task_documents(
    folder: StoreFolder, tasks: Iterable[Task], runs: Mapping[int, Run], progress: "Mapping[int, RunProgress] | None" = None
) -> list[dict[str, Any]]:
    """Tasks, each with its last run, and how far that is."""
    return [task_document(folder, task, runs.get(task.id), (progress or {}).get(task.id)) for task in tasks]


def lane_document(lane: Lane, taken: int, queued: int, is_empty: bool) -> dict[str, Any]:
    """A lane with its use; `is_empty`: no worker sits in it."""
    return {**lane._asdict(), "state": lane.words(is_empty), "taken": taken, "queued": queued}


def series_document(series: Series) -> dict[str, Any]:
    """A series, with its next ticks and what each of them adds."""
    from wzp_tui.tasks.schedule import upcoming

    ticks = [] if series.paused else [iso(at) for at in upcoming(series.every, series.next_ms, series.start_ms, UPCOMING)]
    return {
        "id": series.id,
        "every": series.every,
        "overlap": str(series.overlap),
        "catch_up": catch_up_words(series.catch_up),
        "keep": series.keep,
        "start": iso(series.start_ms),
        "upcoming": ticks,
        "paused": series.paused,
        "reason": clean(series.reason),
        "missed": series.missed,
        "task": {"title": clean(series.task.title), **_asked(series.task)},
    }


def event_document(event: Event) -> dict[str, Any]:
    """One event of the history."""
    fields = event._asdict()
    return {"seq": fields.pop("seq"), "at": iso(fields.pop("at_ms")), **fields}


def iso(milliseconds: int) -> str:
    """A time of Unix as `2026-11-23T03:14:15.926Z`."""
    seconds, rest = divmod(milliseconds, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03}Z"
