"""The monkey at a real terminal: bytes on a pty, the tower a process of its own, and the terminal clean whenever that ends."""

import os
import random
import select
import signal
import termios
import time
from contextlib import suppress
from pathlib import Path

from tests.monkey import judge
from tests.monkey.charges import Charges
from tests.monkey.run import PAUSES, START, Result
from tests.monkey.whims import ESCAPE, Size, Whim, Whims
from tests.support import wait_until
from tests.terminals import Terminal
from wzp_tui.store import View, open_store

KEPT = 1 << 20
"""Bytes of the last output that are kept."""
CLOSED = b"\x1b[?1049l"
ESCAPE_ALONE = 0.12
"""Seconds after which the tower takes an escape for the key."""


class MonkeyOnTerminal:
    """Plays with the tower as it is started by a user. What it confirms is not seen, so only what holds in any case is judged."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._chance = folder / "store", random.Random(seed)
        self._whims = Whims(self._chance, START)
        self._store = open_store(str(self._folder), "monkey")
        self._charges = Charges(folder)
        self._acknowledged: list[int] = []
        self.last: list[Whim] = []
        """What it did last, for the report."""

    def play(self, whims: int) -> Result:
        """Do so many things, in as many sessions as the monkey ends."""
        begun, sessions, broken = time.monotonic(), 0, list[str]()
        coming, left = iter(self._whims), whims
        while left > 0 and not broken:
            sessions += 1
            for new in [self._charges.witness(sessions), self._charges.witness(sessions + 1, "default"), *self._charges.short()]:
                self._acknowledged.append(self._store.add(new))
            terminal = Terminal(self._folder)
            try:
                terminal.wait_for(b"witness")
                while left > 0 and terminal.parent.poll() is None:
                    self._do(terminal, next(coming))
                    left -= 1
                broken += self._end(terminal)
            finally:
                terminal.close()
            broken += self._judge()
            self._stop_all()
        view = self._view()
        self._store.close()
        return Result(whims - left, time.monotonic() - begun, sessions, {}, 0, len(view.tasks), broken)

    def _do(self, terminal: Terminal, whim: Whim) -> None:
        self.last = [*self.last[-60:], whim]
        if isinstance(whim, Size):
            termios.tcsetwinsize(terminal.slave, (whim.rows, whim.cols))
            with suppress(ProcessLookupError, StopIteration):
                os.kill(terminal.tower, signal.SIGWINCH)
        else:
            data = whim.encode()
            while data and terminal.parent.poll() is None:  # what comes back is read, or both would wait for ever
                terminal.read()
                if select.select([], [terminal.master], [], 0.1)[1]:
                    data = data[os.write(terminal.master, data[:512]) :]
        time.sleep(ESCAPE_ALONE if whim == ESCAPE else self._chance.choice(PAUSES))
        terminal.output = terminal.read()[-KEPT:]

    def _end(self, terminal: Terminal) -> list[str]:
        if terminal.parent.poll() is None:
            terminal.parent.send_signal(signal.SIGTERM)
        code = terminal.ended()
        if code:
            return [f"the tower ended with {code}: {(self._folder / 'tower-errors.txt').read_text()[-2000:]}"]
        if CLOSED not in terminal.output or not terminal.is_clean():
            return ["the terminal was not left as it was"]
        return []

    def _judge(self) -> list[str]:
        view = self._view()
        runs = {run.id: run for run in view.runs.values()}
        return [*judge.kept(self._acknowledged, view), *judge.once(runs, self._charges.noted(), set()), *judge.moved(view)]

    def _view(self) -> View:
        self._store.settle()
        return self._store.view()

    def _stop_all(self) -> None:
        for run in self._view().runs.values():
            if run.open:
                self._store.stop(run.task, "kill")
        wait_until(lambda: not any(run.open for run in self._view().runs.values()), 30)
