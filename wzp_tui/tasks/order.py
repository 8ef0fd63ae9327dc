"""Which task is next, and why another is not. Pure; `store/claim.py` says the same in SQL."""

from collections.abc import Mapping

from wzp_tui.tasks.task import Priority, State, Task

AGE_PER_LEVEL_MS = 24 * 60 * 60 * 1000
"""One level of priority is worth a day of waiting. So the order never changes while tasks wait, and nothing starves."""


def rank_ms(priority: Priority, queued_ms: int) -> int:
    """Where a task stands in its lane: the lower, the sooner."""
    return queued_ms - priority * AGE_PER_LEVEL_MS


def order_key(task: Task) -> tuple[int, int, int]:
    """Sorts the queued tasks of a lane: do next, then priority with age, then id."""
    return (-task.next_rank, rank_ms(task.priority, task.queued_ms), task.id)


def waits_for(task: Task, states: Mapping[int, State]) -> tuple[int, ...]:
    """The tasks that must be done before this one may start."""
    return tuple(before for before in task.after if states.get(before) is not State.DONE)


def is_ready(task: Task, states: Mapping[int, State], now_ms: int) -> bool:
    """It could start now, if there were room."""
    return task.state is State.QUEUED and task.not_before_ms <= now_ms and not waits_for(task, states)
