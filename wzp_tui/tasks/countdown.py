"""What will happen to a task by itself, and when. Pure."""

from collections.abc import Iterator
from math import ceil, inf
from typing import NamedTuple

from wzp_tui.tasks.run import Run
from wzp_tui.tasks.task import State, Task


class Countdown(NamedTuple):
    """What will happen, told at one moment."""

    text: str
    """`retries in 8s`, `times out in 4m`, `no answer of its probe yet, 12 of 30s`."""
    left: float
    """Seconds until then."""
    stands: float
    """Seconds for which the text stays true."""


def countdown(task: Task, run: Run | None, now_ms: int, heard_ms: int | None = None) -> Countdown | None:
    """What happens first; `None` where nothing will. `heard_ms`: when the run printed something last, where that is known."""
    return min(countdowns(task, run, now_ms, heard_ms), key=lambda found: found.left, default=None)


def countdowns(task: Task, run: Run | None, now_ms: int, heard_ms: int | None = None) -> Iterator[Countdown]:
    """All that will happen."""
    if task.state is State.QUEUED and task.waits_since_ms and task.is_early(now_ms):
        yield _in("retries in {}", (task.not_before_ms - now_ms) / 1000)
    if run is None or not run.open or run.orphaned or run.stop in ("stop", "kill"):
        return
    ran, policy = (now_ms - run.started_ms) / 1000, task.policy
    if policy.service and (ready := policy.service.ready) and run.ready_ms is None:
        whole = int(ready.patience)
        asked = min(max(0, int(ran)), whole)
        yield Countdown(f"no answer of its probe yet, {asked} of {whole}s", ready.patience - ran, 1 - ran % 1)
    if policy.quiet and heard_ms is not None:
        left = policy.quiet - (now_ms - heard_ms) / 1000
        yield _in("stopped in {} unless it prints", left)._replace(stands=1.0)
    if policy.timeout:
        yield _in("times out in {}", policy.timeout - ran)


def _in(text: str, left: float) -> Countdown:
    """Told rounded up: as long as it takes at most."""
    left = max(0.0, left)
    below, _, unit, letter = next(span for span in _UNITS if left <= span[1])
    count = ceil(left / unit)
    return Countdown(text.format(f"{count}{letter}"), left, max(0.05, left - max(below, (count - 1) * unit)))


_UNITS = ((0, 60, 1, "s"), (60, 6000, 60, "m"), (6000, 172_800, 3600, "h"), (172_800, inf, 86_400, "d"))
"""More than so many seconds, and no more than so many, are told in this unit."""
