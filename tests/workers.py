"""Real workers on real ptys."""

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
import types
from collections.abc import Mapping, Sequence
from pathlib import Path

from wzp_tui.paths import StoreFolder
from wzp_tui.store import NewTask, Run, Store
from wzp_tui.tasks.task import State, Task

from .stores import held_to
from .support import PATIENCE, wait_until


class PtyProcess:
    """A program on a pty of its own, as in a pane. A thread reads what it prints, as a terminal would."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: str | Path = "/",
        rows: int = 24,
        cols: int = 80,
        answers: Mapping[bytes, bytes] = types.MappingProxyType({}),
        slow: float = 0.0,
    ) -> None:
        """`answers` are what the terminal replies to questions, each after `slow` seconds."""
        self.master, self._slave = os.openpty()
        self.tty = os.ttyname(self._slave)
        self.output = b""
        self.resize(rows, cols)
        self._process = subprocess.Popen(
            argv,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            cwd=cwd,
            env=env,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.pid = self._process.pid
        self._reads = threading.Event()
        self._reads.set()
        self._closed = False
        self._answers, self._slow = answers, slow
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._closed:
            if not self._reads.wait(0.05) or not select.select([self.master], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            self.output += data
            for question in re.findall(b"|".join(map(re.escape, self._answers)) or b"(?!)", data):
                time.sleep(self._slow)
                self.type(self._answers[question])

    @property
    def text(self) -> str:
        """All that was printed."""
        return self.output.decode(errors="replace")

    def shows(self, text: str) -> None:
        """Wait until `text` was printed."""

        def there() -> bool:
            assert text in self.text, self.text[-2000:]
            return True

        wait_until(there)

    def type(self, keys: str | bytes) -> None:
        """Press keys."""
        data = keys.encode() if isinstance(keys, str) else keys
        while data:
            data = data[os.write(self.master, data[:1024]) :]

    def resize(self, rows: int, cols: int, width: int = 0, height: int = 0) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, width, height))

    def attributes(self) -> list[object]:
        """The settings of the tty."""
        return termios.tcgetattr(self._slave)

    def stop_reading(self) -> None:
        """Be a terminal that is stuck."""
        self._reads.clear()

    def read_on(self) -> None:
        self._reads.set()

    def hang_up(self) -> None:
        """Take the terminal away, as the end of a mux does."""
        self._closed = True
        self._thread.join()
        for fd in (self.master, self._slave):
            with contextlib.suppress(OSError):
                os.close(fd)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self, timeout: float = PATIENCE) -> int:
        """The exit code; negative, the signal that ended it."""
        return self._process.wait(timeout)

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def close(self) -> None:
        if not self.ended:
            self._process.kill()
            self._process.wait()
        if not self._closed:
            self.hang_up()


class Workers:
    """Starts workers on the store of a test, and ends them with it."""

    def __init__(self, folder: StoreFolder, store: Store, instance: str = "embedded:1:test", kind: str = "embedded") -> None:
        self.folder, self.store, self.kind, self.instance = folder, store, kind, instance
        self.started: list[PtyProcess] = []

    def lane(self, lane: str = "default", slot: int = 1, **pane: object) -> PtyProcess:
        """A lane worker that has its slot."""
        return self.start("lane", lane, str(slot), **pane)

    def task(self, task: int, **pane: object) -> PtyProcess:
        """A task worker."""
        return self.start("task", str(task), **pane)

    def start(self, *seat: str, **pane: object) -> PtyProcess:
        """A worker for this seat, as a tower starts it."""
        return self.program([sys.executable, "-P", "-E", "-m", "wzp_tui.inpane.worker"], *seat, **pane)

    def program(self, argv: Sequence[str], *seat: str, **pane: object) -> PtyProcess:
        """Another program that does what a worker does."""
        worker = PtyProcess([*argv, str(self.folder), self.kind, self.instance, *seat], **pane)  # type: ignore[arg-type]
        self.started.append(worker)
        return worker

    def close(self) -> None:
        for worker in self.started:
            worker.close()


def shell(line: str, **fields: object) -> NewTask:
    """A task that runs a shell line. Its title, which the pane shows, says nothing of what the line prints."""
    fields.setdefault("title", "a shell line")
    return NewTask(argv=("/bin/sh", "-c", line), cwd=str(fields.pop("cwd", "/")), **held_to(fields))


def becomes(store: Store, task: int, *states: State, timeout: float = PATIENCE) -> Task:
    """Wait until the task is in one of these states."""

    def there() -> Task:
        now = store.task(task)
        assert now.state in states, f"{now.name} is {now.state}: {now.reason}"
        return now

    return wait_until(there, timeout)


def last_run(store: Store, task: int) -> Run:
    return store.runs(task)[-1]


def started(store: Store, task: int) -> Run:
    """Wait until the task has a run whose command began."""
    becomes(store, task, State.RUNNING)
    return last_run(store, task)


def log_of(folder: StoreFolder, run: Run) -> bytes:
    with open(folder.log(run.id), "rb") as file:
        return file.read()


def python(script: str, *arguments: object, **fields: object) -> NewTask:
    """A task that runs Python code."""
    fields.setdefault("title", "some Python")
    return NewTask(argv=(sys.executable, "-c", script, *map(str, arguments)), cwd="/", **held_to(fields))


def appears(path: Path) -> str:
    """Wait for a whole line in a file, and return it."""
    return wait_until(lambda: path.exists() and path.read_text().endswith("\n") and path.read_text()).strip()


def lines(path: Path) -> list[str]:
    """The lines of a file that commands write; none while it is missing."""
    return path.read_text().splitlines() if path.exists() else []


def alive(pid: int) -> bool:
    """The process is there, and no zombie."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def cpu_seconds(pid: int) -> float:
    """What the process used so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
