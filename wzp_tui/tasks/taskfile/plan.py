"""A task file that is right: what can be put into a store."""

from typing import NamedTuple

from wzp_tui.tasks.series import NewSeries
from wzp_tui.tasks.task import After, NewTask


class PlannedTask(NamedTuple):
    """A task of the file."""

    name: str
    task: NewTask
    after: tuple[After, ...]
    """What must come to pass first in earlier tasks of the plan, by index in place of an id."""
    series: NewSeries | None = None
    """It comes again."""


class TaskPlan(NamedTuple):
    """A task file that is right."""

    tasks: tuple[PlannedTask, ...]
    """In the order of the file, but each after those it waits for."""
    lanes: dict[str, int]
    """The slots of the lanes that the file defines."""

    @property
    def open_lanes(self) -> list[str]:
        """The lanes that tasks go into and the file does not define."""
        return sorted({each.task.lane for each in self.tasks if each.task.lane} - self.lanes.keys())
