"""Which of several towers opens the panes: the holder of `tower.lock`."""

import json
import os

from wzp_tui.paths import StoreFolder
from wzp_tui.store.lock import FileLock, read_holder


class TowerLock:
    """Held from the first `take` that gets it until `release`."""

    def __init__(self, folder: StoreFolder) -> None:
        self._path = folder.tower_lock
        self._lock: FileLock | None = None

    @property
    def held(self) -> bool:
        """We have it."""
        return self._lock is not None

    def take(self) -> None:
        """Take it where nobody else has it."""
        if self._lock is None:
            self._lock = FileLock.take(self._path, content=json.dumps({"pid": os.getpid()}).encode())

    def release(self) -> None:
        """Let another tower have it."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def other(self) -> int | None:
        """The process id of the tower that has it, where that is not ours."""
        if self.held:
            return None
        try:
            return int(json.loads(read_holder(self._path))["pid"])
        except (ValueError, KeyError, TypeError):
            return None
