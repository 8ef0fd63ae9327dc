"""The helpers that wait: they end when the state is there, and fail with what they saw last."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import until, wait_until


def test_the_answer_comes_back() -> None:
    answers = iter([None, 0, "there"])
    assert wait_until(lambda: next(answers)) == "there"


def test_a_predicate_may_assert_until_it_holds() -> None:
    seen: list[int] = []

    def three_looks() -> bool:
        seen.append(1)
        assert len(seen) == 3
        return True

    assert wait_until(three_looks)


def test_what_never_comes_fails_with_the_last_answer() -> None:
    with pytest.raises(AssertionError, match=r"not within 0.01 s .*last answer was \[\]"):
        wait_until(list, timeout=0.01)


async def test_a_coroutine_is_awaited() -> None:
    answers = iter([False, True])

    async def ask() -> bool:
        return next(answers)

    assert await until(ask)
    assert await until(lambda: "at once") == "at once"
    with pytest.raises(AssertionError, match="not within"):
        await until(lambda: None, timeout=0.01)


@given(number=st.integers())
def test_a_property_test_lives_apart_from_the_user_too(number: int) -> None:
    assert number == int(str(number))
    assert not [name for name in os.environ if name.startswith("WEZTERM_")]
    assert os.path.dirname(os.environ["WZP_STORE"]) == os.path.dirname(os.environ["HOME"])
