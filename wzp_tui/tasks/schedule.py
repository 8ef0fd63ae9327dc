"""Times that tasks wait for, and tasks that come again. Pure functions on aware datetimes; local time is that of their zone.

Differences are taken between instants, never between clock faces: a day with a change of the clock has 23 or 25 hours.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from typing import NamedTuple

from wzp_tui.errors import UsageError
from wzp_tui.tasks.cron import Cron, face_of, instant_of, instants_back, next_instant, parse_cron
from wzp_tui.tasks.parse import parse_duration, shown
from wzp_tui.tasks.series import MOST_CAUGHT_UP, Overlap

GRACE = timedelta(seconds=60)
"""A run that is later than this was missed."""
_LAST_YEAR = 9000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_WHEN = "write 14:30, tomorrow 9:00, friday 9:00, 2030-01-31 14:30, or in 2h"


class LocalZone(tzinfo):
    """The time zone of this machine with all its changes of the clock, as the C library knows it."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """How far its clock is ahead of UTC."""
        if dt is None:
            return None
        naive = dt.replace(tzinfo=None, microsecond=0)
        return naive.replace(fold=0) - datetime.fromtimestamp(naive.timestamp(), UTC).replace(tzinfo=None)

    def dst(self, dt: datetime | None) -> timedelta | None:
        """Not told."""
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        """`CET`."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, dt: datetime) -> datetime:
        """The local time of an instant."""
        return datetime.fromtimestamp(dt.replace(tzinfo=UTC).timestamp()).replace(tzinfo=self)


class Every(NamedTuple):
    """A rule by which a task comes again: each `seconds` since a start, or by a cron line."""

    text: str
    seconds: int = 0
    cron: Cron | None = None


class Due(NamedTuple):
    """What is to be done at a time."""

    runs: tuple[datetime, ...]
    """Runs to queue, by the times they were due; each is queued once, whoever looks."""
    passed_over: int
    """Runs that were due and are not queued, counted up to 1,000."""
    next: datetime | None


def parse_every(text: str) -> Every:
    """Read an interval (`10m`) or a cron line (`30 9 * * mon-fri`, `@daily`). Raises `UsageError`."""
    text = text.strip()
    if " " in text or text.startswith("@"):
        cron = parse_cron(text)
        return Every(cron.text, cron=cron)
    seconds = parse_duration(text)
    if seconds != int(seconds):
        raise UsageError(f"every {text}: an interval is whole seconds")
    return Every(text, int(seconds))


def parse_catch_up(text: str) -> int:
    """How many missed runs are caught up: `skip`, `one`, `all`, or `all(20)`: the last 20. Raises `UsageError`."""
    if found := re.fullmatch(r"all(?:\(([1-9][0-9]{0,3})\))?", text):
        return min(int(found[1] or MOST_CAUGHT_UP), MOST_CAUGHT_UP)
    if text not in ("skip", "one"):
        raise UsageError(f"catch up {shown(text)}: there are skip, one, all and all(20)")
    return int(text == "one")


def parse_when(text: str, now: datetime) -> datetime:
    """Read a time that is to come, in the zone of `now`. Raises `UsageError`, also for a time that is past."""
    zone, words = _zone(now), text.strip().lower()
    if found := re.fullmatch(r"(?:in +|\+)(\S+)", words):
        return _at(now.timestamp() + parse_duration(found[1]), zone)
    if found := re.fullmatch(r"(?:([a-z]+) +)?([0-9]{1,2}):([0-9]{2})", words):
        return _by_clock(text, found[1] or "", int(found[2]), int(found[3]), now)
    try:
        given = datetime.fromisoformat(re.sub(r"[ T](?=[0-9]:)", "T0", text.strip()))
    except ValueError:
        raise UsageError(f"{shown(text)} is no time; {_WHEN}") from None
    if given.year > _LAST_YEAR:
        raise UsageError(f"{shown(text)} is too far away; {_WHEN}")
    instant = 0.0
    if given.year >= now.year - 1:
        instant = _coming(given, now) if given.tzinfo is None else given.timestamp()
    if instant <= now.timestamp():
        raise UsageError(f"{shown(text)} is past; {_WHEN}")
    return _at(instant, zone)


def parse_moment(text: str) -> int:
    """A time that is to come by the clock of this machine, in milliseconds of Unix time. Raises `UsageError`."""
    return int(parse_when(text, datetime.now(LocalZone())).timestamp() * 1000)


