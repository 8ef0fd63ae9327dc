"""Searches many logs, in a process of its own: `python -m wzp_tui.logs.scan_all`.

It reads a JSON document `{"pattern": …, "level": …, "kept": …, "most": …, "logs": [PATH, …]}` and writes a JSON line for each log.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wzp_tui.logs.file import LogFile, plain
from wzp_tui.logs.level import Level, Wanted, level_of, wanted
from wzp_tui.logs.scan import be_bounded, compiled, scan


class Hit(NamedTuple):
    """A line that was looked for."""

    offset: int
    column: int
    length: int
    level: str
    """`error`, `warning` or `""`."""
    text: str
    """Clean."""


class LogHits(NamedTuple):
    """What one log has."""

    log: int
    """Its index."""
    hits: tuple[Hit, ...]
    """The last of them, in the order of the file."""
    total: int
    """All of them, those too that are not kept."""


def scan_all(logs: Iterable[str], sought: Wanted, kept: int, most: int) -> Iterator[LogHits]:
    """One log after the other: the last `kept` hits of each. It ends after the log with which there are `most`."""
    for index, path in enumerate(logs):
        log = LogFile(path)
        try:
            found = _scan_log(index, log, sought, kept)
        finally:
            log.close()
        yield found
        most -= len(found.hits)
        if most <= 0:
            break


def _scan_log(index: int, log: LogFile, sought: Wanted, kept: int) -> LogHits:
    hits: list[Hit] = []
    total = 0
    for block in scan(log, sought, log.size, backwards=True):
        total += len(block)
        for offset, column, length in block[: kept - len(hits)]:
            line = log.lines_from(offset, 1)
            text = plain(line[0].text) if line else ""
            hits.append(Hit(offset, column, length, level_of(text) or "", text))
    return LogHits(index, tuple(reversed(hits)), total)


def main() -> None:
    """Answer on standard output."""
    be_bounded()
    asked = json.load(sys.stdin)
    sought = wanted(compiled(asked["pattern"]) if asked["pattern"] else None, Level(asked["level"]) if asked["level"] else None)
    for found in scan_all(asked["logs"], sought, asked["kept"], asked["most"]):
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
