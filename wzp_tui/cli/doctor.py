"""`doctor`: is everything there, and sound?"""

import os
import sys

import click

from wzp_tui.clean import clean
from wzp_tui.cli.output import paint, print_json, say
from wzp_tui.cli.params import json_option
from wzp_tui.errors import UsageError
from wzp_tui.paths import StoreFolder, store_dir

_ROLES = {"ok": "done", "note": "limited", "bad": "failed"}


@click.command()
@click.option("--restore", is_flag=True, help="Put a backup in the place of the store; the store that is there is kept beside it.")
@click.option("--backup", metavar="FILE", help="The backup to restore (default: the youngest).")
@click.option("--yes", is_flag=True, help="Restore without being asked.")
@json_option
def doctor(restore: bool, backup: str | None, yes: bool, as_json: bool) -> int:
    """Look at all that wzp-tui needs; exit 1 where something is bad."""
    folder = StoreFolder(store_dir())
    if restore:
        return _restore(folder, backup or "", yes, as_json)
    if backup or yes:
        raise UsageError("--backup and --yes belong to --restore")
    from wzp_tui.doctor import Grade, examine

    checks = []
    for check in examine(folder, os.environ):
        checks.append(check)
        if not as_json:
            say(f"{paint(f'{check.grade:<4}', _ROLES[check.grade])}  {check.name:<9} {clean(check.text)}")
            sys.stdout.flush()  # WezTerm may take its time
    if as_json:
        print_json({"checks": [{"name": check.name, "grade": str(check.grade), "text": clean(check.text)} for check in checks]})
    return 1 if any(check.grade is Grade.BAD for check in checks) else 0


def _restore(folder: StoreFolder, backup: str, yes: bool, as_json: bool) -> int:
    from wzp_tui.doctor import restore
    from wzp_tui.store.backup import backups

    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("to restore changes the store; say so with --yes, or ask for it on a terminal")
        source = backup or (backups(folder) or ["(there is none)"])[-1]
        if not click.confirm(f"Put {clean(source)} in the place of {clean(folder.db)}?", default=False):
            say("nothing was changed")
            return 1
    source, kept = restore(folder, backup)
    if as_json:
        print_json({"restored": {"backup": source, "kept": kept}})
    else:
        say(f"restored {clean(source)}; the store that was there is {clean(kept)}")
    return 0
