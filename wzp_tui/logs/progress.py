"""How far a run is: read from its log where the command prints it, and judged by how long earlier runs of the task took."""

import os
from collections.abc import Sequence

from wzp_tui.paths import StoreFolder
from wzp_tui.store import Run, Store
from wzp_tui.tasks.parse import duration_words
from wzp_tui.tasks.progress import Progress, ProgressReader, expected_rest

_MOST = 64 << 10
"""Bytes that one look reads at most: the newest."""


def progress_of(folder: StoreFolder, store: Store, run: Run) -> "RunProgress":
    """How far an open run is, looked at once."""
    found = RunProgress(folder.log(run.id), run.started_ms, store.durations(run.task))
    found.look()
    return found


class RunProgress:
    """Follows the log of one run. A look costs one `stat` where nothing was printed."""

    def __init__(self, path: str, started_ms: int, durations: Sequence[float] = ()) -> None:
        self._path, self._started_ms = path, started_ms
        self.durations = durations
        """Seconds that earlier runs took."""
        self._reader = ProgressReader()
        self._offset = 0
        self.progress: Progress | None = None
        """What the command said last; `None` where it tells none."""

    def look(self) -> None:
        """Read what was printed since the last look. A log that cannot be read tells nothing."""
        try:
            size = os.stat(self._path).st_size
            if size == self._offset:
                return
            with open(self._path, "rb") as file:
                self._offset = file.seek(max(self._offset, size - _MOST) if size > self._offset else max(0, size - _MOST))
                printed = file.read(_MOST)
        except OSError:
            return
        self._offset += len(printed)
        self._reader.feed(printed)
        self.progress = self._reader.progress

    def rest(self, now_ms: int) -> float | None:
        """Seconds that it may still take, by what earlier runs took; `None`: nobody knows."""
        return expected_rest(self.durations, (now_ms - self._started_ms) / 1000)

    def words(self, now_ms: int) -> str:
        """`41 % · 212 of 517 · 3m left`, or as much of it as is known."""
        rest = self.rest(now_ms)
        parts = (self.progress.words if self.progress else "", f"{duration_words(rest)} left" if rest is not None else "")
        return " · ".join(part for part in parts if part)
