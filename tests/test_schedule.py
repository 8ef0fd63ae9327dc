"""Times that tasks wait for, and tasks that come again, over all that clocks do."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wzp_tui.errors import UsageError
from wzp_tui.tasks.cron import parse_cron
from wzp_tui.tasks.schedule import Due, Every, LocalZone, due, next_run, parse_catch_up, parse_every, parse_when
from wzp_tui.tasks.series import Overlap

BERLIN = ZoneInfo("Europe/Berlin")
ODD = [
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",  # used to jump at midnight
    "America/Havana",  # repeats the hour before one o'clock
    "America/Scoresbysund",  # repeated the hour before midnight
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # had no December 30 in 2011
    "Asia/Kathmandu",
    "UTC",
]


def at(text: str, zone: tzinfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def runs(every: str, after: datetime, count: int) -> list[str]:
    """The next runs, as the clock shows them, with the offset."""
    found, rule, start = [], parse_every(every), after
    for _ in range(count):
        run = next_run(rule, after, start)
        assert run is not None
        found.append(run.strftime("%m-%d %H:%M %z"))
        after = run
    return found


# --- when ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("14:30", "2026-11-23 14:30"),
        ("9:00", "2026-11-24 09:00"),
        ("10:00", "2026-11-24 10:00"),
        ("today 14:30", "2026-11-23 14:30"),
        ("tomorrow 9:00", "2026-11-24 09:00"),
        ("Friday 9:00", "2026-11-27 09:00"),
        ("mon 14:30", "2026-11-23 14:30"),
        ("mon 9:00", "2026-11-30 09:00"),
        ("in 2h", "2026-11-23 12:00"),
        ("+90s", "2026-11-23 10:01:30"),
        ("2026-12-24", "2026-12-24 00:00"),
        ("2026-12-24 9:05", "2026-12-24 09:05"),
        ("2026-12-24T18:00:30", "2026-12-24 18:00:30"),
        ("2026-12-24T18:00Z", "2026-12-24 19:00"),
        ("2026-12-24T18:00-05:00", "2026-12-25 00:00"),
    ],
)
def test_a_time_is_read_as_a_person_means_it_on_a_monday_at_ten(text: str, when: str) -> None:
    assert parse_when(text, at("2026-11-23 10:00")) == at(when)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "9:60", "someday 9:00", "2026-02-30", "in", "in -5m", "9999-12-31", "1e9", "٣:٠٠"])
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError):
        parse_when(text, at("2026-11-23 10:00"))


@pytest.mark.parametrize("text", ["today 9:00", "2026-11-23 09:59", "2026-11-23", "0001-01-01", "2026-11-23T10:00+01:00"])
def test_a_time_that_is_past_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is past"):
        parse_when(text, at("2026-11-23 10:00"))


def test_a_time_that_the_clock_jumps_over_is_the_end_of_the_jump() -> None:
    assert parse_when("2:30", at("2026-03-29 01:00")).isoformat() == "2026-03-29T03:00:00+02:00"


def test_a_time_that_comes_twice_is_the_first_that_is_to_come() -> None:
    before, between = at("2026-10-25 01:00"), at("2026-10-25 02:40")
    assert parse_when("2:30", before).isoformat() == "2026-10-25T02:30:00+02:00"
    assert parse_when("2:30", between).isoformat() == "2026-10-25T02:30:00+01:00"
    assert parse_when("2:30", between.replace(fold=1)).isoformat() == "2026-10-26T02:30:00+01:00"


# --- every ---------------------------------------------------------------------


def test_an_interval_counts_from_its_start_in_time_that_passes() -> None:
    assert runs("6h", at("2026-03-28 20:00"), 3) == ["03-29 03:00 +0200", "03-29 09:00 +0200", "03-29 15:00 +0200"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("30 9 * * mon-fri", ["11-23 09:30 +0100", "11-24 09:30 +0100", "11-25 09:30 +0100"]),
        ("*/20 8-9 * * *", ["11-23 08:20 +0100", "11-23 08:40 +0100", "11-23 09:00 +0100"]),
        ("@monthly", ["12-01 00:00 +0100", "01-01 00:00 +0100", "02-01 00:00 +0100"]),
        ("0 0 13 * 5", ["11-27 00:00 +0100", "12-04 00:00 +0100", "12-11 00:00 +0100"]),  # the 13th, and each Friday
        ("0 0 */2 * 7", ["11-29 00:00 +0100", "12-13 00:00 +0100", "12-27 00:00 +0100"]),  # Sundays on an odd day
        ("0 12 29 feb *", ["02-29 12:00 +0100", "02-29 12:00 +0100", "02-29 12:00 +0100"]),
        ("5/30 0 1 jan,JUL *", ["01-01 00:05 +0100", "01-01 00:35 +0100", "07-01 00:05 +0200"]),
    ],
)
def test_cron_lines_come_when_their_fields_say(line: str, expected: list[str]) -> None:
    assert runs(line, at("2026-11-23 08:10"), 3) == expected


def test_a_daily_run_comes_once_when_the_clock_jumps_over_it() -> None:
    assert runs("30 2 * * *", at("2026-03-28 00:00"), 3) == ["03-28 02:30 +0100", "03-29 03:00 +0200", "03-30 02:30 +0200"]


def test_a_daily_run_comes_once_when_the_clock_repeats_it() -> None:
    assert runs("30 2 * * *", at("2026-10-24 12:00"), 2) == ["10-25 02:30 +0200", "10-26 02:30 +0100"]


def test_an_hourly_run_goes_by_time_that_passes() -> None:
    assert runs("30 * * * *", at("2026-10-25 02:00"), 3) == ["10-25 02:30 +0200", "10-25 02:30 +0100", "10-25 03:30 +0100"]
    assert runs("30 * * * *", at("2026-03-29 01:00"), 2) == ["03-29 01:30 +0100", "03-29 03:30 +0200"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("* * * *", "five fields"),
        ("60 * * * *", "minute '60'"),
        ("* 24 * * *", "hour '24'"),
        ("* * 0 * *", "day '0'"),
        ("* * * 13 *", "month '13'"),
        ("* * * * 8", "weekday '8'"),
        ("* * * * fri-mon", "ends before it begins"),
        ("*/0 * * * *", "a step is a number above 0"),
        ("1,,2 * * * *", "'' is not between"),
        ("0 0 31 2 *", "never comes: no such month has a day 31"),
        ("٣ * * * *", "is not between"),
        ("@reboot", "is no cron line"),
        ("0.5s", "whole seconds"),
        ("10 minutes", "five fields"),
        ("often", "no duration"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(line: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_every(line)


def test_a_rule_that_never_comes_ends() -> None:
    never = parse_cron("0 0 1 1 *")._replace(months=frozenset({2}), days=frozenset({31}))
    assert next_run(Every("", cron=never), at("2026-01-01 00:00"), at("2026-01-01 00:00")) is None
    assert next_run(parse_every("@daily"), at("9999-12-31 12:00", UTC), at("9999-12-01 00:00", UTC)) is None


# --- what is due ---------------------------------------------------------------


def look(every: str, last: str, now: str, **rules: object) -> Due:
    return due(parse_every(every), at(last), at(now), at("2026-11-01 00:00"), **rules)  # type: ignore[arg-type]


def hours(found: Due) -> list[str]:
    return [run.strftime("%d %H:%M") for run in found.runs]


def test_a_run_on_time_is_queued_and_the_next_is_told() -> None:
    found = look("0 * * * *", "2026-11-23 08:00", "2026-11-23 09:00:05")
    assert (hours(found), found.passed_over) == (["23 09:00"], 0)
    assert found.next == at("2026-11-23 10:00")
    assert look("0 * * * *", "2026-11-23 09:00", "2026-11-23 09:00:05") == Due((), 0, at("2026-11-23 10:00")), "nothing comes twice"


@pytest.mark.parametrize(
    ("catch_up", "queued", "passed_over"),
    [
        ("skip", [], 5),
        ("one", ["23 09:00"], 4),
        ("all", ["23 05:00", "23 06:00", "23 07:00", "23 08:00", "23 09:00"], 0),
        ("all(2)", ["23 08:00", "23 09:00"], 3),
    ],
)
def test_after_a_night_the_rule_says_what_is_caught_up(catch_up: str, queued: list[str], passed_over: int) -> None:
    found = look("0 * * * *", "2026-11-23 04:00", "2026-11-23 09:30", catch_up=parse_catch_up(catch_up), overlap=Overlap.QUEUE)
    assert (hours(found), found.passed_over) == (queued, passed_over)


def test_while_a_run_is_not_over_the_next_is_skipped_or_queued() -> None:
    skipped = look("0 * * * *", "2026-11-23 08:00", "2026-11-23 09:00", busy=True)
    assert (hours(skipped), skipped.passed_over) == ([], 1)
    queued = look("0 * * * *", "2026-11-23 08:00", "2026-11-23 09:00", busy=True, overlap=Overlap.QUEUE)
    assert (hours(queued), queued.passed_over) == (["23 09:00"], 0)


def test_runs_that_may_not_overlap_are_not_queued_together() -> None:
    assert hours(look("0 * * * *", "2026-11-23 04:00", "2026-11-23 09:00", catch_up=5)) == ["23 09:00"]


def test_a_clock_that_is_set_back_repeats_nothing() -> None:
    found = look("0 * * * *", "2026-11-23 09:00", "2026-11-23 07:30", catch_up=9)
    assert found == Due((), 0, at("2026-11-23 10:00"))


def test_years_of_silence_are_counted_up_to_a_thousand() -> None:
    for every in ("* * * * *", "1s"):
        found = look(every, "2020-01-01 00:00", "2026-11-23 09:30:30", catch_up=parse_catch_up("all(3)"), overlap=Overlap.QUEUE)
        assert len(found.runs) in (3, 4)
        assert found.passed_over + len(found.runs) == 1000


def test_a_wrong_catch_up_rule_says_what_there_is() -> None:
    with pytest.raises(UsageError, match="skip, one, all"):
        parse_catch_up("all(0)")


# --- laws ------------------------------------------------------------------------

zones = st.sampled_from([ZoneInfo(name) for name in ODD])
changes = st.sampled_from(
    "2026-03-29 2026-10-25 2018-11-04 2011-12-30 2025-03-30 2025-10-26 2026-11-01 2026-03-08 2026-04-05 2026-10-04 2024-03-31".split()
).map(date.fromisoformat)
moments = st.builds(
    lambda day, hours, zone: (datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=hours)).astimezone(zone),
    *(changes, st.integers(-2 * 86400, 2 * 86400), zones),
)
minutes = st.sampled_from(["0", "30", "*/15", "5,35,59"])
lines = st.builds(
    lambda *fields: " ".join(fields),
    *(minutes, st.sampled_from(["*", "0", "2", "23", "1-3", "*/6"]), st.sampled_from(["*", "*", "29-31", "*/2"])),
    *(st.just("*"), st.sampled_from(["*", "*", "sun", "1-5"])),
)
rules = st.one_of(lines, st.integers(1, 200_000).map(lambda seconds: f"{seconds}s")).map(parse_every)


@given(rules, moments, st.integers(0, 3 * 86400))
@settings(max_examples=300)
def test_the_next_run_is_never_in_the_past_and_never_goes_back(every: Every, after: datetime, later: int) -> None:
    start = datetime(2010, 1, 1, tzinfo=UTC)
    first = next_run(every, after, start)
    second = next_run(every, (after.astimezone(UTC) + timedelta(seconds=later)).astimezone(after.tzinfo), start)
    assert first is not None
    assert second is not None
    assert first.timestamp() > after.timestamp()
    assert first.timestamp() <= second.timestamp()
    assert first.second == 0 or every.seconds


def by_the_minute(line: str, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The runs of a cron line, found by looking at the clock at every minute."""
    cron, zone = parse_cron(line), begin.tzinfo
    minute = (begin - timedelta(hours=26)).astimezone(UTC).replace(second=0, microsecond=0)
    highest = minute.astimezone(zone).replace(tzinfo=None, fold=0) - timedelta(minutes=1)
    while minute < end.astimezone(UTC):
        wall = minute.astimezone(zone).replace(tzinfo=None, fold=0)
        # What the clock came past for the first time: one minute, more after a jump, none while it repeats.
        passed = [highest + timedelta(minutes=n) for n in range(1, int((wall - highest).total_seconds() // 60) + 1)]
        highest = max(highest, wall)
        for face in [wall] if cron.every_hour else passed:
            if cron.on(face.date()) and face.hour in cron.hours and face.minute in cron.minutes:
                if minute > begin.astimezone(UTC):
                    yield minute
                break
        minute += timedelta(minutes=1)


@given(lines, moments)
@settings(max_examples=40)
def test_cron_agrees_with_someone_who_watches_the_clock(line: str, begin: datetime) -> None:
    end = (begin.astimezone(UTC) + timedelta(hours=30)).astimezone(begin.tzinfo)
    found, run = [], next_run(parse_every(line), begin, begin)
    while run and run.timestamp() < end.timestamp():
        found.append(run.astimezone(UTC))
        run = next_run(parse_every(line), run, begin)
    assert found == list(by_the_minute(line, begin, end))


@given(rules, moments, st.lists(st.integers(0, 40_000), min_size=1, max_size=8))
@settings(max_examples=100)
def test_every_run_is_dealt_with_once_however_often_someone_looks(every: Every, last: datetime, steps: list[int]) -> None:
    start, looked = last, last
    queued: list[float] = []
    for step in steps:
        now = (looked.astimezone(UTC) + timedelta(seconds=step)).astimezone(last.tzinfo)
        found = due(every, looked, now, start, overlap=Overlap.QUEUE, catch_up=1000)
        queued += [run.timestamp() for run in found.runs]
        looked = now
    expected: list[float] = []
    run = next_run(every, last, start)
    while run and run.timestamp() <= looked.timestamp() and len(expected) < 900:
        expected.append(run.timestamp())
        run = next_run(every, run, start)
    if len(expected) < 900:
        assert queued == expected


# --- the zone of this machine ----------------------------------------------------


@pytest.fixture(params=["Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"])
def home(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_local_time_changes_its_clock_as_the_zone_does(home: str) -> None:
    assert os.environ["TZ"] == home
    zone = ZoneInfo(home)
    for hour in range(0, 366 * 24 * 10, 7):
        instant = 1_400_000_000 + hour * 3600
        here, there = datetime.fromtimestamp(instant, LocalZone()), datetime.fromtimestamp(instant, zone)
        assert here.replace(tzinfo=None) == there.replace(tzinfo=None)
        assert (here.utcoffset(), here.fold) == (there.utcoffset(), there.fold)
        assert here.timestamp() == instant


def test_a_daily_run_in_local_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        after = datetime(2026, 3, 28, 12, tzinfo=LocalZone())
        assert runs("30 2 * * *", after, 2) == ["03-29 03:00 +0200", "03-30 02:30 +0200"]
        assert parse_when("14:30", after).tzname() == "CET"
    finally:
        monkeypatch.undo()
        time.tzset()
