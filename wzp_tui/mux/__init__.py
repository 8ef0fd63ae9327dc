"""The two ways to open panes: WezTerm's, and embedded ones on our own ptys."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from wzp_tui.panes import Client, Pane


class Program(NamedTuple):
    """What runs in a pane."""

    argv: Sequence[str]
    """Absolute path of the program first; never a shell line."""
    cwd: str
    """An existing, absolute folder."""
    env: Mapping[str, str] | None = None
    """Added to the environment that a pane without a program would get."""


class NewTab(NamedTuple):
    """A tab of its own, in a window of this workspace (made where there is none)."""

    workspace: str
    title: str = ""


class Beside(NamedTuple):
    """A split of an existing pane."""

    pane: int
    side: Literal["left", "right", "top", "bottom"] = "right"
    percent: int = 50


Place = NewTab | Beside


class Mux(Protocol):
    """What wzp-tui needs of a terminal multiplexer.

    Where a call takes `seen`, the pane as the user saw it, it refuses with `PaneGone` when that id means another pane by now.

    Every call may raise `MuxUnreachable`; a call that names a pane `PaneGone`; a call that would do harm `MuxRefused`. Nothing is
    done twice, and nothing answers before it is done.
    """

    kind: str
    """`wezterm` or `embedded`."""

    @property
    def instance(self) -> str:
        """Which mux, and which life of it. Other than before: pane ids mean other panes now."""
        ...

    @property
    def own_pane(self) -> int | None:
        """The pane that this process runs in, proven by its tty. It is never closed, nor typed into."""
        ...

    async def panes(self) -> tuple[Pane, ...]:
        """All panes, ordered by window, tab and place."""
        ...

    async def clients(self) -> tuple[Client, ...]:
        """Who looks at the mux, last active first."""
        ...

    async def open(self, program: Program, place: Place) -> int:
        """Start the program in a new pane and return the pane's id. The focus stays where it was."""
        ...

    async def send(self, pane: int, text: str, *, seen: Pane | None = None) -> None:
        """Paste cleaned text into the pane. It does not submit."""
        ...

    async def press(self, pane: int, keys: str, *, seen: Pane | None = None) -> None:
        """Send a few control bytes, as `\\r` for Enter or `\\x03` for Ctrl-C."""
        ...

    async def text(self, pane: int, *, scrollback: int = 0, escapes: bool = False) -> str:
        """The pane's screen with `scrollback` lines above it; colours as SGR sequences with `escapes`."""
        ...

    async def focus(self, pane: int) -> None:
        """Show the pane and give it the keys."""
        ...

    async def close(self, pane: int, *, seen: Pane | None = None) -> None:
        """End the pane and what runs in it."""
        ...

    async def aclose(self) -> None:
        """Let go of the mux. Embedded panes end with it."""
        ...
