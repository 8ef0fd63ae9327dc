"""`WezTerm`: the `Mux` whose panes are WezTerm's."""

import asyncio
import os
import re
import time
from collections.abc import Callable, Mapping
from functools import partial

from wzp_tui.clean import clean, clean_for_pane
from wzp_tui.errors import MuxRefused, MuxUnreachable, PaneGone, UsageError
from wzp_tui.mux import Beside, NewTab, Place, Program
from wzp_tui.mux.wezterm import places
from wzp_tui.mux.wezterm.answers import clients_of, id_of, nothing_of, panes_of, screen_of
from wzp_tui.mux.wezterm.breaker import Health
from wzp_tui.mux.wezterm.cli import TIMEOUT, Cli
from wzp_tui.mux.wezterm.sockets import find_socket
from wzp_tui.mux.wezterm.tty import own_ttys, unread
from wzp_tui.panes import Client, Pane

PIECE = 8 << 10
"""Bytes of one paste."""
UNREAD = 1024
"""Bytes of unread input from which on a pane gets no more: WezTerm as a whole waits for a pane whose tty is full."""
SCROLLBACK = 10_000
"""Lines above the screen that can be asked for."""

_KEYS = re.compile(r"(?:\x1b[\[O][0-9;]{0,6}[A-Za-z~]|[\x00-\x1f\x7f])+")


