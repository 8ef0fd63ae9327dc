"""What UI, command line and API talk to: one Controller, and the frozen Snapshots that it publishes.

::

    store, mux ─▸ watching ─▸ snapshot/ (join) ─▸ Controller.snapshots ─▸ screen
        ▴             ╰─▸ opening (panes that are needed)                    │
        ╰──────────── actions/ (a file a noun) ◂── Controller ◂── key, verb ◂╯

Beside that, what is worked out when somebody looks: `filter/`, `graph`, `foretelling`.
"""

import os
from collections.abc import Mapping

from wzp_tui.controller.controller import Controller
from wzp_tui.controller.snapshot import LaneRow, MuxState, PaneRow, Section, Snapshot, TaskRow
from wzp_tui.mux import Mux

__all__ = ["Controller", "LaneRow", "MuxState", "PaneRow", "Section", "Snapshot", "TaskRow", "open_mux"]


def open_mux(kind: str = "", environ: Mapping[str, str] | None = None) -> Mux:
    """`wezterm` or `embedded`; unnamed: WezTerm's panes where we run in one of them, embedded ones elsewhere."""
    environ = os.environ if environ is None else environ
    if not kind:
        kind = "wezterm" if environ.get("WEZTERM_PANE") and environ.get("WEZTERM_UNIX_SOCKET") else "embedded"
    if kind == "wezterm":
        from wzp_tui.mux.wezterm import WezTerm

        return WezTerm(environ=environ)
    from wzp_tui.mux.embedded import Embedded

    return Embedded(environ=environ)
