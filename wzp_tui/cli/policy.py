"""The options that make a policy: those of `add`, and of `task edit`."""

from collections.abc import Mapping
from typing import Any

from wzp_tui.cli.options import Option
from wzp_tui.errors import UsageError
from wzp_tui.tasks import parse, parse_policy
from wzp_tui.tasks.policy import Policy, Restart, Service

_PROBE = "port:8080, http://localhost:8080/ok, line:REGEX or command:LINE; before it, every=1s,within=5s,failures=30,"
LIMITS = (
    Option("--timeout", "Stop it after this time: 90s, 10m, 1h30m.", "TIME"),
    Option("--quiet", "Stop it when it prints nothing for so long.", "TIME"),
    Option("--stop-signal", "What asks it to stop (default: SIGTERM).", "SIGNAL"),
    Option("--stop-grace", "Time that it then has before it is killed (default: 5s).", "TIME"),
    Option("--success", "Ways to end well: 0,3,SIGTERM (default: 0).", "EXITS"),
    Option("--retries", "How often it is tried again when it fails.", "N"),
    Option("--retry-on", "Only when it fails in one of these ways: 1-3,75,SIGTERM (default: any).", "EXITS"),
    Option("--retry-lost", "Try it again, too, when nobody saw how it ended: the command may then have run twice."),
    Option("--backoff", "The delay before the next attempt, and how it grows: '5s to 5m by 2' (default: 1s to 5m by 2).", "DELAYS"),
    Option("--start-limit", "Give up after so many starts in so long: '5 in 10m'.", "LIMIT"),
)
SERVICE = (
    Option("--service", "It is a service: it serves instead of coming to an end, and is restarted on-failure."),
    Option("--restart", "never, on-failure or always; makes it a service.", "WHEN", choices=tuple(map(str, Restart))),
    Option("--ready", f"When it serves (default: at once): {_PROBE} Makes it a service.", "PROBE"),
    Option("--alive", "Asked while it serves; when it fails, the run ends. As --ready; makes it a service.", "PROBE"),
)
OPTIONS = LIMITS + SERVICE
NONE = "none"
"""Takes a limit or a probe away."""


def policy_from(given: Mapping[str, str | None], base: Policy = Policy()) -> Policy:  # noqa: B008, a record of constants
    """`base` with what was given, by the names of the options; a switch is given as `""`. Raises `UsageError`."""
    said = {name: text for name, text in given.items() if text is not None}
    fields: dict[str, Any] = {}
    for name in ("timeout", "quiet"):
        if name in said:
            fields[name] = None if said[name] == NONE else parse.parse_duration(said[name])
    for name in ("success", "retry_on", "backoff"):
        if name in said:
            fields[name] = parse_policy.READS[name](said[name])
    if "start_limit" in said:
        fields["start_limit"] = None if said["start_limit"] == NONE else parse_policy.parse_start_limit(said["start_limit"])
    if "retries" in said:
        fields["retries"] = parse.parse_retries(said["retries"])
    if "retry_lost" in said or "no_retry_lost" in said:
        fields["retry_lost"] = "retry_lost" in said
    stop = base.stop
    if "stop_signal" in said:
        stop = stop._replace(signal=parse_policy.parse_signal(said["stop_signal"]))
    if "stop_grace" in said:
        stop = stop._replace(grace=parse.parse_duration(said["stop_grace"]))
    return base._replace(**fields, stop=stop, service=_service(said, base.service))


def _service(said: Mapping[str, str], service: Service | None) -> Service | None:
    given = {name: said[name] for name in ("restart", "ready", "alive") if name in said}
    if "no_service" in said:
        if given or "service" in said:
            raise UsageError("--no-service excludes --service, --restart, --ready and --alive")
        return None
    if not given and "service" not in said:
        return service
    read: dict[str, Any] = {name: None if text == NONE else parse_policy.READS[name](text) for name, text in given.items()}
    return (service or Service())._replace(**read)
