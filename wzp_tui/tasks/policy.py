"""What a task is held to: how it ends well, when it is tried again, how it is stopped, and what makes a service of it."""

from enum import StrEnum
from signal import SIGTERM
from typing import Any, NamedTuple

from wzp_tui.tasks.backoff import ANY, SUCCESS, Backoff, Exits, StartLimit, signal_name
from wzp_tui.tasks.span import span


class Restart(StrEnum):
    """When a service that ended is started again. One that the user stopped never is."""

    NEVER = "never"
    ON_FAILURE = "on-failure"
    ALWAYS = "always"


class Ask(StrEnum):
    """How a probe asks."""

    PORT = "port"
    HTTP = "http"
    LINE = "line"
    COMMAND = "command"


class Probe(NamedTuple):
    """A question to a service, asked again and again. Times are seconds."""

    ask: Ask
    target: str
    """`8080` or `host:8080`; an address `http://…`; a regular expression; a shell line."""
    every: float = 1.0
    """From one look to the next."""
    within: float = 5.0
    """Time for one answer."""
    failures: int = 30
    """So many looks in a row without a good answer, and the probe has failed."""

    @property
    def patience(self) -> float:
        """Seconds without a good answer after which the probe has failed."""
        return self.every * self.failures

    @property
    def name(self) -> str:
        """As `parse_probe` reads it, without its times: `port:8080`."""
        return self.target if self.ask is Ask.HTTP else f"{self.ask}:{self.target}"

    @property
    def words(self) -> str:
        """As `parse_probe` reads it: `every=1s,within=5s,failures=30,port:8080`."""
        return f"every={span(self.every)},within={span(self.within)},failures={self.failures},{self.name}"


class Service(NamedTuple):
    """What makes a service of a task."""

    restart: Restart = Restart.ON_FAILURE
    ready: Probe | None = None
    """It serves from the first good answer on; `None`: at once."""
    alive: Probe | None = None
    """Asked while it serves; when it fails, the run ends."""


class Stop(NamedTuple):
    """How a run is stopped: a signal, and KILL when that is not heard."""

    signal: int = SIGTERM
    grace: float = 5.0
    """Seconds until KILL."""

    @property
    def words(self) -> str:
        """`SIGINT, KILL after 10s`."""
        return f"{signal_name(self.signal)}, KILL after {span(self.grace)}"


class Policy(NamedTuple):
    """What a task is held to. Times are seconds, of monotonic time."""

    success: Exits = SUCCESS
    """Ways to end well."""
    retries: int = 0
    """How often it is tried again when it fails; a service is restarted instead."""
    retry_on: Exits = ANY
    """Failures that are worth another attempt."""
    retry_lost: bool = False
    """Run again when the run was lost: the command may then have run twice."""
    backoff: Backoff = Backoff()
    start_limit: StartLimit | None = None
    timeout: float | None = None
    quiet: float | None = None
    """It is stopped after so long without output."""
    stop: Stop = Stop()
    service: Service | None = None

    def texts(self) -> dict[str, Any]:
        """What differs from the default, as JSON and as a task file writes it; `read_policy` reads it."""
        said: dict[str, Any] = {}
        for name in ("success", "retry_on", "backoff", "start_limit"):
            if (value := getattr(self, name)) != _DEFAULT[name]:
                said[name] = value.words
        for name in ("retries", "retry_lost", "timeout", "quiet"):
            if (value := getattr(self, name)) != _DEFAULT[name]:
                said[name] = value
        if self.stop.signal != Stop().signal:
            said["stop_signal"] = signal_name(self.stop.signal)
        if self.stop.grace != Stop().grace:
            said["stop_grace"] = self.stop.grace
        if self.service is not None:
            probes = {"ready": self.service.ready, "alive": self.service.alive}
            said["service"] = {"restart": str(self.service.restart)} | {name: probe.words for name, probe in probes.items() if probe}
        return said


_DEFAULT = Policy()._asdict()
