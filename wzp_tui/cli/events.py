"""`events`: the history, and what is added to it."""

import sys
from collections.abc import Iterable, Iterator

import click

from wzp_tui.clean import clean
from wzp_tui.cli.documents import event_document, iso
from wzp_tui.cli.output import VERSION, json_line, paint, print_json, say
from wzp_tui.cli.params import TaskId
from wzp_tui.cli.session import opened
from wzp_tui.cli.waiting import Watch
from wzp_tui.store import Event, Store

_AT_ONCE = 1000
_MOST = 1_000_000
_LAST = (1 << 63) - 1


@click.command()
@click.option("-f", "--follow", is_flag=True, help="Go on with each event as it comes, until Ctrl-C.")
@click.option("-n", "--last", type=click.IntRange(0, _MOST), default=20, show_default=True, metavar="N", help="How many of those before.")
@click.option("--since", type=click.IntRange(0, _LAST), metavar="SEQ", help="All after the event of this number, instead.")
@click.option("--task", type=TaskId(), metavar="ID", help="Only those of this task.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; with --follow one a line.")
def events(follow: bool, last: int, since: int | None, task: int | None, as_json: bool) -> int:
    """What happened, the oldest first."""
    with opened() as (folder, store), Watch(folder) as watch:
        watch.forget()
        store.settle()
        begun = _begin(store, since, last, task)
        if as_json and not follow:
            print_json({"events": [event_document(event) for event in begun]})
            return 0
        _print(begun, as_json)
        seq = begun[-1].seq if begun else max((event.seq for event in store.view(events=1).events), default=0)
        while follow:
            watch.forget()
            while new := store.events_since(seq, _AT_ONCE):
                seq = new[-1].seq
                _print([event for event in new if task in (None, event.task)], as_json)
            watch.sleep()
    return 0


def _begin(store: Store, since: int | None, last: int, task: int | None) -> list[Event]:
    if since is None and task is None:
        return list(reversed(store.view(events=last).events))
    found = [event for event in _all(store, since or 0) if task in (None, event.task)]
    return found if since is not None else found[len(found) - min(last, len(found)) :]


def _all(store: Store, seq: int) -> Iterator[Event]:
    while new := store.events_since(seq, _AT_ONCE):
        seq = new[-1].seq
        yield from new


def _print(events: Iterable[Event], as_json: bool) -> None:
    for event in events:
        say(json_line({"version": VERSION, "event": event_document(event)}) if as_json else _line(event))
    sys.stdout.flush()


def _line(event: Event) -> str:
    moved = " → ".join(word for word in (event.old, event.new) if word)
    data = " ".join(f"{name}={value}" for name, value in event.data.items() if value not in (None, ""))
    what = f"#{event.task} " if event.task else ""
    return clean(f"{iso(event.at_ms)}  {what}{event.kind} {moved} {data}".rstrip()) + paint(f"  {clean(event.actor)}", "faint")
