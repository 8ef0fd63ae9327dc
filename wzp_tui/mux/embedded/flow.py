"""Output on its way from programs to screens: fair between panes, bounded in time, and never more than a moment behind.

A screen takes in some MB/s, a program can print a hundred times that. So each turn of the loop gives all screens together a few
milliseconds; a pane that falls behind skips to its newest output, with a mark on the screen, instead of holding its program up. On the
alternate screen nothing can be skipped without tearing the picture: there, and only there, the program waits.
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable

from wzp_tui.mux.embedded.pty import Pty
from wzp_tui.mux.embedded.screen import Screen
from wzp_tui.mux.embedded.skim import state_of

_TURN = 0.004
"""Seconds that all screens together get of one turn …"""
_REST = 0.006
"""… and the pause before the next one."""
_SLICE = 1024
_BEHIND = 128 * 1024
"""Bytes a pane may be behind."""
_PER_TURN = 256 * 1024
"""Bytes that are read of one pane between two turns."""
_TAIL = 64 * 1024
"""What is kept of them, at most, when it skips …"""
_TAIL_LINES = 2500
"""… and no more lines than these: a scrollback and a screen."""
_LEAST = 8 * 1024
"""Less than this is not worth a mark."""
_REOPEN = 1.0
"""Seconds until a tty that nobody has open is looked at again."""

_TO_ALTERNATE = re.compile(rb"\x1b\[\?(?:[0-9]+;)*(?:1049|1047|47)[;h]")


class Stream:
    """The output of one pane that its screen has not taken in yet."""

    def __init__(self, pty: Pty, screen: Screen, flow: "Flow") -> None:
        self._pty = pty
        self._screen = screen
        self._flow = flow
        self._waiting = bytearray()
        self._skipped = 0
        self._state = b""
        self._reading = False
        self._taken = 0
        self._ending: Callable[[], None] | None = None
        self.resume()

    @property
    def idle(self) -> bool:
        """Nothing waits."""
        return not self._waiting and not self._skipped

    def resume(self) -> None:
        """Read on, if it does not."""
        if not self._reading and self._ending is None:
            self._reading = True
            asyncio.get_running_loop().add_reader(self._pty.master, self._read)

    def stop(self) -> None:
        """Read no more."""
        if self._reading:
            self._reading = False
            asyncio.get_running_loop().remove_reader(self._pty.master)

    def finish(self, ended: Callable[[], None]) -> None:
        """The program has ended: take in what is left, then call `ended`."""
        self.stop()
        for _ in range(256):  # what a process that outlives it goes on printing is nobody's
            data = self._pty.read()
            if not data:
                break
            self._take(data)
        self._pty.close()
        self._ending = ended
        self._flow.wake(self)

    def advance(self) -> None:
        """Bring the screen one step further."""
        if self._skipped:
            self._screen.skip(self._skipped, self._state)
            self._skipped, self._state = 0, b""
        if self._waiting:
            self._screen.feed(bytes(self._waiting[:_SLICE]))
            del self._waiting[:_SLICE]

    def end_turn(self) -> None:
        """Tell who watches; read on, or come to the end."""
        self._taken = 0
        self._screen.tell()
        if self._ending and self.idle:
            ended, self._ending = self._ending, lambda: None
            ended()
        elif len(self._waiting) < _BEHIND:
            self.resume()

    def _read(self) -> None:
        data = self._pty.read()
        if data is None:
            self.stop()
            asyncio.get_running_loop().call_later(_REOPEN, self.resume)
        elif data:
            self._take(data)
            self._taken += len(data)
            if self._taken >= _PER_TURN or len(self._waiting) >= _BEHIND:
                self.stop()  # until the next turn
            self._flow.wake(self)

    def _take(self, data: bytes) -> None:
        self._waiting += data
        if len(self._waiting) > _BEHIND and not self._screen.alternate:
            self._skip()

    def _skip(self) -> None:
        """Leave out the oldest of what waits, up to a line's end, but nothing that comes after a change to the alternate screen."""
        waiting = self._waiting
        cut = len(waiting) - _TAIL
        if found := _TO_ALTERNATE.search(waiting):
            cut = min(cut, found.start())
        else:
            surplus = waiting.count(b"\n", cut) - _TAIL_LINES
            if surplus > 0:
                cut = len(waiting) - len(bytes(waiting[cut:]).split(b"\n", surplus)[-1])
        cut = _boundary(waiting, cut)
        if cut >= _LEAST:
            self._state = state_of(self._state + bytes(waiting[:cut]))
            self._skipped += cut
            del waiting[:cut]


class Flow:
    """Shares the time of the loop between all streams."""

    def __init__(self) -> None:
        self._busy: deque[Stream] = deque()
        self._turn: asyncio.Handle | None = None
        self._last = 0.0

    def wake(self, stream: Stream) -> None:
        """The stream has something to take in."""
        if stream not in self._busy:
            self._busy.appendleft(stream)  # before those that had their time
        if self._turn is None:
            loop = asyncio.get_running_loop()
            self._turn = loop.call_later(max(0.0, self._last + _REST - time.monotonic()), self._take_turn)

    def forget(self, stream: Stream) -> None:
        """The stream's pane is closed."""
        stream.stop()
        if stream in self._busy:
            self._busy.remove(stream)

    def close(self) -> None:
        """Give no more turns."""
        if self._turn:
            self._turn.cancel()
        self._busy.clear()

    def _take_turn(self) -> None:
        self._turn = None
        end = time.monotonic() + _TURN
        seen = set()
        while self._busy:
            stream = self._busy.popleft()
            stream.advance()
            seen.add(stream)
            if not stream.idle:
                self._busy.append(stream)
            if time.monotonic() >= end:
                break
        self._last = time.monotonic()
        for stream in seen:
            stream.end_turn()
        if self._busy:
            self.wake(self._busy[0])


def _boundary(data: bytearray, cut: int) -> int:
    """A place near `cut`, and before it where possible, at which no line, sequence or character is broken."""
    for mark, after in ((b"\n", 1), (b"\x1b", 0)):
        found = data.rfind(mark, max(0, cut - 2048), cut + 1 - after)
        if found >= 0:
            return found + after
    while cut > 0 and data[cut] & 0xC0 == 0x80:
        cut -= 1
    return cut
