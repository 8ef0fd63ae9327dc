"""`why`: what explains the state of a task."""

import time

import click

from wzp_tui.clean import clean
from wzp_tui.cli.documents import iso
from wzp_tui.cli.output import paint, print_json, say
from wzp_tui.cli.params import id_argument, json_option
from wzp_tui.cli.session import opened
from wzp_tui.tasks.parse import duration_words
from wzp_tui.why import why as explain


@click.command()
@id_argument()
@json_option
def why(id: int, as_json: bool) -> int:
    """Why a task is in its state: facts, each with its source and age."""
    with opened() as (folder, store):
        store.settle()
        task = store.task(id)
        now = time.time_ns() // 1_000_000
        facts = explain(store.view(events=0), task, folder, now)
    if as_json:
        documents = [{"text": fact.text, "source": fact.source, "at": None if fact.at_ms is None else iso(fact.at_ms)} for fact in facts]
        print_json({"why": {"task": id, "state": str(task.state), "facts": documents}})
        return 0
    say(f"{task.name} {clean(task.title)}")
    for fact in facts:
        age = "now" if fact.at_ms is None else f"{duration_words(max(0, now - fact.at_ms) / 1000)} ago"
        say(f"  {clean(fact.text)}  {paint(f'{fact.source}, {age}', 'faint')}")
    return 0
