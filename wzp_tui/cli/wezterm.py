"""`wezterm …`: WezTerm's side of the tower, in the user's own WezTerm config."""

import os
import sys
from collections.abc import Sequence

import click

from wzp_tui import wezterm_setup as setting
from wzp_tui.clean import clean
from wzp_tui.cli.output import print_json, say
from wzp_tui.cli.params import json_option
from wzp_tui.errors import UsageError
from wzp_tui.wezterm_setup import Change, Status

KEY = "Ctrl+Shift+G"

_yes_option = click.option("--yes", is_flag=True, help="Write without being asked.")


@click.group(no_args_is_help=False)
def wezterm() -> None:
    """A key of WezTerm's that swaps between the tower and the pane you came from."""


@wezterm.command()
@_yes_option
@json_option
def setup(yes: bool, as_json: bool) -> int:
    """Add the key, and what lets the tower show panes of other workspaces, to WezTerm's config; the changes are shown first."""
    now = setting.look(os.environ)
    changes = setting.setup_changes(now)
    if not _agreed(changes, "Write this?", yes, as_json):
        return 1
    setting.write(changes, now.files)
    said = [f"{KEY} swaps between the tower and the pane you came from; WezTerm reads its config again by itself"]
    if now.config is not None and not now.line:
        said.append(f"the config as it was is {clean(now.files.backup)}; `wzp-tui wezterm undo` takes all of it back")
    return _told(changes, said if changes else [f"it is set up already: {KEY}"], as_json)


@wezterm.command()
@_yes_option
@json_option
def undo(yes: bool, as_json: bool) -> int:
    """Take out of WezTerm's config what `setup` added, and nothing else."""
    now = setting.look(os.environ)
    changes = setting.undo_changes(now)
    if not _agreed(changes, "Write this?", yes, as_json):
        return 1
    setting.write(changes, now.files)
    return _told(changes, ["taken out"] if changes else ["there is nothing to take out"], as_json)


@wezterm.command()
@json_option
def status(as_json: bool) -> int:
    """Say whether it is set up; exit 1 where it is not."""
    now = setting.look(os.environ)
    if as_json:
        _print(now, [])
    else:
        say(f"config  {clean(now.files.config)}: {_config_words(now)}")
        say(f"helper  {clean(now.files.module)}: {_module_words(now)}")
        say(f"set up: {KEY}" if now.is_set_up else "not set up; `wzp-tui wezterm setup` does it")
    return 0 if now.is_set_up else 1


def _config_words(now: Status) -> str:
    if now.config is None:
        return "not there"
    return "our line is in it" if now.line else "without our line"


def _module_words(now: Status) -> str:
    if now.module is None:
        return "not there"
    return "there" if now.module == setting.shipped() else "another version"


def _agreed(changes: Sequence[Change], question: str, yes: bool, as_json: bool) -> bool:
    """Show what will be written, and ask."""
    if not changes:
        return True
    if not as_json:
        for change in changes:
            say(change.diff())
    if yes:
        return True
    if as_json or not sys.stdin.isatty():
        raise UsageError("this changes WezTerm's config; say so with --yes, or ask for it on a terminal")
    if click.confirm(question, default=False):
        return True
    say("nothing was changed")
    return False


def _told(changes: Sequence[Change], words: Sequence[str], as_json: bool) -> int:
    if as_json:
        _print(setting.look(os.environ), changes)
    else:
        for line in words:
            say(line)
    return 0


def _print(now: Status, changes: Sequence[Change]) -> None:
    print_json(
        {
            "wezterm": {
                "config": now.files.config,
                "helper": now.files.module,
                "set_up": now.is_set_up,
                "changed": [change.path for change in changes],
            }
        }
    )
