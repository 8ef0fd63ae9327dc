"""When a task is tried again, how long it waits before, and when it is given up."""

import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.errors import UsageError
from wzp_tui.tasks.backoff import SUCCESS, Backoff, Exits, StartLimit
from wzp_tui.tasks.parse_policy import check_backoff, parse_exits, parse_start_limit


@pytest.mark.parametrize(
    ("text", "words"),
    [("1-3,75", "1-3,75"), ("75, 3,1,2 ", "1-3,75"), ("0", "0"), ("SIGTERM,kill,4-4", "4,SIGKILL,SIGTERM"), ("0-255", "0-255")],
)
def test_exit_codes_are_read_and_said_again(text: str, words: str) -> None:
    assert parse_exits(text).words == words


def test_a_run_ends_in_one_of_the_ways_or_not() -> None:
    ways = parse_exits("1-3,75,SIGKILL")
    assert ways.hold(2, None)
    assert ways.hold(75, None)
    assert ways.hold(None, signal.SIGKILL)
    assert not ways.hold(4, None)
    assert not ways.hold(None, signal.SIGTERM)
    assert not ways.hold(None, None), "nobody saw how it ended"
    assert parse_exits("any").hold(255, None)
    assert parse_exits("any").hold(None, signal.SIGSEGV)
    assert not parse_exits("any").hold(0, None)
    assert SUCCESS.hold(0, None)


@pytest.mark.parametrize("text", ["", "1,,2", "256", "3-1", "-1", "SIGNOTHING", "1-", "0x10", "٣"])
def test_what_is_no_exit_code_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="exit codes"):
        parse_exits(text)


def test_delays_double_up_to_the_longest() -> None:
    plain = Backoff(jitter=0)
    assert [plain.delay(attempt, "") for attempt in (1, 2, 3, 9, 10, 100_000)] == [1, 2, 4, 256, 300, 300]
    assert Backoff(first=5, factor=1, jitter=0).delay(7, "") == 5


def test_tasks_that_failed_together_are_not_tried_together_and_a_task_waits_the_same_again() -> None:
    delays = {Backoff().delay(10, f"#{task}") for task in range(100)}
    assert len(delays) == 100
    assert max(delays) - min(delays) > 20
    assert Backoff().delay(3, "#12") == Backoff().delay(3, "#12")
    assert Backoff().delay(3, "#12") != Backoff().delay(4, "#12")


@pytest.mark.parametrize(
    ("backoff", "words"),
    [
        (Backoff(first=0), "0 seconds"),
        (Backoff(first=60, most=5), "shorter than the first"),
        (Backoff(factor=0.5), "factor 0.5"),
        (Backoff(factor=float("nan")), "factor nan"),
        (Backoff(jitter=2), "jitter 2"),
        (Backoff(most=float("inf")), "inf seconds"),
    ],
)
def test_a_wrong_backoff_says_what_is_wrong(backoff: Backoff, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        check_backoff(backoff)


def test_a_task_that_starts_too_often_is_given_up_until_time_has_passed() -> None:
    limit = parse_start_limit("5 in 10m")
    starts = [0, 60_000, 120_000, 180_000]
    assert not limit.reached(starts, 200_000)
    starts.append(240_000)
    assert limit.reached(starts, 240_000)
    assert limit.words == "5 in 10m"
    assert not limit.reached(starts, 600_000), "the first of them is ten minutes ago"
    assert limit.reached(starts, 100_000), "the clock was set back; the starts happened nevertheless"


@pytest.mark.parametrize(("within", "words"), [(90, "90s"), (3600, "1h"), (172800, "2d"), (0.5, "0.5s")])
def test_a_start_limit_is_told_as_it_was_given(within: float, words: str) -> None:
    assert StartLimit(3, within).words == f"3 in {words}"


@pytest.mark.parametrize("text", ["", "5", "0 in 10m", "5 in", "5 in soon", "1001 in 1h"])
def test_what_is_no_start_limit_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_start_limit(text)


@given(st.frozensets(st.integers(0, 255), min_size=1), st.frozensets(st.sampled_from(sorted(map(int, signal.valid_signals())))))
def test_every_set_of_exits_can_be_said_and_read(codes: frozenset[int], signals: frozenset[int]) -> None:
    exits = Exits(codes, signals)
    assert parse_exits(exits.words) == exits


@given(
    st.builds(Backoff, st.floats(0.01, 60), st.floats(1, 100), st.floats(60, 86400), st.floats(0, 1)),
    st.integers(1, 10**6),
    st.text(max_size=9).filter(lambda text: text.isprintable()),
)
def test_no_delay_is_longer_than_the_longest_and_none_is_negative(backoff: Backoff, attempt: int, seed: str) -> None:
    plain = check_backoff(backoff)._replace(jitter=0)
    assert 0 <= backoff.delay(attempt, seed) <= backoff.most
    assert plain.delay(attempt, seed) <= plain.delay(attempt + 1, seed)
    assert backoff.delay(attempt, seed) >= plain.delay(attempt, seed) * (1 - backoff.jitter) - 1e-9
