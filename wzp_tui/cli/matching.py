"""Which tasks and series a filter of the command line means: the tasks that the tower would show for it."""

import time
from typing import NamedTuple

from wzp_tui.controller.filter import doubt, parse
from wzp_tui.controller.filter.of_series import for_series
from wzp_tui.controller.snapshot import MuxState, TaskRow
from wzp_tui.controller.snapshot.holders import slot_holders
from wzp_tui.controller.snapshot.join import Join
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Series, Store, View


class Matching(NamedTuple):
    """What was found."""

    rows: list[TaskRow]
    """The tasks that match, in the order of the tower's list."""
    series: list[Series]
    view: View
    now_ms: int
    none_found: str
    """What to say where there are no rows."""


def matching(folder: StoreFolder, store: Store, text: str) -> Matching:
    """The tasks that match a filter. Raises `UsageError` for a wrong one."""
    wanted = parse(text)
    store.settle()
    view = store.view(events=0)
    now = time.time_ns() // 1_000_000
    mux = MuxState("none", True, now)
    # The words are those of the tower; the panes are not asked for, since a list should never wait for a terminal.
    holders = slot_holders(folder, view)
    snapshot = Join().snapshot(view, (), holders, mux, own_pane=None, opens_panes=False, trouble="", now_ms=now)
    match = wanted.at(now)
    why = doubt(text, snapshot)
    rows = [row for row in snapshot.tasks if match is None or match(row)]
    series = list(filter(for_series(text), view.series))
    return Matching(rows, series, view, now, f"no task matches: {why}" if why else "no task matches")
