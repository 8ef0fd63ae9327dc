"""What was changed here and can be taken back: the fields of tasks, as they were before."""

from typing import Any

from wzp_tui.clean import clean
from wzp_tui.tasks.task import Task
from wzp_tui.tui.words import plural

MOST = 50
"""So many deeds are remembered."""
ASSIGNED = ("lane", "place", "state")
"""What an assignment changes."""


class Deed:
    """One command of the user, for one task or for several."""

    def __init__(self, was: str, *fields: str) -> None:
        self.was = was
        """What the tasks were then: `held`."""
        self.fields = fields
        """What the deed changed; a deed without fields cannot be undone."""
        self.before: list[Task] = []
        """The tasks as they were."""

    @property
    def text(self) -> str:
        """`#3 make test was held`, `3 tasks were held`."""
        if len(self.before) == 1:
            return f"{self.before[0].name} {clean(self.before[0].title, 60)} was {self.was}"
        return f"{plural(len(self.before), 'task')} were {self.was}"

    def old(self, task: Task) -> dict[str, Any]:
        """The fields of a task to put back."""
        return {name: getattr(task, name) for name in self.fields}


class Deeds:
    """The last deeds of this session."""

    def __init__(self) -> None:
        self._deeds: list[Deed] = []

    def remember(self, deed: Deed, before: Task) -> None:
        """The deed was done to this task."""
        if deed not in self._deeds:
            self._deeds = [*self._deeds[1 - MOST :], deed]
        deed.before.append(before)

    def take(self) -> Deed | None:
        """The last one; it is forgotten here."""
        return self._deeds.pop() if self._deeds else None
