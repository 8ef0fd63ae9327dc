"""The Mux over ptys of our own."""

import asyncio
import itertools
import logging
import os
import secrets
from collections.abc import Iterable, Mapping

from wzp_tui.clean import clean, clean_for_pane
from wzp_tui.errors import MuxRefused, PaneGone
from wzp_tui.mux import Beside, Place, Program
from wzp_tui.mux.embedded.cells import plain_text, sgr_text
from wzp_tui.mux.embedded.flow import Flow, Stream
from wzp_tui.mux.embedded.places import Places, Tab
from wzp_tui.mux.embedded.pty import Pty
from wzp_tui.mux.embedded.screen import Screen
from wzp_tui.panes import Client, Pane

_log = logging.getLogger(__name__)

CLOSE_WAIT = 2.0
"""Seconds that `close` waits for a program that was hung up."""
_MOST = 1000
_REPLIES = 4096
_FOREIGN = ("WEZTERM_", "TERM_PROGRAM", "TMUX", "STY", "WINDOWID", "VTE_", "KITTY_", "LINES", "COLUMNS", "TERMCAP")
"""Names, and beginnings of names, that tell of the terminal around us."""


class _Embedded:
    """A pane: its program, its screen, and the way between them."""

    def __init__(self, name: str, pty: Pty, screen: Screen, stream: Stream) -> None:
        self.name = name
        self.pty = pty
        self.screen = screen
        self.stream = stream


