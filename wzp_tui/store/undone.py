"""What became of an undo."""

from typing import NamedTuple


class Undone(NamedTuple):
    """What became of an undo."""

    was: str
    """What the tasks were then: `held`."""
    tasks: tuple[int, ...]
    """Those that are as before."""
    refused: tuple[str, ...]
    """Why others are not, a line each."""
