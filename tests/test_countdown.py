"""What will happen by itself, told so that it stays true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_tasks import A_TASK
from wzp_tui.tasks.countdown import countdown, countdowns
from wzp_tui.tasks.parse_policy import parse_ready
from wzp_tui.tasks.policy import Policy, Service
from wzp_tui.tasks.run import Run
from wzp_tui.tasks.task import State

RUN = Run(1, 1, 1, "t", "default", 1, "m", "/dev/pts/1", 9, 100_000, None, None, None, "", "", False, False, "")
RUNS = A_TASK._replace(state=State.RUNNING)


def said(policy: Policy, seconds: float, run: Run = RUN, heard: int | None = None) -> str:
    """What is said so long after the start."""
    found = countdown(RUNS._replace(policy=policy), run, run.started_ms + int(seconds * 1000), heard)
    return found.text if found else ""


def test_a_retry_says_when() -> None:
    task = A_TASK._replace(not_before_ms=8_001, waits_since_ms=1, reason="exit 1, attempt 1 of 3")
    assert [found.text for now in (1, 201, 8_000) for found in countdowns(task, None, now)] == [
        *("retries in 8s", "retries in 8s", "retries in 1s"),
    ]
    assert countdown(task, None, 8_001) is None
    assert countdown(task._replace(waits_since_ms=0), None, 1) is None, "it was told to start later; that is no retry"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "times out in 10m"), (1, "times out in 10m"), (361, "times out in 4m"), (541, "times out in 59s"), (700, "times out in 0s")],
)
def test_a_timeout_comes_near(seconds: float, text: str) -> None:
    assert said(Policy(timeout=600), seconds) == text


def test_silence_counts_from_the_last_output_and_what_comes_first_is_told() -> None:
    policy = Policy(quiet=300, timeout=600)
    assert said(policy, 60, heard=RUN.started_ms) == "stopped in 4m unless it prints"
    assert said(policy, 400, heard=RUN.started_ms + 399_000) == "times out in 4m"
    assert said(policy, 60) == "times out in 9m", "when it printed last is not known"


def test_a_probe_without_an_answer_says_how_long_it_is_asked() -> None:
    policy = Policy(service=Service(ready=parse_ready("port:80")))
    assert said(policy, 12.9) == "no answer of its probe yet, 12 of 30s"
    assert said(policy, 12.9, RUN._replace(ready_ms=110_000)) == ""


@pytest.mark.parametrize("run", [RUN._replace(orphaned=True), RUN._replace(ended_ms=1), RUN._replace(stop="stop"), None])
def test_nothing_is_foretold_of_what_nobody_watches(run: Run | None) -> None:
    assert countdown(RUNS._replace(policy=Policy(timeout=600)), run, 100_000, 100_000) is None


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_a_text_stands_as_long_as_it_says(elapsed_ms: int, timeout: int) -> None:
    task, at = RUNS._replace(policy=Policy(timeout=timeout)), RUN.started_ms + elapsed_ms
    found = countdown(task, RUN, at)
    assert found is not None
    assert found.stands > 0
    later = countdown(task, RUN, at + max(0, int(found.stands * 1000) - 51))
    assert later is not None
    assert later.text == found.text
