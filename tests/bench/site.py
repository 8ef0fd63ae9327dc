"""A store with a tower and workers for the bench, all of them real processes."""

import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.rows import NotMeasured
from tests.muxserver import MuxServer
from tests.support import wait_until
from wzp_tui.paths import StoreFolder
from wzp_tui.store import NewTask, Store, open_store
from wzp_tui.store.lock import is_held

LANE = "bench"
SH = shutil.which("sh") or "/bin/sh"


def kinds() -> list[str]:
    """The muxes of this machine."""
    there = shutil.which("wezterm") and shutil.which("wezterm-mux-server")
    return ["embedded", "wezterm"] if there else ["embedded"]


class Bench:
    """A store with a lane, and the environment of its processes."""

    def __init__(self, folder: Path, kind: str, slots: int) -> None:
        self.kind, self.slots = kind, slots
        self.folder = StoreFolder(folder / "s").make()
        self.server = MuxServer(folder) if kind == "wezterm" else None
        if self.server is not None:
            self.server.start()
        self.store: Store = open_store(self.folder, "bench")
        self.store.set_lane(LANE, slots)
        self.tower: subprocess.Popen[bytes] | None = None

    def start_tower(self) -> None:
        """Start a tower without a screen."""
        self._start("-m", "wzp_tui", "tower", "--headless", "--mux", self.kind)

    def start_crowd(self, panes: int) -> subprocess.Popen[bytes]:
        """Start a tower with so many panes, each with a worker that waits."""
        return self._start(str(Path(__file__).parent / "crowd.py"), self.folder, self.kind, str(panes))

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        environ = dict(os.environ) | (self.server.environ if self.server else {}) | {"WZP_STORE": self.folder}
        null = subprocess.DEVNULL
        self.tower = subprocess.Popen([sys.executable, "-P", *arguments], env=environ, stdin=null, stderr=null)
        return self.tower

    def wait_for_workers(self, count: int, timeout: float = 30) -> None:
        """Wait until so many slots have a worker."""
        wait_until(lambda: sum(is_held(self.folder.slot_lock(LANE, slot + 1)) for slot in range(self.slots)) >= count, timeout)

    def wait_for_ends(self) -> None:
        """Wait until no command runs."""
        wait_until(lambda: not any(run.open for run in self.store.view().runs.values()))

    def add(self, *lines: str) -> list[int]:
        """Queue shell lines."""
        return [self.store.add(NewTask((SH, "-c", line), "/", lane=LANE)) for line in lines]

    def close(self) -> None:
        """End all of it."""
        self.store.close()
        if self.server is not None:
            self.server.stop()
        if self.tower is not None:
            self.tower.terminate()
            self.tower.wait(30)


@contextmanager
def bench(kind: str, slots: int) -> Iterator[Bench]:
    """A bench in a folder of its own below HOME, closed at the end."""
    it = Bench(Path(tempfile.mkdtemp(dir=Path.home())), kind, slots)
    try:
        yield it
    finally:
        it.close()


class Marks:
    """Moments that commands tell of through a FIFO: each writes a word."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "marks"
        os.mkfifo(self.path)
        self._fd = os.open(self.path, os.O_RDWR)
        self._waiting = b""

    def say(self, word: str) -> str:
        """The shell line that does it."""
        return f"echo {word} > '{self.path}'"

    def next(self, timeout: float = 20) -> str:
        """Wait for the next word."""
        while b"\n" not in self._waiting:
            if not select.select([self._fd], [], [], timeout)[0]:
                raise NotMeasured(f"no command said anything within {timeout:.0f} s")
            self._waiting += os.read(self._fd, 4096)
        word, self._waiting = self._waiting.split(b"\n", 1)
        return word.decode()

    def close(self) -> None:
        """Let go of it."""
        os.close(self._fd)