class Embedded:
    """Panes on ptys of our own. A pane ends with its program; all panes end with this process.

    `close` hangs up, as a terminal does, and waits up to 2 s for the program. One that ignores SIGHUP has then lost its pane and lives
    on: a worker's command is ended by the worker's stop ladder, which a stop request starts, anything else by whoever started it.
    """

    kind = "embedded"
    own_pane: int | None = None

    def __init__(self, *, rows: int = 24, cols: int = 80, history: int = 2000, environ: Mapping[str, str] | None = None) -> None:
        self._size = (max(1, rows), max(1, cols))
        self._history = history
        self._environ = environ
        self._instance = f"embedded:{os.getpid()}:{secrets.token_hex(4)}"
        self._panes: dict[int, _Embedded] = {}
        self._places = Places()
        self._ids = itertools.count(1)
        self._flow = Flow()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def instance(self) -> str:
        """This process, and this object in it."""
        return self._instance

    # --- the protocol --------------------------------------------------------

    async def panes(self) -> tuple[Pane, ...]:
        """All panes, ordered by window, tab and place; each is as large as the screen that it is drawn on."""
        return tuple(self._describe(tab, number, self._panes[number]) for tab, number in self._places.ordered())

    async def clients(self) -> tuple[Client, ...]:
        """The one window, as long as it shows a pane: that of the tower."""
        focused = self._places.focused
        if focused is None:
            return ()
        return (Client(focused, self._places.tab_of(focused).window.workspace, 0.0),)

    async def open(self, program: Program, place: Place) -> int:
        """Start the program in a new pane and return the pane's id, once the program runs."""
        if self._closed:
            raise MuxRefused("the embedded panes are closed; open the tower again")
        if len(self._panes) >= _MOST:
            raise MuxRefused(f"there are {_MOST} embedded panes already; close some")
        if isinstance(place, Beside):
            self._places.tab_of(place.pane)
        _check(program)
        number = next(self._ids)
        pty = await Pty.start(program.argv, program.cwd, self._environment(program), *self._size)
        screen = Screen(*self._size, history=self._history, reply=lambda data: self._answer(number, data))
        try:
            if self._closed:
                raise MuxRefused("the embedded panes were closed meanwhile; open the tower again")
            self._places.add(number, place)
        except (MuxRefused, PaneGone):
            pty.give_up()
            raise
        self._panes[number] = _Embedded(os.path.basename(program.argv[0]), pty, screen, Stream(pty, screen, self._flow))
        pty.ended.add_done_callback(lambda ended: self._ended(number))
        return number

    async def send(self, pane: int, text: str, *, seen: Pane | None = None) -> None:
        """Paste cleaned text: bracketed if the program asked for that, else with its line breaks as Enter."""
        text = clean_for_pane(text)
        bracketed = self._get(pane, seen).screen.modes.bracketed_paste
        text = f"\x1b[200~{text}\x1b[201~" if bracketed else text.replace("\n", "\r")
        self.write(pane, text.encode(errors="replace"))

    async def press(self, pane: int, keys: str, *, seen: Pane | None = None) -> None:
        """Send a few control bytes."""
        self._get(pane, seen)
        self.write(pane, keys.encode(errors="replace"))

    async def text(self, pane: int, *, scrollback: int = 0, escapes: bool = False) -> str:
        """The screen with `scrollback` lines above it; with `escapes` in colour."""
        screen = self._get(pane).screen
        show = sgr_text if escapes else plain_text
        return "\n".join(show(line) for line in screen.lines(-min(scrollback, screen.history), screen.rows))

    async def focus(self, pane: int) -> None:
        """Show the pane and give it the keys."""
        self._places.focus(pane)

    async def close(self, pane: int, *, seen: Pane | None = None) -> None:
        """Hang up on the program and let go of its pty."""
        found = self._get(pane, seen)
        self._remove(pane)
        found.pty.hang_up()
        self._flow.forget(found.stream)
        found.pty.close()
        found.screen.end()
        await self._wait_for([found])

    async def aclose(self) -> None:
        """Close all panes, within the time that one takes."""
        self._closed = True
        panes = list(self._panes.values())
        for number in list(self._panes):
            self._remove(number)
        for pane in panes:
            pane.pty.hang_up()
            pane.pty.close()
            pane.screen.end()
        self._flow.close()
        await self._wait_for(panes)

    # --- for the tower's own screen ------------------------------------------

    def screen(self, pane: int) -> Screen:
        """What the pane shows. The object stays readable after the pane's end."""
        return self._get(pane).screen

    def write(self, pane: int, data: bytes) -> None:
        """Give the program raw input, as a terminal's keyboard does. Never blocks; MuxRefused when 1 MiB waits unread."""
        if not self._get(pane).pty.write(data):
            raise MuxRefused(f"the program in %{pane} does not read its input; wait, or interrupt it")

    def resize(self, pane: int, rows: int, cols: int) -> None:
        """Give the pane another size and tell its program."""
        found = self._get(pane)
        found.screen.resize(rows, cols)
        found.pty.resize(found.screen.rows, found.screen.cols)
        found.screen.tell()

    # --- inside --------------------------------------------------------------

    def _get(self, pane: int, seen: Pane | None = None) -> _Embedded:
        if seen is not None and seen.mux != self._instance:
            raise PaneGone(f"%{pane} was a pane of another mux: look at the list again")
        self._places.tab_of(pane)
        return self._panes[pane]

    def _describe(self, tab: Tab, number: int, pane: _Embedded) -> Pane:
        cursor = pane.screen.cursor
        return Pane(
            id=number,
            mux=self._instance,
            window=tab.window.number,
            tab=tab.number,
            workspace=tab.window.workspace,
            title=pane.screen.title or clean(pane.name, 200),
            cwd=clean(pane.pty.cwd() or pane.screen.cwd),
            tty=pane.pty.tty,
            rows=pane.screen.rows,
            cols=pane.screen.cols,
            top=0,
            left=0,
            active=tab.active == number,
            zoomed=False,
            tab_title=tab.title,
            cursor_row=cursor.row,
            cursor_col=cursor.col,
        )

    def _environment(self, program: Program) -> dict[str, str]:
        environ = os.environ if self._environ is None else self._environ
        found = {name: value for name, value in environ.items() if not name.startswith(_FOREIGN)}
        return found | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | dict(program.env or {})

    def _answer(self, pane: int, data: bytes) -> None:
        if pane in self._panes and not self._panes[pane].pty.write(data, _REPLIES):
            _log.debug("%%%d asks more than it reads; an answer was dropped", pane)

    def _ended(self, number: int) -> None:
        if number not in self._panes:
            return
        pane = self._panes[number]
        self._remove(number)
        pane.stream.finish(pane.screen.end)

    def _remove(self, number: int) -> None:
        del self._panes[number]
        self._places.remove(number)

    async def _wait_for(self, panes: Iterable[_Embedded]) -> None:
        waiting = {pane.pty.ended: pane for pane in panes if not pane.pty.ended.done()}
        if waiting:
            _, left = await asyncio.wait(waiting, timeout=CLOSE_WAIT)
            for ended in left:
                pane = waiting[ended]
                _log.warning("%s (pid %d) ignores the hangup and lives on without a pane", clean(pane.name), pane.pty.pid)


def _check(program: Program) -> None:
    argv, cwd = program.argv, program.cwd
    if not argv or not os.path.isabs(argv[0]):
        raise MuxRefused(f"not an absolute path of a program: {clean(argv[0]) if argv else '(empty)'}; give the whole path")
    if not (os.path.isfile(argv[0]) and os.access(argv[0], os.X_OK)):
        raise MuxRefused(f"cannot start {clean(argv[0])}: there is no such program; check the path")
    if not (os.path.isabs(cwd) and os.path.isdir(cwd)):
        raise MuxRefused(f"cannot start in {clean(cwd)}: there is no such folder; make it or choose another")
