"""Which slots have a worker, and in which pane: told by the slots' locks."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from wzp_tui.paths import StoreFolder
from wzp_tui.store import View
from wzp_tui.store.lock import is_held, read_holder


class Holder(NamedTuple):
    """The worker in a slot, as its lock file names it."""

    mux: str
    tty: str


Holders = Mapping[tuple[str, int], Holder]
"""The workers that hold a slot now, by lane and slot."""


def slot_holders(folder: StoreFolder, view: View) -> Holders:
    """The workers that hold a slot now."""
    found = {}
    for lane in view.lanes:
        above = {run.slot for run in view.runs.values() if run.open and run.lane == lane.name and run.slot}
        for slot in {*range(1, lane.slots + 1), *above}:
            path = folder.slot_lock(lane.name, slot)
            if is_held(path):
                try:
                    fields = json.loads(read_holder(path))
                    found[lane.name, slot] = Holder(fields["mux"], fields["tty"])
                except (ValueError, KeyError, TypeError):
                    found[lane.name, slot] = Holder("", "")
    return found
