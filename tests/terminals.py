"""A real terminal with a tower in it, for tests: what is typed, what comes back, and whether it is left as it was."""

import contextlib
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import termios
from pathlib import Path

from tests.support import wait_until

PS = shutil.which("ps") or "ps"
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
        listed = subprocess.run([PS, "-axo", "pid=,ppid="], capture_output=True, text=True).stdout.splitlines()
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
