"""Cron lines: five fields, in local time. Pure.

A line that runs in every hour goes by time that passes: in an hour that the clock repeats it runs twice as often. Any other runs once for
each of its times: when the clock jumps over one, at the end of the jump; when the clock repeats it, the first time.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from wzp_tui.errors import UsageError
from wzp_tui.tasks.parse import shown

DAY = 86400
_HORIZON = 42 * 366
"""Days; February 29 on a given day of the week may be forty years away."""
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_WEEKDAYS = "sun mon tue wed thu fri sat".split()
_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


class Cron(NamedTuple):
    """A cron line that is right, and comes."""

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """0 is Sunday."""
    either: bool
    """Day and weekday are both restricted: one of them is enough."""

    @property
    def every_hour(self) -> bool:
        """It goes by time that passes."""
        return len(self.hours) == 24

    def on(self, day: date) -> bool:
        """Does it run on that day?"""
        if day.month not in self.months:
            return False
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (by_day or by_weekday) if self.either else (by_day and by_weekday)


def parse_cron(text: str) -> Cron:
    """Read five fields, or a macro as `@daily`. Raises `UsageError`."""
    fields = _MACROS.get(text.strip().lower(), text).lower().split()
    if len(fields) != 5:
        raise UsageError(f"{shown(text)} is no cron line; it has five fields: minute hour day month weekday, as in 30 9 * * mon-fri")
    days, weekdays = _field(fields[2], "day", 1, 31), _field(fields[4], "weekday", 0, 7, _WEEKDAYS)
    cron = Cron(
        " ".join(fields),
        _field(fields[0], "minute", 0, 59),
        _field(fields[1], "hour", 0, 23),
        frozenset(days),
        frozenset(_field(fields[3], "month", 1, 12, _MONTHS, base=1)),
        frozenset(weekday % 7 for weekday in weekdays),
        not fields[2].startswith("*") and not fields[4].startswith("*"),
    )
    if not cron.either and min(days) > max(_LONGEST_MONTH[month - 1] for month in cron.months):
        raise UsageError(f"{shown(text)} never comes: no such month has a day {min(days)}")
    return cron


def next_instant(cron: Cron, after: int, zone: tzinfo) -> int | None:
    """The first run after that second of Unix time; `None`: none in forty years."""
    first = after // DAY
    for number in range(first, first + _HORIZON):
        instants = _instants_of(cron, number, zone)
        if instants and instants[-1] > after:
            return instants[bisect_right(instants, after)]
    return None


def instants_back(cron: Cron, until: int, zone: tzinfo) -> Iterator[int]:
    """All runs up to that second, it too, the last one first."""
    last = until // DAY
    for number in range(last, last - _HORIZON, -1):
        instants = _instants_of(cron, number, zone)
        yield from reversed(instants[: bisect_right(instants, until)])


def instant_of(wall: datetime, zone: tzinfo) -> int:
    """When the clock first shows that time; where it jumps over it, the end of the jump."""
    local = wall.replace(tzinfo=zone, fold=0)
    instant = int(local.timestamp())
    if face_of(instant, zone) == wall:
        return instant
    before = int(local.replace(fold=1).timestamp())  # inside a jump, fold=1 lies before it and fold=0 after it
    while instant - before > 1:
        middle = (before + instant) // 2
        if face_of(middle, zone) < wall:
            before = middle
        else:
            instant = middle
    return instant


def face_of(instant: int, zone: tzinfo) -> datetime:
    """What the clock shows at a second of Unix time, without a zone."""
    return datetime.fromtimestamp(instant, zone).replace(tzinfo=None, fold=0)


def _instants_of(cron: Cron, number: int, zone: tzinfo) -> list[int]:
    """All runs of a day of Unix time, sorted. Days of UTC do not overlap, whatever clocks do."""
    start = number * DAY
    try:
        middle = datetime.fromtimestamp(start, UTC).date()
        days = [day for day in (middle - timedelta(1), middle, middle + timedelta(1)) if cron.on(day)]
        found = {instant for day in days for instant in _instants_on(cron, day, zone) if start <= instant < start + DAY}
    except (OverflowError, ValueError):  # beyond the calendar
        return []
    return sorted(found)


def _instants_on(cron: Cron, day: date, zone: tzinfo) -> list[int]:
    """All runs of a local day."""
    midnight = datetime(day.year, day.month, day.day)
    following = midnight + timedelta(1)
    local = midnight.replace(tzinfo=zone)
    times = [hour * 60 + minute for hour in cron.hours for minute in cron.minutes]
    if local.utcoffset() == following.replace(tzinfo=zone).utcoffset():
        begin = int(local.timestamp())
        return [begin + time * 60 for time in times]
    instants = []
    for wall in (midnight + timedelta(minutes=time) for time in times):
        first = instant_of(wall, zone)
        if not cron.every_hour:
            instants.append(first)
        elif face_of(first, zone) == wall:
            instants += {first, int(wall.replace(tzinfo=zone, fold=1).timestamp())}
    return instants


def _field(text: str, what: str, low: int, high: int, names: "list[str] | tuple[()]" = (), base: int = 0) -> tuple[int, ...]:
    """The values of one field, sorted."""

    def number(word: str) -> int:
        if word in names:
            return names.index(word) + base
        if not (word.isascii() and word.isdigit() and len(word) <= 4 and low <= int(word) <= high):
            raise UsageError(f"{what} {shown(text)} of a cron line: {shown(word)} is not between {low} and {high}")
        return int(word)

    values: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        if slash and not (step.isascii() and step.isdigit() and len(step) <= 4 and int(step)):
            raise UsageError(f"{what} {shown(text)} of a cron line: a step is a number above 0, as in */5")
        first, dash, last = span.partition("-")
        if span == "*":
            begin, end = low, high
        else:
            begin = number(first)
            end = number(last) if dash else high if slash else begin
        if begin > end:
            raise UsageError(f"{what} {shown(text)} of a cron line: {shown(span)} ends before it begins")
        values.update(range(begin, end + 1, int(step) if slash else 1))
    return tuple(sorted(values))