class WezTerm:
    """WezTerm's panes.

    `socket` names the mux; without it that of our own pane is meant, else the one that `wezterm cli` would find.
    """

    kind = "wezterm"

    def __init__(
        self,
        socket: str = "",
        *,
        environ: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        environ = os.environ if environ is None else environ
        self._cli = Cli(socket or find_socket(environ), environ=environ, timeout=timeout, monotonic=monotonic)
        self._own_ttys = own_ttys()
        self._own: Pane | None = None
        self._shown = ""
        self._listed: tuple[Pane, ...] = ()
        self._focus: dict[int, int] = {}

    @property
    def instance(self) -> str:
        """`SOCKET:INODE:CTIME_NS`. Other than before: WezTerm was restarted, and pane ids mean other panes."""
        return self._cli.instance

    @property
    def own_pane(self) -> int | None:
        """The pane whose tty is ours, as the last list showed it; `None` before the first."""
        return self._own.id if self._own else None

    @property
    def health(self) -> Health:
        """Whether WezTerm answers, since when, and why not. After 3 failures it is left alone for 30 s."""
        return self._cli.health

    async def panes(self) -> tuple[Pane, ...]:
        """All panes, ordered by window, tab and place."""
        async with self._cli.turn(look=True):
            panes = await self._list()
        self._shown = panes[0].mux
        return panes

    async def clients(self) -> tuple[Client, ...]:
        """Who looks at the mux, last active first."""
        async with self._cli.turn(look=True):
            return await self._clients()

    async def text(self, pane: int, *, scrollback: int = 0, escapes: bool = False) -> str:
        """The pane's screen with up to 10,000 lines above it; of escape sequences only colours are left."""
        async with self._cli.turn(look=True):
            found = self._known(pane) or places.pane_in(await self._list(), pane)
            # both ends, always: an end before the start kills the mux, and the default end is wrong
            start, end = -min(max(scrollback, 0), SCROLLBACK), max(found.rows, 1) - 1
            extra = ("--escapes",) if escapes else ()
            return await self._cli.ask(
                *("get-text", "--pane-id", str(pane), "--start-line", str(start), "--end-line", str(end), *extra),
                read=partial(screen_of, escapes=escapes),
                of=found,
            )

    async def open(self, program: Program, place: Place) -> int:
        """Start the program in a new pane and return the pane's id; it may have ended by then.

        The focus stays where it was, as far as WezTerm tells where that is (`places.focus_before`).
        """
        places.check_program(program)
        async with self._cli.turn():
            if isinstance(place, Beside):
                return await self._split(program, place)
            return await self._new_tab(program, place)

    async def send(self, pane: int, text: str, *, seen: Pane | None = None) -> None:
        """Paste cleaned text without the line breaks at its end. Only a program that takes no pastes submits those in between."""
        data = clean_for_pane(text).rstrip("\n").encode(errors="replace")
        async with self._cli.turn():
            target = await self._target(pane, seen, "typed into")
            for start, piece in _pieces(data):
                if not await _reads(target, patience=2.0 if start else 0.0):
                    raise MuxRefused(f"{target.name} does not read its input: {start} of {len(data)} bytes were pasted")
                await self._cli.ask("send-text", "--pane-id", str(pane), read=nothing_of, of=target, stdin=piece)

    async def press(self, pane: int, keys: str, *, seen: Pane | None = None) -> None:
        """Send up to 16 bytes of control characters and cursor keys, as `\\r`, `\\x03` or `\\x1b[A`."""
        if len(keys) > 16 or not _KEYS.fullmatch(keys):
            raise UsageError(f"{keys!r} are not keys to press: give up to 16 control characters, and send text instead")
        async with self._cli.turn():
            target = await self._target(pane, seen, "typed into")
            if not await _reads(target, patience=0.0):
                raise MuxRefused(f"{target.name} does not read its input: a key would make WezTerm hang")
            await self._cli.ask("send-text", "--pane-id", str(pane), "--no-paste", read=nothing_of, of=target, stdin=keys.encode())

    async def focus(self, pane: int) -> None:
        """Show the pane in its window and give it the keys; another zoomed pane of its tab is unzoomed."""
        async with self._cli.turn():
            panes = await self._list()
            target = places.pane_in(panes, pane)
            for other in panes:
                if other.zoomed and other.tab == target.tab and other.id != pane:
                    await self._cli.ask("zoom-pane", "--pane-id", str(other.id), "--unzoom", read=nothing_of, of=other)
            await self._activate(target)
            self._focus[target.window] = pane

    async def close(self, pane: int, *, seen: Pane | None = None) -> None:
        """End the pane and what runs in it."""
        async with self._cli.turn():
            target = await self._target(pane, seen, "closed")
            await self._cli.ask("kill-pane", "--pane-id", str(pane), read=nothing_of, of=target)

    async def aclose(self) -> None:
        """Nothing is held between calls; WezTerm's panes stay."""

    async def _list(self) -> tuple[Pane, ...]:
        mux = self._cli.instance

        def read(answer: bytes) -> tuple[Pane, ...]:
            if self._cli.instance != mux:
                raise MuxUnreachable("WezTerm was restarted while it was asked: its panes are unknown")
            return panes_of(answer, mux)

        panes = await self._cli.ask("list", "--format", "json", read=read)
        if self._listed and self._listed[0].mux != mux:
            self._focus.clear()
        self._listed = panes
        self._own = next((pane for pane in panes if pane.tty in self._own_ttys), None)
        return panes

    async def _clients(self) -> tuple[Client, ...]:
        clients = await self._cli.ask("list-clients", "--format", "json", read=clients_of)
        windows = {pane.id: pane.window for pane in self._listed}
        for client in reversed(clients):
            if client.pane is not None and client.pane in windows:
                self._focus[windows[client.pane]] = client.pane
        return clients

    def _known(self, pane: int) -> Pane | None:
        """The pane as the last list showed it, where that was a list of the mux that is there now."""
        return next((found for found in self._listed if found.id == pane and found.mux == self._cli.instance), None)

    async def _target(self, pane: int, seen: Pane | None, done: str) -> Pane:
        """The pane, its identity just proven: the mux and tty that the caller saw, and not our own."""
        found = places.pane_in(await self._list(), pane)
        expected = seen.mux if seen else self._shown
        if (expected and found.mux != expected) or (seen and (found.id, found.tty) != (seen.id, seen.tty)):
            raise PaneGone(f"WezTerm was restarted, {found.name} is another pane now: look at the list again")
        if found.tty and found.tty in self._own_ttys:
            raise MuxRefused(f"{found.name} is the pane that wzp-tui itself runs in: it is never {done}")
        return found

    async def _new_tab(self, program: Program, place: NewTab) -> int:
        panes, clients = await self._list(), await self._clients()
        workspace = clean(place.workspace).strip()
        if not workspace:
            raise UsageError("a new tab needs a workspace: name one")
        preferred = (self.own_pane, *(client.pane for client in clients))
        window = places.window_for(panes, workspace, preferred)
        options = ["-n"]  # the user's Lua has no part in this
        if window is None:
            cols, rows = places.size_for(panes, preferred)
            options += ["--config", f"initial_cols={cols}", "--config", f"initial_rows={rows}"]
            where: tuple[str, ...] = ("--new-window", f"--workspace={workspace}")
            focus: tuple[int, ...] = ()
        else:
            where = ("--window-id", str(window))
            focus = places.focus_before(panes, clients, self._focus, window)
        # the domain is named since the default one may be of another machine
        args = ("spawn", "--domain-name", "local", *where, f"--cwd={program.cwd}", "--", *program.argv)
        pane = await self._cli.ask(*args, read=id_of, env=program.env, options=tuple(options))
        return await self._opened(pane, program, focus, title=place.title)

    async def _split(self, program: Program, place: Beside) -> int:
        panes, clients = await self._list(), await self._clients()
        places.check_room(panes, place)
        target = places.pane_in(panes, place.pane)
        focus = places.focus_before(panes, clients, self._focus, target.window, target.tab)
        size = (f"--{place.side}", "--percent", str(place.percent))
        args = ("split-pane", "--pane-id", str(target.id), *size, f"--cwd={program.cwd}", "--", *program.argv)
        pane = await self._cli.ask(*args, read=id_of, of=target, env=program.env)
        return await self._opened(pane, program, focus)

    async def _opened(self, pane: int, program: Program, focus: tuple[int, ...], title: str = "") -> int:
        """Give the focus back, name the tab, and look whether the program started.

        A mux that falls silent meanwhile does not undo the pane: `health` tells of it, and the id is returned.
        """
        try:
            panes = await self._list()
            for before in focus:
                if found := next((known for known in panes if known.id == before), None):
                    await self._activate(found)
            opened = places.pane_in(panes, pane)
            if not opened.tty:  # held by WezTerm to show why it could not start
                await self._cli.ask("kill-pane", "--pane-id", str(pane), read=nothing_of, of=opened)
                raise MuxRefused(f"WezTerm could not start {clean(program.argv[0])!r}: try it in a shell")
            if title:
                await self._title(opened, title)
        except (MuxUnreachable, PaneGone):
            return pane
        return pane

    async def _activate(self, pane: Pane) -> None:
        await self._cli.ask("activate-pane", "--pane-id", str(pane.id), read=nothing_of, of=pane)

    async def _title(self, pane: Pane, title: str) -> None:
        await self._cli.ask("set-tab-title", "--pane-id", str(pane.id), "--", clean(title, 200), read=nothing_of, of=pane)


def _pieces(data: bytes) -> list[tuple[int, bytes]]:
    """`data` in pieces that end at a character's end, each with the offset where it starts."""
    pieces, start = [], 0
    while start < len(data):
        end = min(start + PIECE, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append((start, data[start:end]))
        start = end
    return pieces


async def _reads(pane: Pane, *, patience: float) -> bool:
    """Whether the pane has read what was typed before; looked at for up to `patience` seconds."""
    if not pane.tty:
        return True
    deadline, nap = time.monotonic() + patience, 0.002
    while unread(pane.tty) > UNREAD:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(nap)
        nap = min(nap * 2, 0.05)
    return True
