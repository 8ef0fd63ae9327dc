"""Where a new pane fits, and who gets the focus back: pure functions over what the mux shows."""

import os
from collections.abc import Iterable, Mapping

from wzp_tui.errors import MuxRefused, PaneGone, UsageError
from wzp_tui.mux import Beside, Program
from wzp_tui.panes import Client, Pane


def pane_in(panes: Iterable[Pane], pane: int) -> Pane:
    """The pane of that id, or `PaneGone`."""
    for found in panes:
        if found.id == pane:
            return found
    raise PaneGone(f"%{pane} is not there any more: look at the list again")


def check_program(program: Program) -> None:
    """Raise `UsageError` where WezTerm would open a pane all the same: no such program, no such folder."""
    path = program.argv[0] if program.argv else ""
    if not (os.path.isabs(path) and os.path.isfile(path) and os.access(path, os.X_OK)):
        raise UsageError(f"{path!r} is not a program: give the absolute path of an executable file")
    if not (os.path.isabs(program.cwd) and os.path.isdir(program.cwd) and os.access(program.cwd, os.R_OK | os.X_OK)):
        raise UsageError(f"{program.cwd!r} is not a folder that can be entered: give an existing, absolute one")
    for name in program.env or {}:
        if not name or "=" in name:
            raise UsageError(f"{name!r} is not the name of a variable: leave `=` out")


def check_room(panes: Iterable[Pane], place: Beside) -> None:
    """Raise `MuxRefused` where a split would be refused: WezTerm starts the program before it notices, and it runs on unseen."""
    target = pane_in(panes, place.pane)
    if not target.tty:
        raise MuxRefused(f"{target.name} is not a pane of this machine: choose a local one")
    if any(pane.zoomed for pane in panes if pane.tab == target.tab):
        raise MuxRefused(f"the tab of {target.name} is zoomed: unzoom it first")
    if not 1 <= place.percent <= 99:
        raise UsageError(f"{place.percent} % is no size for a split: give 1 to 99")
    whole = target.cols if place.side in ("left", "right") else target.rows
    new = max(1, whole * place.percent // 100)
    if whole - new - 1 < 1:  # one cell is the divider
        raise MuxRefused(f"{target.name} has no room for a split: choose a larger pane or a new tab")


def window_for(panes: Iterable[Pane], workspace: str, preferred: Iterable[int | None]) -> int | None:
    """The window of the workspace that takes a new tab: that of the first preferred pane which stands in it, else the oldest."""
    windows = {pane.id: pane.window for pane in panes if pane.workspace == workspace}
    favourites = (windows[pane] for pane in preferred if pane is not None and pane in windows)
    return next(favourites, min(windows.values(), default=None))


def size_for(panes: Iterable[Pane], preferred: Iterable[int | None]) -> tuple[int, int]:
    """Columns and rows for a new window: those of the preferred pane's tab, else the largest."""
    sizes: dict[int, tuple[int, int]] = {}
    tabs = {}
    for pane in panes:
        cols, rows = sizes.get(pane.tab, (1, 1))
        right, bottom = (pane.cols, pane.rows) if pane.zoomed else (pane.left + pane.cols, pane.top + pane.rows)
        sizes[pane.tab] = max(cols, right), max(rows, bottom)
        tabs[pane.id] = pane.tab
    favourites = (sizes[tabs[pane]] for pane in preferred if pane is not None and pane in tabs)
    return next(favourites, max(sizes.values(), default=(80, 24)))


def focus_before(
    panes: Iterable[Pane], clients: Iterable[Client], last: Mapping[int, int], window: int, tab: int | None = None
) -> tuple[int, ...]:
    """The panes to activate, in this order, so that `window` and `tab` show what they showed before.

    The list names the active pane of each tab, but no window's active tab. That is known of a window that a client looks at, of one
    in which the focus was seen before (`last`: window -> pane), and of one with a single tab. Of others nothing is known, and nothing
    is activated.
    """
    inside = {pane.id: pane for pane in panes if pane.window == window}
    tabs = {pane.tab for pane in inside.values()}
    seen = [client.pane for client in clients if client.pane in inside]
    if not seen and last.get(window) in inside:
        seen = [last[window]]
    if not seen and len(tabs) == 1:
        seen = [pane.id for pane in inside.values() if pane.active]
    focused = inside[seen[0]] if seen and seen[0] is not None else None
    in_tab = [pane.id for pane in inside.values() if pane.active and pane.tab == tab]
    if focused is None or focused.tab == tab:
        return tuple(in_tab[:1])
    return (*in_tab[:1], focused.id)
