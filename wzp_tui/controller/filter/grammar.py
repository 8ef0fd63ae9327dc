"""A filter as terms: `state:failed,lost -lane:"my lane" text`. Pure; knows no field."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TERM = re.compile(r'(?P<minus>-?)(?:(?P<field>[A-Za-z]+):)?(?P<rest>(?:"[^"]*"?|[^\s"])*)')
_VALUE = re.compile(r'(?:"[^"]*"?|[^,"])*')
_TO_QUOTE = re.compile(r'[\s,"]')


class Value(NamedTuple):
    """One of the values of a term."""

    text: str
    start: int
    """Where it begins in the filter, its quote included."""


class Term(NamedTuple):
    """One condition. All terms of a filter must hold, and one value of a term."""

    absent: bool
    """It begins with `-`: it must not hold."""
    field: str
    """`""`: the value is text that may stand anywhere."""
    values: tuple[Value, ...]
    start: int
    end: int


def terms(text: str) -> Iterator[Term]:
    """The terms of a filter, from left to right."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found = _TERM.match(text, at)
        assert found is not None  # all of it is optional
        minus, field, rest = found["minus"], (found["field"] or "").casefold(), found["rest"]
        if minus and not field and not rest:
            minus, rest = "", "-"
        start = found.end() - len(rest)
        values = tuple(_values(rest, start)) if field else (Value(_unquoted(rest), start),)
        yield Term(bool(minus), field, values, at, found.end())
        at = found.end()


def _values(rest: str, start: int) -> Iterator[Value]:
    at = 0
    while True:
        found = _VALUE.match(rest, at)
        assert found is not None
        yield Value(_unquoted(found[0]), start + at)
        at = found.end() + 1
        if at > len(rest):
            return


def _unquoted(text: str) -> str:
    return text.replace('"', "")


def is_quote_open(text: str) -> bool:
    """A quote was begun and not ended."""
    return text.count('"') % 2 == 1


def quoted(text: str) -> str:
    """A value as it is written in a filter. No value can hold a quote."""
    return f'"{_unquoted(text)}"' if _TO_QUOTE.search(text) else text
