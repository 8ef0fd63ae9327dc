"""`python -m tests.faults.moments [ACT…]`: kill -9 before every single SQL statement and file operation of an act, one after the other.

After each death the store is whole, the events tell the tables, what was acknowledged is there, and nothing ran twice.
"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.faults import ledger, oracle
from tests.support import wait_until
from tests.workers import PtyProcess
from wzp_tui.paths import StoreFolder
from wzp_tui.store import NewTask, Seat, Worker, open_store
from wzp_tui.store.migrate import open_database, statements
from wzp_tui.tasks.run import ExitRecord
from wzp_tui.tasks.task import After, State

_MORTAL = str(Path(__file__).with_name("mortal.py"))
_ENDED = {State.DONE, State.FAILED, State.CANCELLED, State.SKIPPED, State.LOST}


class Act(NamedTuple):
    """Something that changes a store."""

    prepare: Callable[[StoreFolder, Path], None]
    """Makes the store; the path is a file into which tasks write their names."""
    argv: Sequence[str]
    """The module that is run and its arguments; `STORE` stands for the folder."""
    happened: Callable[[ledger.Ledger], bool]
    """The act is in the store."""
    in_pane: bool = False


def _tasks(folder: StoreFolder, ran: Path) -> None:
    with contextlib.closing(open_store(folder, "test")) as store:
        first = store.add(_task(ran))
        store.add(_task(ran, after=(After(first),)))


def _failed(folder: StoreFolder, ran: Path) -> None:
    _tasks(folder, ran)
    with contextlib.closing(open_store(folder, "test")) as store:
        worker = Worker(1, "m", "", "slot.default.1")
        claim = store.claim(Seat("default", 1), worker, "cafe")
        assert claim is not None
        store.claim(Seat("default", 1), worker, "", ExitRecord("cafe", claim.run.id, claim.task.id, claim.run.started_ms, 1))


def _first_schema(folder: StoreFolder, ran: Path) -> None:
    with contextlib.closing(open_database(folder, schema=1)) as database, database.write() as connection:
        for statement in statements(FIRST_STORE):
            connection.execute(statement)


FIRST_STORE = """
INSERT INTO task (id, title, state, workspace, lane, place, priority, rank_ms, argv, cwd, retries, created_ms, queued_ms, changed_ms)
VALUES (1, 'compile', 'failed', 'web', 'default', 'tab', 1, 5, '["make"]', '/', 2, 1000, 1000, 2000),
       (2, 'test', 'skipped', 'web', 'default', 'tab', 2, 5, '["make", "test"]', '/', 0, 1000, 1000, 2000);
INSERT INTO task_after VALUES (2, 1);
INSERT INTO run (task, attempt, token, lane, slot, mux, tty, worker, fifo, boot, started_ms, ended_ms, exit)
VALUES (1, 1, 'cafe', 'default', 2, 'm', '/dev/pts/1', 10, 'f', 'b', 1000, 2000, 2);
INSERT INTO event (at_ms, actor, kind, task, run, old, new) VALUES (1000, 'cli', 'task.added', 1, NULL, NULL, 'failed'),
       (1000, 'cli', 'task.added', 2, NULL, NULL, 'skipped'), (1000, 'cli', 'run.started', 1, 1, NULL, NULL),
       (2000, 'cli', 'run.ended', 1, 1, NULL, NULL);
