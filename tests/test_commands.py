"""The command table: one word and one key for each thing, everywhere."""

import re
from pathlib import Path

import click

from tests.keys_page import page
from wzp_tui.commands import COMMANDS, GROUPS
from wzp_tui.tui.screens.all_logs import AllLogs
from wzp_tui.tui.screens.log_full import LogFull
from wzp_tui.tui.screens.tower import TowerScreen

ROOT = Path(__file__).parent.parent


def test_every_command_has_a_name_a_group_and_words() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    assert {command.group for command in COMMANDS} == set(GROUPS)
    assert [command.id for command in COMMANDS if not command.help or command.help.endswith(".") or len(command.help) > 60] == []


def test_every_command_is_an_action_of_the_tower() -> None:
    assert [each.id for each in COMMANDS if "tower" in each.screens and not hasattr(TowerScreen, f"action_{each.action}")] == []


def test_every_command_of_logs_is_an_action_of_a_screen_with_logs() -> None:
    missing = [each.id for each in COMMANDS if "log" in each.screens and not hasattr(LogFull, f"action_{each.action}")]
    assert missing == ["row.open"], "a log has no rows"
    assert hasattr(AllLogs, "action_row_open")


def test_verbs_of_the_command_line_have_the_same_words() -> None:
    from wzp_tui.cli.root import tree

    for command in COMMANDS:
        if command.group not in ("task", "pane", "lane", "series") or command.inside:
            continue
        found: click.Command | None = tree
        for word in (command.verb or command.id.replace(".", " ")).split():
            assert isinstance(found, click.Group)
            found = found.get_command(click.Context(found), word)
            assert found is not None, f"there is no verb for {command.id}"


def test_the_page_of_keys_is_that_of_the_table() -> None:
    assert (ROOT / "docs/keys.md").read_text() == page(), "write it anew: python -m tests.keys_page > docs/keys.md"


def test_the_readme_names_keys_of_the_table() -> None:
    shown = re.findall(r"^\| `([^`]+)` \| (.+?) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    keys = {key for each in COMMANDS for key in each.keys.split(",")}
    assert shown
    assert [key for key, _ in shown if key.lower() not in keys and key not in keys] == []
