"""The tasks of a file, put into a store."""

from typing import NamedTuple

from wzp_tui.clean import clean
from wzp_tui.errors import UsageError
from wzp_tui.store import Store
from wzp_tui.tasks.lane import DEFAULT
from wzp_tui.tasks.taskfile import TaskPlan


class Imported(NamedTuple):
    """What was added."""

    tasks: list[int]
    series: list[int]
    lanes: dict[str, int]
    """The slots of the lanes that were there before."""


def import_plan(store: Store, file: str, plan: TaskPlan) -> Imported:
    """Add the tasks of a file, and the lanes that are not there yet. Raises `UsageError` for a lane that nothing makes."""
    lanes = {lane.name: lane.slots for lane in store.lanes()}
    missing = [name for name in plan.open_lanes if name not in lanes and name != DEFAULT]
    if missing:
        raise UsageError(f"{clean(file)}: there is no lane {', '.join(missing)}; write [lanes.{missing[0]}] with `slots` into the file")
    return Imported(store.add_all(plan.batch, plan.lanes), [store.add_series(each) for each in plan.series], lanes)
