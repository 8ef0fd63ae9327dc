"""The filter, of the list and of the command line: `state:failed,lost -lane:"my lane" age:>1h text`. Pure.

All terms must hold; `,` is or, `-` is not, `*` is anything, quotes keep blanks together. The fields are those of `fields.FIELDS`.
"""

from collections.abc import Callable
from typing import NamedTuple

from wzp_tui.controller.filter.complete import Completion, completions, doubt, finished
from wzp_tui.controller.filter.fields import FIELDS, text_of
from wzp_tui.controller.filter.grammar import Term, is_quote_open, terms
from wzp_tui.controller.filter.kinds import Row, Test
from wzp_tui.errors import UsageError
from wzp_tui.tasks.parse import nearest, shown

__all__ = ["FIELDS", "Completion", "Filter", "completions", "doubt", "finished", "parse"]


class Filter(NamedTuple):
    """What rows must have."""

    text: str
    """As it was written."""
    tests: tuple[tuple[Test, bool], ...]
    """Each with whether it must hold; those that cost least first."""
    changes_with_time: bool
    """What matches now need not match later, though nothing has happened."""

    def at(self, now_ms: int) -> Callable[[Row], bool] | None:
        """Whether a row matches at this time; `None` where all rows do."""
        if not self.tests:
            return None
        tests = self.tests

        def match(row: Row) -> bool:
            for test, wanted in tests:  # noqa: SIM110 - a generator costs as much again, and each row is asked at each key
                if test(row, now_ms) is not wanted:
                    return False
            return True

        return match


def parse(text: str, *, begun: bool = False) -> Filter:
    """Read a filter. `begun`: it is still being typed, and its last word need not be whole. Raises `UsageError`."""
    if is_quote_open(text) and not begun:
        raise UsageError("a quote is begun and not ended")
    words, fields, timed = [], [], False
    for term in terms(text):
        at_end = begun and term.end == len(text)
        if at_end and text[term.start :] == "-":
            continue
        if not term.field:
            words.append((_text_test(term), not term.absent))
            continue
        field = FIELDS.get(term.field)
        if field is None:
            raise UsageError(_no_field(term, text))
        tests = []
        for value in term.values:
            is_last = at_end and value is term.values[-1]
            if is_last and field.is_open(value.text):
                continue
            if not value.text:
                raise UsageError(f"{field.name}: needs a value")
            tests.append(field.test(value.text, is_last))
        if tests:
            fields.append((tests[0] if len(tests) == 1 else _any_of(tests), not term.absent))
            timed = timed or field.changes_with_time
    return Filter(text, (*fields, *words), timed)


def _any_of(tests: list[Test]) -> Test:
    return lambda row, now: any(test(row, now) for test in tests)


def _text_test(term: Term) -> Test:
    wanted = term.values[0].text.casefold()
    return lambda row, now: wanted in text_of(row).casefold()


def _no_field(term: Term, text: str) -> str:
    near = nearest(term.field, FIELDS) or f'; as text it is written "{text[term.start + term.absent : term.end]}"'
    return f"no field named {shown(term.field)}{near}"
