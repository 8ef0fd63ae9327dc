"""What a mux shows: panes, and the workspaces they stand in."""

from typing import NamedTuple


class Pane(NamedTuple):
    """One pane, as its mux listed it. Text is clean."""

    id: int
    mux: str
    """The mux it belongs to: an instance, as `Mux.instance` names it. Pane ids start again from 0 in the next instance."""
    window: int
    tab: int
    workspace: str
    title: str
    cwd: str
    """A local folder, or `""` where none is known."""
    tty: str
    """The outer tty's path, or `""`: none is known for panes of remote domains and for programs that could not start."""
    rows: int
    cols: int
    top: int
    left: int
    active: bool
    """The active pane of its tab; every tab has one."""
    zoomed: bool
    tab_title: str = ""
    cursor_row: int = 0
    cursor_col: int = 0

    @property
    def name(self) -> str:
        """As the user reads it: `%14`."""
        return f"%{self.id}"


class Client(NamedTuple):
    """A window that looks at the mux."""

    pane: int | None
    """The pane that had the focus last."""
    workspace: str
    idle: float
    """Seconds since its last input."""
