"""Tasks of a file into the queue, and tasks of the queue into a file."""

import sys
from collections.abc import Mapping

from wzp_tui.clean import clean
from wzp_tui.cli.documents import task_documents
from wzp_tui.cli.matching import matching
from wzp_tui.cli.output import note, print_json, say
from wzp_tui.cli.session import opened
from wzp_tui.controller.importing import import_plan
from wzp_tui.errors import UsageError
from wzp_tui.tasks.taskfile import load_task_file
from wzp_tui.tasks.taskfile.exporting import as_json as json_text
from wzp_tui.tasks.taskfile.exporting import as_toml, exported


def import_tasks(file: str, params: Mapping[str, str], hold: bool, as_json: bool) -> int:
    """Add the tasks of a file, and the lanes that are not there yet."""
    plan = load_task_file(file, params)
    if hold:
        plan = plan._replace(tasks=tuple(each._replace(task=each.task._replace(hold=True)) for each in plan.tasks))
    with opened() as (folder, store):
        ids, series, lanes = import_plan(store, file, plan)
        if as_json:
            print_json({"tasks": task_documents(folder, map(store.task, ids), {}), "series": series})
        else:
            for task in map(store.task, ids):
                say(f"{task.name} {clean(task.title)}")
            for id in series:
                say(f"@{id} {clean(store.one_series(id).task.title)}")
    for name, slots in plan.lanes.items():
        if lanes.get(name, slots) != slots:
            note(f"lane {name} keeps its {lanes[name]} slots; the file says {slots}: `wzp-tui lane set {name} --slots {slots}`")
    return 0


def export_tasks(filter: str, format: str, with_env: bool) -> int:
    """Print the tasks and series that match as a task file; what it leaves out goes to stderr."""
    with opened() as (folder, store):
        found = matching(folder, store, filter)
    if not (found.rows or found.series):
        raise UsageError(f"there is nothing to export: {found.none_found}")
    tasks = (row.task for row in found.rows)
    data, left_out = exported(tasks, found.view.lanes, found.now_ms, series=found.series, with_env=with_env)
    sys.stdout.write(json_text(data) if format == "json" else as_toml(data))
    for words in left_out:
        note(words)
    return 0
