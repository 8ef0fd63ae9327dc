"""What people write for the parts of a policy. What reads raises `UsageError`."""

import re
import signal
from collections.abc import Callable, Mapping
from functools import lru_cache
from json import loads
from typing import Any

from wzp_tui.errors import UsageError
from wzp_tui.tasks.backoff import ANY, Backoff, Exits, StartLimit, signal_name
from wzp_tui.tasks.parse import check_duration, parse_duration, shown
from wzp_tui.tasks.policy import Ask, Policy, Probe, Restart, Service, Stop
from wzp_tui.tasks.span import span

MOST_FACTOR = 100.0
MOST_STARTS = 1000
MOST_FAILURES = 100_000
READY_TIMES = (1.0, 5.0, 30)
"""Every, within and failures of a readiness probe that names none."""
ALIVE_TIMES = (10.0, 5.0, 3)
_ADDRESS = r"(?:(\[[0-9A-Fa-f:.%a-z]+\]|[^\s:/\[\]@]+):)?([0-9]{1,5})"
_URL = r"http://(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]@?#]+)(?::([0-9]{1,5}))?([/?][\x21-\x7e]*)?"


def parse_exits(text: str) -> Exits:
    """Read `1-3,75,SIGTERM`; `any` is every failure."""
    codes: set[int] = set()
    signals: set[int] = set()
    for part in (part.strip() for part in text.split(",")):
        if part.lower() == "any":
            codes |= ANY.codes
            signals |= ANY.signals
        elif found := re.fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", part):
            first, last = int(found[1]), int(found[2] or found[1])
            if not first <= last <= 255:
                raise UsageError(f"exit codes {shown(text)}: {part} is no range; codes go from 0 to 255")
            codes.update(range(first, last + 1))
        elif (number := _number(part)) is not None:
            signals.add(number)
        else:
            raise UsageError(f"exit codes {shown(text)}: {shown(part)} is neither a code nor a signal; write 1-3,75,SIGTERM or any")
    return Exits(frozenset(codes), frozenset(signals))


def parse_signal(text: str) -> int:
    """Read `SIGINT` or `int`."""
    number = _number(text)
    if number is None:
        raise UsageError(f"{shown(text)} is no signal; write SIGTERM, SIGINT, SIGQUIT, SIGHUP …")
    return number


def _number(name: str) -> int | None:
    wanted = "SIG" + name.upper().removeprefix("SIG")
    return next((int(number) for number in signal.valid_signals() if signal_name(number) == wanted), None)


def parse_backoff(text: str) -> Backoff:
    """Read `5s`, `5s to 5m`, `5s to 5m by 3`, `5s to 5m by 3 jitter 0.2`."""
    number = r"([0-9]{1,6}(?:\.[0-9]{1,9})?)"
    found = re.fullmatch(rf"(\S+)(?: +to +(\S+))?(?: +by +{number})?(?: +jitter +{number})?", text.strip())
    if not found:
        raise UsageError(f"backoff {shown(text)}: write the first delay and the longest one, as in 5s to 5m")
    first, plain = parse_duration(found[1]), Backoff()
    most = parse_duration(found[2]) if found[2] else max(first, plain.most)
    factor = float(found[3]) if found[3] else plain.factor
    return check_backoff(Backoff(first, factor, most, float(found[4]) if found[4] else plain.jitter))


def check_backoff(backoff: Backoff) -> Backoff:
    """Return `backoff`, where its numbers make sense."""
    check_duration(backoff.first)
    check_duration(backoff.most)
    if backoff.most < backoff.first:
        raise UsageError(f"backoff: the longest delay of {span(backoff.most)} is shorter than the first one of {span(backoff.first)}")
    if not 1 <= backoff.factor <= MOST_FACTOR:
        raise UsageError(f"backoff: factor {backoff.factor:g} is not between 1 and {MOST_FACTOR:g}")
    if not 0 <= backoff.jitter <= 1:
        raise UsageError(f"backoff: jitter {backoff.jitter:g} is a share, from 0 to 1")
    return backoff


def parse_start_limit(text: str) -> StartLimit:
    """Read `5 in 10m`."""
    found = re.fullmatch(r"([0-9]{1,4}) +in +(\S+)", text.strip())
    if not found or not 1 <= int(found[1]) <= MOST_STARTS:
        raise UsageError(f"start limit {shown(text)}: write how often and in what time, as in 5 in 10m")
    return StartLimit(int(found[1]), parse_duration(found[2]))


