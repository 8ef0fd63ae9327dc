"""Who comes back after a long time is told once, in one line, what happened."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import worlds
from tests.support import until
from tests.tui import Tower, Watch, tower
from wzp_tui.paths import StoreFolder
from wzp_tui.tasks.task import NewTask
from wzp_tui.tui.absence import AWAY, digest


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def it(folder: StoreFolder, watch: Watch, work: Path) -> AsyncIterator[Tower]:
    async with tower(Path(folder), clock=watch) as found:
        yield found


async def meanwhile(it: Tower, *lines: str) -> None:
    """Tasks that come and end while nobody presses a key."""
    for line in lines:
        task = await it.controller.add(NewTask(("/bin/sh", "-c", line), "/"))
        await it.word(task, "done", "exit 3")


async def test_after_an_hour_one_line_tells_all_and_enter_goes_to_the_first(it: Tower, watch: Watch) -> None:
    await it.add("sleep 500")
    await it.word(1, "running")
    watch.ahead = 2 * AWAY
    await meanwhile(it, "true", "exit 3", "echo fine")
    await it.shows("while you were away, 1h", "✗ 1 failed", "✓ 2 done", "#3 exit 3", "Enter Go to #3")
    assert "exit 3" not in it.selected
    await it.press("enter")
    await until(lambda: "exit 3" in it.selected)
    await it.hides("while you were away")
    await it.shows("FAILED 1")
    assert it.app.screen is it.app.tower, "Enter was for the line, and opened nothing"


async def test_any_other_key_puts_the_line_away_and_does_what_it_does(it: Tower, watch: Watch) -> None:
    watch.ahead = AWAY + 1000
    await meanwhile(it, "true")
    await it.shows("while you were away, 30m", "✓ 1 done")
    await it.press("n")
    await it.shows("New task")
    await it.hides("while you were away")
    await it.press("escape")
    await meanwhile(it, "true")
    await it.shows("DONE TODAY 2")
    assert "while you were away" not in it.text


async def test_a_click_on_the_line_goes_there(it: Tower, watch: Watch) -> None:
    await it.add("sleep 500")
    await it.word(1, "running")
    watch.ahead = AWAY + 1000
    await meanwhile(it, "exit 3")
    await it.shows("while you were away")
    await it.click("while you were away")
    await until(lambda: "exit 3" in it.selected)
    await it.hides("while you were away")


async def test_a_short_absence_is_not_worth_a_word(it: Tower, watch: Watch) -> None:
    watch.ahead = AWAY - 60_000
    await meanwhile(it, "exit 3")
    await it.shows("FAILED 1")
    assert "while you were away" not in it.text


def test_a_digest_counts_what_is_new_and_begins_with_what_needs_the_user() -> None:
    told = digest(worlds.busy(), worlds.NOON - 12 * 60_000, worlds.NOON + AWAY)
    assert told is not None
    assert [len(told.needs), len(told.failed), len(told.done)] == [2, 1, 23]
    assert told.first.task.id == 12
    assert digest(worlds.busy(), worlds.NOON, worlds.NOON + AWAY) is None
    assert digest(worlds.busy(), worlds.NOON - 12 * 60_000, worlds.NOON) is None
    assert digest(worlds.busy(), worlds.NOON - 12 * 60_000, worlds.NOON + AWAY, workspace="docs") is None
