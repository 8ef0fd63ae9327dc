"""The program in a pane that works.

`python -P -E -m wzp_tui.inpane.worker STORE KIND INSTANCE lane NAME SLOT` works through a lane, task after task, in one pane.
`python -P -E -m wzp_tui.inpane.worker STORE KIND INSTANCE task ID` runs one task, and holds the pane where it ended badly.
"""

import gc
import json
import os
import sys
from importlib import import_module

from wzp_tui.clean import clean
from wzp_tui.errors import UsageError, WzpError
from wzp_tui.inpane.lane_worker import LaneWorker
from wzp_tui.inpane.mux import PaneMux
from wzp_tui.inpane.signals import Signals
from wzp_tui.inpane.stop import adopt_orphans
from wzp_tui.inpane.task_worker import TaskWorker
from wzp_tui.inpane.terminal import Terminal, refuse_without_terminal
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Seat
from wzp_tui.store.header import prepare_folder
from wzp_tui.store.lock import FileLock
from wzp_tui.store.process import boot
from wzp_tui.tasks.lane import check_lane_name

SLOT_PATIENCE = 1.0
"""Seconds for which a worker that ends may still hold the slot."""


def _seat(role: str, *rest: str) -> Seat:
    match role, rest:
        case "lane", (lane, slot) if slot.isdecimal():
            return Seat(lane=check_lane_name(lane), slot=int(slot))
        case "task", (task,) if task.isdecimal():
            return Seat(task=int(task))
    raise UsageError("a worker is started by the tower; usage: STORE KIND INSTANCE lane NAME SLOT, or STORE KIND INSTANCE task ID")


def main(argv: list[str]) -> int:
    """Run a worker; see the module."""
    refuse_without_terminal()
    store, kind, instance, *role = argv if len(argv) > 3 else ("", "", "", "")
    seat, mux, folder, pane = _seat(*role), PaneMux(kind, instance), StoreFolder(os.path.abspath(store)), Terminal()
    mux.check()
    prepare_folder(folder)
    boot()
    slot = None
    if seat.lane is not None and seat.slot is not None:
        holder = json.dumps({"pid": os.getpid(), "mux": instance, "tty": pane.name}).encode()
        slot = FileLock.take(folder.slot_lock(seat.lane, seat.slot), content=holder, wait=SLOT_PATIENCE)
        if slot is None:
            pane.say(f"wzp-tui: slot {seat.slot} of lane {seat.lane} has a worker already")
            return 0
    import_module("wzp_tui.store.series")  # what a tick needs is here, too, before anything is claimed
    adopt_orphans()
    with Signals() as signals:
        worker = (LaneWorker if seat.task is None else TaskWorker)(folder, mux, seat, pane, signals)
        gc.freeze()  # what lives as long as we do is never copied by the collector of a fork
        pane.raw()
        try:
            worker.work()
        finally:
            pane.restore()
            worker.close()
            if slot is not None:
                slot.release()
    return 0


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except WzpError as error:
        print(f"wzp-tui: {clean(str(error))}", file=sys.stderr)
        code = error.exit_code
    sys.exit(code)
