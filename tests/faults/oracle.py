"""What must hold after a fault. Each rule returns what breaks it, in words."""

import errno
import os
from collections import Counter
from collections.abc import Iterator, Mapping

from tests.faults.commands import OUTPUT, OUTPUT_AND_ECHO, Traces, Work
from tests.faults.ledger import Ledger
from wzp_tui.paths import StoreFolder
from wzp_tui.store.lock import is_held
from wzp_tui.tasks.task import LIVE, TRANSITIONS, State


def once(ledger: Ledger, work: Mapping[int, Work], traces: Traces, closed: set[int], *, may_lose: bool) -> Iterator[str]:
    """Every acknowledged task ran exactly once and is called so, or is honestly `lost`. `closed`: the workers whose pane was closed."""
    last = {run.task: run for run in ledger.runs}
    for id, asked in work.items():
        if id not in ledger.tasks:
            yield f"#{id} was acknowledged and is not there"
            continue
        state, reason = ledger.tasks[id]
        begun, ended, run = traces.begun[id], traces.ended[id], last.get(id)
        told = f"#{id} ({asked.kind}) is {state}{f' ({reason})' if reason else ''}, began {begun} and ended {ended} times"
        if begun > 1 or ended > begun:
            yield f"{told}: it ran more than once"
        if state in ("done", "failed"):
            if (begun, ended) != (1, 1) or run is None or run.exit != asked.exit or (state == "done") != (asked.exit == 0):
                yield f"{told}: it should have exited with {asked.exit}, recorded is {run.exit if run else None}"
        elif state == "cancelled":
            if run is None or run.worker not in closed or reason != "pane closed":
                yield f"{told}: nobody asked for that"
        elif state != "lost" or not may_lose:
            yield f"{told}: that is no end"


def history(ledger: Ledger) -> Iterator[str]:
    """The events, added up, are the tables; every step was legal; every run has one beginning and one end."""
    states: dict[int | None, str | None] = {}
    begun: Counter[int | None] = Counter()
    ended: dict[int | None, list[str]] = {}
    for event in ledger.events:
        match event.kind:
            case "task.added":
                states[event.task] = event.new
            case "task.state":
                if states.get(event.task) != event.old:
                    yield f"#{event.task} went from {event.old} to {event.new} when it was {states.get(event.task)}"
                if State(str(event.new)) not in TRANSITIONS[State(str(event.old))]:
                    yield f"#{event.task} went from {event.old} to {event.new}: that is no way"
                states[event.task] = event.new
            case "run.started":
                begun[event.run] += 1
            case "run.ended" | "run.lost" | "run.void":
                ended.setdefault(event.run, []).append(event.kind)
    for id, (state, _) in ledger.tasks.items():
        if states.get(id) != state:
            yield f"#{id} is {state}, its events say {states.get(id)}"
    open_runs = Counter(run.task for run in ledger.runs if run.open)
    for id, (state, _) in ledger.tasks.items():
        if open_runs[id] != (state in LIVE):
            yield f"#{id} is {state} with {open_runs[id]} open runs"
    for run in ledger.runs:
        if begun[run.id] != 1 or len(ended.get(run.id, [])) != (not run.open):
            yield f"run {run.id} of #{run.task} began {begun[run.id]} times and ended {ended.get(run.id, [])}"


def exclusion(ledger: Ledger) -> Iterator[str]:
    """No lock was ever had by two tasks at once."""
    holders: dict[str, int | None] = {}
    for event in ledger.events:
        for name in ledger.locks.get(event.task or 0, ()):
            if event.kind == "run.started":
                if name in holders:
                    yield f"#{event.task} began while #{holders[name]} had the lock {name}"
                holders[name] = event.task
            elif event.kind in ("run.ended", "run.lost", "run.void"):
                holders.pop(name, None)


def logs(ledger: Ledger, folder: StoreFolder, closed: set[int]) -> Iterator[str]:
    """Every line of every run that came to its end is in its log. `closed`: the workers whose pane was closed."""
    for run in ledger.runs:
        if not run.open and ledger.tasks[run.task].state in ("done", "failed") and run.exit is not None:
            try:
                with open(folder.log(run.id), "rb") as file:
                    written = file.read()
            except FileNotFoundError:
                written = b""
            if written != OUTPUT and not (run.worker in closed and written == OUTPUT_AND_ECHO):
                yield f"the log of #{run.task} holds {written!r}"


def leftovers(ledger: Ledger, folder: StoreFolder) -> Iterator[str]:
    """Once everybody has ended and the sweep was made: no record waits, no lock file is unheld, no FIFO is without its owner."""
    yield from ledger.damage
    for name in os.listdir(folder.spool):
        yield f"spool/{name} was left"
    for name in os.listdir(folder.locks):
        if not name.startswith("slot.") and not is_held(os.path.join(folder.locks, name)):
            yield f"locks/{name} was left"
    for name in os.listdir(folder.wake):
        if not name.startswith("slot.") and not _has_reader(os.path.join(folder.wake, name)):
            yield f"wake/{name} was left"


def _has_reader(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:
        if error.errno == errno.ENXIO:
            return False
        raise
    return True
