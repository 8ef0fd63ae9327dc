"""Rest after failures: a mux that does not answer is not hammered, and is found again by itself."""

from collections.abc import Callable
from typing import NamedTuple

from wzp_tui.errors import MuxUnreachable

FAILURES = 3
REST = 30.0


class Health(NamedTuple):
    """Whether the mux answers."""

    reachable: bool
    since: float
    """When that began, in seconds of `time.monotonic`."""
    reason: str = ""
    """Why it is not reachable, in one line."""


class Breaker:
    """Opens for 30 s after 3 failures in a row, then lets one call probe. Any good answer closes it.

    A new life of the mux (another instance) is asked at once: the rest was for the one before.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._now = monotonic
        self._failures = 0
        self._rests_until = 0.0
        self._instance = ""
        self.health = Health(True, monotonic())

    def check(self, instance: str) -> None:
        """Raise `MuxUnreachable` while it rests; `instance` is `""` where there is none to be seen."""
        left = self._rests_until - self._now()
        if left > 0 and instance == self._instance:
            raise MuxUnreachable(f"{self.health.reason}; asked again in {left:.0f} s")

    def answered(self) -> None:
        """Note a good answer, also one that says no."""
        self._failures, self._rests_until = 0, 0.0
        if not self.health.reachable:
            self.health = Health(True, self._now())

    def failed(self, reason: str, instance: str) -> None:
        """Note a call without an answer that can be read."""
        now = self._now()
        self._failures += 1
        self._instance = instance
        if self._failures >= FAILURES:
            self._rests_until = now + REST
        self.health = Health(False, now if self.health.reachable else self.health.since, reason)
