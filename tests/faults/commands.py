"""What the tasks of a fault run do: each leaves a line in the journal, and one on its terminal, when it begins and when it ends."""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wzp_tui.store import NewTask

# One `echo >>` is one write to a file opened with O_APPEND: lines of many processes never mix.
_SCRIPT = """\
say() { echo "$1 $WZP_TASK" >> "${0%/*}/journal"; echo "$1"; }
kind=$1 seconds=$2 code=$3
case $kind in
deaf | shut) trap '' HUP TERM ;;
daemon) setsid sleep 1 & ;;
esac
say begin
sleep "$seconds"
say end
exit "$code"
"""
OUTPUT = b"begin\r\nend\r\n"
"""What is in the log of a command that came to its end."""
OUTPUT_AND_ECHO = b"begin\r\n\r\nend\r\n"
"""The same where its pane was closed a moment before: WezTerm types an empty line and Ctrl-D into a pane that it closes."""
KINDS = ("plain", "plain", "deaf", "away", "shut", "daemon")
"""Plain ones, and such that ignore HUP and TERM, leave the session, close every descriptor, leave a process behind."""


class Work(NamedTuple):
    """What a task was asked to do, and what it must answer."""

    kind: str
    exit: int


class Traces(NamedTuple):
    """What the commands themselves say, by task id."""

    begun: Counter[int]
    ended: Counter[int]


class Commands:
    """Makes tasks that leave traces in a folder."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._chance = chance
        self._script = folder / "work.sh"
        self._journal = folder / "journal"
        self._script.write_text(_SCRIPT)
        self._journal.touch()

    def make(self, lane: str, longest: float) -> Iterator[tuple[Work, NewTask]]:
        """Tasks without end, each of them up to `longest` seconds."""
        while True:
            kind = self._chance.choice(KINDS)
            code = self._chance.choice([0, 0, 0, 1, 7])
            line = [str(self._script), kind, f"{self._chance.uniform(0, longest):.3f}", str(code)]
            yield Work(kind, code), NewTask((*_wrapper(kind), *line), "/", title=kind, lane=lane)

    def traces(self) -> Traces:
        """Count what is in the journal."""
        begun: Counter[int] = Counter()
        ended: Counter[int] = Counter()
        for line in self._journal.read_text().splitlines():
            what, task = line.split()
            (begun if what == "begin" else ended)[int(task)] += 1
        return Traces(begun, ended)


def _wrapper(kind: str) -> tuple[str, ...]:
    match kind:
        case "away":  # into a session of its own, with its parent waiting
            return (_program("setsid"), "-w", _program("sh"))
        case "shut":  # as sudo does: every descriptor is closed, also what was inherited on purpose
            return (_program("bash"), "-c", 'for fd in {3..300}; do eval "exec $fd>&-"; done; exec sh "$0" "$@"')
    return (_program("sh"),)


def _program(name: str) -> str:
    return shutil.which(name) or name
