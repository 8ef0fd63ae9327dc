"""`undo`: take back the last thing that was done to tasks."""

import click

from wzp_tui.clean import clean
from wzp_tui.cli.output import note, print_json, say
from wzp_tui.cli.params import json_option
from wzp_tui.cli.session import opened


@click.command()
@json_option
def undo(as_json: bool) -> int:
    """Take back the last cancel, hold, release, assign, edit, tag, do next or archive of this store: all that one command did.

    What cannot be taken back any more is told, and the next call takes back what was before it.
    """
    with opened() as (_, store):
        undone = store.undo()
        titles = {id: clean(store.task(id).title, 60) for id in undone.tasks}
    if as_json:
        print_json({"was": undone.was, "tasks": list(undone.tasks), "refused": [clean(why) for why in undone.refused]})
    else:
        for id, title in titles.items():
            say(f"undone: #{id} {title} was {undone.was}")
        for why in undone.refused:
            note(f"not undone: {why}")
    return 0 if undone.tasks else 1
