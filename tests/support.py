"""What tests share: waiting for a state, never for a time."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar, overload

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds until a state that does not come counts as missed: a busy machine is slow, not wrong."""


def wait_until(predicate: Callable[[], T], timeout: float = PATIENCE) -> T:
    """Ask until the answer is true, and return it; fail after `timeout` seconds.

    A predicate may assert instead of answering: while it raises AssertionError, the answer is "not yet".
    """
    for nap in _naps(timeout):
        try:
            if answer := predicate():
                return answer
            last: object = answer
        except AssertionError as error:
            last = error
        time.sleep(nap)
    raise AssertionError(_not_in_time(predicate, timeout, last))


@overload
async def until(predicate: Callable[[], Awaitable[T]], timeout: float = PATIENCE) -> T: ...
@overload
async def until(predicate: Callable[[], T], timeout: float = PATIENCE) -> T: ...
async def until(predicate: Callable[[], object], timeout: float = PATIENCE) -> object:
    """`wait_until` for the event loop; the predicate may be a coroutine function."""
    for nap in _naps(timeout):
        try:
            asked = predicate()
            answer = await asked if inspect.isawaitable(asked) else asked
            if answer:
                return answer
            last: object = answer
        except AssertionError as error:
            last = error
        await asyncio.sleep(nap)
    raise AssertionError(_not_in_time(predicate, timeout, last))


def _naps(timeout: float) -> Iterator[float]:
    """Growing pauses up to 50 ms; at least one, the last one after the deadline."""
    deadline, nap = time.monotonic() + timeout, 0.002
    yield nap
    while time.monotonic() < deadline:
        nap = min(nap * 1.5, 0.05)
        yield nap
    yield 0


def _not_in_time(predicate: object, timeout: float, last: object) -> str:
    code = getattr(predicate, "__code__", None)
    where = f"{code.co_name}, line {code.co_firstlineno}" if code else repr(predicate)
    return f"not within {timeout:g} s ({where}); the last answer was {last!r}"
