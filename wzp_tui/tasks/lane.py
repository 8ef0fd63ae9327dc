"""A lane: a named set of slots, one pane a slot."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from wzp_tui.errors import UsageError
from wzp_tui.tasks.words import with_reason

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")

DEFAULT = "default"
DEFAULT_SLOTS = 2
MAX_SLOTS = 256
MAX_LIMIT = 10_000


BY_YOU = "by you"
AFTER_RESTART = "after a restart"


class Lane(NamedTuple):
    """A lane of the store."""

    name: str
    slots: int
    paused: bool
    reason: str = ""
    """Why it is paused: `by you`, `#12 failed`, `after a restart`."""
    workspace: str | None = None
    """Its panes open there, and tasks of that workspace go into it where no lane is named."""
    pause_on_failure: bool = False
    """The first failure of one of its tasks, after its retries, pauses it."""
    draining: bool = False
    """It starts no more, and its workers end when they have nothing left to do."""

    @property
    def starts(self) -> bool:
        """Its tasks may start."""
        return not (self.paused or self.draining)

    def words(self, is_empty: bool = False) -> str:
        """`paused by you`, `paused: #12 failed`, `draining`, or `drained` where it `is_empty`; nothing where its tasks may start."""
        if self.draining:
            return "drained" if is_empty else "draining"
        return with_reason("paused", self.reason) if self.paused else ""


def lane_of(workspace: str, lanes: Iterable[Lane]) -> str:
    """The lane of a task that names none: the first one that belongs to its workspace, else `default`."""
    return next((lane.name for lane in lanes if lane.workspace == workspace), DEFAULT)


def check_lane_name(name: str) -> str:
    """Return `name`, or raise `UsageError`: lanes name files."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"lane {name[:40]!r}: a lane is named with a-z, 0-9, - and _, at most 32 of them, a letter or digit first")
    return name


def check_slots(slots: int) -> int:
    """Return `slots`, or raise `UsageError`."""
    if not 1 <= slots <= MAX_SLOTS:
        raise UsageError(f"slots = {slots}: a lane has 1 to {MAX_SLOTS} slots; to stop it, pause it")
    return slots


def parse_limit(text: str) -> int | None:
    """`4`, or `none`. Raises `UsageError`."""
    if text == "none":
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise UsageError(f"limit {text[:40]!r}: write a number of runs, or none")
    return check_limit(int(text))


def check_limit(limit: int) -> int:
    """Return `limit`, or raise `UsageError`."""
    if not 1 <= limit <= MAX_LIMIT:
        raise UsageError(f"limit {limit}: at most 1 to {MAX_LIMIT} runs are let go at once; to stop all, pause the lanes")
    return limit
