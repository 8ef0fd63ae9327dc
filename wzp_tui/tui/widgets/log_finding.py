"""Going from one line that was found to the next, while it is still looked for."""

from wzp_tui.logs.file import LogFile
from wzp_tui.logs.level import Level
from wzp_tui.logs.search import Match, Search


class Finding:
    """Looks for a pattern, or for the lines of a level, from a place on. Raises UsageError for what is no pattern."""

    def __init__(self, log: LogFile, here: int, *, pattern: str = "", level: Level | None = None, backwards: bool = False) -> None:
        self.search = Search(log.path, pattern, level=level, start=max(0, here), backwards=backwards)
        self.here = here
        """Where it began."""
        self.match: Match | None = None
        """The one that is shown."""
        self.wanted: bool | None = backwards
        """Backwards: go to the first match of this direction when it comes."""
        self._log, self._size = log, log.size

    def again(self, here: int, backwards: bool) -> "Finding":
        """The same, from another place on, and in what was written since."""
        return Finding(self._log, here, pattern=self.search.pattern, level=self.search.level, backwards=backwards)

    def is_stale(self, backwards: bool) -> bool:
        """What is next in this direction cannot be told by it: it looks the other way still, or the log has grown since."""
        return self._log.size > self._size if self.search.done else backwards is not self.search.backwards

    def step(self, here: int, backwards: bool) -> Match | None:
        """The next match from `here` on; past the end the first one, when all are known. None: it may still come."""
        search = self.search
        match = search.before(here) if backwards else search.after(here)
        if match is None and search.done and search.matches:
            match = search.matches[-1 if backwards else 0]
        self.wanted = backwards if match is None and not search.done else None
        self.match = match or self.match
        return match

    @property
    def words(self) -> str:
        """What was found so far."""
        search, pattern = self.search, self.search.pattern
        name = "errors" if search.level else "/" + (pattern if len(pattern) <= 30 else pattern[:29] + "…")
        if search.problem:
            return f"{name}  {search.problem}"
        if not search.done:
            return f"{name}  {search.count} so far …"
        if not search.count:
            return f"{name}  not found" if pattern else "no errors"
        if self.match in search.matches and search.count == len(search.matches):
            return f"{name}  {search.matches.index(self.match) + 1} of {search.count}"
        return f"{name}  {search.count}"
