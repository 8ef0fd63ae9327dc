"""`task …`: look at tasks, and tell them what to do."""

from typing import Any

import click

from wzp_tui.cli.fast import add
from wzp_tui.cli.params import (
    ENDED,
    UNDER_WAY,
    WAITING,
    Chosen,
    Duration,
    LaneName,
    TaskId,
    chosen_tasks,
    id_argument,
    ids_argument,
    json_option,
    param_option,
)
from wzp_tui.cli.session import do_each, opened
from wzp_tui.cli.task_edit import clone, edit, tag
from wzp_tui.cli.task_history import archive, search
from wzp_tui.cli.task_move import move
from wzp_tui.errors import UsageError
from wzp_tui.store import Store
from wzp_tui.tasks import parse
from wzp_tui.tasks.task import State


@click.group(no_args_is_help=False)
def task() -> None:
    """Look at tasks, and tell them what to do."""


task.add_command(add)
task.add_command(edit)
task.add_command(clone)
task.add_command(move)
task.add_command(tag)
task.add_command(archive)
task.add_command(search)


@task.command("list")
@click.option(
    "--state", "states", multiple=True, type=click.Choice([str(state) for state in State]), help="Only tasks in this state. Repeatable."
)
@click.option("--lane", type=LaneName(), metavar="NAME", help="Only tasks of this lane.")
@click.option("--workspace", metavar="NAME", help="Only tasks of this workspace.")
@click.option("--filter", "filter", metavar="EXPR", default="", help="Only tasks that match, as in the tower: 'state:failed text'.")
@click.option("--archived", is_flag=True, help="Those in the archive, the newest first.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, metavar="N", help="Of the archive: how many.")
@click.option("--before", type=TaskId(), metavar="ID", help="Of the archive: only those that are older than this one.")
@json_option
def list_(
    states: tuple[str, ...],
    lane: str | None,
    workspace: str | None,
    filter: str,
    archived: bool,
    limit: int,
    before: int | None,
    as_json: bool,
) -> int:
    """All tasks, the most urgent first."""
    if archived:
        from wzp_tui.cli.history import list_archived
        from wzp_tui.controller.filter.grammar import quoted

        named = {"state": states, "lane": (lane,), "workspace": (workspace,)}
        more = (f"{field}:{','.join(quoted(name) for name in names if name)}" for field, names in named.items() if any(names))
        return list_archived(" ".join([filter, *more]), limit, before, as_json)
    from wzp_tui.cli.listing import list_tasks

    return list_tasks(frozenset(states), lane, workspace, filter, as_json)


@task.command()
@id_argument()
@json_option
def show(id: int, as_json: bool) -> int:
    """All that is known of a task, and its runs."""
    from wzp_tui.cli.listing import show_task

    return show_task(id, as_json)


@task.command()
@json_option
def graph(as_json: bool) -> int:
    """What waits for what: each task below those that it waits for, and the way that takes longest."""
    from wzp_tui.cli.graph import print_graph

    return print_graph(as_json)


@task.command()
@id_argument()
@click.option("--attempt", type=click.IntRange(1), metavar="N", help="Of this attempt (default: the last one).")
@click.option("-f", "--follow", is_flag=True, help="Go on until the task has ended.")
def log(id: int, attempt: int | None, follow: bool) -> int:
    """The recorded output of a task: byte by byte into a file or pipe, made harmless on a terminal."""
    from wzp_tui.cli.log import print_log

    return print_log(id, attempt, follow)


@task.command("import")
@click.argument("file", metavar="FILE", type=click.Path())
@param_option
@click.option("--hold", is_flag=True, help="All of them wait for `task release` or `task assign`.")
@json_option
def import_(file: str, params: tuple[tuple[str, str], ...], hold: bool, as_json: bool) -> int:
    """Queue the tasks of a file, TOML or JSON: all of them, or none where something is wrong."""
    from wzp_tui.cli.task_files import import_tasks

    return import_tasks(file, dict(params), hold, as_json)


@task.command()
@click.option("--filter", "filter", metavar="EXPR", default="", help="Only tasks and series that match, as in `task list`.")
@click.option("--format", "format", type=click.Choice(["toml", "json"]), default="toml", show_default=True, help="Of the file.")
@click.option("--with-env", is_flag=True, help="With the values of variables; without them, only their names are written.")
def export(filter: str, format: str, with_env: bool) -> int:
    """Print tasks and series as a file that `task import` reads, and `run` where nothing in it comes again."""
    from wzp_tui.cli.task_files import export_tasks

    return export_tasks(filter, format, with_env)


@task.command()
@ids_argument(*WAITING, *UNDER_WAY)
@click.option("--timeout", type=Duration(), metavar="TIME", help="Give up after this time; the tasks go on.")
@json_option
def wait(ids: tuple[int, ...], timeout: float | None, as_json: bool) -> int:
    """Wait until tasks have ended; exit 0 only if all are done."""
    from wzp_tui.cli.waiting import wait

    with opened() as (folder, store):
        return wait(folder, store, ids, timeout=timeout, as_json=as_json)


@task.command()
@chosen_tasks(*WAITING)
@click.option("--lane", type=LaneName(), metavar="NAME", help="Into this lane.")
@click.option("--pane", type=click.Choice(parse.OWN_PANES), help="Into a pane of its own.")
@json_option
def assign(chosen: Chosen, lane: str | None, pane: str | None, as_json: bool) -> int:
    """Send waiting tasks into a lane, or each into a pane of its own."""
    if (lane is None) == (pane is None):
        raise UsageError("say where they go: --lane NAME, --pane tab or --pane split")

    def act(store: Store, id: int) -> str:
        store.assign(id, lane=lane, place=pane or "tab")
        return f"assigned to lane {lane}" if lane else f"assigned to a {pane} of its own"

    return do_each(chosen, act, as_json)


@task.command()
@chosen_tasks(*WAITING, *UNDER_WAY)
@json_option
def cancel(chosen: Chosen, as_json: bool) -> int:
    """Cancel what waits; ask what runs to stop."""
    return do_each(chosen, lambda store, id: "asked to stop" if store.cancel(id) == "asked" else "cancelled", as_json)


@task.command()
@chosen_tasks(*UNDER_WAY)
@click.option("--interrupt", "kind", flag_value="interrupt", help="As Ctrl-C does.")
@click.option("--kill", "kind", flag_value="kill", help="At once, without a chance to clean up.")
@json_option
def stop(chosen: Chosen, kind: str | None, as_json: bool) -> int:
    """Stop what runs: it is asked first, and killed when it does not listen."""

    def act(store: Store, id: int) -> str:
        store.stop(id, kind or "stop")
        return {"interrupt": "asked to interrupt", "kill": "asked to kill"}.get(kind or "", "asked to stop")

    return do_each(chosen, act, as_json)


@task.command()
@chosen_tasks(*ENDED)
@json_option
def retry(chosen: Chosen, as_json: bool) -> int:
    """Run ended tasks again."""
    return do_each(chosen, _saying("queued again", lambda store, id: store.retry(id)), as_json)


@task.command()
@chosen_tasks(State.QUEUED)
@json_option
def hold(chosen: Chosen, as_json: bool) -> int:
    """Keep queued tasks from starting."""
    return do_each(chosen, _saying("held", lambda store, id: store.hold(id)), as_json)


@task.command()
@chosen_tasks(State.HELD, State.SKIPPED)
@click.option("--anyway", is_flag=True, help="Skipped ones, too: what they wait for and can never be is waited for no more.")
@json_option
def release(chosen: Chosen, anyway: bool, as_json: bool) -> int:
    """Let held tasks start."""
    wanted = chosen if anyway else chosen._replace(states=(State.HELD,))
    return do_each(wanted, _saying("queued", lambda store, id: store.release(id, anyway=anyway)), as_json)


@task.command("next")
@chosen_tasks(*WAITING)
@json_option
def next_(chosen: Chosen, as_json: bool) -> int:
    """Put waiting tasks before all others of their lane, in the order given."""
    # The last one moved is the first in its lane.
    return do_each(chosen, _saying("is next", lambda store, id: store.do_next(id)), as_json, last_first=True)


@task.command()
@chosen_tasks(State.REVIEW, State.FAILED, State.LOST)
@json_option
def done(chosen: Chosen, as_json: bool) -> int:
    """Accept tasks under review, or mark failed and lost ones as seen."""

    def act(store: Store, id: int) -> str:
        store.done(id)
        return "done" if store.task(id).state is State.DONE else "seen"

    return do_each(chosen, act, as_json)


def _saying(words: str, act: Any) -> Any:
    def run(store: Store, id: int) -> str:
        act(store, id)
        return words

    return run
