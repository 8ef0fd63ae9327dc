"""`add --every`: a task that comes again."""

import os
import sys
import time

from wzp_tui.cli.add import warn
from wzp_tui.cli.options import Given
from wzp_tui.cli.output import note, print_json, say
from wzp_tui.errors import UsageError
from wzp_tui.paths import StoreFolder, store_dir
from wzp_tui.store import NewSeries, NewTask, Series, open_store
from wzp_tui.tasks.parse import moment_words
from wzp_tui.tasks.schedule import parse_catch_up, upcoming
from wzp_tui.tasks.series import KEPT, Overlap, parse_keep

TOLD = 3
"""The next ticks that are told."""


def add_series(given: Given, task: NewTask) -> int:
    """Add a series, print its id, and say when it comes."""
    if given.is_on("--wait"):
        raise UsageError("--wait is for one task; a series has no end")
    new = NewSeries(
        task,
        given.text("--every") or "",
        Overlap(given.text("--overlap") or Overlap.SKIP),
        parse_catch_up(given.text("--catch-up") or "skip"),
        KEPT if given.text("--keep") is None else parse_keep(given.text("--keep") or ""),
    )
    folder = StoreFolder(store_dir())
    store = open_store(folder, f"cli:{os.getpid()}")
    try:
        series = store.one_series(store.add_series(new))
    finally:
        store.close()
    if given.is_on("--json"):
        from wzp_tui.cli.documents import series_document

        print_json({"series": series_document(series)})
    else:
        say(series.name)
        sys.stdout.flush()
        note(comes(series))
    warn(folder, series.name, task)
    return 0


def comes(series: Series) -> str:
    """`@3 comes at 14:10, 14:20, 14:30 …`; or why it does not."""
    if series.paused:
        return f"{series.name} is paused; `wzp-tui series resume {series.id}` lets it go on"
    now = time.time_ns() // 1_000_000
    times = [moment_words(at, now) for at in upcoming(series.every, series.next_ms, series.start_ms, TOLD)]
    return f"{series.name} comes at {', '.join(dict.fromkeys(times))} …" if times else f"{series.name} never comes"