def upcoming(every: str, first_ms: int | None, start_ms: int, count: int) -> list[int]:
    """The first one and those after it, at most `count`, in milliseconds of Unix time."""
    rule, start, found = parse_every(every), datetime.fromtimestamp(start_ms / 1000, LocalZone()), list[int]()
    while first_ms is not None and len(found) < count:
        found.append(first_ms)
        after = next_run(rule, datetime.fromtimestamp(first_ms / 1000, LocalZone()), start)
        first_ms = None if after is None else round(after.timestamp() * 1000)
    return found


def next_run(every: Every, after: datetime, start: datetime) -> datetime | None:
    """The first run after `after`, in its zone; an interval counts from `start`. `None`: none in forty years."""
    zone = _zone(after)
    if every.cron:
        found = next_instant(every.cron, (after - _EPOCH) // _SECOND, zone)
        return None if found is None else _at(found, zone)
    count = (after - start.astimezone(UTC)) // timedelta(seconds=every.seconds) + 1
    return (start.astimezone(UTC) + max(0, count) * timedelta(seconds=every.seconds)).astimezone(zone)


def due(
    every: Every,
    last: datetime,
    now: datetime,
    start: datetime,
    *,
    overlap: Overlap = Overlap.SKIP,
    catch_up: int = 0,
    busy: bool = False,
) -> Due:
    """What to queue now, when all runs up to `last` were dealt with.

    `busy`: a run of the task is queued or not over. What is on time is never counted as caught up.
    """
    ticks = list(islice(_back(every, last, now, start), MOST_CAUGHT_UP))
    on_time = ticks[:1] if ticks and now.timestamp() - ticks[0].timestamp() <= GRACE.total_seconds() else []
    late = ticks[len(on_time) :]
    runs = on_time + late[:catch_up]
    if overlap is Overlap.SKIP:
        runs = [] if busy else runs[:1]
    later = max(now, last, key=datetime.timestamp)  # the clock may have been set back: nothing is due twice
    return Due(tuple(reversed(runs)), len(ticks) - len(runs), next_run(every, later, start))


def _back(every: Every, last: datetime, now: datetime, start: datetime) -> Iterator[datetime]:
    """The runs after `last` up to `now`, the last one first."""
    zone = _zone(now)
    if every.cron:
        for instant in instants_back(every.cron, (now - _EPOCH) // _SECOND, zone):
            if instant <= last.timestamp():
                return
            yield _at(instant, zone)
        return
    begin, step = start.astimezone(UTC), timedelta(seconds=every.seconds)
    for count in range((now - begin) // step, -1, -1):
        if begin + count * step <= last.astimezone(UTC):
            return
        yield (begin + count * step).astimezone(zone)


def _by_clock(text: str, day: str, hour: int, minute: int, now: datetime) -> datetime:
    """`14:30`, `tomorrow 9:00`, `fri 9:00`."""
    if hour > 23 or minute > 59:
        raise UsageError(f"{shown(text)}: the clock goes from 0:00 to 23:59")
    zone = _zone(now)
    today = face_of(int(now.timestamp()), zone).replace(hour=hour, minute=minute, second=0, microsecond=0)
    weekdays = [number for number, name in enumerate(_DAYS) if len(day) >= 3 and name.startswith(day)]
    if not day:
        ahead = [0, 1]
    elif day == "today":
        ahead = [0]
    elif day == "tomorrow":
        ahead = [1]
    elif weekdays:
        first = (weekdays[0] - today.weekday()) % 7
        ahead = [first, first + 7]
    else:
        raise UsageError(f"{shown(text)}: {shown(day)} is no day; {_WHEN}")
    for days in ahead:
        instant = _coming(today + timedelta(days), now)
        if instant > now.timestamp():
            return _at(instant, zone)
    raise UsageError(f"{shown(text)} is past; {_WHEN}")


def _coming(wall: datetime, now: datetime) -> float:
    """When the clock shows `wall`; if it does so twice, the first time that is to come."""
    zone = _zone(now)
    first = instant_of(wall.replace(microsecond=0), zone)
    second = wall.replace(tzinfo=zone, fold=1).timestamp()
    return second if first <= now.timestamp() < second else first


def _at(instant: float, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(instant, zone)


def _zone(moment: datetime) -> tzinfo:
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone")
    return moment.tzinfo
