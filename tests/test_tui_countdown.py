"""What will happen by itself is seen in the list and under Why, and counts down while it is seen."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support import until
from tests.tui import Tower, Watch, tower
from tests.workers import shell
from wzp_tui.tasks.backoff import Backoff
from wzp_tui.tasks.parse_policy import parse_ready
from wzp_tui.tasks.policy import Service
from wzp_tui.tasks.task import State

CLOCK = Watch()


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[Tower]:
    async with tower(tmp_path / "store", size=(150, 40), clock=CLOCK) as found:
        yield found


async def counts_down(it: Tower, pattern: str) -> None:
    """The number in this text becomes smaller and smaller, with nothing else happening."""
    seen: set[int] = set()

    def number() -> bool:
        found = re.search(pattern, it.text)
        assert found, it.text
        seen.add(int(found[1]))
        return len(seen) > 4

    await until(number)
    assert max(seen) - min(seen) < 9, "each second is told, more or less"


async def test_a_retry_counts_down_in_the_list(it: Tower) -> None:
    await it.controller.add(shell("exit 3", title="flaky", retries=1, backoff=Backoff(50, 1, 50, 0)))
    await it.word(1, "retries")
    await counts_down(it, r"retries +in (\d+)s · exit 3, attempt 1 of 2")


async def test_a_timeout_and_a_silence_count_down_and_why_tells_both(it: Tower) -> None:
    await it.controller.add(shell("sleep 1000", title="slow", timeout=3000, quiet=50))
    await it.word(1, "running")
    await counts_down(it, r"running +stopped in (\d+)s unless it prints")
    await it.click("Why")
    await it.shows("times out in 50m", "stopped after 50s without output")


async def test_a_service_says_how_long_it_is_asked_and_then_that_it_serves(it: Tower, tmp_path: Path) -> None:
    served = Service(ready=parse_ready(f"every=0.1s,failures=300,command:test -e {tmp_path}/up"))
    await it.controller.add(shell("sleep 1000", title="server", service=served))
    await it.word(1, "running")
    await it.shows("no answer of its probe yet, ", " of 30s")
    (tmp_path / "up").touch()
    await it.word(1, "serving")
    await it.hides("no answer")
    await it.shows("#1 serves")
    assert it.row(1).task.state is State.SERVING
