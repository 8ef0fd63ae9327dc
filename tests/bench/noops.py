"""Many tasks that do nothing: what each one costs."""

import shutil
import statistics
import subprocess
import time
from collections.abc import Iterable

from tests.bench.rows import NotMeasured, Row, at_most, told
from tests.bench.site import LANE, bench, kinds
from tests.support import wait_until
from wzp_tui.store import NewTask
from wzp_tui.tasks.task import State

TASKS, SLOTS, _ROUNDS = 1000, 4, 3
TRUE = shutil.which("true") or "true"


def rows() -> Iterable[Row]:
    """Through four slots, with the start of tower, panes and workers; the tasks are queued before."""
    bare = []
    taken: dict[str, list[float]] = {kind: [] for kind in kinds()}
    for _ in range(_ROUNDS):
        bare.append(through_xargs())
        for kind, seconds in taken.items():
            seconds.append(through_slots(kind))
    yield told(f"{TASKS} × true through xargs -P{SLOTS}, median", statistics.median(bare), "s")
    for kind, seconds in taken.items():
        ratio = statistics.median(ours / theirs for ours, theirs in zip(seconds, bare, strict=True))
        yield at_most(f"{kind}: through {SLOTS} slots, beside xargs, median", ratio, "x", 6)


def through_xargs() -> float:
    """Seconds that the tasks take there."""
    begun = time.perf_counter()
    subprocess.run(["xargs", f"-P{SLOTS}", "-n1", TRUE], input=b"x\n" * TASKS, check=True)
    return time.perf_counter() - begun


def through_slots(kind: str) -> float:
    """Seconds that the tasks take in a lane, from the start of the tower on."""
    with bench(kind, SLOTS) as it:
        it.store.add_all([(NewTask((TRUE,), "/", lane=LANE), ())] * TASKS)
        begun = time.perf_counter()
        it.start_tower()
        wait_until(lambda: not any(task.state in (State.QUEUED, State.RUNNING) for task in it.store.view().tasks), 120)
        taken = time.perf_counter() - begun
        if any(task.state is not State.DONE for task in it.store.view().tasks):
            raise NotMeasured("not every task was done")
        return taken