"""


def _task(ran: Path, **fields: object) -> NewTask:
    return NewTask(("/bin/sh", "-c", f"echo $WZP_TASK >> '{ran}'"), "/", **fields)  # type: ignore[arg-type]


ACTS = {
    "add": Act(_tasks, ("wzp_tui", "add", "--after", "1", "--lock", "db", "--", "true"), lambda found: 3 in found.tasks),
    "cancel": Act(_tasks, ("wzp_tui", "task", "cancel", "1"), lambda found: found.tasks[1].state == "cancelled"),
    "retry": Act(_failed, ("wzp_tui", "task", "retry", "1"), lambda found: found.tasks[1].state == "queued"),
    "migrate": Act(_first_schema, ("wzp_tui", "task", "list"), lambda found: len(found.tasks) == 2),
    "run": Act(
        _tasks,
        ("wzp_tui.inpane.worker", "STORE", "embedded", "embedded:1:test", "lane", "default", "1"),
        lambda found: all(task.state == "done" for task in found.tasks.values()),
        in_pane=True,
    ),
}
"""`run` is a worker: it claims, starts, takes in the exit and claims the next, in one life."""


def count(name: str, folder: Path) -> int:
    """How many moments an act has."""
    _live(name, 0, folder)
    return int((folder / "count").read_text())


def violations(name: str, moment: int, folder: Path) -> Iterator[str]:
    """What a death before that moment broke, in words."""
    act = ACTS[name]
    acknowledged = _live(name, moment, folder)
    store = StoreFolder(str(folder / "store"))
    if not os.path.exists(store.db):
        yield "the store is gone"
        return
    if acknowledged and not act.happened(ledger.read(store)):
        yield "it was acknowledged and is not there"
    with contextlib.closing(open_store(store, "oracle")) as opened:  # migrates, where that was cut short
        opened.settle()
    found = ledger.read(store, check=True)
    yield from found.damage
    yield from oracle.history(found)
    if act.in_pane:
        yield from _goes_on(store, folder / "ran")


def _goes_on(store: StoreFolder, ran: Path) -> Iterator[str]:
    """The next worker brings all to an end, and nothing runs twice."""
    with contextlib.closing(open_store(store, "oracle")) as opened:

        def over() -> bool:
            opened.settle()
            assert all(task.state in _ENDED for task in opened.view().tasks), opened.view().tasks
            return True

        with _worker((sys.executable, "-P", "-E", "-m", *ACTS["run"].argv), store):
            wait_until(over, 20)
        times = Counter(ran.read_text().split() if ran.exists() else [])
        for task in opened.view().tasks:
            if times[str(task.id)] > 1 or (task.state is State.DONE and not times[str(task.id)]):
                yield f"{task.name} is {task.state} and ran {times[str(task.id)]} times"
    yield from oracle.history(ledger.read(store, check=True))


def _live(name: str, moment: int, folder: Path) -> bool:
    """Let an act live until that moment; `True` when it acknowledged what it did before."""
    act, store = ACTS[name], StoreFolder(str(folder / "store"))
    act.prepare(store, folder / "ran")
    argv = (sys.executable, "-P", _MORTAL, str(moment), str(folder / "count"), str(store), *act.argv)
    if not act.in_pane:
        env = {**os.environ, "WZP_STORE": str(store)}
        died = subprocess.run(_filled(argv, store), cwd="/", env=env, capture_output=True, text=True, timeout=60)
        return died.returncode == 0
    with contextlib.closing(open_store(store, "watch")) as opened, _worker(argv, store) as worker:
        wait_until(lambda: worker.ended or all(task.state in _ENDED for task in opened.view().tasks), 20)
        if not worker.ended:
            worker.signal(signal.SIGTERM)
            worker.wait()
    return False


def _filled(argv: Sequence[str], store: StoreFolder) -> list[str]:
    return [str(store) if word == "STORE" else word for word in argv]


@contextlib.contextmanager
def _worker(argv: Sequence[str], store: StoreFolder) -> Iterator[PtyProcess]:
    with contextlib.closing(PtyProcess(_filled(argv, store))) as pane:
        yield pane


def main() -> int:
    """Every moment of the acts that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.moments", description=__doc__)
    parser.add_argument("acts", nargs="*", metavar="ACT", help=f"of {', '.join(ACTS)}; without one: all")
    asked = parser.parse_args().acts or list(ACTS)
    if unknown := ", ".join(name for name in asked if name not in ACTS):
        parser.error(f"no act {unknown}")
    broken = 0
    for name in asked:
        with tempfile.TemporaryDirectory(prefix="wzp-") as place:
            total = count(name, Path(place))
        for moment in range(1, total + 1):
            folder = Path(tempfile.mkdtemp(prefix="wzp-"))
            found = list(violations(name, moment, folder))
            broken += bool(found)
            for violation in found:
                print(f"{name}, killed before moment {moment} of {total}: {violation}; see {folder}", flush=True)
            if not found:
                shutil.rmtree(folder)
        print(f"{name}: {total} moments", flush=True)
    print(f"{broken} deaths with a broken rule")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
