"""A lane: a named set of slots, one pane a slot."""

import re
from typing import NamedTuple

from wzp_tui.errors import UsageError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")

DEFAULT = "default"
DEFAULT_SLOTS = 2
MAX_SLOTS = 256
MAX_LIMIT = 10_000


class Lane(NamedTuple):
    """A lane of the store."""

    name: str
    slots: int
    paused: bool


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


def check_limit(limit: int) -> int:
    """Return `limit`, or raise `UsageError`."""
    if not 1 <= limit <= MAX_LIMIT:
        raise UsageError(f"limit {limit}: at most 1 to {MAX_LIMIT} runs are let go at once; to stop all, pause the lanes")
    return limit
