"""The parts of a policy as texts: read, said again, and refused with an example."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.errors import UsageError
from wzp_tui.tasks.backoff import Backoff, Exits, StartLimit
from wzp_tui.tasks.parse import parse_duration
from wzp_tui.tasks.parse_policy import address_of, load_policy, parse_alive, parse_backoff, parse_probe, parse_ready, parse_signal
from wzp_tui.tasks.policy import Ask, Policy, Probe, Restart, Service, Stop
from wzp_tui.tasks.span import span


@pytest.mark.parametrize(
    ("text", "probe", "address"),
    [
        ("port:8080", Probe(Ask.PORT, "8080"), ("localhost", 8080, "")),
        ("port:db.example:5432", Probe(Ask.PORT, "db.example:5432"), ("db.example", 5432, "")),
        ("port:[::1]:80", Probe(Ask.PORT, "[::1]:80"), ("::1", 80, "")),
        ("http://localhost", Probe(Ask.HTTP, "http://localhost"), ("localhost", 80, "/")),
        ("http://[::1]:81/a?b=c,d", Probe(Ask.HTTP, "http://[::1]:81/a?b=c,d"), ("::1", 81, "/a?b=c,d")),
        ("http://h:8080?x", Probe(Ask.HTTP, "http://h:8080?x"), ("h", 8080, "/?x")),
        ("every=2s,failures=3,port:1", Probe(Ask.PORT, "1", 2, 5, 3), ("localhost", 1, "")),
        ("every=0.1s, port:1", Probe(Ask.PORT, "1", 0.1, 3, 30), ("localhost", 1, "")),
    ],
)
def test_a_probe_names_a_port_or_an_address(text: str, probe: Probe, address: tuple[str, int, str]) -> None:
    assert parse_ready(text) == probe
    assert address_of(probe) == address
    assert parse_probe(probe.words) == probe


def test_a_probe_names_a_line_or_a_command_with_whatever_is_in_it() -> None:
    assert parse_ready("line:every=1s, port:80$") == Probe(Ask.LINE, "every=1s, port:80$")
    assert parse_alive("command:curl -fs https://localhost || exit 1") == Probe(
        Ask.COMMAND, "curl -fs https://localhost || exit 1", 10, 5, 3
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("8080", "write port:8080"),
        ("port:", "write port:8080"),
        ("port:0", "write port:8080"),
        ("port:70000", "write port:8080"),
        ("http://", "write port:8080"),
        ("http://user@host/", "write port:8080"),
        ("http://h/a b", "write port:8080"),
        ("https://localhost", "https is asked by a command"),
        ("line:", "write port:8080"),
        ("line:(", "is no regular expression"),
        ("command: ", "write port:8080"),
        ("every=0,port:1", "no duration"),
        ("failures=0,port:1", "failures=0 is no number"),
        ("every=1s,failures=2,within=5s,port:1", "an answer may take 5s, but the probe fails after 2s"),
    ],
)
def test_a_wrong_probe_is_refused_in_one_line(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as refused:
        parse_ready(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "backoff"),
    [
        ("5s", Backoff(5)),
        ("10m", Backoff(600, most=600)),
        ("5s to 5m", Backoff(5, most=300)),
        ("1s to 8s by 1.5", Backoff(1, 1.5, 8)),
        ("1 to 8 jitter 0", Backoff(1, most=8, jitter=0)),
    ],
)
def test_a_backoff_is_read_and_said_again(text: str, backoff: Backoff) -> None:
    assert parse_backoff(text) == backoff
    assert parse_backoff(backoff.words) == backoff


@pytest.mark.parametrize("text", ["", "soon", "5s to", "5s to 1s", "1s to 2s by 0", "1s by 200", "1s jitter 2"])
def test_a_wrong_backoff_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_backoff(text)


def test_signals_have_names() -> None:
    assert [parse_signal(text) for text in ("SIGINT", "int", "Kill")] == [2, 2, 9]
    with pytest.raises(UsageError, match="'x' is no signal"):
        parse_signal("x")


def test_what_is_as_ever_is_not_stored() -> None:
    assert Policy().texts() == {}
    assert Policy(service=Service()).texts() == {"service": {"restart": "on-failure"}}
    assert Policy(retries=3, timeout=600).texts() == {"retries": 3, "timeout": 600}


_TIMES = st.integers(1, 10**6).map(lambda tenths: tenths / 10)
_PROBES = st.builds(
    Probe,
    st.just(Ask.COMMAND),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(lambda text: text == text.strip() and text),
    _TIMES,
    st.just(0.1),
    st.integers(1, 1000),
)
_POLICIES = st.builds(
    Policy,
    success=st.builds(Exits, st.frozensets(st.integers(0, 255), min_size=1), st.frozensets(st.sampled_from([1, 2, 15, 34, 40]))),
    retries=st.integers(0, 1000),
    retry_on=st.builds(Exits, st.frozensets(st.integers(1, 255), min_size=1), st.just(frozenset())),
    retry_lost=st.booleans(),
    backoff=st.builds(Backoff, st.just(0.5), st.sampled_from([1.0, 2.5]), _TIMES.map(lambda most: most + 1), st.sampled_from([0.0, 0.25])),
    start_limit=st.none() | st.builds(StartLimit, st.integers(1, 1000), _TIMES),
    timeout=st.none() | _TIMES,
    quiet=st.none() | _TIMES,
    stop=st.builds(Stop, st.sampled_from([1, 2, 15]), _TIMES),
    service=st.none() | st.builds(Service, st.sampled_from(Restart), st.none() | _PROBES, st.none() | _PROBES),
)


@given(_POLICIES)
def test_every_policy_comes_back_from_json(policy: Policy) -> None:
    assert load_policy(json.dumps(policy.texts())) == policy


@given(_TIMES)
def test_a_span_is_read_as_it_was(seconds: float) -> None:
    assert parse_duration(span(seconds)) == seconds
