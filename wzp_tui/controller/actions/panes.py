"""What can be done with panes."""

import os
import shlex
from collections.abc import Callable
from typing import Protocol, TypeVar

from wzp_tui.clean import clean
from wzp_tui.controller.latest import Latest
from wzp_tui.controller.opening import worker_argv
from wzp_tui.controller.snapshot import Snapshot
from wzp_tui.errors import NotFound, TransitionError
from wzp_tui.mux import Mux, NewTab, Place, Program
from wzp_tui.panes import Pane
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store

T = TypeVar("T")


class PaneActions(Protocol):
    """The part of the Controller that is about panes."""

    folder: StoreFolder
    mux: Mux
    snapshots: Latest[Snapshot]

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Ask the store, off the event loop."""
        ...

    def look_soon(self) -> None:
        """Look at the mux now, not at the next turn."""
        ...

    async def open(self, program: Program, place: Place) -> int:
        """Open a pane on the user's wish."""
        pane = await self.mux.open(program, place)
        self.look_soon()
        return pane

    async def open_shell(self, workspace: str, cwd: str) -> int:
        """Open the user's shell in a tab."""
        return await self.open(Program((os.environ.get("SHELL") or "/bin/sh",), cwd), NewTab(workspace))

    async def focus(self, pane: int) -> None:
        """Give a pane the keys."""
        await self.mux.focus(pane)

    async def send(self, pane: int, text: str, *, submit: bool = False) -> None:
        """Paste text into a pane, and press Enter after it with `submit`."""
        seen = self._seen(pane)
        await self.mux.send(pane, text, seen=seen)
        if submit:
            await self.mux.press(pane, "\r", seen=seen)

    async def text(self, pane: int, *, scrollback: int = 0, escapes: bool = False) -> str:
        """A pane's screen."""
        return await self.mux.text(pane, scrollback=scrollback, escapes=escapes)

    async def close(self, pane: int) -> None:
        """Close a pane, and stop what runs in it. An embedded mux is ours, so its workers are told before the hangup."""
        row = self.snapshots.value.pane(pane)
        task = row.task if row is not None else None
        if self.mux.kind == "embedded" and task is not None:
            await self.ask(lambda store: store.stop(task, "stop"))
        await self.mux.close(pane, seen=self._seen(pane))
        self.look_soon()

    async def shell_prompt(self, pane: int) -> str:
        """The line with the pane's cursor: what the user must see before anything is typed there."""
        found = next((shown for shown in await self.mux.panes() if shown.id == pane), None)
        if found is None:
            raise NotFound(f"there is no pane %{pane}")
        lines = (await self.mux.text(pane)).split("\n")
        return clean(lines[found.cursor_row]) if found.cursor_row < len(lines) else ""

    async def assign_to_shell(self, task: int, pane: int, prompt: str) -> None:
        """Type the worker's command line into an idle shell, whose cursor line the user has seen as `prompt`.

        Raises `TransitionError` when the line is another one now: a draft of the user is never touched.
        """
        row = self.snapshots.value.pane(pane)
        if row is not None and (row.seat or row.task is not None or row.own):
            raise TransitionError(f"%{pane} is not an idle shell: a worker or the tower is in it")
        now = await self.shell_prompt(pane)
        if now != prompt:
            raise TransitionError(f"%{pane} shows another line now; look at it again before anything is typed there")
        await self.ask(lambda store: store.assign(task, place="shell"))
        await self.send(pane, " " + shlex.join(worker_argv(self.folder, self.mux, "task", str(task))), submit=True)
        self.look_soon()

    def _seen(self, pane: int) -> Pane | None:
        """The pane as the user saw it last: a re-used id is refused by it."""
        row = self.snapshots.value.pane(pane)
        return row.pane if row else None
