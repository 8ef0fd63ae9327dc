"""The filter: `state:failed lane:build,web -title text`. All terms must hold; `,` is or, `-` is not, quotes keep blanks."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from wzp_tui.controller.snapshot import PaneRow, TaskRow
from wzp_tui.errors import UsageError

Row = TaskRow | PaneRow
Match = Callable[[Row], bool]

_TERM = re.compile(r'(-?)(?:([a-z]+):)?("[^"]*"?|[^\s"]\S*)')
_AGE = re.compile(r"([<>])(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Term(NamedTuple):
    """One condition."""

    negated: bool
    key: str
    """`""`: anywhere in what the row shows."""
    values: tuple[str, ...]


def _texts(row: Row) -> tuple[str, ...]:
    if isinstance(row, TaskRow):
        return (row.task.name, row.task.title, row.where, row.word, row.reason)
    return (row.pane.name, row.pane.title, row.pane.cwd, row.seat)


def _of_task(read: Callable[[TaskRow], Iterable[str]]) -> Callable[[Row], Iterable[str]]:
    return lambda row: read(row) if isinstance(row, TaskRow) else ()


KEYS: dict[str, tuple[str, Callable[[Row], Iterable[str]]]] = {
    "state": ("its state or the word shown for it", _of_task(lambda row: (row.task.state, row.word))),
    "lane": ("the lane it goes into", _of_task(lambda row: (row.task.lane or "",))),
    "workspace": ("its workspace", lambda row: (row.task.workspace if isinstance(row, TaskRow) else row.pane.workspace,)),
    "id": ("its number", lambda row: (str(row.task.id) if isinstance(row, TaskRow) else str(row.pane.id),)),
    "where": ("its slot or pane", _of_task(lambda row: (row.where,))),
    "priority": ("high, normal or low", _of_task(lambda row: (row.task.priority.word,))),
    "exit": ("the exit code of its last run", _of_task(lambda row: (str(row.run.exit),) if row.run and row.run.exit is not None else ())),
    "after": ("a task that it waits for", _of_task(lambda row: map(str, row.task.after))),
    "is": ("needs: it needs you; task; pane", lambda row: ("pane",) if isinstance(row, PaneRow) else ("task", *_needs(row))),
    "age": ("how long in its state: age:>10m", _of_task(lambda row: ())),
}
"""The keys, what each means, and the values of a row."""
_WHOLE = {"id", "exit", "after", "is", "priority"}


def _needs(row: TaskRow) -> tuple[str, ...]:
    return ("needs",) if row.task.needs_you else ()


def parse(text: str) -> tuple[Term, ...]:
    """The terms of a filter. Raises `UsageError` for a key that is not there and an age that is none."""
    terms = []
    for minus, key, value in _TERM.findall(text):
        if key and key not in KEYS:
            raise UsageError(f"a filter knows no {key}: ; there are {', '.join(KEYS)}")
        if key == "age" and not _AGE.fullmatch(value):
            raise UsageError(f"age:{value} is no age; write age:>10m or age:<2h")
        values = (value.strip('"'),) if value.startswith('"') or not key else tuple(filter(None, value.split(",")))
        terms.append(Term(bool(minus), key, tuple(each.casefold().removeprefix("#") if key else each.casefold() for each in values)))
    return tuple(terms)


def compile_filter(text: str, now_ms: int = 0) -> Match:
    """What rows of the list match. Raises `UsageError`."""
    terms = parse(text)
    return lambda row: all(_holds(term, row, now_ms) is not term.negated for term in terms)


def _holds(term: Term, row: Row, now_ms: int) -> bool:
    if not term.key:
        return any(value in text.casefold() for value in term.values for text in _texts(row))
    if term.key == "age":
        return isinstance(row, TaskRow) and any(_is_aged(value, now_ms - row.since_ms) for value in term.values)
    found = [value.casefold() for value in KEYS[term.key][1](row)]
    if term.key in _WHOLE:
        return any(value in found for value in term.values)
    return any(text.startswith(value) for value in term.values for text in found)


def _is_aged(value: str, milliseconds: int) -> bool:
    found = _AGE.fullmatch(value)
    assert found is not None  # parse has looked
    than = int(found[2]) * _SECONDS[found[3]] * 1000
    return milliseconds > than if found[1] == ">" else milliseconds < than


def complete(text: str, rows: Sequence[Row]) -> list[str]:
    """The texts that the last word of `text` may become: keys, then the values that rows have."""
    head, word = text[: len(text) - len(last)] if (last := text.rpartition(" ")[2]) else text, text.rpartition(" ")[2]
    minus, body = ("-", word[1:]) if word.startswith("-") else ("", word)
    key, colon, value = body.partition(":")
    if not colon:
        return [f"{head}{minus}{each}:" for each in KEYS if each.startswith(key)] if body else []
    if key not in KEYS:
        return []
    before, comma, last = value.rpartition(",")
    values = sorted({found for row in rows for found in KEYS[key][1](row) if found and found.startswith(last) and " " not in found})
    return [f"{head}{minus}{key}:{before}{comma}{each}" for each in values]
