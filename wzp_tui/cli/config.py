"""`config …`: which settings are in use, and where they come from."""

import os

import click

from wzp_tui.clean import clean
from wzp_tui.cli.output import print_json, print_table, say
from wzp_tui.cli.params import json_option
from wzp_tui.errors import ConfigError
from wzp_tui.paths import config_file


@click.group(no_args_is_help=False)
def config() -> None:
    """Settings: which are in use, where they come from, and others."""


def written(value: object) -> str:
    """A value as it is written in the file, without quotes around a text."""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from wzp_tui.config.writing import names

    return [name for name in names() if name.startswith(incomplete)]


@config.command()
@json_option
def path(as_json: bool) -> int:
    """Where the config file is, or would be."""
    file = config_file()
    if as_json:
        print_json({"config": {"path": file, "exists": os.path.exists(file)}})
    else:
        say(clean(file))
    return 0


@config.command()
@json_option
def show(as_json: bool) -> int:
    """Every setting, its value, and where that comes from."""
    from wzp_tui.config import values

    found = values()
    if as_json:
        print_json({"config": {"path": config_file(), "values": [value._asdict() for value in found]}})
    else:
        print_table(("SETTING", "VALUE", "FROM"), ((value.name, written(value.value), value.origin) for value in found))
    return 0


@config.command()
@click.argument("key", shell_complete=_complete)
@json_option
def get(key: str, as_json: bool) -> int:
    """The value of one setting: `ui.theme`, `keys.task.retry`, `lanes.build.slots`."""
    from wzp_tui.config.writing import value_of

    value = value_of(key)
    if as_json:
        print_json({"setting": value._asdict()})
    else:
        say(clean(written(value.value)))
    return 0


@config.command("set")
@click.argument("key", shell_complete=_complete)
@click.argument("value")
@json_option
def set_(key: str, value: str, as_json: bool) -> int:
    """Write one setting into the config file. Its comments stay, and nothing is written that would be wrong.

    A list may be written as `id, state, time`. An open tower shows the change at once.
    """
    from wzp_tui.config.writing import set_value

    found = set_value(key, value)
    if as_json:
        print_json({"setting": {"name": key, "value": found, "path": config_file()}})
    else:
        say(f"{clean(key)} = {clean(written(found))}")
    return 0


@config.command()
@click.argument("key", shell_complete=_complete)
@json_option
def unset(key: str, as_json: bool) -> int:
    """Take one setting out of the config file, so that it has its default again."""
    from wzp_tui.config.writing import unset as take_out

    was_set = take_out(key)
    if as_json:
        print_json({"setting": {"name": key, "was_set": was_set, "path": config_file()}})
    else:
        say(f"{clean(key)} {'has its default again' if was_set else 'is not set in the config file'}")
    return 0


@config.command()
@json_option
def check(as_json: bool) -> int:
    """Say what is wrong in the config file and in themes; exit 2 where something is."""
    from wzp_tui.config import load_config
    from wzp_tui.config.themes import all_themes

    load_config()
    if problems := all_themes().problems:
        raise ConfigError("\n".join(problems))
    file = config_file()
    if as_json:
        print_json({"config": {"path": file, "exists": os.path.exists(file)}})
    else:
        say(f"{clean(file)} is right" if os.path.exists(file) else f"there is no {clean(file)}; all settings have their defaults")
    return 0
