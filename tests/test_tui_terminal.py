"""Whatever ends the tower, the terminal is left as it was. On a real pty, with real signals."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import wait_until
from tests.terminals import OPEN, Terminal


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
