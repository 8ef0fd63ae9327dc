"""What a call loads, what a shell completes, and that page, table and verbs say the same."""

import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from wzp_tui.cli.reference import reference
from wzp_tui.cli.root import tree
from wzp_tui.commands import COMMANDS
from wzp_tui.store import Store

from .cli import WZP, add, ok

HEAVY = {"textual", "rich", "pydantic", "bittty"}


@pytest.mark.parametrize(
    ("verb", "unwanted"),
    [
        ("-V", HEAVY | {"click", "sqlite3", "argparse", "json"}),
        ("add -- true", HEAVY | {"click", "argparse", "shutil", "subprocess", "asyncio", "logging"}),
        ("task add --json -- true", HEAVY | {"click", "argparse", "shutil", "subprocess", "asyncio", "logging"}),
        ("status", HEAVY | {"click", "argparse", "shutil", "subprocess", "asyncio", "logging"}),
        ("status --json", HEAVY | {"click"}),
        ("task list", HEAVY),
        ("task show 1", HEAVY),
        ("task hold 1", HEAVY | {"asyncio"}),
        ("task log 1 -f --attempt 1", HEAVY | {"asyncio"}),
        ("lane list --json", HEAVY | {"asyncio"}),
        ("events", HEAVY | {"asyncio"}),
        ("why 1", HEAVY | {"asyncio"}),
        ("--help", {"textual", "bittty"}),
    ],
)
def test_a_verb_loads_only_what_it_needs(verb: str, unwanted: set[str], store: Store) -> None:
    add("--", "true")
    store.cancel(1)
    code = "import sys; from wzp_tui.cli import main; main(sys.argv[1:]); print(); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code, *verb.split()], capture_output=True, text=True, timeout=60)
    loaded = {name.partition(".")[0] for name in ran.stdout.splitlines()[-1].split()}
    assert "wzp_tui" in loaded, ran
    assert "Traceback" not in ran.stderr
    assert loaded & unwanted == set()


def test_the_page_is_made_from_the_verbs() -> None:
    page = Path(__file__).parent.parent / "docs/command-line.md"
    assert page.read_text() == reference(), f"make it anew: python -m wzp_tui.cli.reference > {page.name}"


def test_what_the_tower_can_do_with_tasks_panes_and_lanes_has_a_verb() -> None:
    for command in COMMANDS:
        if command.inside or (command.group not in ("task", "pane", "lane", "tower") and not command.verb):
            continue
        words = command.verb.split() or command.id.split(".")
        if words in (["tower", "help"], ["tower", "palette"]):  # --help has their place
            continue
        found: click.Command = tree
        for word in words:
            assert isinstance(found, click.Group), command
            below = found.get_command(click.Context(found), word)
            assert below is not None, f"{command.id}: there is no `wzp-tui {' '.join(words)}`"
            found = below


def test_every_verb_has_a_help_and_answers_in_json() -> None:
    def verbs(command: click.Command, words: list[str]) -> list[tuple[list[str], click.Command]]:
        if not isinstance(command, click.Group):
            return [(words, command)]
        context = click.Context(command)
        below = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
        return [found for name, each in below if each is not None for found in verbs(each, [*words, name])]

    without = {"task export", "task log", "tower", "demo", "completion"}
    for words, command in verbs(tree, []):
        assert command.help, words
        options = {name for parameter in command.params for name in parameter.opts}
        assert ("--json" in options) is (" ".join(words) not in without), words


def completions(line: str) -> list[str]:
    """What bash would offer at the end of a line."""
    words = line.split(" ")
    env = {"_WZP_TUI_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    return [offer.partition(",")[2] for offer in ok(env=env).out.splitlines()]


def test_a_shell_completes_verbs_options_ids_and_lanes(store: Store) -> None:
    store.set_lane("build", 2)
    store.set_lane("bench", 2)
    add("--title", "compile", "--", "make")
    add("--", "make", "test")
    store.hold(2)
    assert completions("wzp-tui ta") == ["task"]
    assert completions("wzp-tui task re") == ["release", "retry"]
    assert completions("wzp-tui task release ") == ["2"]
    assert completions("wzp-tui task show ") == ["2", "1"]
    assert completions("wzp-tui add --lane b") == ["bench", "build"]
    assert completions("wzp-tui add --after ") == ["2", "1"]
    assert completions("wzp-tui task edit --priority h") == ["high"]
    assert completions("wzp-tui add --pri") == ["--priority"]
    assert completions("wzp-tui add --priority ") == ["high", "normal", "low"]


@pytest.mark.parametrize(("shell", "marks"), [("bash", "complete -o nosort -F"), ("zsh", "compdef"), ("fish", "complete --no-files")])
def test_completion_prints_a_script_for_both_names(shell: str, marks: str) -> None:
    script = ok("completion", shell, env={"PATH": "/nowhere"}).out
    assert script.count(marks) >= 2
    assert "_WZP_TUI_COMPLETE" in script
    assert "_WZP_COMPLETE" in script


def test_bash_takes_the_script() -> None:
    ran = subprocess.run(
        ["bash", "-c", f'eval "$({shlex.join(WZP)} completion bash)"; complete -p wzp-tui wzp'], capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == ["complete -o nosort -F _wzp_tui_completion wzp-tui", "complete -o nosort -F _wzp_completion wzp"]
