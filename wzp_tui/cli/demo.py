"""`demo`: the tower with something in it."""

import sys

import click

from wzp_tui.errors import UsageError


@click.command()
def demo() -> int:
    """Try the tower with harmless commands and five keys; nothing of it stays."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the demo needs a terminal")
    from wzp_tui.tui.demo import run_demo

    return run_demo()
