"""`status`: one line, for prompts and tab bars."""

import os
from collections import Counter
from collections.abc import Sequence

from wzp_tui.cli.options import FastVerb, Option
from wzp_tui.cli.output import paint, print_json, say
from wzp_tui.paths import StoreFolder, store_dir
from wzp_tui.store import Task, open_store
from wzp_tui.store.lock import is_held
from wzp_tui.tasks.task import State

VERB = FastVerb("status", (Option("--json", "Print one JSON document."),))

_SHOWN = (
    ("needs you", "need you", "needs"),
    ("failed", "failed", "failed"),
    ("running", "running", "running"),
    ("queued", "queued", ""),
    ("held", "held", "faint"),
)
"""What is counted: in the singular, in the plural, and in which colour. The most urgent first."""


def main(args: Sequence[str]) -> int:
    """Count what is open and print it; zero counts vanish."""
    given, _ = VERB.parse(args)
    folder = StoreFolder(store_dir())
    store = open_store(folder, f"cli:{os.getpid()}")
    try:
        store.settle()
        counts = Counter(filter(None, map(_counted_as, store.view(events=0).tasks)))
    finally:
        store.close()
    if given.is_on("--json"):
        numbers = {one.replace(" ", "_"): counts[one] for one, _, _ in _SHOWN}
        print_json({"status": {**numbers, "tower": is_held(folder.tower_lock)}})
    else:
        parts = [paint(f"{counts[one]} {one if counts[one] == 1 else many}", role) for one, many, role in _SHOWN if counts[one]]
        say(" · ".join(parts) or "nothing is queued")
    return 0


def _counted_as(task: Task) -> str:
    if task.state is State.FAILED:
        return "" if task.seen else "failed"
    if task.state is State.LOST:
        return "" if task.seen else "needs you"
    if task.needs_you:
        return "needs you"
    if task.state is State.SERVING:
        return "running"
    return str(task.state) if task.state in (State.RUNNING, State.QUEUED, State.HELD) else ""
