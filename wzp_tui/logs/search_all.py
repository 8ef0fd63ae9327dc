"""A search through many logs that keeps nobody waiting."""

import json
from collections.abc import Callable, Sequence

from wzp_tui.logs.child import Child
from wzp_tui.logs.query import Query
from wzp_tui.logs.scan_all import Hit, LogHits

KEPT, MOST = 100, 2000
"""Hits of one log, and of all."""


class SearchAll(Child):
    """Looks through logs in the order given, until there are 2,000 hits; of each log the last 100 are kept, and all are counted."""

    def __init__(self, paths: Sequence[str], query: Query) -> None:
        super().__init__()
        self.paths = paths
        self.query = query
        self.looked = 0
        """Logs that were looked through."""
        self.found: list[LogHits] = []
        """What was found, in the order of the logs."""
        self.count = 0

    async def run(self, changed: Callable[[], None]) -> None:
        """Search to the end; `changed` is called whenever there is more."""
        query = self.query
        asked = {"pattern": query.pattern, "level": query.level, "kept": KEPT, "most": MOST, "logs": list(self.paths)}
        await self.follow("wzp_tui.logs.scan_all", told=json.dumps(asked).encode(), changed=changed)

    def take(self, data: bytes) -> bytes:
        """Take in the lines that are whole."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            log, hits, total = json.loads(line)
            self.looked = log + 1
            self.count += total
            if hits:
                self.found.append(LogHits(log, tuple(Hit(*hit) for hit in hits), total))
        return rest

    @property
    def cut_short(self) -> bool:
        """There was so much that the other logs were not looked through."""
        return self.done and not self.problem and self.looked < len(self.paths)
