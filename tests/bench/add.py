"""What a call costs that programs make in loops."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.bench.rows import NotMeasured, Row, at_most, told

_ROUNDS = 25


def rows() -> Iterable[Row]:
    """`wzp-tui add` and `status`, in turn with a Python that does nothing."""
    os.environ["WZP_STORE"] = str(Path.home() / "s")
    calls = {
        "bare": (sys.executable, "-c", "pass"),
        "add": (sys.executable, "-P", "-m", "wzp_tui", "add", "--hold", "--", "true"),
        "status": (sys.executable, "-P", "-m", "wzp_tui", "status"),
    }
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        _seconds(call)  # once for bytecode, disk caches and the new store
    for _ in range(_ROUNDS):
        for name, call in calls.items():
            taken[name].append(_seconds(call))
    bare = statistics.median(taken["bare"])
    yield told("bare `python -c pass`", bare * 1000, "ms")
    yield at_most("`task add` beside it", statistics.median(taken["add"]) / bare, "x", 4)
    yield told("`status` beside it, 25 tasks", statistics.median(taken["status"]) / bare, "x")


def _seconds(call: Sequence[str]) -> float:
    begun = time.perf_counter()
    done = subprocess.run(call, cwd="/", capture_output=True, text=True)
    if done.returncode:
        raise NotMeasured(f"`{' '.join(call[1:])}` ended with {done.returncode}: {done.stderr.strip()[-200:]}")
    return time.perf_counter() - begun
