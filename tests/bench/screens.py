"""Panes and logs on a real terminal: how long a key takes to be painted under a flood, and what a huge log costs."""

import os
import pty
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from select import select

from tests.bench.rows import NotMeasured, Row, at_most, percentile

_KEYS = 60
_HOME, _END, _BACK = b"\x1b[H", b"\x1b[F", b"\x1b[5;2~"
_WAIT = 20.0
_QUIET = 0.5


def rows() -> Iterable[Row]:
    """All of them; half a minute."""
    yield at_most("key to paint, beside a flooded pane, p95", _p95(typed_beside_a_flood()), "ms", 100)
    yield at_most("key to paint, in a flooded pane, p95", _p95(typed_into_a_flood()), "ms", 100)
    yield at_most("key to paint, in a log that gets 50,000 lines/s, p95", _p95(typed_beside_a_flooded_log()), "ms", 100)
    opened, kept = huge_log()
    yield at_most("open a log of 1 GiB at its failing lines, go through it", opened, "s", 0.5)
    yield at_most("memory for a log of 1 GiB", kept, "MiB", 10)


def _p95(seconds: list[float]) -> float:
    return 1000 * percentile(seconds, 95)


class Terminal:
    """The terminal of one app: what is typed, and what is painted."""

    def __init__(self, *arguments: str, module: str = "tests.bench.stage") -> None:
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (45, 160))
        environ = {**os.environ, "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none"}
        command = (sys.executable, "-m", module, *arguments)
        self._process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True)
        os.close(slave)

    def close(self) -> None:
        """End the app."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        os.close(self.master)

    def press(self, key: bytes) -> None:
        """Type."""
        os.write(self.master, key)

    def wait_for(self, text: bytes) -> float:
        """Seconds until this is painted."""
        begun, seen = time.monotonic(), b""
        while time.monotonic() - begun < _WAIT:
            if select([self.master], [], [], 0.5)[0]:
                seen = seen[-64:] + os.read(self.master, 1 << 16)
                if text in seen:
                    return time.monotonic() - begun
        raise NotMeasured(f"{text!r} was not painted within {_WAIT:.0f} s")

    def rest(self, most: float = _WAIT) -> None:
        """Read what is painted until nothing is any more, at the most so many seconds."""
        end = time.monotonic() + most
        while time.monotonic() < end and select([self.master], [], [], _QUIET)[0]:
            os.read(self.master, 1 << 16)

    def look_on(self, seconds: float) -> None:
        """Read what is painted for a while."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select([self.master], [], [], left)[0]:
                os.read(self.master, 1 << 16)


@contextmanager
def _terminal(*arguments: str) -> Iterator[Terminal]:
    terminal = Terminal(*arguments)
    try:
        yield terminal
    finally:
        terminal.close()


def typed_beside_a_flood() -> list[float]:
    """Seconds from each key to its echo on the screen, while `yes` runs in another visible pane."""
    times = []
    with _terminal("pane") as terminal:
        terminal.wait_for(b"ready")
        terminal.look_on(1)
        typed = b""
        for number in range(_KEYS):
            key = bytes([ord("A") + number % 26])
            typed = (typed + key)[-26:]
            terminal.press(key)
            times.append(terminal.wait_for(typed))
            terminal.look_on(0.05)
    return times


def typed_into_a_flood() -> list[float]:
    """Seconds from Shift-PageUp to the scrollback on the screen, in the pane in which `yes` runs."""
    times = []
    with _terminal("flooded") as terminal:
        terminal.wait_for(b"never stops")
        terminal.look_on(1)
        for _ in range(_KEYS):
            terminal.press(_BACK)
            times.append(terminal.wait_for(b"lines back"))
            terminal.press(b"a")
            terminal.look_on(0.1)
    return times


def typed_beside_a_flooded_log() -> list[float]:
    """Seconds from Home to the first lines on the screen, in a followed log that gets 50,000 lines a second."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log")
        with open(path, "w") as file:
            file.write("the very first line\n" * 100)
        flood = (
            "import sys, time\n"
            "file, line = open(sys.argv[1], 'a'), 'a line that says how far it is: 41 % of 517 files\\n'\n"
            "begun, sent = time.monotonic(), 0\n"
            "while True:\n"
            "    due = int((time.monotonic() - begun) * 50_000) - sent\n"
            "    file.write(line * due); file.flush(); sent += due; time.sleep(0.01)\n"
        )
        begun = time.monotonic()
        writer = subprocess.Popen((sys.executable, "-c", flood, path))
        try:
            with _terminal("log", path) as terminal:
                terminal.wait_for(b"how far it is")
                terminal.look_on(1)
                for _ in range(_KEYS):
                    terminal.press(_HOME)
                    times.append(terminal.wait_for(b"the very first line"))
                    terminal.press(_END)
                    terminal.wait_for(b"how far it is")
                    terminal.look_on(0.1)
        finally:
            rate = os.path.getsize(path) / 50 / (time.monotonic() - begun)
            writer.kill()
            writer.wait()
    if rate < 45_000:
        raise NotMeasured(f"only {rate:.0f} lines/s were written: this machine cannot measure it")
    return times


def huge_log() -> tuple[float, float]:
    """Seconds to open a log of 1 GiB where it failed and to go to a hundred places of it, and the most MiB that it takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log")
        block = b"".join(b"%06d compiled another file of the project\n" % number for number in range(21_000))
        with open(path, "wb") as file:
            while file.tell() < 1 << 30:
                file.write(block)
            file.write(b"error: it went wrong\n" + b"cleaning up\n" * 100)
        code = (
            "import sys, time, tracemalloc\n"
            "from wzp_tui.logs.failing import failing_lines\n"
            "from wzp_tui.logs.file import LogFile, plain\n"
            "def open_it():\n"
            "    log = LogFile(sys.argv[1])\n"
            "    assert 'went wrong' in plain(log.lines_from(failing_lines(log), 45)[0].text)\n"
            "    for place in range(100):\n"
            "        assert len(log.lines_before(log.size * place // 100 + 4096, 45)) == 45\n"
            "begun = time.monotonic()\n"
            "open_it()\n"
            "took = time.monotonic() - begun\n"
            "tracemalloc.start()\n"
            "open_it()\n"
            "print(took, tracemalloc.get_traced_memory()[1] / (1 << 20))\n"
        )
        answer = subprocess.run((sys.executable, "-c", code, path), check=True, capture_output=True, text=True).stdout
    seconds, mib = map(float, answer.split())
    return seconds, mib


if __name__ == "__main__":
    for row in rows():
        print(f"{row.name:60} {row.value:8.3g} {row.unit:4} budget {row.budget:g}  {'ok' if row.ok else 'TOO MUCH'}", flush=True)
