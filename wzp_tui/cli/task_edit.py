"""`task edit`, `task clone` and `task tag`: what tasks are made of, changed."""

from collections.abc import Iterable
from typing import Any

import click

from wzp_tui.cli.params import (
    POLICY,
    WAITING,
    Chosen,
    Level,
    Moment,
    TaskId,
    Wait,
    chosen_tasks,
    id_argument,
    json_option,
    policy_options,
)
from wzp_tui.cli.policy import policy_from
from wzp_tui.cli.session import do_each
from wzp_tui.errors import UsageError
from wzp_tui.store import Store, Task
from wzp_tui.tasks import parse
from wzp_tui.tasks.check import check_tag
from wzp_tui.tasks.task import After, Priority, command_line, new_of

_OPTIONS = (
    click.option("--title", metavar="TEXT", help="What lists show."),
    click.option("--priority", type=Level(), metavar="PRIORITY", help="high, normal or low."),
    click.option("--cwd", metavar="DIR", help="Its working directory."),
    click.option("--workspace", metavar="NAME", help="The workspace it belongs to."),
    click.option("--at", type=Moment(), metavar="WHEN", help="Start it not before this time; `none`: as soon as it may."),
    click.option("--due", type=Moment(), metavar="WHEN", help="When it should be done; `none`: whenever."),
    click.option(
        "--after",
        multiple=True,
        type=Wait(),
        metavar="ID[:WHEN]",
        help="Start when this task is done (or failed, ended, ready), instead of those before. Repeatable.",
    ),
    click.option("--after-none", is_flag=True, help="Wait for no other task."),
    click.option("--tag", "tags", multiple=True, metavar="TAG", help="Give it a tag. Repeatable."),
    click.option("--untag", "untags", multiple=True, metavar="TAG", help="Take a tag away. Repeatable."),
)


def _edit_options(verb: Any) -> Any:
    """All that can be changed."""
    verb = click.argument("command", nargs=-1, metavar="[-- COMMAND [ARG]...]")(json_option(verb))
    for option in reversed(_OPTIONS):
        verb = option(verb)
    return policy_options(verb)


@click.command()
@id_argument(*WAITING)
@_edit_options
def edit(id: int, as_json: bool, **given: Any) -> int:
    """Change a task that has not started. Title and tags can be changed at any time. `none` takes a limit or a probe away."""
    change = _Change(given)
    if change.is_empty:
        raise UsageError("say what to change; `wzp-tui task edit --help` shows what there is")

    def act(store: Store, id: int) -> str:
        fields = change.of(store.task(id))
        store.edit(id, **fields)
        return "changed: " + ", ".join(_WORDS.get(name, name) for name in fields)

    return do_each(Chosen((id,)), act, as_json)


@click.command()
@click.argument("id", metavar="ID", type=TaskId())
@click.option("--hold", is_flag=True, help="The new task waits for `task release` or `task assign`.")
@_edit_options
def clone(id: int, hold: bool, as_json: bool, **given: Any) -> int:
    """Queue a new task like this one, whatever became of it, with these changes. Prints the new id."""
    from wzp_tui.cli.documents import task_document
    from wzp_tui.cli.output import print_json, say
    from wzp_tui.cli.session import opened

    change = _Change(given)
    with opened() as (folder, store):
        old = store.task(id)
        new = store.add(new_of(old)._replace(hold=hold, **change.of(old)))
        if as_json:
            print_json({"task": task_document(folder, store.task(new), None)})
        else:
            say(str(new))
    return 0


@click.command()
@chosen_tasks()
@click.option("--add", "tags", multiple=True, metavar="TAG", help="Give this tag. Repeatable.")
@click.option("--remove", "untags", multiple=True, metavar="TAG", help="Take this tag away. Repeatable.")
@json_option
def tag(chosen: Chosen, tags: tuple[str, ...], untags: tuple[str, ...], as_json: bool) -> int:
    """Give tags to tasks, or take them away, whatever their state."""
    if not tags and not untags:
        raise UsageError("say which tags: --add TAG, --remove TAG")

    def act(store: Store, id: int) -> str:
        found = retagged(store.task(id).tags, tags, untags)
        store.edit(id, tags=found)
        return f"tags: {' '.join(found) or 'none'}"

    return do_each(chosen, act, as_json)


class _Change:
    """What was given to `edit` or `clone`."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._tags, self._untags = given.pop("tags"), given.pop("untags")
        policy = {name: given.pop(name) for name in POLICY}
        self._policy = {name: "" if value is True else value for name, value in policy.items() if value not in (None, False)}
        self._fields = _fields(**given)

    @property
    def is_empty(self) -> bool:
        """Nothing was given."""
        return not (self._fields or self._policy or self._tags or self._untags)

    def of(self, old: Task) -> dict[str, Any]:
        """The fields that change, of this task."""
        fields = dict(self._fields)
        if "argv" in fields and "title" not in fields and old.title == parse.short_title(command_line(old.argv)):  # nobody gave it a name
            fields["title"] = parse.short_title(command_line(fields["argv"]))
        if self._tags or self._untags:
            fields["tags"] = retagged(old.tags, self._tags, self._untags)
        if self._policy:
            fields["policy"] = policy_from(self._policy, old.policy)
        return fields


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
