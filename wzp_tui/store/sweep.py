"""Takes away what killed programs left: locks of runs that never began, FIFOs, unfinished files."""

import os
import time

from wzp_tui.paths import StoreFolder
from wzp_tui.store.lock import is_held, remove
from wzp_tui.store.wake import wake

EVERY = 3600.0
AGE = 3600.0
"""Seconds that a file must be old: what is younger may belong to a run that is about to begin."""


class Sweep:
    """Sweeps a folder at most once an hour."""

    def __init__(self, folder: StoreFolder) -> None:
        self._folder = folder
        self._next = 0.0

    def now_and_then(self, open_tokens: set[str]) -> bool:
        """Sweep, where it is time, and say whether it was; nothing of a run that has no end yet is touched."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + EVERY
        folder = self._folder
        for path in _old(folder.locks):
            token, _, kind = os.path.basename(path).rpartition(".")
            if kind in ("run", "child") and token not in open_tokens and not is_held(path):
                remove(path)
        for path in _old(folder.wake):
            ours = os.path.basename(path).startswith("task.")  # a slot's name is used again, perhaps just now
            if path.endswith(".tmp") or (ours and not wake(path)):
                remove(path)
        for path in _old(folder.spool):
            if path.endswith(".tmp"):
                remove(path)
        return True


def _old(folder: str) -> list[str]:
    found = []
    try:
        for entry in os.scandir(folder):
            try:
                if time.time() - entry.stat(follow_symlinks=False).st_mtime > AGE:
                    found.append(entry.path)
            except FileNotFoundError:
                continue  # its owner was faster
    except FileNotFoundError:
        return []
    return found
