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
    def batch(self) -> list[tuple[NewTask, tuple[After, ...]]]:
        """What is done once, as `Store.add_all` takes it. Nothing waits for what comes again."""
        index = {each.name: at for at, each in enumerate(each for each in self.tasks if each.series is None)}
        names = [each.name for each in self.tasks]
        return [
            (each.task, tuple(wait._replace(task=index[names[wait.task]]) for wait in each.after))
            for each in self.tasks
            if each.series is None
        ]

    @property
    def series(self) -> list[NewSeries]:
        """What comes again."""
        return [each.series for each in self.tasks if each.series is not None]

    @property
    def open_lanes(self) -> list[str]:
        """The lanes that tasks go into and the file does not define."""
        return sorted({each.task.lane for each in self.tasks if each.task.lane} - self.lanes.keys())
