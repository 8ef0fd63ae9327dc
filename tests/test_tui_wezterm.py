"""The tower in a pane of a real WezTerm mux server: driven by keys, read back from its screen."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.muxserver import MuxServer
from tests.support import wait_until

pytestmark = pytest.mark.wezterm


class Pane:
    """The pane that the tower is in."""

    def __init__(self, server: MuxServer, store: Path, cwd: Path) -> None:
        self.server = server
        argv = (sys.executable, "-m", "wzp_tui", "tower")
        self.id = self._cli("spawn", "--new-window", "--cwd", str(cwd), "--", "/usr/bin/env", f"WZP_STORE={store}", *argv).strip()

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

    def shows(self, *texts: str, timeout: float = 30) -> None:
        def seen() -> bool:
            found = self.text
            assert not (missing := [text for text in texts if text not in found]), f"{missing} not in\n{found}"
            return True

        wait_until(seen, timeout)

    def add(self, line: str) -> None:
        self.press("n")
        self.shows("New task")
        self.press(line)
        self.shows(line)
        self.press("\r")
        wait_until(lambda: "New task" not in self.text)


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
