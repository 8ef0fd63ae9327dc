"""What is looked for in all logs: `task:12 level:error since:10m` and a regular expression."""

import re
from typing import NamedTuple

from wzp_tui.errors import UsageError
from wzp_tui.logs.level import Level
from wzp_tui.logs.scan import check_pattern
from wzp_tui.tasks.parse import parse_duration, parse_id, shown

_WORD = re.compile(r"(?<!\S)(task|level|since):(\S*)(?:\s+|$)")


class Query(NamedTuple):
    """All of it must hold. Without pattern and level: every line that warns or tells of an error."""

    tasks: tuple[int, ...] = ()
    """None: all."""
    level: Level | None = None
    """This one, or worse."""
    since: float | None = None
    """Seconds. Lines bear no time, so it chooses runs: those that ran within them."""
    pattern: str = ""
    """A regular expression; capitals count where it has some."""


def parse_query(text: str) -> Query:
    """Read what a user typed. Raises UsageError."""
    query = Query(pattern=_WORD.sub("", text).strip())
    check_pattern(query.pattern)
    for key, value in _WORD.findall(text):
        match key:
            case "task":
                query = query._replace(tasks=(*query.tasks, *map(parse_id, value.split(","))))
            case "level":
                query = query._replace(level=parse_level(value))
            case "since":
                query = query._replace(since=parse_duration(value))
    return query


def parse_level(text: str) -> Level:
    """`error` or `warning`."""
    try:
        return Level(text)
    except ValueError:
        raise UsageError(f"{shown(text)} is no level; there are: {', '.join(Level)}") from None
