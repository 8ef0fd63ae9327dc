"""`python -m tests.faults.crowd [TASKS [PROCESSES]]`: many processes add, claim, end, cancel and edit tasks of one store at once.

Each keeps a journal of what was acknowledged to it; at the end the journals, added up, are the store.
"""

import argparse
import contextlib
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.faults import ledger, oracle
from wzp_tui.errors import NotFound, TransitionError, UsageError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import NewTask, Seat, Store, Worker, open_store
from wzp_tui.store.events import now_ms
from wzp_tui.tasks.run import ExitRecord
from wzp_tui.tasks.task import After, Priority


class Journal(NamedTuple):
    """What one process was told."""

    added: list[int]
    begun: list[int]
    ended: list[int]
    cancelled: list[int]
    edited: int
    refused: int
    """By a rule: the task had moved on."""


def crowd(folder: StoreFolder, tasks: int, processes: int = 8, seed: int = 0) -> list[Journal]:
    """Let them loose, each to add its share and to claim and end as many. An error that is no refusal is raised here."""
    with contextlib.closing(open_store(folder, "test")) as store:
        store.set_lane("default", processes)
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(processes) as pool:
        return pool.starmap(_one, [(str(folder), slot, tasks // processes, seed + slot) for slot in range(1, processes + 1)])


def violations(folder: StoreFolder, journals: list[Journal]) -> list[str]:
    """Where journals and store differ."""
    found, wrong = ledger.read(folder, check=True), list[str]()
    added = sorted(id for journal in journals for id in journal.added)
    if added != sorted(found.tasks) or len(set(added)) != len(added):
        wrong.append(f"{len(added)} tasks were acknowledged, {len(found.tasks)} are there")
    begun = Counter(run for journal in journals for run in journal.begun)
    if sorted(begun.elements()) != [run.id for run in found.runs]:
        wrong.append(f"{begun.total()} runs were begun, {len(found.runs)} are there")
    ended = {run for journal in journals for run in journal.ended}
    if ended != {run.id for run in found.runs if not run.open}:
        wrong.append("other runs have ended than were acknowledged")
    cancelled = {id for journal in journals for id in journal.cancelled}
    if cancelled != {id for id, task in found.tasks.items() if task.state == "cancelled"}:
        wrong.append("other tasks are cancelled than were acknowledged")
    edits = sum(entry.kind == "task.edited" for entry in found.events)
    if edits != sum(journal.edited for journal in journals):
        wrong.append(f"{edits} edits are in the history, {sum(journal.edited for journal in journals)} were acknowledged")
    return [*wrong, *found.damage, *oracle.history(found), *oracle.exclusion(found)]


def _one(folder: str, slot: int, share: int, seed: int) -> Journal:
    dice, mine = random.Random(seed), Journal([], [], [], [], 0, 0)
    edited = refused = 0
    running: ExitRecord | None = None
    with contextlib.closing(open_store(folder, f"process:{slot}")) as store:
        while len(mine.added) < share or len(mine.ended) < share // 2:
            try:
                match dice.choice(("add", "add", "run", "run", "run", "cancel", "edit")):
                    case "add" if len(mine.added) < share:
                        mine.added.append(store.add(_task(dice, mine.added)))
                    case "run":
                        running = _run(store, slot, running, mine, dice)
                    case "cancel" if mine.added and dice.random() < 0.4:
                        id = dice.choice(mine.added[-3:])
                        if store.cancel(id) == "cancelled":
                            mine.cancelled.append(id)
                    case "edit" if mine.added:
                        store.edit(dice.choice(mine.added[-3:]), priority=dice.choice(list(Priority)), title=f"edited by {slot}")
                        edited += 1
            except (TransitionError, NotFound, UsageError):
                refused += 1
        if running is not None:
            store.claim(Seat("default", slot), _worker(slot), "", running)
            mine.ended.append(running.run)
    return mine._replace(edited=edited, refused=refused)


def _task(dice: random.Random, earlier: list[int]) -> NewTask:
    after = (After(dice.choice(earlier[-20:])),) if earlier and dice.random() < 0.1 else ()
    locks = (f"lock{dice.randrange(6)}",) if dice.random() < 0.4 else ()
    return NewTask(("true",), "/", priority=dice.choice(list(Priority)), after=after, locks=locks)


def _run(store: Store, slot: int, running: ExitRecord | None, mine: Journal, dice: random.Random) -> ExitRecord | None:
    token = f"{slot:08x}{len(mine.begun):08x}"
    claim = store.claim(Seat("default", slot), _worker(slot), token, running)
    if running is not None:
        mine.ended.append(running.run)
    if claim is None:
        return None
    mine.begun.append(claim.run.id)
    return ExitRecord(token, claim.run.id, claim.task.id, now_ms(), dice.choice([0, 0, 0, 1]))


def _worker(slot: int) -> Worker:
    return Worker(slot, "m", f"/dev/pts/{slot}", f"slot.default.{slot}")


def main() -> int:
    """The whole crowd."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.crowd", description=__doc__)
    parser.add_argument("tasks", nargs="?", type=int, default=10_000, help="how many are added (10000)")
    parser.add_argument("processes", nargs="?", type=int, default=8, help="that do so at once (8)")
    asked = parser.parse_args()
    tasks, processes = asked.tasks, asked.processes
    folder = StoreFolder(str(Path(tempfile.mkdtemp(prefix="wzp-")) / "store"))
    begun = time.monotonic()
    journals = crowd(folder, tasks, processes)
    told = {name: sum(len(getattr(journal, name)) for journal in journals) for name in ("added", "begun", "ended", "cancelled")}
    told |= {name: sum(getattr(journal, name) for journal in journals) for name in ("edited", "refused")}
    print(json.dumps(told), f"in {time.monotonic() - begun:.0f} s")
    wrong = violations(folder, journals)
    print(*wrong[:20], f"{len(wrong)} differences between what was acknowledged and {folder}", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
