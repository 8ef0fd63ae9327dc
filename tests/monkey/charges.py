"""The tasks under the monkey's hand. Some are witnesses: they never end by themselves, and note all that is done to them."""

import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wzp_tui.tasks.task import After, NewTask, shell_line

_WITNESS = """\
import os, signal, sys, time, tty
journal = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
screen = sys.argv[2]
def note(what):
    os.write(journal, f"{os.environ['WZP_TASK']} {os.environ['WZP_RUN']} {time.time():.3f} {what}\\n".encode())
for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
    signal.signal(number, lambda number, frame: note(f"signal {signal.Signals(number).name}"))
tty.setraw(0)
note(f"begin {os.getpid()}:{open('/proc/self/stat').read().rpartition(')')[2].split()[19]}")
os.write(1, screen.encode().decode("unicode_escape").encode("latin-1"))
while True:
    try:
        data = os.read(0, 65536)
    except OSError:
        data = b""
    if data:
        note(f"input {len(data)}")
        os.write(1, b"%d bytes \\xe6\\x97\\xa5\\r\\n" % len(data))
    else:
        signal.pause()
"""
SCREENS = (
    "watching\\r\\n",
    "\\x1b[?1049h\\x1b[?1003h\\x1b[?1006h\\x1b[?2004h\\x1b[?1004h\\x1b[2J\\x1b[5;5Hfull screen",  # as an editor that wants everything
)
LINES = (
    "true",
    "exit 3",
    "while :; do read again || exit; done",
    "echo hi; exit 1",
    "i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done",
    "i=0; while [ $i -lt 3000 ]; do printf '\\033[3%dm日本語 error: %d\\033[0m\\n' $((i%8)) $i; i=$((i+1)); done; exit 1",
    "printf '\\033]0;a \\033[31mtitle\\a\\033[?1049h\\033[2J\\033[9;9Hthere\\a'; read again; printf '\\033[?1049l'",
    "printf '%0500d\\r\\tx\\n' 7; exit 250",
)
"""Short ones. They find no program: PATH is empty where the monkey is."""


class Noted(NamedTuple):
    """A line of the journal."""

    task: int
    run: int
    at: float
    what: str
    detail: str


class Charges:
    """Makes tasks, and reads what the witnesses noted."""

    def __init__(self, folder: Path) -> None:
        self._program, self._journal = folder / "witness.py", folder / "journal"
        self._program.write_text(_WITNESS)
        self._journal.touch()

    def witness(self, number: int, lane: str | None = None) -> NewTask:
        """One that never ends; in a pane of its own without a lane."""
        argv = (sys.executable, "-S", "-E", str(self._program), str(self._journal), SCREENS[number % len(SCREENS)])
        return NewTask(argv, "/", title=f"witness {number}", lane=lane)

    def short(self, after: Sequence[int] = ()) -> list[NewTask]:
        """Such as come to an end; the last one waits for others."""
        made = [NewTask(shell_line(line), "/") for line in LINES]
        return [*made, NewTask(shell_line("echo then"), "/", after=[After(id) for id in after], hold=not after)]

    def noted(self) -> dict[int, list[Noted]]:
        """What the witnesses noted, by run."""
        found = defaultdict(list)
        for line in self._journal.read_text().splitlines():
            task, run, at, what, detail = line.split(" ", 4)
            found[int(run)].append(Noted(int(task), int(run), float(at), what, detail))
        return found
