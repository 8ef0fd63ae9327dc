"""What a run is held to while it goes on: its time, its output, its probes."""

import select
import time
from collections.abc import Mapping

from wzp_tui.inpane.prober import Prober
from wzp_tui.tasks.policy import Policy
from wzp_tui.tasks.span import span


class Watch:
    """Watches one run from its start on. Times are seconds of monotonic time."""

    def __init__(self, policy: Policy, environment: Mapping[str, str]) -> None:
        now = time.monotonic()
        self._policy, self._environment = policy, environment
        self._timeout_at = now + policy.timeout if policy.timeout else None
        self._heard_at = now
        self._over = False
        self._polled: list[int] = []
        service = policy.service
        self.serves = service is not None and service.ready is None
        """It is a service, and it is ready."""
        self._ready = Prober(service.ready, environment, now, eager=True) if service and service.ready else None
        self._alive: Prober | None = None
        if self.serves:
            self._begin_serving(now)

    def _begin_serving(self, now: float) -> None:
        service = self._policy.service
        self.serves, self._ready = True, None
        self._alive = Prober(service.alive, self._environment, now) if service and service.alive else None

    @property
    def _prober(self) -> Prober | None:
        return self._ready or self._alive

    @property
    def _quiet_at(self) -> float | None:
        return self._heard_at + self._policy.quiet if self._policy.quiet and not self._over else None

    def hear(self, data: bytes) -> None:
        """The command printed this."""
        self._heard_at = time.monotonic()
        if self._prober is not None:
            self._prober.hear(data)

    def reaped(self, pid: int, status: int) -> None:
        """A child of ours, but not the command, ended."""
        if self._prober is not None:
            self._prober.reaped(pid, status)

    def due(self) -> float | None:
        """When `look` must be called even if nothing happens."""
        prober = self._prober
        return min((at for at in (self._timeout_at, self._quiet_at, prober.due() if prober else None) if at is not None), default=None)

    def register(self, poll: "select.poll") -> None:
        """Tell what to wait for; called before each `poll`."""
        for fd in self._polled:
            poll.unregister(fd)
        self._polled = []
        if self._prober is not None and (wants := self._prober.wants()):
            poll.register(*wants)
            self._polled = [wants[0]]

    def look(self, ready: Mapping[int, int]) -> str:
        """Go on; returns why the run must end, or `""`."""
        now = time.monotonic()
        if self._timeout_at is not None and now >= self._timeout_at:
            return f"timeout after {span(self._policy.timeout or 0)}"
        if (quiet_at := self._quiet_at) is not None and now >= quiet_at:
            return f"no output for {span(self._policy.quiet or 0)}"
        prober = self._prober
        if prober is None:
            return ""
        prober.step(ready, now)
        if prober is self._ready and prober.good:
            prober.close()
            self._begin_serving(now)
        elif why := prober.failed(now):
            return f"not {'alive for' if self.serves else 'ready after'} {span(prober.probe.patience)}: {why}"
        return ""

    def close(self) -> None:
        """Watch no longer: it ends, or has ended."""
        if self._prober is not None:
            self._prober.close()
        self._ready = self._alive = self._timeout_at = None
        self._over = True
