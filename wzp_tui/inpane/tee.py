"""Bytes between the pane and the command's pty. Nothing blocks, every buffer is bounded, and the command never waits for a screen."""

import os
import select
import time
from collections.abc import Callable

from wzp_tui.inpane.child import Child
from wzp_tui.inpane.terminal import Terminal

TO_CHILD = 64 << 10
TO_PANE = 256 << 10
STUCK = 1.0
"""Seconds without a byte taken after which a pane is stuck: its output is thrown away until it takes bytes again."""
DRAIN_QUIET = 0.05
DRAIN_MOST = 1.0
_SKIPPED = b"\x1b[0m\r\n[wzp-tui: output skipped here; the log has it]\r\n"
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class Tee:
    """Carries keys to the command, and output to pane and log."""

    def __init__(self, child: Child, pane: Terminal, record: Callable[[bytes], None]) -> None:
        self.pane: Terminal | None = pane
        """`None`: the run goes on without one."""
        self.pane_hung_up = False
        self.spoke_escape = False
        """The command printed an escape sequence, so the terminal may answer or be changed."""
        self._pane_fd = pane.fd
        self._master, self._slave = child.master, child.slave
        self._record = record
        self._to_child = bytearray()
        self._to_pane = bytearray()
        self._moved = time.monotonic()
        self._skipping = False

    def detach(self) -> None:
        """Go on without the pane."""
        self.pane = None
        self._to_pane.clear()

    def register(self, poll: "select.poll") -> None:
        """Tell what to wait for; called before each `poll`."""
        room = self.pane is None or self._skipping or len(self._to_pane) < TO_PANE
        _watch(poll, self._master, (select.POLLIN if room else 0) | (select.POLLOUT if self._to_child else 0))
        wants = 0
        if self.pane is not None and not self.pane_hung_up:
            wants |= select.POLLOUT if self._to_pane or self._skipping else 0
            wants |= select.POLLIN if len(self._to_child) < TO_CHILD else 0
        _watch(poll, self._pane_fd, wants)

    def timeout(self) -> float | None:
        """Seconds until `move` must be called even if nothing happens."""
        full = self.pane is not None and not self._skipping and len(self._to_pane) >= TO_PANE
        return max(0.0, self._moved + STUCK - time.monotonic()) if full else None

    def move(self, ready: dict[int, int]) -> None:
        """Carry what is ready; `ready` maps descriptors to their poll events."""
        events = ready.get(self._pane_fd, 0)
        if self.pane is not None and events:
            if events & _GONE:
                self.pane_hung_up = True
            elif events & select.POLLIN:
                self._to_child += self.pane.read(TO_CHILD - len(self._to_child))
            if events & select.POLLOUT:
                self._take_up()
                self._flush_pane()
        events = ready.get(self._master, 0)
        if events & select.POLLOUT:
            self._flush_child()
        if events & select.POLLIN:
            self._take_output()
        if self.pane is not None and len(self._to_pane) >= TO_PANE and time.monotonic() - self._moved > STUCK:
            self._skip()

    def drain(self) -> bytes:
        """After the command's end: read what its pty still holds, and return what the pane was not given yet.

        Not to the end of file: a process left behind may hold the pty open.
        """
        os.close(self._slave)  # with the last one to close it comes an end of file, at once
        deadline = time.monotonic() + DRAIN_MOST
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        while time.monotonic() < deadline and poll.poll(DRAIN_QUIET * 1000) and self._take_output():
            self._flush_pane()
            if len(self._to_pane) >= TO_PANE:
                self._skip()
        os.close(self._master)
        if self.pane is None or self.pane_hung_up:
            return b""
        self._take_up()
        return bytes(self._to_pane)

    def _take_output(self) -> bool:
        try:
            data = os.read(self._master, 64 << 10)
        except BlockingIOError:
            return True
        except OSError:  # EIO: nobody holds the other end
            return False
        if not data:
            return False
        self._record(data)
        if b"\x1b" in data or b"\x9b" in data or b"\x05" in data:
            self.spoke_escape = True
        if self.pane is not None and not self.pane_hung_up and not self._skipping:
            if not self._to_pane:
                self._moved = time.monotonic()
            self._to_pane += data
            self._flush_pane()
        return True

    def _skip(self) -> None:
        self._skipping = True
        self._to_pane.clear()

    def _take_up(self) -> None:
        """Say in the pane what is missing there."""
        if self._skipping:
            self._skipping = False
            self._moved = time.monotonic()
            self._to_pane += _SKIPPED

    def _flush_pane(self) -> None:
        if self.pane is None or not self._to_pane:
            return
        try:
            written = os.write(self.pane.fd, self._to_pane)
        except BlockingIOError:
            return
        except OSError:
            self.pane_hung_up = True
            return
        del self._to_pane[:written]
        self._moved = time.monotonic()

    def _flush_child(self) -> None:
        try:
            written = os.write(self._master, self._to_child)
        except BlockingIOError:
            return
        except OSError:
            self._to_child.clear()
            return
        del self._to_child[:written]


def _watch(poll: "select.poll", fd: int, wants: int) -> None:
    if wants:
        poll.register(fd, wants)
    else:
        # Without interest in it a dead descriptor would still wake every poll.
        try:
            poll.unregister(fd)
        except KeyError:
            pass
