"""`task …`: look at tasks, and tell them what to do."""

from collections.abc import Iterable
from typing import Any

import click

from wzp_tui.cli.fast import add
from wzp_tui.cli.params import (
    ENDED,
    POLICY,
    UNDER_WAY,
    WAITING,
    Duration,
    LaneName,
    Level,
    Moment,
    Wait,
    id_argument,
    ids_argument,
    json_option,
    param_option,
    policy_options,
)
from wzp_tui.cli.policy import policy_from
from wzp_tui.cli.session import do_each, opened
from wzp_tui.errors import UsageError
from wzp_tui.store import Store
from wzp_tui.tasks import parse
from wzp_tui.tasks.check import check_tag
from wzp_tui.tasks.task import After, Priority, State, command_line


@click.group(no_args_is_help=False)
def task() -> None:
    """Look at tasks, and tell them what to do."""


task.add_command(add)


@task.command("list")
@click.option(
    "--state", "states", multiple=True, type=click.Choice([str(state) for state in State]), help="Only tasks in this state. Repeatable."
)
@click.option("--lane", type=LaneName(), metavar="NAME", help="Only tasks of this lane.")
@click.option("--workspace", metavar="NAME", help="Only tasks of this workspace.")
@click.option("--filter", "filter", metavar="EXPR", default="", help="Only tasks that match, as in the tower: 'state:failed text'.")
@json_option
def list_(states: tuple[str, ...], lane: str | None, workspace: str | None, filter: str, as_json: bool) -> int:
    """All tasks, the most urgent first."""
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
@click.option("--filter", "filter", metavar="EXPR", default="", help="Only tasks that match, as in `task list`.")
@click.option("--format", "format", type=click.Choice(["toml", "json"]), default="toml", show_default=True, help="Of the file.")
@click.option("--with-env", is_flag=True, help="With the values of variables; without them, only their names are written.")
def export(filter: str, format: str, with_env: bool) -> int:
    """Print tasks as a file that `task import` and `run` read."""
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
@id_argument(*WAITING)
@click.option("--lane", type=LaneName(), metavar="NAME", help="Into this lane.")
@click.option("--pane", type=click.Choice(parse.OWN_PANES), help="Into a pane of its own.")
@json_option
def assign(id: int, lane: str | None, pane: str | None, as_json: bool) -> int:
    """Send a waiting task into a lane, or into a pane of its own."""
    if (lane is None) == (pane is None):
        raise UsageError("say where the task goes: --lane NAME, --pane tab or --pane split")

    def act(store: Store, id: int) -> str:
        store.assign(id, lane=lane, place=pane or "tab")
        return f"assigned to lane {lane}" if lane else f"assigned to a {pane} of its own"

    return do_each([id], act, as_json)


@task.command()
@ids_argument(*WAITING, *UNDER_WAY)
@json_option
def cancel(ids: tuple[int, ...], as_json: bool) -> int:
    """Cancel what waits; ask what runs to stop."""
    return do_each(ids, lambda store, id: "asked to stop" if store.cancel(id) == "asked" else "cancelled", as_json)


@task.command()
@ids_argument(*UNDER_WAY)
@click.option("--interrupt", "kind", flag_value="interrupt", help="As Ctrl-C does.")
@click.option("--kill", "kind", flag_value="kill", help="At once, without a chance to clean up.")
@json_option
def stop(ids: tuple[int, ...], kind: str | None, as_json: bool) -> int:
    """Stop what runs: it is asked first, and killed when it does not listen."""

    def act(store: Store, id: int) -> str:
        store.stop(id, kind or "stop")
        return {"interrupt": "asked to interrupt", "kill": "asked to kill"}.get(kind or "", "asked to stop")

    return do_each(ids, act, as_json)


@task.command()
@ids_argument(*ENDED)
@json_option
def retry(ids: tuple[int, ...], as_json: bool) -> int:
    """Run ended tasks again."""
    return do_each(ids, _saying("queued again", lambda store, id: store.retry(id)), as_json)


@task.command()
@ids_argument(State.QUEUED)
@json_option
def hold(ids: tuple[int, ...], as_json: bool) -> int:
    """Keep queued tasks from starting."""
    return do_each(ids, _saying("held", lambda store, id: store.hold(id)), as_json)


@task.command()
@ids_argument(State.HELD)
@json_option
def release(ids: tuple[int, ...], as_json: bool) -> int:
    """Let held tasks start."""
    return do_each(ids, _saying("queued", lambda store, id: store.release(id)), as_json)


