"""Which workspace the list shows: that of a line of the sidebar, or the n-th by its key."""

from functools import partialmethod
from typing import Any

from textual.screen import Screen

from wzp_tui.tui.widgets.task_list import TaskList


class Workspaces(Screen[None]):
    """Choosing a workspace filters the list; what WezTerm shows stays."""

    snapshot: Any
    workspace: Any
    tasks: TaskList

    def choose_workspace(self, name: str) -> None:
        """List this workspace; where it is listed already, all of them."""
        self.workspace = None if name == self.workspace else name
        self.tasks.focus()

    def _choose_nth(self, number: int) -> None:
        if self.snapshot is not None and number <= len(self.snapshot.workspaces):
            self.choose_workspace(self.snapshot.workspaces[number - 1])

    action_workspace_1 = partialmethod(_choose_nth, 1)
    action_workspace_2 = partialmethod(_choose_nth, 2)
    action_workspace_3 = partialmethod(_choose_nth, 3)
    action_workspace_4 = partialmethod(_choose_nth, 4)
    action_workspace_5 = partialmethod(_choose_nth, 5)
    action_workspace_6 = partialmethod(_choose_nth, 6)
    action_workspace_7 = partialmethod(_choose_nth, 7)
    action_workspace_8 = partialmethod(_choose_nth, 8)
    action_workspace_9 = partialmethod(_choose_nth, 9)
