"""The tower in a pane of a real WezTerm mux server: driven by keys, read back from its screen."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.muxserver import MuxServer
from tests.support import PATIENCE, wait_until

pytestmark = pytest.mark.wezterm


class Pane:
    """The pane that the tower is in; a shell shows what it leaves."""

    def __init__(self, server: MuxServer, store: Path, cwd: Path, after: str = "") -> None:
        self.server = server
        line = f"WZP_STORE={store} {sys.executable} -m wzp_tui tower; {after}"
        self.id = self._cli("spawn", "--new-window", "--cwd", str(cwd), "--", "/bin/sh", "-c", line).strip()

    def _cli(self, *args: str, text: str = "") -> str:
        command = ["wezterm", "cli", "--no-auto-start", *args]
        ran = subprocess.run(command, input=text, env=self.server.environ, capture_output=True, text=True, timeout=30)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def press(self, keys: str) -> None:
        self._cli("send-text", "--no-paste", "--pane-id", self.id, text=keys)

    @property
    def text(self) -> str:
        return self._cli("get-text", "--pane-id", self.id)

    def shows(self, *texts: str, timeout: float = PATIENCE) -> None:
        def seen() -> bool:
            found = self.text
            assert not (missing := [text for text in texts if text not in found]), f"{missing} not in\n{found}"
            return True

        wait_until(seen, timeout)

    def hides(self, text: str) -> None:
        wait_until(lambda: text not in self.text)

    def add(self, line: str) -> None:
        self.press("n")
        self.shows("New task")
        self.press(f"{line}\r")  # in one piece, as a script does it
        self.hides("New task")

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        found = next(pane["size"] for pane in json.loads(self._cli("list", "--format", "json")) if pane["pane_id"] == int(self.id))
        return found["cols"], found["rows"]

    def fills(self, columns: int, rows: int) -> None:
        """Wait until its footer is in the last row, and no row is longer than there is room."""

        def filled() -> bool:
            screen = self._cli("get-text", "--pane-id", self.id, "--start-line", "0", "--end-line", str(rows - 1))
            found = screen.rstrip().split("\n")
            assert len(found) == rows, (columns, rows, found)
            assert max(cell_len(line.rstrip()) for line in found) <= columns, (columns, rows, found)
            return True

        wait_until(filled)

    def split(self, side: str) -> str:
        """Another pane takes half of the room; returns its id."""
        return self._cli("split-pane", "--pane-id", self.id, side, "--", "/bin/sleep", "100").strip()

    def close(self, pane: str) -> None:
        self._cli("kill-pane", "--pane-id", pane)


def test_five_tasks_in_a_lane_of_two_and_one_in_a_pane_of_its_own(wezterm_mux: MuxServer, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    tower = Pane(wezterm_mux, tmp_path / "store", work)
    tower.shows("%0", "shell", "Nothing is queued.")
    for number in range(1, 5):
        tower.add(f"echo {number} > {number}; sleep 0.2")
    tower.add("echo 5 > 5; exit 5")
    tower.shows("DONE TODAY 4", "✗ 1", "exit 5", timeout=60)
    assert sorted(path.name for path in work.iterdir()) == ["1", "2", "3", "4", "5"]

    tower.press("n")
    tower.shows("lane default")
    tower.press("\t")
    tower.shows("a pane of its own")
    tower.press("tty > own; sleep 300")
    tower.press("\r")
    tower.shows("● 1", "tty > own; sleep 300", "running", timeout=60)
    wait_until(lambda: (work / "own").exists())

    tower.press(".")
    tower.press("r")
    tower.shows("✗ 1", "exit 5", timeout=60)
    tower.press("q")
    wait_until(lambda: int(tower.id) not in [pane["pane_id"] for pane in json.loads(tower._cli("list", "--format", "json"))])
    assert "own" in [path.name for path in work.iterdir()], "what runs in a pane goes on"


def test_the_first_minutes_by_keys_alone(wezterm_mux: MuxServer, tmp_path: Path) -> None:
    """Help, a task, one that fails, its log, a retry, the filter, a line sent, the dialog that stops: what README names."""
    tower = Pane(wezterm_mux, tmp_path / "store", tmp_path)
    tower.shows("Nothing is queued.", "add a task: a command")
    tower.press("?")
    tower.shows("Keys", "THE SELECTED ROW")
    tower.press("\x1b")
    tower.hides("THE SELECTED ROW")
    tower.add("echo fine; test -e mended || { echo 'error: not mended'; exit 3; }")
    tower.shows("✗ 1", "exit 3", "error: not mended")
    tower.press("\r")
    tower.shows("Search", "fine", "error: not mended")
    tower.press("\x1b")
    tower.hides("Search")
    (tmp_path / "mended").touch()
    tower.press("r")
    tower.shows("DONE TODAY 1")
    tower.add("read line; echo $line > got; sleep 300")
    tower.shows("● 1", "running")
    tower.press("s")
    tower.shows("Send to #2")
    tower.press("hello there\r")
    wait_until(lambda: (tmp_path / "got").exists() and (tmp_path / "got").read_text() == "hello there\n")
    tower.press("/")
    tower.shows("Keep")
    tower.press("state:done\r")
    tower.hides("read line")
    tower.press("\x1b")
    tower.shows("read line")
    tower.press("g")
    tower.press("x")
    tower.shows("Stop #2", "Interrupt")
    tower.press("s")
    tower.shows("DONE TODAY 2")


def test_it_fits_into_any_size_while_its_tasks_run(wezterm_mux: MuxServer, tmp_path: Path) -> None:
    """Panes are split off beside it and closed again, while a task floods its own; no row is lost, none is too long."""
    tower = Pane(wezterm_mux, tmp_path / "store", tmp_path)
    tower.shows("Nothing is queued.")
    tower.add("while ! test -e enough; do echo flood $(date) 日本語; done")
    tower.shows("● 1", "running")
    whole, others = tower.size, []
    for side in ("--right", "--bottom", "--right", "--bottom"):
        others.append(tower.split(side))
        tower.shows("#1", "all")
        columns, rows = tower.size
        assert (columns, rows) < whole
        tower.fills(columns, rows)
    for pane in others:
        tower.close(pane)
    wait_until(lambda: tower.size == whole)
    tower.shows("while !", "● 1")
    (tmp_path / "enough").touch()
    tower.shows("DONE TODAY 1")


def test_the_second_tower_looks_on_and_takes_over_from_the_killed_one(wezterm_mux: MuxServer, tmp_path: Path) -> None:
    """Killed in the middle of work: its terminal is clean and says what happened, the work goes on, and it starts again."""
    store = tmp_path / "store"
    first = Pane(wezterm_mux, store, tmp_path, after="echo it is over; exec sleep 100")
    first.shows("Nothing is queued.")
    first.add("while ! test -e go; do sleep 0.05; done; echo x >> made; exit 4")
    first.shows("● 1", "running")
    second = Pane(wezterm_mux, store, tmp_path)
    second.shows("● 1", "running", "looks on")
    os.kill(json.loads((store / "tower.lock").read_text())["pid"], signal.SIGKILL)
    first.shows("the tower was ended by SIGKILL; nothing is lost", "it is over")
    assert "RUNNING" not in first.text, "what it painted is gone"
    second.hides("looks on")
    second.add("touch taken")
    wait_until((tmp_path / "taken").exists, 30)
    third = Pane(wezterm_mux, store, tmp_path)
    third.shows("● 1", "running", "looks on")
    (tmp_path / "go").touch()
    third.shows("✗ 1", "exit 4")
    assert (tmp_path / "made").read_text() == "x\n"
