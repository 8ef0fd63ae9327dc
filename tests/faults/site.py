"""Where a fault run happens: a store, the tower that serves it, its workers, and the processes of its tasks."""

import asyncio
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.faults import ledger, processes
from tests.faults.commands import Commands, Work
from tests.faults.package import Package
from tests.muxserver import MuxServer
from wzp_tui.errors import MuxError
from wzp_tui.mux import NewTab, Program
from wzp_tui.mux.wezterm import WezTerm
from wzp_tui.paths import StoreFolder
from wzp_tui.store import open_store
from wzp_tui.store.lock import is_held

LANE = "work"
SLOTS = 6
SHELLS = 2
"""How many of the workers are started from a shell, as a user does by hand."""
_ON_A_PTY = "import pty, sys; pty.spawn(sys.argv[1:])"
SH = shutil.which("sh") or "/bin/sh"


class Site:
    """One store with all that works on it. `kind` is the mux's: `embedded` or `wezterm`."""

    def __init__(self, folder: Path, kind: str, chance: random.Random, package: Package | None = None) -> None:
        self.kind, self.chance, self.package = kind, chance, package
        self.python = package.python if package else sys.executable
        self.folder = StoreFolder(folder / "s").make()
        self.commands = Commands(folder, chance)
        self.work: dict[int, Work] = {}
        """Every task that was acknowledged."""
        self.closed: set[int] = set()
        """Workers whose pane was closed."""
        self.broken: list[str] = []
        """Rules that were seen to be broken on the way."""
        self.server = MuxServer(folder) if kind == "wezterm" else None
        self._scratch = folder
        self._tower: subprocess.Popen[bytes] | None = None
        self._shells: list[subprocess.Popen[bytes]] = []
        store = open_store(self.folder, "faults")
        store.set_lane(LANE, SLOTS)
        store.close()

    def __enter__(self) -> "Site":
        if self.server is not None:
            self.server.start()
        self.tend_shells()
        self.start_tower()
        return self

    def __exit__(self, *_: object) -> None:
        self.end_tower(signal.SIGKILL)
        if self.server is not None:
            self.server.stop(kill=True)
        for shell in self._shells:
            shell.kill()
            shell.wait()
        for pid in (*self.workers(), *self.runs_left().values()):
            processes.kill(pid)

    # -- what is to be done ----------------------------------------------------------------------------------------------------

    def add(self, count: int, longest: float) -> None:
        """Add tasks, one by one, and remember those that were acknowledged."""
        store = open_store(self.folder, "faults")
        try:
            for _, (work, task) in zip(range(count), self.commands.make(LANE, longest), strict=False):
                self.work[store.add(task)] = work
        finally:
            store.close()

    # -- who does it -----------------------------------------------------------------------------------------------------------

    @property
    def environ(self) -> dict[str, str]:
        """What towers and shells start with."""
        return dict(os.environ) | (self.server.environ if self.server else {})

    def start_tower(self) -> None:
        """Start a tower; it opens the panes that are needed."""
        argv = [self.python, "-P", "-m", "wzp_tui", "tower", "--headless", "--mux", self.kind]
        with open(self._scratch / "tower.log", "ab") as log:
            self._tower = subprocess.Popen(
                argv, env=self.environ | {"WZP_STORE": self.folder}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def end_tower(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the tower and wait for its end."""
        if self._tower is not None:
            self._tower.send_signal(how)
            self._tower.wait(20)
            self._tower = None

    def tend_shells(self) -> None:
        """Have a worker that a shell started in each of the last slots that are empty."""
        for slot in range(SLOTS - SHELLS + 1, SLOTS + 1):
            if not is_held(self.folder.slot_lock(LANE, slot)):
                self._start_shell(slot)

    def _start_shell(self, slot: int) -> None:
        if self.server is None:
            argv = [sys.executable, "-c", _ON_A_PTY, SH, "-c", self._line("embedded", "shell", slot)]
            null = subprocess.DEVNULL
            self._shells.append(subprocess.Popen(argv, env=self.environ, stdin=null, stdout=null, stderr=null))
            return
        mux = WezTerm(environ=self.environ)
        program = Program([SH, "-c", self._line("wezterm", mux.instance, slot)], "/")
        asyncio.run(mux.open(program, NewTab("default")))

    def _line(self, kind: str, instance: str, slot: int) -> str:
        argv = [self.python, "-P", "-E", "-m", "wzp_tui.inpane.worker", self.folder, kind, instance, "lane", LANE, str(slot)]
        return shlex.join(argv) + "; exit"  # two commands, so that the shell does not become the worker

    def workers(self) -> list[int]:
        """The process ids of all workers."""
        needed = (b"wzp_tui.inpane.worker", os.fsencode(self.folder), b"lane")  # not the shells, whose line is one argument
        found = {pid: processes.parent(pid) for pid, argv in processes.entries("cmdline") if all(word in argv for word in needed)}
        return [pid for pid, parent in found.items() if parent is not None and parent not in found]  # not what is about to be a command

    def runs_left(self) -> dict[int, int]:
        """A process of each run that has one."""
        found = {}
        for pid, environ in processes.entries("environ"):
            if f"WZP_STORE={self.folder}".encode() in environ and processes.parent(pid) is not None:
                found.update({int(entry[8:]): pid for entry in environ if entry.startswith(b"WZP_RUN=")})
        return found

    def ask(self, script: str) -> None:
        """Open the store with the version that is installed, and do something with `store`."""
        line = f"import sys; from wzp_tui.store import *; store = open_store(sys.argv[1], 'faults'); {script}; store.close()"
        subprocess.run([self.python, "-P", "-c", line, self.folder], check=True)

    def close_panes(self) -> None:
        """Close every pane; the tower has ended, and embedded panes with it."""
        for shell in self._shells:
            shell.kill()
            shell.wait()
        self._shells.clear()
        if self.server is not None:
            mux = WezTerm(environ=self.environ)

            async def close() -> None:
                for pane in await mux.panes():
                    with suppress(MuxError):  # it closed by itself; after the last one the mux lists nothing
                        await mux.close(pane.id)

            asyncio.run(close())

    def close_a_pane(self) -> ledger.Attempt | None:
        """Close the pane of a running task; its run, or `None` where there was none. Its worker may have begun the next one meanwhile."""
        mux = WezTerm(environ=self.environ)
        runs = [run for run in ledger.read(self.folder).runs if run.open and not run.detached and not run.orphaned]
        self.chance.shuffle(runs)

        async def close() -> ledger.Attempt | None:
            panes = {(pane.mux, pane.tty): pane for pane in await mux.panes()}
            for run in runs:
                if (pane := panes.get((run.mux, run.tty))) is not None:
                    await mux.close(pane.id, seen=pane)
                    return run
            return None

        try:
            return asyncio.run(close())
        except MuxError:
            return None  # it ended meanwhile, and its pane with it
