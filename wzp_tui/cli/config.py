"""`config …`: which settings are in use, and where they come from."""

import os

import click

from wzp_tui.clean import clean
from wzp_tui.cli.output import print_json, print_table, say
from wzp_tui.cli.params import json_option
from wzp_tui.paths import config_file


@click.group(no_args_is_help=False)
def config() -> None:
    """Settings: which are in use, and where they come from."""


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
        print_table(("SETTING", "VALUE", "FROM"), ((value.name, str(value.value), value.origin) for value in found))
    return 0


@config.command()
@json_option
def check(as_json: bool) -> int:
    """Say what is wrong in the config file; exit 2 where something is."""
    from wzp_tui.config import load_config

    load_config()
    file = config_file()
    if as_json:
        print_json({"config": {"path": file, "exists": os.path.exists(file)}})
    else:
        say(f"{clean(file)} is right" if os.path.exists(file) else f"there is no {clean(file)}; all settings have their defaults")
    return 0
