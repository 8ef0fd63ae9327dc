"""A task's state as people read it: one word, and the reason of it."""

from wzp_tui.controller.snapshot.queues import NAMED, Queues
from wzp_tui.store import Run, Task
from wzp_tui.tasks.order import due_words
from wzp_tui.tasks.outcome import exit_words
from wzp_tui.tasks.task import State
from wzp_tui.tasks.words import names, place_word


def words(task: Task, run: Run | None, queues: Queues, now_ms: int) -> tuple[str, str]:
    """Word and reason of a task. That it is past due comes before all other reasons, that it soon is after them."""
    word, reason = _words(task, run, queues)
    due = due_words(task, now_ms)
    parts = (due, reason) if due.startswith("past") else (reason, due)
    return word, " · ".join(part for part in parts if part)


def _words(task: Task, run: Run | None, queues: Queues) -> tuple[str, str]:
    match task.state:
        case State.RUNNING | State.SERVING | State.ASKING | State.REVIEW if run:
            return _live_words(task, run)
        case State.QUEUED:
            obstacle = queues.obstacles.get(task.id)
            return (obstacle.word, obstacle.reason) if obstacle else _ready_words(task, queues)
        case State.FAILED if run:
            return _failed_words(task, run)
    return str(task.state), task.reason


def _failed_words(task: Task, run: Run) -> tuple[str, str]:
    """How its last run ended, and what that does not say: that it was given up, why it was ended, what its output says."""
    word = exit_words(run.exit, run.signal) if run.exit is not None or run.signal else "failed"
    return word, run.reason or run.detail if task.reason in ("", word, run.reason) else task.reason


def _live_words(task: Task, run: Run) -> tuple[str, str]:
    if run.orphaned:
        return "orphaned", "its worker is gone and it goes on; nobody will see how it exits"
    if run.stop in ("stop", "kill"):
        return "stopping", "asked by you"
    return str(task.state), "no pane" if run.detached else task.reason


def _ready_words(task: Task, queues: Queues) -> tuple[str, str]:
    room = queues.rooms.get(task.lane)
    if task.lane is None:
        word, reason = ("asked", "typed into the shell") if task.place == "shell" else ("opening", "")
        return (room.word, room.reason) if room else (word, reason)
    place = queues.place(task)
    if place is None:
        return "queued", ""
    if room is not None and (place == 1 or room.word == "paused"):
        return place_word(place), room.reason
    return place_word(place), f"behind {names(queues.ahead(task, place), NAMED)}" if place > 1 else ""
