"""Values kept in the order of a key."""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")

MANY = 8
"""From one change in so many values on, all are sorted anew: that is faster."""


class Ranked(Generic[T]):
    """Values in the order of a key that no two of them share. What changes is sorted in; the rest is not looked at."""

    def __init__(self, key: Callable[[T], Any]) -> None:
        self._key = key
        self._values: list[T] = []

    def patch(self, gone: Collection[T], come: Collection[T]) -> None:
        """Take values out that are there, and sort others in."""
        if (len(gone) + len(come)) * MANY > len(self._values):
            keys = set(map(self._key, gone))
            left = [value for value in self._values if self._key(value) not in keys] if keys else self._values
            self._values = sorted([*left, *come], key=self._key)
            return
        for value in gone:
            del self._values[self.index(value)]
        for value in come:
            insort(self._values, value, key=self._key)

    def index(self, value: T) -> int:
        """The place of a value that is there; 0 is the first."""
        return bisect_left(self._values, self._key(value), key=self._key)

    def __iter__(self) -> Iterator[T]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
