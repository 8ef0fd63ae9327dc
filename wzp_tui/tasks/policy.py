"""What becomes of a task when a run of it ends. Pure."""

import signal
from typing import NamedTuple

from wzp_tui.tasks.run import ExitRecord
from wzp_tui.tasks.task import State, Task

RETRY_BASE = 1.0
RETRY_MAX = 300.0


class Outcome(NamedTuple):
    """The task's next state, why, and from when on it may run again."""

    state: State
    reason: str
    not_before_ms: int = 0


def retry_delay(attempt: int) -> float:
    """Seconds until the attempt after this one: 1, 2, 4 … 300."""
    return float(min(RETRY_MAX, RETRY_BASE * 2 ** min(attempt - 1, 16)))


def exit_words(exit: int | None, signal_number: int | None, reason: str = "") -> str:
    """How a run ended, in words: `exit 3`, `killed by SIGTERM`, `timeout after 10m`."""
    if reason:
        return reason
    if signal_number:
        try:
            return f"killed by {signal.Signals(signal_number).name}"
        except ValueError:
            return f"killed by signal {signal_number}"
    return "exit unknown" if exit is None else f"exit {exit}"


def timeout_words(seconds: float) -> str:
    """A timeout in words, as exact as it was given: `timeout after 10m`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size and seconds % size == 0:
            return f"timeout after {seconds / size:.0f}{unit}"
    return f"timeout after {seconds:g}s"


def outcome(task: Task, attempt: int, record: ExitRecord) -> Outcome:
    """Judge an exit record: done, cancelled, tried again or failed."""
    if record.cancelled:
        return Outcome(State.CANCELLED, record.reason)
    if record.exit == 0 and not record.reason:
        return Outcome(State.DONE, "")
    words = exit_words(record.exit, record.signal, record.reason)
    if attempt <= task.retries:
        delay = retry_delay(attempt)
        return Outcome(State.QUEUED, f"{words}, attempt {attempt} of {task.retries + 1}", record.ended_ms + int(delay * 1000))
    return Outcome(State.FAILED, words)


def lost_outcome(task: Task, attempt: int, now_ms: int, reason: str) -> Outcome:
    """Judge a run whose end nobody saw: lost, and tried again only where the task says so."""
    if task.retry_lost and attempt <= max(task.retries, 1):
        return Outcome(State.QUEUED, f"{reason}, attempt {attempt}", now_ms)
    return Outcome(State.LOST, reason)
