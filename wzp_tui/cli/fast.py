"""The verbs that start quickly, as click commands: for help, completion and docs."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from wzp_tui.cli import add as adding
from wzp_tui.cli import status as counting
from wzp_tui.cli.options import FastVerb
from wzp_tui.cli.params import LaneName, TaskId

_TYPES: dict[str, click.ParamType[Any]] = {"--after": TaskId(), "--lane": LaneName()}


class _Fast(click.Command):
    """Hands the words on as they came, so that the verb is parsed in one way, whoever asks."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remember the words, and let click look for `--help`."""
        ctx.obj = list(args)
        return super().parse_args(ctx, args)


def _as_click(verb: FastVerb, help: str, run: Callable[[Sequence[str]], int]) -> click.Command:
    params: list[click.Parameter] = []
    for option in verb.options:
        kind: dict[str, Any] = {"is_flag": True}
        if option.metavar:
            kind = {"metavar": option.metavar, "multiple": option.repeat, "type": _TYPES.get(option.flag)}
            if option.choices:
                kind["type"] = click.Choice(option.choices)
        params.append(click.Option([option.flag], help=option.help, **kind))
    if verb.takes_command:
        params.append(click.Argument(["command"], nargs=-1, metavar="-- COMMAND [ARG]..."))
    callback = click.pass_obj(lambda args, **_: run(args))
    return _Fast(verb.name, params=params, help=help, callback=callback)


add = _as_click(
    adding.VERB,
    """Queue a command, and print the id of its task.

    The command stands behind `--` and is run as it is, without a shell: wzp-tui add -- make test
    """,
    adding.main,
)
status = _as_click(
    counting.VERB,
    "One line, for prompts and tab bars: what needs you, failed, runs and waits.",
    counting.main,
)
