"""`task log`: the recorded output of a run."""

import codecs
import os
import sys
from collections.abc import Iterator

from wzp_tui.clean import clean_lines
from wzp_tui.cli.output import note
from wzp_tui.cli.session import opened
from wzp_tui.cli.waiting import Watch
from wzp_tui.errors import NotFound
from wzp_tui.logs.file import safe_line
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Run, Store
from wzp_tui.tasks.task import OPEN

_CHUNK = 1 << 16
_LONGEST = 1 << 16
"""Characters of a line without an end, after which it is shown as far as it goes."""
_LOOK = 0.1
"""Seconds between looks at a log that grows: nobody is woken by output."""


def print_log(id: int, attempt: int | None, follow: bool) -> int:
    """Print the log of a run; with `follow`, of all attempts from this one on, until the task has ended."""
    with opened() as (folder, store):
        store.settle()
        run = _run(store, id, attempt)
        if run is None and not follow:
            raise NotFound(_missing(store, id, attempt))
        out = _Printer()
        try:
            if not follow:
                assert run is not None
                empty = True
                for data in _chunks(folder.log(run.id)):
                    out.write(data)
                    empty = False
                if empty:
                    note(f"#{id} has printed nothing{' yet' if run.open else ''}")
            else:
                with Watch(folder) as watch:
                    _follow(folder, store, watch, id, run, out, only=attempt is not None)
        finally:
            out.close()
    return 0


def _run(store: Store, id: int, attempt: int | None) -> Run | None:
    runs = store.runs(id)
    if attempt is None:
        return runs[-1] if runs else None
    return next((run for run in runs if run.attempt == attempt), None)


def _missing(store: Store, id: int, attempt: int | None) -> str:
    runs = store.runs(id)
    if not runs:
        return f"#{id} has not run yet; `wzp-tui task log {id} -f` waits for it"
    return f"#{id} has no attempt {attempt}; there are 1 to {runs[-1].attempt}"


def _follow(folder: StoreFolder, store: Store, watch: Watch, id: int, run: Run | None, out: "_Printer", *, only: bool) -> None:
    run = run or _next_run(store, watch, id, 0)
    while run is not None:
        _follow_run(folder, store, watch, run, out)
        run = None if only else _next_run(store, watch, id, run.id)
        if run is not None:
            note(f"#{id} attempt {run.attempt}")


def _next_run(store: Store, watch: Watch, id: int, after: int) -> Run | None:
    """Wait for the first run after this one; `None` where none will come."""
    while True:
        watch.forget()
        store.settle()
        # Look for the end first: the runs that are read after it are all there will be.
        is_over = store.task(id).state not in OPEN
        found = next((run for run in store.runs(id) if run.id > after), None)
        if found is not None or is_over:
            return found
        watch.sleep()


def _follow_run(folder: StoreFolder, store: Store, watch: Watch, run: Run, out: "_Printer") -> None:
    read, ended = 0, False
    while not ended:
        watch.forget()
        store.settle()
        # Here, too: what is read after the end is all there will be.
        ended = not next(each for each in store.runs(run.task) if each.id == run.id).open
        for data in _chunks(folder.log(run.id), read):
            read += len(data)
            out.write(data)
        if not ended:
            watch.sleep(_LOOK)


def _chunks(path: str, start: int = 0) -> Iterator[bytes]:
    try:
        file = open(path, "rb")  # noqa: SIM115
    except FileNotFoundError:
        return  # it has printed nothing yet
    with file:
        file.seek(start)
        while data := file.read(_CHUNK):
            yield data


class _Printer:
    """Bytes as they are, or on a terminal: lines made harmless, with their colours."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._line = ""
        self._coloured = False

    def write(self, data: bytes) -> None:
        """Print the next bytes of the log."""
        if not self._is_terminal:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            return
        *lines, self._line = (self._line + self._decoder.decode(data)).split("\n")
        for line in lines:
            self._print(line + "\n")
        if len(self._line) > _LONGEST:
            self._print(self._line)
            self._line = ""
        sys.stdout.flush()

    def close(self) -> None:
        """Print what is left, and take the colours back."""
        if self._is_terminal:
            if self._line:
                self._print(self._line + "\n")
                self._line = ""
            if self._coloured:
                sys.stdout.write("\x1b[0m")
            sys.stdout.flush()

    def _print(self, line: str) -> None:
        shown = safe_line(line)
        if os.environ.get("NO_COLOR"):
            shown = clean_lines(shown)
        self._coloured = self._coloured or "\x1b[" in shown
        sys.stdout.write(shown)
