"""The kinds of fields that a filter can ask for. Each makes a test of what was written after the colon."""

import operator
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from wzp_tui.controller.snapshot import PaneRow, Snapshot, TaskRow
from wzp_tui.errors import UsageError
from wzp_tui.tasks.parse import nearest, parse_duration, shown

Row = TaskRow | PaneRow
Test = Callable[[Row, int], bool]
"""Whether a row has it, at a time in milliseconds."""
Texts = Callable[[TaskRow], Iterable[str | None]]
PaneTexts = Callable[[PaneRow], Iterable[str | None]]

_COMPARED = re.compile(r"(>=|<=|>|<|=?)(.*)", re.DOTALL)
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    "": operator.eq,
}


def _nothing(row: object) -> tuple[str, ...]:
    return ()


def pattern(value: str, begun: bool) -> re.Pattern[str]:
    """What names of this value look like, in lower case; `*` is anything."""
    return re.compile(".*".join(map(re.escape, (value.casefold() + "*" * begun).split("*"))), re.DOTALL)


class Field(ABC):
    """Something that can be asked for: `name:value`."""

    changes_with_time = False
    """What holds now need not hold later, though nothing has happened."""

    def __init__(self, name: str, help: str) -> None:
        self.name, self.help = name, help

    @abstractmethod
    def test(self, value: str, begun: bool = False) -> Test:
        """The test of a value. `begun`: it is still being typed, and stands for all that begin so. Raises `UsageError`."""

    def texts(self, row: Row) -> Iterable[str]:
        """What a row has for values."""
        return ()

    def there(self, snapshot: Snapshot) -> Iterable[str]:
        """Values that can be asked for though no row has them."""
        return ()

    def is_open(self, value: str) -> bool:
        """While it is being typed, this is no value yet."""
        return not value


class Named(Field):
    """Has names: `lane:build`, or with `*` for anything, `lane:web*`."""

    def __init__(
        self,
        name: str,
        help: str,
        of_task: Texts,
        of_pane: PaneTexts = _nothing,
        there: Callable[[Snapshot], Iterable[str]] = _nothing,
    ) -> None:
        super().__init__(name, help)
        self._of_task, self._of_pane, self._there = of_task, of_pane, there

    def texts(self, row: Row) -> Iterable[str]:
        found = self._of_task(row) if isinstance(row, TaskRow) else self._of_pane(row)
        return [text for text in found if text]

    def there(self, snapshot: Snapshot) -> Iterable[str]:
        return self._there(snapshot)

    def test(self, value: str, begun: bool = False) -> Test:
        wanted = pattern(value, begun)
        has = cache(lambda text: text is not None and wanted.fullmatch(text.casefold()) is not None)
        of_task, of_pane = self._of_task, self._of_pane
        return lambda row, now: any(map(has, of_task(row) if isinstance(row, TaskRow) else of_pane(row)))


class OneOf(Named):
    """Has one or more of a few words, and no others can be asked for: `state:failed`."""

    def __init__(self, name: str, help: str, words: Iterable[str], of_task: Texts, of_pane: PaneTexts = _nothing) -> None:
        super().__init__(name, help, of_task, of_pane)
        self.words = tuple(words)
        self._known = frozenset(self.words)

    def texts(self, row: Row) -> Iterable[str]:
        return self._known.intersection(self._of_task(row) if isinstance(row, TaskRow) else self._of_pane(row))

    def test(self, value: str, begun: bool = False) -> Test:
        test, wanted = super().test(value, begun), value.casefold()
        if not ("*" in value or wanted in self.words or (begun and any(word.startswith(wanted) for word in self.words))):
            cure = nearest(value, self.words) or f"; there are {', '.join(self.words)}"
            raise UsageError(f"no {self.name} named {shown(value)}{cure}")
        return test


class Flagged(OneOf):
    """Is something, or is not: `is:needs`."""

    def __init__(self, name: str, help: str, flags: Mapping[str, Callable[[Row], bool]]) -> None:
        def names(row: Row) -> list[str]:
            return [name for name, holds in flags.items() if holds(row)]

        super().__init__(name, help, flags, names, names)
        self._flags = flags

    def test(self, value: str, begun: bool = False) -> Test:
        super().test(value, begun)
        wanted = pattern(value, begun)
        flags = [holds for name, holds in self._flags.items() if wanted.fullmatch(name)]
        return (lambda row, now: flags[0](row)) if len(flags) == 1 else lambda row, now: any(holds(row) for holds in flags)


class Containing(Field):
    """Has a text somewhere in it: `command:pytest`."""

    def __init__(self, name: str, help: str, of_task: Callable[[TaskRow], str], of_pane: Callable[[PaneRow], str]) -> None:
        super().__init__(name, help)
        self._of_task, self._of_pane = of_task, of_pane

    def test(self, value: str, begun: bool = False) -> Test:
        wanted, of_task, of_pane = value.casefold(), self._of_task, self._of_pane
        return lambda row, now: wanted in (of_task(row) if isinstance(row, TaskRow) else of_pane(row)).casefold()


class _Compared(Field):
    def is_open(self, value: str) -> bool:
        return not value.lstrip("<>=#")


class Numbered(_Compared):
    """Has numbers: `exit:3`, `exit:>0`."""

    def __init__(self, name: str, help: str, of_task: Callable[[TaskRow], Iterable[int | None]]) -> None:
        super().__init__(name, help)
        self._of_task = of_task

    def test(self, value: str, begun: bool = False) -> Test:
        sign, number = _split(value)
        if not re.fullmatch(r"#?[0-9]{1,18}", number):
            raise UsageError(f"{self.name}:{shown(value)} is no number; write {self.name}:3 or {self.name}:>0")
        compare, than, of_task = _COMPARE[sign], int(number.lstrip("#")), self._of_task
        return lambda row, now: isinstance(row, TaskRow) and any(each is not None and compare(each, than) for each in of_task(row))


class Lasting(_Compared):
    """Has a duration: `age:>1h`."""

    changes_with_time = True

    def __init__(self, name: str, help: str, of_task: Callable[[TaskRow, int], int | None]) -> None:
        super().__init__(name, help)
        self._of_task = of_task

    def test(self, value: str, begun: bool = False) -> Test:
        sign, duration = _split(value)
        if sign not in ("<", ">", "<=", ">="):
            raise UsageError(f"{self.name}: is compared; write {self.name}:>1h or {self.name}:<10m")
        compare, than, of_task = _COMPARE[sign], round(parse_duration(duration) * 1000), self._of_task

        def test(row: Row, now: int) -> bool:
            found = of_task(row, now) if isinstance(row, TaskRow) else None
            return found is not None and compare(found, than)

        return test


def _split(value: str) -> tuple[str, str]:
    found = _COMPARED.fullmatch(value)
    assert found is not None  # both parts may be empty
    return found[1], found[2]
