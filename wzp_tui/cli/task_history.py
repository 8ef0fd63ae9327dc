"""`task archive` and `task search`: what is over, put away and found again."""

import click

from wzp_tui.cli.params import ENDED, Chosen, TaskId, chosen_tasks, json_option
from wzp_tui.cli.session import do_each
from wzp_tui.store import Store


@click.command()
@chosen_tasks(*ENDED)
@click.option("--undo", is_flag=True, help="Bring them back into the lists.")
@json_option
def archive(chosen: Chosen, undo: bool, as_json: bool) -> int:
    """Put ended tasks out of all lists. `task search` and `task list --archived` find them; a retry brings them back."""

    def act(store: Store, id: int) -> str:
        if undo:
            store.bring_back(id)
            return "is in the lists again"
        store.archive(id)
        return "archived"

    return do_each(chosen, act, as_json)


@click.command()
@click.argument("text", nargs=-1, required=True, metavar="TEXT...")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, metavar="N", help="How many are shown.")
@click.option("--before", type=TaskId(), metavar="ID", help="Only those that are older than this one: the next page.")
@json_option
def search(text: tuple[str, ...], limit: int, before: int | None, as_json: bool) -> int:
    """Find tasks of all time by the words of title, command, tags and failing line, the newest first."""
    from wzp_tui.cli.history import print_history

    return print_history(" ".join(text), None, "", limit, before, as_json)
