"""Whatever ends the tower, the terminal is left as it was. On a real pty, with real signals."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import wait_until

OPEN = b"\x1b[?1049h"
SWITCHES = {b"1049": False, b"25": True, b"1000": False, b"1003": False, b"1004": False, b"2004": False}
"""Private modes, and how a clean terminal has them: alternate screen, cursor, mouse, focus reports, paste marks."""


class Terminal:
    """A terminal with a tower in it."""

    def __init__(self, folder: Path) -> None:
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, (30, 100))
        self.before = termios.tcgetattr(self.slave)
        code = f"import sys; from wzp_tui.tui.app import run_tower; sys.exit(run_tower({str(folder)!r}, 'embedded'))"
        self.parent = subprocess.Popen(
            [sys.executable, "-c", code], stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True, cwd=Path.cwd()
        )
        self.output = b""

    def read(self) -> bytes:
        while select.select([self.master], [], [], 0)[0]:
            try:
                self.output += os.read(self.master, 65536)
            except OSError:
                break
        return self.output

    def wait_for(self, text: bytes) -> None:
        wait_until(lambda: text in self.read(), 30)

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    @property
    def tower(self) -> int:
        """The process id of the child that draws."""
        listed = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True).stdout.splitlines()
        return next(int(pid) for pid, parent in map(str.split, listed) if int(parent) == self.parent.pid)

    def ended(self) -> int:
        def code() -> bool:
            self.read()
            return self.parent.poll() is not None

        wait_until(code, 30)
        self.read()
        return self.parent.returncode

    def is_clean(self) -> bool:
        for mode, wanted in SWITCHES.items():
            found = re.findall(rb"\x1b\[\?(?:[0-9]+;)*" + mode + rb"(?:;[0-9]+)*([hl])", self.output)
            if found and (found[-1] == b"h") is not wanted:
                raise AssertionError(f"mode {mode.decode()} was left {'on' if found[-1] == b'h' else 'off'}")
        return termios.tcgetattr(self.slave)[:4] == self.before[:4]

    def close(self) -> None:
        if self.parent.poll() is None:
            with contextlib.suppress(ProcessLookupError, StopIteration):
                os.kill(self.tower, signal.SIGKILL)
            self.parent.kill()
            self.parent.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    found = Terminal(tmp_path / "store")
    found.wait_for(b"Nothing is queued.")
    yield found
    found.close()


def test_q_leaves_it_as_it_was(terminal: Terminal) -> None:
    terminal.press(b"q")
    assert terminal.ended() == 0
    assert terminal.is_clean()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["TERM", "HUP"])
@pytest.mark.parametrize("to", ["parent", "tower"])
def test_a_polite_signal_ends_it_in_good_order(terminal: Terminal, number: signal.Signals, to: str) -> None:
    os.kill(terminal.parent.pid if to == "parent" else terminal.tower, number)
    assert terminal.ended() == 0
    assert terminal.is_clean()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGQUIT], ids=lambda number: number.name)
def test_a_tower_that_is_killed_leaves_a_clean_terminal_and_a_word(terminal: Terminal, number: signal.Signals) -> None:
    assert OPEN in terminal.output
    os.kill(terminal.tower, number)
    assert terminal.ended() == 1
    assert terminal.is_clean()
    assert f"the tower was ended by {number.name}".encode() in terminal.output


def test_a_tower_whose_guardian_is_killed_ends_by_itself(terminal: Terminal) -> None:
    tower = terminal.tower
    terminal.parent.kill()
    terminal.parent.wait()

    def gone() -> bool:
        terminal.read()
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(tower)], capture_output=True, text=True).stdout
        return state.strip()[:1] in ("", "Z")

    wait_until(gone, 15)
    terminal.read()
    assert terminal.is_clean()


def test_without_a_terminal_it_says_so(tmp_path: Path) -> None:
    code = f"from wzp_tui.tui.app import run_tower; run_tower({str(tmp_path)!r})"
    ran = subprocess.run([sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert "the tower needs a terminal" in ran.stderr
    assert "\x1b" not in ran.stdout
