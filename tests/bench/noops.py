"""Many tasks that do nothing: what each one costs."""

import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from tests.bench.rows import NotMeasured, Row, at_most, told
from tests.bench.site import LANE, TOWER, bench, kinds
from tests.support import wait_until
from wzp_tui.store import NewTask
from wzp_tui.tasks.task import State

_TASKS, _SLOTS = 1000, 4


def rows(folder: Path) -> Iterable[Row]:
    """Through four slots, with the start of tower, panes and workers; the tasks are queued before."""
    true = shutil.which("true") or "true"
    begun = time.perf_counter()
    subprocess.run(["xargs", f"-P{_SLOTS}", "-n1", true], input=b"x\n" * _TASKS, check=True)
    bare = time.perf_counter() - begun
    yield told(f"{_TASKS} × true through xargs -P{_SLOTS}", bare, "s")
    for kind in kinds():
        with bench(folder, kind, _SLOTS) as it:
            begun = time.perf_counter()
            it.store.add_all([(NewTask((true,), "/", lane=LANE), ())] * _TASKS)
            yield told(f"{kind}: to queue them, in one transaction", time.perf_counter() - begun, "s")
            begun = time.perf_counter()
            it.start(TOWER)

            def ended() -> bool:
                return not any(task.state in (State.QUEUED, State.RUNNING) for task in it.store.view().tasks)

            wait_until(ended, 120)
            taken = time.perf_counter() - begun
            if any(task.state is not State.DONE for task in it.store.view().tasks):
                raise NotMeasured("not every task was done")
            yield at_most(f"{kind}: through {_SLOTS} slots, beside xargs", taken / bare, "x", 6)
