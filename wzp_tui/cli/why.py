"""`why`: what explains the state of a task."""

import os
import time
from typing import Any

import click

from wzp_tui.clean import clean
from wzp_tui.cli.documents import iso
from wzp_tui.cli.output import paint, print_json, say
from wzp_tui.cli.params import id_argument, json_option
from wzp_tui.cli.session import opened
from wzp_tui.inpane.log import heard_ms
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Run, Task, liveness
from wzp_tui.tasks.parse import duration_words
from wzp_tui.tasks.task import State
from wzp_tui.why import Fact, Seen, around
from wzp_tui.why import why as explain


@click.command()
@id_argument()
@json_option
def why(id: int, as_json: bool) -> int:
    """Why a task is in its state, and what keeps it from being next: facts, each with its source and age."""
    with opened() as (folder, store):
        store.settle()
        task, view, now = store.task(id), store.view(events=0), time.time_ns() // 1_000_000
        run = view.runs.get(id)
        facts = explain(task, run, around(view, task, now), _look(folder, task, run), now)
    if as_json:
        print_json({"why": {"task": id, "state": str(task.state), "facts": list(map(_document, facts))}})
        return 0
    say(f"{task.name} {clean(task.title)}")
    for fact in facts:
        age = "now" if fact.at_ms is None else f"{duration_words(max(0, now - fact.at_ms) / 1000)} ago"
        cure = f"  `wzp-tui {fact.cure}`" if fact.cure else ""
        say(f"  {paint(f'{fact.name:>10}', 'faint')}  {clean(fact.text)}{cure}  {paint(f'{fact.source}, {age}', 'faint')}")
    return 0


def _document(fact: Fact) -> dict[str, Any]:
    fields = fact._asdict()
    at_ms = fields.pop("at_ms")
    return {**fields, "at": None if at_ms is None else iso(at_ms)}


def _look(folder: StoreFolder, task: Task, run: Run | None) -> Seen:
    """What locks and files say."""
    taker = task.state is not State.QUEUED or liveness.has_taker(folder, task.lane)
    if run is None:
        return Seen(taker)
    child = liveness.child_process(folder, run) if run.orphaned else None
    log = folder.log(run.id)
    heard = heard_ms(folder, run) if run.open and task.policy.quiet else None
    worker = liveness.worker_holds(folder, run) if run.open else None
    return Seen(taker, worker, child.pid if child else None, heard, log if os.path.exists(log) else "")
