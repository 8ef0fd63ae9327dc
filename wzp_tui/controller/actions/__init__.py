"""What can be done, one file a noun: each asks the store or the mux, and nothing is shown that does not come back in a Snapshot."""

from wzp_tui.controller.actions.lanes import LaneActions
from wzp_tui.controller.actions.panes import PaneActions
from wzp_tui.controller.actions.series import SeriesActions
from wzp_tui.controller.actions.tasks import TaskActions

__all__ = ["LaneActions", "PaneActions", "SeriesActions", "TaskActions"]