@task.command("next")
@ids_argument(*WAITING)
@json_option
def next_(ids: tuple[int, ...], as_json: bool) -> int:
    """Put waiting tasks before all others of their lane, in the order given."""
    # The last one moved is the first in its lane.
    return do_each(ids[::-1], _saying("is next", lambda store, id: store.do_next(id)), as_json)


@task.command()
@ids_argument(State.REVIEW, State.FAILED, State.LOST)
@json_option
def done(ids: tuple[int, ...], as_json: bool) -> int:
    """Accept tasks under review, or mark failed and lost ones as seen."""

    def act(store: Store, id: int) -> str:
        store.done(id)
        return "done" if store.task(id).state is State.DONE else "seen"

    return do_each(ids, act, as_json)


@task.command()
@id_argument(*WAITING)
@click.option("--title", metavar="TEXT", help="What lists show.")
@click.option("--priority", type=Level(), metavar="PRIORITY", help="high, normal or low.")
@click.option("--cwd", metavar="DIR", help="Its working directory.")
@click.option("--workspace", metavar="NAME", help="The workspace it belongs to.")
@click.option("--at", type=Moment(), metavar="WHEN", help="Start it not before this time; `none`: as soon as it may.")
@click.option("--due", type=Moment(), metavar="WHEN", help="When it should be done; `none`: whenever.")
@click.option(
    "--after",
    multiple=True,
    type=Wait(),
    metavar="ID[:WHEN]",
    help="Start when this task is done (or failed, ended, ready), instead of those before. Repeatable.",
)
@click.option("--after-none", is_flag=True, help="Wait for no other task.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Give it a tag. Repeatable.")
@click.option("--untag", "untags", multiple=True, metavar="TAG", help="Take a tag away. Repeatable.")
@policy_options
@click.argument("command", nargs=-1, metavar="[-- COMMAND [ARG]...]")
@json_option
def edit(id: int, as_json: bool, **given: Any) -> int:
    """Change a task that has not started. Title and tags can be changed at any time. `none` takes a limit or a probe away."""
    tags, untags = given.pop("tags"), given.pop("untags")
    policy = {name: given.pop(name) for name in POLICY}
    policy = {name: "" if value is True else value for name, value in policy.items() if value not in (None, False)}
    fields = _fields(**given)
    if not fields and not policy and not tags and not untags:
        raise UsageError("say what to change; `wzp-tui task edit --help` shows what there is")

    def act(store: Store, id: int) -> str:
        if "argv" in fields and "title" not in fields:
            old = store.task(id)
            if old.title == parse.short_title(command_line(old.argv)):  # nobody gave it a name
                fields["title"] = parse.short_title(command_line(fields["argv"]))
        if tags or untags:
            fields["tags"] = retagged(store.task(id).tags, tags, untags)
        if policy:
            fields["policy"] = policy_from(policy, store.task(id).policy)
        store.edit(id, **fields)
        return "changed: " + ", ".join(_WORDS.get(name, name) for name in fields)

    return do_each([id], act, as_json)


_WORDS = {"not_before_ms": "at", "due_ms": "due"}


def retagged(before: Iterable[str], tags: Iterable[str], untags: Iterable[str]) -> tuple[str, ...]:
    """The tags of a task when some are added and others taken away."""
    return tuple(tag for tag in dict.fromkeys((*before, *map(check_tag, tags))) if tag not in set(untags))


def _fields(
    title: str | None,
    priority: Priority | None,
    cwd: str | None,
    workspace: str | None,
    at: int | None,
    due: int | None,
    after: tuple[After, ...],
    after_none: bool,
    command: tuple[str, ...],
) -> dict[str, Any]:
    if after and after_none:
        raise UsageError("--after and --after-none exclude each other")
    fields: dict[str, Any] = {}
    if title is not None:
        fields["title"] = parse.short_title(title)
        if not fields["title"]:
            raise UsageError("a title cannot be empty")
    if priority is not None:
        fields["priority"] = priority
    if cwd is not None:
        fields["cwd"] = parse.check_folder(cwd)
    if workspace is not None:
        fields["workspace"] = parse.check_name(workspace, "workspace")
    if at is not None:
        fields["not_before_ms"] = at
    if due is not None:
        fields["due_ms"] = due or None
    if after or after_none:
        fields["after"] = tuple(dict.fromkeys(after))
    if command:
        fields["argv"] = parse.check_command(list(command))
    return fields


def _saying(words: str, act: Any) -> Any:
    def run(store: Store, id: int) -> str:
        act(store, id)
        return words

    return run
