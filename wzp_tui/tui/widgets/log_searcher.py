"""A log in which is searched."""

from functools import partial

from wzp_tui.logs.level import Level
from wzp_tui.tui.widgets.log_finding import Finding
from wzp_tui.tui.widgets.log_marker import LogMarker


class LogSearcher(LogMarker):
    """Goes from match to match, and from error to error. What is looked for is found by a process of its own, while the reader reads."""

    def __init__(self, path: str | None = None, *, at_failure: bool = False, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(path, at_failure=at_failure, id=id, classes=classes)
        self._search: Finding | None = None
        self._errors: Finding | None = None
        self._last: Finding | None = None  # the one that was asked last

    def on_unmount(self) -> None:
        self._stop_finding()

    def forget(self) -> None:
        self._stop_finding()
        super().forget()

    def told(self) -> str:
        if self._chosen is None and self._log and self._last:
            return " · ".join(filter(None, (self._log.problem, self._last.words)))
        return super().told()

    @property
    def is_searched(self) -> bool:
        """There is a search, for `next_match` and `previous_match`."""
        return self._search is not None

    @property
    def pattern(self) -> str:
        """What is searched for."""
        return self._search.search.pattern if self._search else ""

    def search(self, pattern: str, start: int | None = None) -> None:
        """Go to the next line that has this regular expression; at the end of a followed log, to the last one before. Or begin at `start`.

        Raises UsageError for what is not a regular expression.
        """
        self.stop_search()
        if self._log and pattern:
            backwards = self.following and start is None
            here = self._here(backwards) if start is None else start - 1
            self._search = self._begin("search", Finding(self._log, here, pattern=pattern, backwards=backwards))

    def stop_search(self) -> None:
        """End the search and take its marks away."""
        if self._search:
            self._search.search.cancel()
            self._last = None if self._last is self._search else self._last
        self._search = None
        self.lay_out()

    def next_match(self) -> None:
        """Go on in the direction of the search."""
        if self._search:
            self._search = self._go_on("search", self._search, self._search.search.backwards)

    def previous_match(self) -> None:
        """Go back, against the direction of the search."""
        if self._search:
            self._search = self._go_on("search", self._search, not self._search.search.backwards)

    def go_to_error(self, backwards: bool = False) -> None:
        """Go to the next line that tells of an error, or to the one before."""
        if self._log is None:
            return
        if self._errors is None:
            self._errors = self._begin("errors", Finding(self._log, self._here(backwards), level=Level.ERROR, backwards=backwards))
        else:
            self._errors = self._go_on("errors", self._errors, backwards)

    def _here(self, backwards: bool) -> int:
        """The offset from which the next line is looked for: a chosen line, what was found last, or what is on the screen."""
        if self._chosen is not None:
            return self._chosen
        if self._spot is not None and self.shows(self._spot):
            return self._spot
        if self.following and self._log:
            return self._log.size
        return self._top[0] if backwards else self._top[0] - 1

    def _begin(self, group: str, finding: Finding) -> Finding:
        self._last = finding
        self.run_worker(partial(finding.search.run, self._found), group=group, exclusive=True)  # type: ignore[arg-type]
        self.lay_out()
        return finding

    def _go_on(self, group: str, finding: Finding, backwards: bool) -> Finding:
        here = self._here(backwards)
        self._last = finding
        if finding.is_stale(backwards):
            finding.search.cancel()
            return self._begin(group, finding.again(here, backwards))
        self._step(finding, here, backwards)
        return finding

    def _step(self, finding: Finding, here: int, backwards: bool) -> None:
        if match := finding.step(here, backwards):
            if self._chosen is not None:
                self._choose(match.line)
            self.go_to(match.line)
        self.lay_out()

    def _found(self) -> None:
        if self.is_attached:
            if (finding := self._last) and finding.wanted is not None:
                here = self._here(finding.wanted) if finding.match else finding.here
                self._step(finding, here, finding.wanted)
            self.lay_out()
            self.refresh()

    def _stop_finding(self) -> None:
        for finding in (self._search, self._errors):
            if finding:
                finding.search.cancel()
        self._search = self._errors = self._last = None
