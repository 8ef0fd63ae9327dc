"""`logs`: lines of all recorded logs."""

import sys
import time
from collections.abc import Iterator
from typing import Any

import click

from wzp_tui.cli.documents import iso
from wzp_tui.cli.output import note, paint, print_json, say
from wzp_tui.cli.params import Duration, TaskId, json_option
from wzp_tui.cli.session import opened
from wzp_tui.logs.level import Level, wanted
from wzp_tui.logs.scan import check_pattern, compiled
from wzp_tui.logs.scan_all import Hit, LogHits, scan_all
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Run

_ROLES = {Level.ERROR: "failed", Level.WARNING: "needs"}


@click.command()
@click.option("--task", "tasks", multiple=True, type=TaskId(), metavar="ID", help="Only of this task. Repeatable.")
@click.option("--level", type=click.Choice([str(level) for level in Level]), help="Only lines whose text is of this level, or worse.")
@click.option("--since", type=Duration(), metavar="TIME", help="Only of runs that ran within this time: lines bear no time.")
@click.option("--grep", metavar="RE", help="Only lines with this regular expression; capitals count where it has some.")
@click.option(
    "-n", "--most", type=click.IntRange(1, 1_000_000), default=1000, show_default=True, metavar="N", help="The last N lines of each log."
)
@json_option
def logs(tasks: tuple[int, ...], level: str | None, since: float | None, grep: str | None, most: int, as_json: bool) -> int:
    """Lines of the logs of all runs, the newest run first.

    Without --level and --grep: every line that warns or tells of an error.
    """
    check_pattern(grep or "")
    with opened() as (folder, store):
        store.settle()
        for task in tasks:
            store.task(task)  # NotFound, where it is not there
        since_ms = time.time_ns() // 1_000_000 - int(since * 1000) if since else 0
        runs = store.recent_runs(tasks, since_ms=since_ms, limit=-1)
    sought = wanted(compiled(grep) if grep else None, Level(level) if level else None)
    found = scan_all((folder.log(run.id) for run in runs), sought, most, sys.maxsize)
    if as_json:
        all_found = list(found)
        lines = [_document(folder, runs[each.log], hit) for each in all_found for hit in each.hits]
        print_json({"lines": lines, "count": sum(each.total for each in all_found), "logs": len(runs)})
    elif not _print(found, runs):
        note(f"no line in {len(runs)} log{'' if len(runs) == 1 else 's'}" if runs else "nothing has run yet that fits")
    return 0


def _print(found: Iterator[LogHits], runs: tuple[Run, ...]) -> bool:
    printed = False
    for each in found:
        run = runs[each.log]
        began = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(run.started_ms / 1000))
        head = paint(f"{began}  {_name(run)}  ", "faint")
        for hit in each.hits:
            say(head + paint(hit.text, _ROLES[Level(hit.level)] if hit.level else ""))
            printed = True
        if each.total > len(each.hits):
            note(f"{_name(run)}: {each.total - len(each.hits)} more before these; --most shows them")
        sys.stdout.flush()
    return printed


def _name(run: Run) -> str:
    return f"#{run.task}" if run.attempt == 1 else f"#{run.task} attempt {run.attempt}"


def _document(folder: StoreFolder, run: Run, hit: Hit) -> dict[str, Any]:
    return {
        "task": run.task,
        "run": run.id,
        "attempt": run.attempt,
        "started": iso(run.started_ms),
        "ended": None if run.ended_ms is None else iso(run.ended_ms),
        "log": folder.log(run.id),
        "offset": hit.offset,
        "level": hit.level or None,
        "text": hit.text,
    }
