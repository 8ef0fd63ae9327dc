"""The terminal of the pane that the worker runs in."""

import errno
import fcntl
import os
import select
import sys
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# What a task may leave behind: alternate screen, mouse, focus and paste reports, kitty keyboard, insert mode, line drawing, colours,
# margins, origin, keypad and cursor keys, a hidden cursor. Not RIS: it would clear what the user wants to read. The cursor is saved
# before what would move it: leaving an alternate screen that was not entered, and resetting margins.
_RESET = (
    b"\x1b7\x1b[?1049l\x1b[?9;1000;1001;1002;1003;1004;1005;1006;1015;1016l\x1b[?2004l\x1b[?2026l\x1b[?2031l\x1b[?2048l"
    b"\x1b[<9u\x1b[=0;1u\x1b[>4;0m\x1b[4l\x1b(B\x0f\x1b[0m"
    b"\x1b7\x1b[?6l\x1b[?69l\x1b[r\x1b8\x1b>\x1b[?1l\x1b[?7h\x1b[0 q\x1b[?25h\x1b[?12l"
)
_ASK = b"\x1b[5n"
_ANSWER = b"\x1b[0n"
FENCE = 0.15
FORGET_QUIET = 0.01
FORGET_MOST = 0.5
STUCK = 1.0
"""Seconds without a byte taken after which a pane is stuck."""


class Terminal:
    """The outer tty: raw while we hold it, and given back as it was."""

    def __init__(self) -> None:
        self.name = os.ttyname(0)
        # A description of our own: non-blocking on the shared one would stay with the user's shell after a kill.
        self.fd = os.open(self.name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        self.cooked: list[Any] = termios.tcgetattr(self.fd)
        self._stuck = False

    def raw(self) -> None:
        """Pass every key through."""
        with _unless_gone():
            tty.setraw(self.fd, termios.TCSANOW)

    def restore(self) -> None:
        """Give the terminal back as it was found."""
        with _unless_gone():
            termios.tcsetattr(self.fd, termios.TCSANOW, self.cooked)

    def size(self) -> bytes:
        """All four fields of the window size, pixels too."""
        try:
            return fcntl.ioctl(self.fd, termios.TIOCGWINSZ, b"\0" * 8)
        except OSError:
            return b"\0" * 8

    def say(self, text: str) -> None:
        """Write a line of our own, as far as the pane takes it."""
        self.write(text.replace("\n", "\r\n").encode(errors="replace") + b"\r\n")

    def write(self, data: bytes) -> None:
        """Write as long as bytes are taken within a second; a pane that was stuck must take some at once, one that is gone takes none."""
        deadline = time.monotonic() + (0.0 if self._stuck else STUCK)
        while data:
            try:
                data = data[os.write(self.fd, data) :]
                deadline, self._stuck = time.monotonic() + STUCK, False
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0:
                    self._stuck = True
                    return
                select.select([], [self.fd], [], left)
            except OSError:
                return

    def tidy(self, spoke_escape: bool) -> None:
        """Take back what a task left: modes, and input that was meant for it.

        A task that printed escape sequences may have asked questions: the terminal is asked for a report, and everything up to that is
        thrown away, since the answers would be typed into the next task.
        """
        if spoke_escape:
            self.write(_RESET + _ASK)
            seen, deadline = b"", time.monotonic() + FENCE
            while _ANSWER not in seen and (left := deadline - time.monotonic()) > 0:
                if select.select([self.fd], [], [], left)[0]:
                    seen = (seen + self.read())[-64:]
        # Read, not flushed: the kernel holds more than a flush forgets.
        patience, deadline = 0.0, time.monotonic() + FORGET_MOST
        while time.monotonic() < deadline and select.select([self.fd], [], [], patience)[0] and self.read(1 << 16):
            patience = FORGET_QUIET

    def read(self, size: int = 4096) -> bytes:
        """What was typed; empty when there is nothing or the pane is gone."""
        try:
            return os.read(self.fd, size)
        except OSError:
            return b""


@contextmanager
def _unless_gone() -> Iterator[None]:
    try:
        yield
    except termios.error as error:
        if error.args[0] != errno.EIO:  # the pane is gone: there is nothing to set
            raise


def refuse_without_terminal() -> None:
    """End with one line where standard input is no terminal."""
    if not os.isatty(0):
        sys.exit("wzp-tui: a worker runs in a pane; open it from the tower (`wzp-tui`) or with `wzp-tui tower --headless`")
