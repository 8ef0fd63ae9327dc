"""Tasks of all time as a table, page by page."""

import time
from collections.abc import Iterator

from wzp_tui.cli.documents import task_document
from wzp_tui.cli.listing import print_rows
from wzp_tui.cli.output import note, print_json
from wzp_tui.cli.session import opened
from wzp_tui.controller.filter import parse
from wzp_tui.controller.snapshot import MuxState, TaskRow
from wzp_tui.controller.snapshot.join import Join
from wzp_tui.store import Run, Store, Task, View

PAGE = 50


def list_archived(filter: str, limit: int, before: int | None, as_json: bool) -> int:
    """The archived tasks that match a filter, the newest first."""
    return print_history("", True, filter, limit, before, as_json)


def print_history(text: str, archived: bool | None, filter: str, limit: int, before: int | None, as_json: bool) -> int:
    """Print the tasks with all words of a text that match a filter, and say whether there are more."""
    now = time.time_ns() // 1_000_000
    match = parse(filter).at(now)
    rows: list[TaskRow] = []
    more = False
    with opened() as (folder, store):
        for row in _rows(store, text, archived, before, now):
            if match is None or match(row):
                if len(rows) == limit:
                    more = True
                    break
                rows.append(row)
    if as_json:
        print_json({"tasks": [task_document(folder, row.task, row.run) for row in rows], "more": more})
    else:
        print_rows(rows, now, "nothing was found")
        if more:
            note(f"there are more; --before {rows[-1].task.id} shows the next ones")
    return 0


def _rows(store: Store, text: str, archived: bool | None, before: int | None, now: int) -> Iterator[TaskRow]:
    """Page by page, so that what is not looked at is not read."""
    while found := store.history(text, archived=archived, before=before, limit=PAGE):
        known = {row.task.id: row for row in _joined([*found], store, now)}
        yield from (known[task.id] for task, _ in found)
        before = found[-1][0].id


def _joined(found: list[tuple[Task, Run | None]], store: Store, now: int) -> tuple[TaskRow, ...]:
    view = View(tuple(task for task, _ in found), {task.id: run for task, run in found if run is not None}, store.lanes(), ())
    mux = MuxState("none", True, now)
    return Join().snapshot(view, (), {}, mux, own_pane=None, opens_panes=False, trouble="", now_ms=now).tasks
