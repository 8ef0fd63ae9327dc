"""What happened while nobody was there. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from wzp_tui.controller import Section, Snapshot, TaskRow
from wzp_tui.tasks.task import State

AWAY = 30 * 60_000
"""Milliseconds without a key after which the user counts as away."""


class Digest(NamedTuple):
    """What came about meanwhile, the most urgent first."""

    away_ms: int
    """How long nobody was there."""
    needs: Sequence[TaskRow]
    failed: Sequence[TaskRow]
    done: Sequence[TaskRow]

    @property
    def first(self) -> TaskRow:
        """The task to look at first."""
        return (*self.needs, *self.failed, *self.done)[0]


def digest(snapshot: Snapshot, left_ms: int, now_ms: int, workspace: str | None = None) -> Digest | None:
    """What became of the tasks of a workspace, or of all, since the user left; `None` where nothing did, or where they are there."""
    if now_ms - left_ms < AWAY:
        return None
    new = [row for row in snapshot.tasks if row.task.changed_ms > left_ms and (workspace is None or row.task.workspace == workspace)]
    needs = [row for row in new if row.section is Section.NEEDS_YOU]
    failed = [row for row in new if row.section is Section.FAILED]
    done = [row for row in new if row.task.state is State.DONE]
    return Digest(now_ms - left_ms, needs, failed, done) if needs or failed or done else None
