"""A probe over time: looks, one after the other, and how long ago the last good answer was."""

from collections.abc import Mapping

from wzp_tui.inpane.look import look_of
from wzp_tui.tasks.policy import Probe
from wzp_tui.tasks.span import span

_FIRST_PAUSE = 0.05


class Prober:
    """Asks again and again. Times are seconds of monotonic time."""

    def __init__(self, probe: Probe, environment: Mapping[str, str], now: float, *, eager: bool = False) -> None:
        """`eager`: the first looks come quickly one after the other, for who waits for the first good answer."""
        self.probe = probe
        self.good = False
        """There was a good answer."""
        self._look = look_of(probe, environment)
        self._good_at = now
        self._why = ""
        self._pause = min(_FIRST_PAUSE, probe.every) if eager else probe.every
        self._next: float | None = now + self._pause
        """When the next look begins; `None`: one is under way."""
        self._limit = now

    def due(self) -> float:
        """When `step` must be called even if nothing happens."""
        return min(self._limit if self._next is None else self._next, self._good_at + self.probe.patience)

    def wants(self) -> tuple[int, int] | None:
        """The descriptor to poll, and for which events."""
        return self._look.wants()

    def hear(self, data: bytes) -> None:
        """The service printed this."""
        self._look.hear(data)

    def reaped(self, pid: int, status: int) -> None:
        """A child of ours ended."""
        self._look.reaped(pid, status)

    def step(self, ready: Mapping[int, int], now: float) -> None:
        """Go on."""
        wants = self._look.wants()
        if wants is not None and wants[0] in ready:
            self._look.move(ready[wants[0]])
        if self._next is None and self._look.answer is None and now >= self._limit:
            self._look.give_up()
            self._take(self._look.answer or f"no answer within {span(self.probe.within)}", now)
        elif self._look.answer is not None:
            self._take(self._look.answer, now)
        if self._next is not None and now >= self._next:
            self._next, self._limit = None, now + self.probe.within
            self._look.begin()

    def _take(self, answer: str, now: float) -> None:
        self._look.answer = None
        self._next = now + self._pause
        self._pause = min(self.probe.every, self._pause * 2)
        if answer:
            self._why = answer
        else:
            self.good, self._good_at = True, now

    def failed(self, now: float) -> str:
        """What was wrong, where there was no good answer for too long; else `""`."""
        return (self._why or "no answer") if now >= self._good_at + self.probe.patience else ""

    def close(self) -> None:
        """Ask no more."""
        self._look.give_up()
