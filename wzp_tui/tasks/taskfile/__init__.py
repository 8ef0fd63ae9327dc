"""Task files: TOML, checked whole at the door.

::

    [lanes.build]
    slots = 4
    [[task]]
    name = "test"
    run = "make test"        # a shell line; or argv = ["make", "test"]
    after = ["compile"]
    lane = "build"
"""

from wzp_tui.tasks.taskfile.loading import load_task_file, parameters_of
from wzp_tui.tasks.taskfile.parameters import Parameter
from wzp_tui.tasks.taskfile.plan import PlannedTask, TaskPlan

__all__ = ["Parameter", "PlannedTask", "TaskPlan", "load_task_file", "parameters_of"]
