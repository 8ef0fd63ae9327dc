"""One trial: tasks run, a fault strikes at random moments, and the oracle judges."""

import os
import random
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.faults import ledger, oracle
from tests.faults.package import Package
from tests.faults.site import SLOTS, Site
from tests.faults.strikes import FAULTS, Fault
from tests.support import wait_until
from wzp_tui.tasks.task import OPEN

PATIENCE = 90.0
"""Seconds after the last strike in which every task must have come to an end."""


class Result(NamedTuple):
    """What a trial showed."""

    fault: str
    kind: str
    strikes: int
    states: Counter[str]
    orphaned: int
    seconds: float
    violations: tuple[str, ...]


def run(name: str, kind: str, folder: Path, *, seed: int, tasks: int = 50, moments: int = 20, longest: float | None = None) -> Result:
    """Let `tasks` tasks of up to `longest` seconds run, strike at `moments` random moments, wait for the end, and judge."""
    fault, chance, began = FAULTS[name], random.Random(seed), time.monotonic()
    longest = longest or fault.longest
    folder.mkdir(parents=True)
    package = Package(folder) if fault.needs_package else None
    with Site(folder, kind, chance, package) as site:
        site.add(tasks, longest)
        watch = Watch(site)
        strikes = _strike(watch, fault, moments, pause=0.7 * longest * tasks / 2 / SLOTS / moments)
        violations = _wait_for_the_end(watch)
        site.end_tower()
        violations += _close(site)
        violations += [*site.broken, *_judge(site, fault)]
        found = ledger.read(site.folder)
        orphaned = sum(event.kind == "run.orphaned" for event in found.events)
        states = Counter(row.state for row in found.tasks.values())
    return Result(name, kind, strikes, states, orphaned, time.monotonic() - began, tuple(violations))


class Watch:
    """Looks at the store while the trial goes on."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.lies: set[str] = set()
        self._proven: set[int] = set()

    def open_tasks(self) -> list[int]:
        """The tasks that have not come to an end. A run that is called ended must not have a process."""
        found = ledger.read(self.site.folder)
        ended = {run.id for run in found.runs if not run.open and self.site.work[run.task].kind != "daemon"} - self._proven
        if ended:
            left = self.site.runs_left()
            self.lies |= {f"run {run} is called ended, and process {left[run]} runs on" for run in ended & left.keys()}
            self._proven |= ended
        return [id for id, row in found.tasks.items() if row.state in OPEN]


def _strike(watch: Watch, fault: Fault, moments: int, pause: float) -> int:
    """Strike while tasks are there; how often it was."""
    for count in range(moments):
        time.sleep(watch.site.chance.uniform(0, 2 * pause) if count else pause)
        if not watch.open_tasks():
            return count
        fault.strike(watch.site)
    return moments


def _wait_for_the_end(watch: Watch) -> list[str]:
    def have_ended() -> bool:
        watch.site.tend_shells()
        return not watch.open_tasks()

    try:
        wait_until(have_ended, PATIENCE)
    except AssertionError:
        return [f"not ended within {PATIENCE:.0f} s: {', '.join(f'#{id}' for id in watch.open_tasks())}"]
    return sorted(watch.lies)


def _close(site: Site) -> list[str]:
    """Close all panes; idle workers must go, and no process of a task may be there."""
    site.close_panes()
    try:
        wait_until(lambda: not site.workers() and not site.runs_left(), 10)
    except AssertionError:
        return [f"after all panes were closed there are workers {site.workers()} and processes of runs {site.runs_left()}"]
    return []


def _judge(site: Site, fault: Fault) -> list[str]:
    _sweep(site)
    found = ledger.read(site.folder, check=True)
    return [
        *oracle.once(found, site.work, site.commands.traces(), site.closed, may_lose=fault.may_lose),
        *oracle.history(found),
        *oracle.logs(found, site.folder, site.closed),
        *oracle.leftovers(found, site.folder),
    ]


def _sweep(site: Site) -> None:
    """Let a store find what was left as if an hour had gone by."""
    for folder in (site.folder.locks, site.folder.wake, site.folder.spool):
        for entry in os.scandir(folder):
            os.utime(entry.path, (0, 0))
    site.ask("store.settle(); store.set_lane('work', 1)")