def parse_restart(text: str) -> Restart:
    """Read `never`, `on-failure` or `always`."""
    try:
        return Restart(text)
    except ValueError:
        raise UsageError(f"{shown(text)} is no way to restart; there are: {', '.join(Restart)}") from None


def parse_ready(text: str) -> Probe:
    """Read a probe that says when a service is ready."""
    return parse_probe(text, READY_TIMES)


def parse_alive(text: str) -> Probe:
    """Read a probe that says whether a service is alive."""
    return parse_probe(text, ALIVE_TIMES)


def parse_probe(text: str, times: tuple[float, float, int] = READY_TIMES) -> Probe:
    """Read `port:8080`, `http://localhost:8080/ok`, `line:REGEX` or `command:LINE`; before it, `every=1s,within=5s,failures=30,`."""
    every, usual, failures = times
    within = 0.0
    rest = text.strip()
    while found := re.match(r"(every|within|failures)=([^,]*),\s*", rest):
        if found[1] == "every":
            every = parse_duration(found[2])
        elif found[1] == "within":
            within = parse_duration(found[2])
        else:
            failures = int(found[2]) if re.fullmatch(r"[0-9]{1,6}", found[2]) else 0
            if not 1 <= failures <= MOST_FAILURES:
                raise UsageError(f"probe {shown(text)}: failures={found[2][:20]} is no number from 1 to {MOST_FAILURES}")
        rest = rest[found.end() :]
    ask, target = _question(rest)
    probe = Probe(ask, target, every, within or min(usual, every * failures), failures)
    if within > probe.patience:
        raise UsageError(f"probe {shown(text)}: an answer may take {span(within)}, but the probe fails after {span(probe.patience)}")
    return probe


def _question(text: str) -> tuple[Ask, str]:
    word, colon, target = text.partition(":")
    if colon and word == "port" and (found := re.fullmatch(_ADDRESS, target)) and 1 <= int(found[2]) <= 65535:
        return Ask.PORT, target
    if (found := re.fullmatch(_URL, text)) and 1 <= int(found[2] or 80) <= 65535:
        return Ask.HTTP, text
    if colon and word == "line" and target:
        try:
            re.compile(target)
        except (re.error, OverflowError, RecursionError) as error:
            raise UsageError(f"probe {shown(text)}: {shown(target)} is no regular expression: {error}") from None
        return Ask.LINE, target
    if colon and word == "command" and target.strip() and "\0" not in target:
        return Ask.COMMAND, target
    if word == "https":
        raise UsageError(f"probe {shown(text)}: https is asked by a command, as in command:curl -fs URL")
    raise UsageError(f"probe {shown(text)}: write port:8080, port:HOST:8080, http://localhost:8080/ok, line:REGEX or command:LINE")


def address_of(probe: Probe) -> tuple[str, int, str]:
    """The host of a port or HTTP probe (`localhost` where it names none), the port, and the path."""
    if probe.ask is Ask.PORT:
        found = re.fullmatch(_ADDRESS, probe.target)
        assert found is not None
        return (found[1] or "localhost").strip("[]"), int(found[2]), ""
    found = re.fullmatch(_URL, probe.target)
    assert found is not None
    path = found[3] or "/"
    return found[1].strip("[]"), int(found[2] or 80), path if path.startswith("/") else f"/{path}"


READS: Mapping[str, Callable[[str], Any]] = {
    "success": parse_exits,
    "retry_on": parse_exits,
    "backoff": parse_backoff,
    "start_limit": parse_start_limit,
    "stop_signal": parse_signal,
    "restart": parse_restart,
    "ready": parse_ready,
    "alive": parse_alive,
}
"""What reads the text of each part."""


def read_policy(said: Mapping[str, Any]) -> Policy:
    """Read what `Policy.texts` wrote."""
    fields = {name: READS[name](value) if name in READS else value for name, value in said.items()}
    if "service" in fields:
        fields["service"] = Service(**{name: READS[name](value) for name, value in fields["service"].items()})
    stop = Stop(fields.pop("stop_signal", Stop().signal), fields.pop("stop_grace", Stop().grace))
    return Policy(**fields, stop=stop)


@lru_cache(maxsize=1024)
def load_policy(text: str) -> Policy:
    """Read the JSON of `Policy.texts`. Many tasks have the same."""
    return read_policy(loads(text))
