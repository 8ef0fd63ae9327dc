"""The kinds of values that verbs take, each with its completion, and the options that many verbs share."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar, cast

import click
from click.shell_completion import CompletionItem

from wzp_tui.clean import clean
from wzp_tui.cli import policy
from wzp_tui.errors import UsageError, WzpError
from wzp_tui.tasks import lane as lanes
from wzp_tui.tasks import parse
from wzp_tui.tasks.schedule import parse_moment
from wzp_tui.tasks.series import parse_series
from wzp_tui.tasks.task import OPEN, Priority, State, Task

F = TypeVar("F", bound=Callable[..., Any])


class _Kind(click.ParamType[Any]):
    """A value that `tasks.parse` reads."""

    name = "text"
    read: Callable[[str], Any]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the text; values that are read already stay."""
        return type(self).read(value) if isinstance(value, str) else value


class TaskId(_Kind):
    """`12` or `'#12'`; completes the ids there are, those first that the verb is for."""

    name = "id"
    read: Callable[[str], Any] = staticmethod(parse.parse_id)

    def __init__(self, *states: State) -> None:
        self._states = states

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Ids with their titles."""
        found = [task for task in _stored_tasks() if not self._states or task.state in self._states]
        return [
            CompletionItem(str(task.id), help=f"{task.state} {clean(task.title, 60)}")
            for task in reversed(found)
            if str(task.id).startswith(incomplete)
        ]


class SeriesId(_Kind):
    """`3` or `@3`; completes those there are."""

    name = "id"
    read = staticmethod(parse_series)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Ids with their titles."""
        from wzp_tui.cli.session import opened

        try:
            with opened() as (_, store):
                found = store.series()
        except WzpError:  # a line that is being typed is no place for errors
            return []
        return [
            CompletionItem(str(each.id), help=f"{each.every} {clean(each.task.title, 60)}")
            for each in found
            if str(each.id).startswith(incomplete)
        ]


class Moment(_Kind):
    """`14:30`, `friday 9:00`, `in 2h`; `none` takes it away."""

    name = "when"
    read = staticmethod(lambda text: 0 if text == "none" else parse_moment(text))


class Wait(TaskId):
    """`12`, or `12:failed`: what a task waits for."""

    name = "wait"
    read = staticmethod(parse.parse_after)


class LaneName(_Kind):
    """A lane; completes those there are."""

    name = "lane"
    read = staticmethod(lanes.check_lane_name)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Names of lanes."""
        from wzp_tui.cli.session import opened

        try:
            with opened() as (_, store):
                names = [lane.name for lane in store.view(events=0).lanes]
        except WzpError:  # a line that is being typed is no place for errors
            return []
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


class Duration(_Kind):
    """`90s`, `10m`, `1h30m`."""

    name = "time"
    read = staticmethod(parse.parse_duration)


class Parameter(_Kind):
    """`NAME=VALUE`, for a parameter of a task file."""

    name = "param"

    @staticmethod
    def read(text: str) -> tuple[str, str]:
        """Its name and value."""
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--param {parse.shown(text)}: write NAME=VALUE")
        return name, value


class Level(_Kind):
    """`high`, `normal` or `low`."""

    name = "priority"
    read = staticmethod(parse.parse_priority)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The three words."""
        return [CompletionItem(level.word) for level in reversed(Priority) if level.word.startswith(incomplete)]


def _stored_tasks() -> tuple[Task, ...]:
    from wzp_tui.cli.session import opened

    try:
        with opened() as (_, store):
            return store.view(events=0).tasks
    except WzpError:  # a line that is being typed is no place for errors
        return ()


WAITING = (State.QUEUED, State.HELD)
UNDER_WAY = (State.RUNNING, State.SERVING, State.ASKING, State.REVIEW)
ENDED = tuple(state for state in State if state not in OPEN)

param_option = click.option(
    "--param", "params", multiple=True, type=Parameter(), metavar="NAME=VALUE", help="The value of a parameter of the file. Repeatable."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def ids_argument(*states: State) -> Callable[[F], F]:
    """One or more tasks."""
    return click.argument("ids", nargs=-1, required=True, metavar="ID...", type=TaskId(*states))


class Chosen(NamedTuple):
    """The tasks that a verb is for: those that are named, or those that a filter finds."""

    ids: tuple[int, ...] = ()
    filter: str | None = None
    dry_run: bool = False
    states: tuple[State, ...] = ()
    """Of what a filter finds, only tasks in these states; empty: in any."""


def chosen_tasks(*states: State) -> Callable[[F], F]:
    """Tasks by id or by filter, as the parameter `chosen`; a filter takes those in these states."""

    def decorate(verb: F) -> F:
        @wraps(verb)
        def run(ids: tuple[int, ...], filter: str | None, dry_run: bool, **given: Any) -> Any:
            if bool(ids) == (filter is not None):
                raise UsageError("name the tasks: their ids, or --filter EXPR for all that match it")
            return verb(chosen=Chosen(ids, filter, dry_run, states), **given)

        wrapped: Any = click.option("--dry-run", is_flag=True, help="Say which tasks it would be, and change nothing.")(run)
        wrapped = click.option("--filter", "filter", metavar="EXPR", help="All tasks that match, as in `task list`.")(wrapped)
        return cast(F, click.argument("ids", nargs=-1, metavar="[ID]...", type=TaskId(*states))(wrapped))

    return decorate


def id_argument(*states: State) -> Callable[[F], F]:
    """One task."""
    return click.argument("id", metavar="ID", type=TaskId(*states))


POLICY = (*(option.name for option in policy.OPTIONS), "no_service", "no_retry_lost")
"""The parameters that `policy_options` adds."""


def policy_options(verb: F) -> F:
    """All that a policy is made of."""
    for option in reversed(policy.OPTIONS):
        kind: dict[str, Any] = {"metavar": option.metavar} if option.metavar else {"is_flag": True}
        if option.choices:
            kind = {"type": click.Choice(option.choices)}
        verb = click.option(option.flag, help=option.help, **kind)(verb)
    verb = click.option("--no-retry-lost", is_flag=True, help="Not when nobody saw how it ended.")(verb)
    return click.option("--no-service", is_flag=True, help="It is no service any more.")(verb)
