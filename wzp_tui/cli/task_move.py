"""`task move`: where waiting tasks stand."""

import click

from wzp_tui.cli.params import WAITING, Chosen, LaneName, TaskId, chosen_tasks, json_option
from wzp_tui.cli.session import do_each
from wzp_tui.errors import UsageError
from wzp_tui.store import Spot, Store
from wzp_tui.tasks.parse import check_name


@click.command()
@chosen_tasks(*WAITING)
@click.option("--lane", type=LaneName(), metavar="NAME", help="Into this lane.")
@click.option("--workspace", metavar="NAME", help="Into this workspace, and into its lane where it has one.")
@click.option("--before", type=TaskId(*WAITING), metavar="ID", help="Directly before this waiting task, in its lane.")
@click.option("--behind", type=TaskId(*WAITING), metavar="ID", help="Directly behind this waiting task, in its lane.")
@click.option("--first", is_flag=True, help="Before all others of its lane, as `task next` does.")
@click.option("--last", is_flag=True, help="Behind all others of its lane.")
@json_option
def move(
    chosen: Chosen,
    lane: str | None,
    workspace: str | None,
    before: int | None,
    behind: int | None,
    first: bool,
    last: bool,
    as_json: bool,
) -> int:
    """Move waiting tasks: to another lane or workspace, or to another place in the order, several in the order given.

    They start no sooner than their turn comes; what is held stays held. A new priority or due time gives a task its place anew.
    """
    spots = [Spot("before", before)] if before else []
    spots += [Spot("behind", behind)] if behind else []
    spots += [Spot("first")] if first else []
    spots += [Spot("last")] if last else []
    if len(spots) > 1:
        raise UsageError("--before, --behind, --first and --last exclude each other")
    if not spots and lane is None and workspace is None:
        raise UsageError("say where to: --lane, --workspace, --before, --behind, --first or --last")
    if workspace is not None:
        check_name(workspace, "workspace")
    spot = spots[0] if spots else None
    words = [f"to lane {lane}"] if lane else []
    words += [f"to workspace {workspace}"] if workspace else []
    words += [_words(spot)] if spot else []

    def act(store: Store, id: int) -> str:
        store.move(id, lane=lane, workspace=workspace, spot=spot)
        return "moved " + ", ".join(words)

    # The last one moved stands nearest.
    return do_each(chosen, act, as_json, last_first=spot is not None and spot.what in ("behind", "first"))


def _words(spot: Spot) -> str:
    return f"{spot.what} #{spot.task}" if spot.task else f"to be {spot.what}"
