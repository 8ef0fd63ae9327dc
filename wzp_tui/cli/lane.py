"""`lane …`: the lanes, and how many tasks run in them at once."""

from collections import Counter
from typing import Any

import click

from wzp_tui.cli.documents import lane_document
from wzp_tui.cli.output import print_json, print_table, say
from wzp_tui.cli.params import LaneName, json_option
from wzp_tui.cli.session import opened
from wzp_tui.store import Store
from wzp_tui.tasks.task import State


@click.group(no_args_is_help=False)
def lane() -> None:
    """Lanes: how many tasks run at once, and where."""


@lane.command("list")
@json_option
def list_(as_json: bool) -> int:
    """All lanes: slots, how many are taken, and what waits."""
    with opened() as (_, store):
        store.settle()
        documents = _documents(store)
    if as_json:
        print_json({"lanes": documents})
    else:
        print_table(("LANE", "SLOTS", "TAKEN", "QUEUED", ""), map(_cells, documents))
    return 0


def _cells(document: dict[str, Any]) -> tuple[str, ...]:
    numbers = (str(document[name]) for name in ("slots", "taken", "queued"))
    return (document["name"], *numbers, "paused" if document["paused"] else "")


@lane.command("set")
@click.argument("name", type=LaneName(), metavar="NAME")
@click.option("--slots", type=int, required=True, metavar="N", help="How many of its tasks run at once, one pane each.")
@json_option
def set_(name: str, slots: int, as_json: bool) -> int:
    """Make a lane, or give it more or fewer slots. What runs goes on."""
    with opened() as (_, store):
        store.set_lane(name, slots)
        return _tell(store, name, f"lane {name} has {slots} slot{'s' if slots > 1 else ''}", as_json)


@lane.command()
@click.argument("name", type=LaneName(), metavar="NAME")
@json_option
def pause(name: str, as_json: bool) -> int:
    """Let a lane start no more tasks. What runs goes on."""
    with opened() as (_, store):
        store.pause_lane(name, True)
        return _tell(store, name, f"lane {name} is paused", as_json)


@lane.command()
@click.argument("name", type=LaneName(), metavar="NAME")
@json_option
def resume(name: str, as_json: bool) -> int:
    """Let a paused lane go on."""
    with opened() as (_, store):
        store.pause_lane(name, False)
        return _tell(store, name, f"lane {name} goes on", as_json)


def _documents(store: Store) -> list[dict[str, Any]]:
    view = store.view(events=0)
    queued = Counter(task.lane for task in view.tasks if task.state is State.QUEUED)
    taken = Counter(run.lane for run in view.runs.values() if run.open)
    return [lane_document(each, taken[each.name], queued[each.name]) for each in view.lanes]


def _tell(store: Store, name: str, words: str, as_json: bool) -> int:
    if as_json:
        print_json({"lane": next(document for document in _documents(store) if document["name"] == name)})
    else:
        say(words)
    return 0
