"""`run`: a task file, to its end, without a screen."""

import asyncio
import os
import re
import shutil
import time

import click

from wzp_tui.cli.params import json_option, param_option
from wzp_tui.cli.tower import MUXES
from wzp_tui.paths import StoreFolder, make_private_dir, runs_dir
from wzp_tui.tasks.lane import MAX_SLOTS

KEPT = 20
"""Stores of earlier calls that are kept, with their logs."""
_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?-[A-Za-z0-9._-]*")


@click.command()
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--jobs", type=click.IntRange(1, MAX_SLOTS), metavar="N", help="Slots of lanes the file does not name (default: one a core).")
@click.option("--mux", type=click.Choice(MUXES), default="embedded", show_default=True, help="Whose panes the tasks run in.")
@param_option
@json_option
def run(file: str, jobs: int | None, mux: str, params: tuple[tuple[str, str], ...], as_json: bool) -> int:
    """Run the tasks of a file, TOML or JSON, to their end; exit 0 only if every one is done.

    It works in a store of its own, so nothing of your queue moves. Ctrl-C stops the tasks in good order; a second one kills them.
    """
    from wzp_tui.cli.running import Running
    from wzp_tui.tasks.taskfile import load_task_file

    plan = load_task_file(file, dict(params), once=True)
    folder = _new_store(file)
    return asyncio.run(Running(folder, plan, jobs or os.cpu_count() or 1, mux, as_json=as_json).go())


def _new_store(file: str) -> StoreFolder:
    """A folder for the store of this call. The oldest ones go, but for those at work."""
    base = make_private_dir(runs_dir())
    _prune(base)
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", os.path.basename(file).removesuffix(".toml").removesuffix(".json"))[:60]
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    for number in range(1, 1000):
        path = os.path.join(base, f"{stamp}-{stem}" if number == 1 else f"{stamp}-{number}-{stem}")
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            continue
        return StoreFolder(path).make()
    raise AssertionError("a thousand calls in one second")


def _prune(base: str) -> None:
    from wzp_tui.store.lock import is_held

    finished = []
    for name in sorted(os.listdir(base)):
        folder = StoreFolder(os.path.join(base, name))
        if not _NAME.fullmatch(name) or os.path.islink(folder) or not os.path.isdir(folder.locks):
            continue
        if not any(is_held(path) for path in (folder.tower_lock, *(entry.path for entry in os.scandir(folder.locks)))):
            finished.append(folder)
    for folder in finished[: max(0, len(finished) - KEPT + 1)]:
        shutil.rmtree(folder)
