"""To panes of other workspaces: `wezterm cli` cannot switch what a window shows, the helper in WezTerm's config can.

The tower writes user variables to its own terminal, `wzp_tower` and `wzp_goto`; `wzp.lua` reads them. `wzp-tui wezterm setup` installs it.
"""

import asyncio
import os
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from wzp_tui import wezterm_setup
from wzp_tui.errors import UsageError
from wzp_tui.mux import Mux
from wzp_tui.panes import Pane

Write = Callable[[str], None]
"""Writes to the terminal that we run in, and to no other."""

PATIENCE = 1.0
"""Seconds in which a helper has answered."""
LOOK = 0.2


def user_var(name: str, value: str) -> str:
    """The escape sequence that sets a user variable of the pane that prints it."""
    return f"\x1b]1337;SetUserVar={name}={b64encode(value.encode(errors='replace')).decode()}\x07"


def tower_mark(here: bool) -> str:
    """Tells WezTerm's key that the tower is in this pane, or is not any more."""
    return user_var("wzp_tower", "1" if here else "")


@contextmanager
def marked(mux: Mux, write: Write) -> Iterator[None]:
    """For the time of the block, WezTerm's key finds the tower in the pane that we run in."""
    if mux.kind != "wezterm":
        yield
        return
    write(tower_mark(True))
    try:
        yield
    finally:
        with suppress(OSError):  # the pane is closed
            write(tower_mark(False))


class Going:
    """Asks WezTerm's helper, and looks whether it did what was asked."""

    def __init__(self, mux: Mux, write: Write) -> None:
        self._mux, self._write = mux, write
        self._is_silent = False
        self._is_told = False

    async def to(self, pane: Pane) -> bool:
        """Show a pane of another workspace; `False` where no window of WezTerm shows it then. Raises MuxError."""
        if self._is_silent and not _is_set_up():
            return False
        before = await self._looking_at(pane.workspace)
        await self._mux.focus(pane.id)
        self._write(user_var("wzp_goto", f"{pane.tty}:{pane.workspace}"))
        deadline = time.monotonic() + PATIENCE
        while await self._looking_at(pane.workspace) <= before:
            if time.monotonic() > deadline:
                self._is_silent = True
                return False
            await asyncio.sleep(LOOK)
        self._is_silent = False
        return True

    def hint(self) -> str:
        """How to get there by Enter, once; then `""`."""
        told, self._is_told = self._is_told, True
        return "" if told or _is_set_up() else "`wzp-tui wezterm setup` lets WezTerm go there by itself"

    async def _looking_at(self, workspace: str) -> int:
        return sum(client.workspace == workspace for client in await self._mux.clients())


def _is_set_up() -> bool:
    """Meanwhile, perhaps: asking in vain again would cost the user a second."""
    with suppress(UsageError):
        return wezterm_setup.look(os.environ).line
    return False
