"""What becomes of a task when a run of it ends: done, cancelled, tried again, restarted, failed or lost."""

import signal
from typing import Any

import pytest

from tests.test_tasks import A_TASK, record
from wzp_tui.tasks.backoff import Backoff
from wzp_tui.tasks.outcome import lost_outcome, outcome, tries_in_a_row
from wzp_tui.tasks.parse_policy import parse_exits, parse_start_limit
from wzp_tui.tasks.policy import Policy, Restart, Service
from wzp_tui.tasks.task import State, Task

EXACT = Backoff(jitter=0)


def held_to(**fields: Any) -> Task:
    """A task with this policy, whose delays are not shortened."""
    return A_TASK._replace(policy=Policy(**{"backoff": EXACT, **fields}))


def service(restart: Restart = Restart.ON_FAILURE, **fields: Any) -> Task:
    return held_to(service=Service(restart), **fields)


@pytest.mark.parametrize(
    ("ended", "state", "reason"),
    [
        ({"exit": 0}, State.DONE, ""),
        ({"exit": 3}, State.FAILED, "exit 3"),
        ({"signal": 15}, State.FAILED, "killed by SIGTERM"),
        ({"signal": 64}, State.FAILED, "killed by SIGRTMAX"),
        ({"signal": 99}, State.FAILED, "killed by SIG99"),
        ({}, State.FAILED, "exit unknown"),
        ({"exit": 0, "reason": "timeout after 10m"}, State.FAILED, "timeout after 10m"),
        ({"exit": 0, "cancelled": True, "reason": "stopped by you"}, State.CANCELLED, "stopped by you"),
    ],
)
def test_an_end_becomes_a_state_and_words(ended: dict[str, Any], state: State, reason: str) -> None:
    assert outcome(A_TASK, 1, record(**ended))[:2] == (state, reason)


def test_a_failure_is_tried_again_as_often_as_the_task_says_each_time_later() -> None:
    task = held_to(retries=2)
    first, second, third = (outcome(task, attempt, record(exit=1)) for attempt in (1, 2, 3))
    assert first == (State.QUEUED, "exit 1, attempt 1 of 3", 2000, 1000)
    assert second == (State.QUEUED, "exit 1, attempt 2 of 3", 3000, 1000)
    assert third[:2] == (State.FAILED, "exit 1")


def test_a_cancelled_task_is_not_tried_again_and_a_service_not_restarted() -> None:
    for task in (held_to(retries=9), service(), service(Restart.ALWAYS)):
        assert outcome(task, 1, record(exit=1, cancelled=True)).state is State.CANCELLED


def test_other_ways_to_end_well() -> None:
    task = held_to(success=parse_exits("0,3,SIGINT"), retries=5)
    assert outcome(task, 1, record(exit=3))[:2] == (State.DONE, "exit 3")
    assert outcome(task, 1, record(signal=signal.SIGINT)).state is State.DONE
    assert outcome(task, 1, record(exit=1)).state is State.QUEUED
    assert outcome(task, 1, record(exit=3, reason="timeout after 1s")).state is State.QUEUED


def test_only_some_failures_are_worth_another_attempt() -> None:
    task = held_to(retries=5, retry_on=parse_exits("75,SIGTERM"))
    assert outcome(task, 1, record(exit=75)).state is State.QUEUED
    assert outcome(task, 1, record(signal=signal.SIGTERM, reason="timeout after 1s")).state is State.QUEUED
    assert outcome(task, 1, record(exit=1)).state is State.FAILED
    assert outcome(held_to(retries=1), 1, record(exit=0, reason="timeout after 1s")).state is State.QUEUED, "any failure"


def test_who_starts_too_often_is_given_up() -> None:
    task = held_to(retries=100, start_limit=parse_start_limit("3 in 10m"))
    ends = record(exit=1, ended_ms=70_000)
    assert outcome(task, 3, ends, (0, 60_000)).state is State.QUEUED
    assert outcome(task, 3, ends, (0, 60_000, 65_000))[:2] == (State.FAILED, "gave up after 3 in 10m: exit 1")
    assert outcome(task, 3, record(exit=1, ended_ms=700_000), (0, 60_000, 65_000)).state is State.QUEUED, "that was long ago"
    forever = service(Restart.ALWAYS, start_limit=parse_start_limit("1 in 1m"))
    assert outcome(forever, 1, record(exit=0, ended_ms=500), (0,))[:2] == (State.FAILED, "gave up after 1 in 1m: exit 0")


@pytest.mark.parametrize(
    ("restart", "good", "bad"),
    [
        (Restart.NEVER, State.DONE, State.FAILED),
        (Restart.ON_FAILURE, State.DONE, State.QUEUED),
        (Restart.ALWAYS, State.QUEUED, State.QUEUED),
    ],
)
def test_a_service_is_restarted_as_it_says(restart: Restart, good: State, bad: State) -> None:
    task = service(restart)
    assert outcome(task, 50, record(exit=0)).state is good
    assert outcome(task, 50, record(exit=1)).state is bad
    assert outcome(task, 50, record(exit=0, reason="not alive for 30s: HTTP 500")).state is bad


def test_a_restart_says_what_for_and_waits() -> None:
    assert outcome(service(), 2, record(exit=1)) == (State.QUEUED, "exit 1, restart 2", 3000, 1000)
    assert outcome(service(Restart.ALWAYS), 1, record(exit=0)) == (State.QUEUED, "exit 0, restart 1", 2000, 1000)


def test_a_service_that_went_well_for_long_is_restarted_as_if_for_the_first_time() -> None:
    assert tries_in_a_row(service().policy, 12, 301_000) == 1
    assert tries_in_a_row(service().policy, 12, 299_000) == 12
    assert tries_in_a_row(Policy(retries=20), 12, 301_000) == 12, "retries come to an end"


def test_lost_is_lost_unless_the_task_says_so() -> None:
    for task in (held_to(retries=9), service(Restart.ALWAYS)):
        assert lost_outcome(task, 1, 0, "its worker died").state is State.LOST
    again = held_to(retry_lost=True, retries=2)
    assert [lost_outcome(again, attempt, 0, "x").state for attempt in (1, 2, 3)] == [State.QUEUED, State.QUEUED, State.LOST]
    assert lost_outcome(service(retry_lost=True), 50, 0, "x").state is State.QUEUED
