"""Times and series in the tower: what comes is told, and what can be done with it, by keys."""

import pytest

from tests.stores import a_task
from tests.support import until
from tests.tui import Tower
from wzp_tui.store import Event, NewSeries
from wzp_tui.tasks.task import State
from wzp_tui.tui.times import now_ms
from wzp_tui.tui.words import event_words

HOUR = 3_600_000


async def test_what_waits_for_a_time_starts_then_in_an_open_tower(it: Tower) -> None:
    task = await it.controller.add(a_task(title="the report", not_before_ms=now_ms() + HOUR))
    await it.shows("the report", "later", "not before ")
    when = now_ms() + 1000
    await it.controller.edit(task, not_before_ms=when)
    await it.word(task, "done")
    row = it.row(task)
    assert row.run is not None
    assert row.run.started_ms >= when


async def test_a_due_time_is_told_when_it_is_near_and_when_it_is_past(it: Tower) -> None:
    await it.controller.pause_lane("default")
    near = await it.controller.add(a_task(title="near", due_ms=now_ms() + HOUR))
    far = await it.controller.add(a_task(title="far", due_ms=now_ms() + 100 * HOUR))
    soon = await it.controller.add(a_task(title="soon", due_ms=now_ms() + 1000))
    await it.shows("near", "far", "soon")
    assert " · due " in it.row(near).reason
    assert "due" not in it.row(far).reason
    await until(lambda: it.row(soon).reason.startswith("past due "))
    await it.shows("past due ")


async def test_a_series_is_in_the_sidebar_and_comes(it: Tower) -> None:
    await it.controller.add_series(NewSeries(a_task(title="heartbeat"), "1s"))
    await it.controller.add_series(NewSeries(a_task(title="backup"), "30 2 * * *"))
    await it.shows("SERIES", "heartbeat", "backup", "02:30")
    await it.shows("DONE TODAY")
    first = it.row(1)
    assert (first.task.series, first.task.state in (State.DONE, State.RUNNING)) == (1, True)


async def test_a_series_is_paused_run_and_removed_by_keys(it: Tower) -> None:
    id = await it.controller.add_series(NewSeries(a_task(title="backup"), "1h"))
    await it.shows("backup")
    await it.press("w")
    while "backup" not in it.selected:
        await it.press("j")
    await it.press("enter")
    await it.shows("Series @1 backup", "every 1h", "Run now")
    await it.press("p")
    await until(lambda: it.shown.series[0].paused)
    await it.shows("paused")
    await it.press("E")
    await it.shows("paused by you", "Go on")
    await it.press("p")
    await until(lambda: not it.shown.series[0].paused)
    await it.press("E")
    await it.press("n")
    await it.word(1, "done")
    assert it.row(1).task.series == id
    await it.press("E")
    await it.shows("Remove")
    await it.press("x")
    await it.hides("SERIES")


async def test_a_task_of_a_series_leads_to_it(it: Tower) -> None:
    await it.controller.pause_lane("default")
    await it.controller.add_series(NewSeries(a_task(title="backup"), "1h"))
    await it.controller.run_series(1)
    await it.shows("QUEUED 1")
    await it.press("E")
    await it.shows("Series @1 backup")
    await it.press("escape")
    await it.press("v", "v")
    await it.shows("series", "@1, every 1h")


async def test_a_series_and_times_are_made_in_the_form(it: Tower) -> None:
    await it.controller.pause_lane("default")
    for line, field, text in (("make nightly", "every", "@daily"), ("make later", "starts", "in 2h"), ("make soon", "due", "in 3h")):
        await it.press("n")
        await it.type(line)
        await it.press("ctrl+e")
        await it.shows("retries")
        presses = {"every": 1, "due": 2, "starts": 3}[field]
        await it.press(*["shift+tab"] * presses)
        await it.type(text)
        await it.press("enter")
        await it.hides("New task")
    await it.shows("SERIES", "make nightly", "make later", "make soon")
    assert it.shown.series[0].every == "0 0 * * *"
    assert abs(it.row(1).task.not_before_ms - now_ms() - 2 * HOUR) < 60_000
    assert abs((it.row(2).task.due_ms or 0) - now_ms() - 3 * HOUR) < 60_000


async def test_a_task_past_due_can_be_edited_and_its_time_taken_back(it: Tower) -> None:
    await it.controller.pause_lane("default")
    task = await it.controller.add(a_task(title="late", due_ms=now_ms() - HOUR))
    await it.shows("past due")
    due = it.row(task).task.due_ms
    await it.press("e", "ctrl+e")
    await it.shows("retries")
    await it.press("tab")
    await it.press("ctrl+u")
    await it.type("very late\n")
    await it.shows("very late")
    assert it.row(task).task.due_ms == due
    await it.press("e", "ctrl+e")
    await it.shows("retries")
    await it.press("shift+tab", "ctrl+u", "enter")
    await until(lambda: it.row(task).task.due_ms is None)


async def test_the_form_says_what_cannot_come_again(it: Tower) -> None:
    await it.press("n")
    await it.type("make")
    await it.press("ctrl+e")
    await it.shows("retries")
    await it.press("shift+tab")
    await it.type("1h")
    await it.press("shift+tab")
    await it.type("in 1h")
    await it.press("enter")
    await it.shows("what comes again has no due time")


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        ("series.added", {}, "@3 comes again"),
        ("series.missed", {"count": 11}, "@3 missed 11 runs"),
        ("series.missed", {"count": 1, "reason": "#12 is not over"}, "@3 skips: #12 is not over"),
        ("series.paused", {"reason": "by you"}, "@3 paused"),
        ("series.paused", {"reason": "there is no lane 'x'"}, "@3 stopped: there is no lane 'x'"),
        ("series.resumed", {}, "@3 goes on"),
    ],
)
def test_what_becomes_of_a_series_is_an_event_in_words(kind: str, data: dict[str, object], text: str) -> None:
    told = event_words(Event(1, 0, "tower", kind, None, None, None, None, {"series": 3, **data}))
    assert told is not None
    assert told.text == text
