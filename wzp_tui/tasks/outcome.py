"""What becomes of a task when a run of it ends. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from wzp_tui.tasks.backoff import ANY, signal_name
from wzp_tui.tasks.policy import Policy, Restart
from wzp_tui.tasks.run import ExitRecord
from wzp_tui.tasks.task import State, Task


class Outcome(NamedTuple):
    """The task's next state, why, and from when on it may run again."""

    state: State
    reason: str
    not_before_ms: int = 0
    waits_since_ms: int = 0
    """The end of this run, where another one is to follow."""


def exit_words(exit: int | None, signal_number: int | None, reason: str = "") -> str:
    """How a run ended, in words: `exit 3`, `killed by SIGTERM`, `timeout after 10m`."""
    if reason:
        return reason
    if signal_number:
        return f"killed by {signal_name(signal_number)}"
    return "exit unknown" if exit is None else f"exit {exit}"


def ended_well(policy: Policy, record: ExitRecord) -> bool:
    """The command came to an end by itself, and to a good one."""
    return not record.reason and policy.success.hold(record.exit, record.signal)


def tries_in_a_row(policy: Policy, tries: int, ran_ms: int) -> int:
    """Which attempt it was, 1 the first. A service that went on for longer than the longest delay begins anew."""
    return 1 if policy.service and ran_ms > policy.backoff.most * 1000 else tries


def outcome(task: Task, tries: int, record: ExitRecord, starts_ms: Sequence[int] = ()) -> Outcome:
    """Judge an exit record: done, cancelled, tried again or failed. `starts_ms`: of the runs since the user queued it."""
    policy = task.policy
    if record.cancelled:
        return Outcome(State.CANCELLED, record.reason)
    good = ended_well(policy, record)
    words = exit_words(record.exit, record.signal, record.reason)
    if not _runs_again(policy, tries, record, good):
        return Outcome(State.DONE, "" if record.exit == 0 else words) if good else Outcome(State.FAILED, words)
    count = f"restart {tries}" if policy.service else f"attempt {tries} of {policy.retries + 1}"
    return _again(task, tries, f"{words}, {count}", words, record.ended_ms, starts_ms)


def lost_outcome(task: Task, tries: int, now_ms: int, reason: str, starts_ms: Sequence[int] = ()) -> Outcome:
    """Judge a run whose end nobody saw: lost, and tried again only where the task says so."""
    policy = task.policy
    if policy.retry_lost and (policy.service or tries <= max(policy.retries, 1)):
        return _again(task, tries, f"{reason}, attempt {tries}", reason, now_ms, starts_ms)
    return Outcome(State.LOST, reason)


def _runs_again(policy: Policy, tries: int, record: ExitRecord, good: bool) -> bool:
    restart = policy.service.restart if policy.service else None
    if restart is Restart.ALWAYS:
        return True
    may = tries <= policy.retries if restart is None else restart is Restart.ON_FAILURE
    return may and not good and (policy.retry_on == ANY or policy.retry_on.hold(record.exit, record.signal))


def _again(task: Task, tries: int, reason: str, why: str, ended_ms: int, starts_ms: Sequence[int]) -> Outcome:
    policy = task.policy
    next_ms = ended_ms + int(policy.backoff.delay(tries, task.name) * 1000)
    if (limit := policy.start_limit) and limit.reached(starts_ms, next_ms):
        return Outcome(State.FAILED, f"gave up after {limit.words}: {why}")
    return Outcome(State.QUEUED, reason, next_ms, ended_ms)
