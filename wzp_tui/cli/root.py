"""The tree of verbs. A noun's file is imported when one of its verbs is called."""

import os
from collections.abc import Sequence
from importlib import import_module

import click

from wzp_tui.errors import UsageError

NOUNS = {
    "add": "wzp_tui.cli.fast:add",
    "run": "wzp_tui.cli.run:run",
    "task": "wzp_tui.cli.task:task",
    "series": "wzp_tui.cli.series:series",
    "lane": "wzp_tui.cli.lane:lane",
    "pane": "wzp_tui.cli.pane:pane",
    "undo": "wzp_tui.cli.undo:undo",
    "status": "wzp_tui.cli.fast:status",
    "events": "wzp_tui.cli.events:events",
    "logs": "wzp_tui.cli.logs:logs",
    "why": "wzp_tui.cli.why:why",
    "tower": "wzp_tui.cli.tower:tower",
    "demo": "wzp_tui.cli.demo:demo",
    "doctor": "wzp_tui.cli.doctor:doctor",
    "config": "wzp_tui.cli.config:config",
    "wezterm": "wzp_tui.cli.wezterm:wezterm",
    "completion": "wzp_tui.cli.completion:completion",
}
"""The words of the first level, in the order of the help, and where their commands are."""
PROGRAMS = ("wzp-tui", "wzp")


class Tree(click.Group):
    """The verbs; each is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The words, in our order."""
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a word."""
        if cmd_name not in NOUNS:
            return None
        module, name = NOUNS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.command(cls=Tree, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-V", "--version", is_flag=True, help="Print the version.")
@click.option("--plain", is_flag=True, help="Open the tower as lines, for screen readers.")
@click.option("--filter", metavar="EXPR", help="With --plain: tell only of what matches, as in `task list`.")
@click.pass_context
def tree(ctx: click.Context, version: bool, plain: bool, filter: str | None) -> int:
    """A control tower for parallel work, in one WezTerm pane.

    Without a verb it opens the tower: inside WezTerm with WezTerm's panes, elsewhere with embedded ones.

    Exit codes: 0 fine, 1 it failed, 2 wrong usage or file, 3 WezTerm unreachable.
    """
    if ctx.invoked_subcommand is not None:
        if filter is not None:
            raise UsageError(f"--filter stands behind the verb: `wzp-tui {ctx.invoked_subcommand} … --filter EXPR`")
        if plain:
            raise UsageError("--plain is for the tower; the verbs print lines already")
        return 0
    from wzp_tui.cli.tower import FILTER_IS_FOR_PLAIN, open_tower

    if filter is not None and not plain:
        raise UsageError(FILTER_IS_FOR_PLAIN)
    return open_tower(plain=plain, filter=filter or "")


def main(args: Sequence[str]) -> int:
    """Run a verb; click's errors become ours."""
    for program in PROGRAMS:
        variable = completion_variable(program)
        if variable in os.environ:
            from click.shell_completion import shell_complete

            return shell_complete(tree, {}, program, variable, os.environ[variable])
    try:
        with tree.make_context(PROGRAMS[0], list(args)) as ctx:
            return tree.invoke(ctx) or 0
    except click.exceptions.Exit as asked:
        return asked.exit_code
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else PROGRAMS[0]
        raise UsageError(f"{_words(error.format_message())}; `{path} --help` shows what there is") from error
    except click.Abort as error:
        raise KeyboardInterrupt from error


def completion_variable(program: str) -> str:
    """The variable by which a shell asks for completion."""
    return f"_{program.replace('-', '_').upper()}_COMPLETE"


def _words(message: str) -> str:
    """Click's sentence as the beginning of ours."""
    message = " ".join(message.split()).rstrip(".?").replace(". Did you mean", "; did you mean")
    return message[:1].lower() + message[1:]
