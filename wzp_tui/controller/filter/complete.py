"""What the last word of a filter may become: fields, then the values that are there. Pure."""

from collections import Counter
from typing import NamedTuple

from wzp_tui.controller.filter.fields import FIELDS
from wzp_tui.controller.filter.grammar import Term, quoted, terms
from wzp_tui.controller.filter.kinds import Field, Named, OneOf, Row
from wzp_tui.controller.snapshot import Snapshot
from wzp_tui.tasks.parse import nearest, shown


class Completion(NamedTuple):
    """One way to go on."""

    text: str
    """The whole filter then."""
    word: str
    """What is new in it: `lane:`, `failed`."""
    rows: int | None
    """How many rows have it; `None` for a field."""


def completions(text: str, snapshot: Snapshot) -> list[Completion]:
    """The ways to go on, for a cursor at the end of the text."""
    last = _last(text)
    if last is None:
        return [Completion(f"{text}{name}:", f"{name}:", None) for name in FIELDS]
    if not last.field:
        head, begun = text[: last.values[0].start], text[last.values[0].start :].casefold()
        return [Completion(f"{head}{name}:", f"{name}:", None) for name in FIELDS if name.startswith(begun)]
    if (field := FIELDS.get(last.field)) is None:
        return []
    value = last.values[-1]
    given, begun = {each.text.casefold() for each in last.values[:-1]}, value.text.casefold()
    found = _values(field, snapshot)
    fitting = [each for each in found if each.casefold().startswith(begun) and each.casefold() not in given]
    return [Completion(text[: value.start] + quoted(each), each, found[each]) for each in fitting]


def finished(text: str, snapshot: Snapshot) -> str:
    """The filter that shows for good what this one shows while it is typed: a value that was only begun is completed."""
    last = _last(text)
    if last is None or not isinstance(FIELDS.get(last.field), Named) or not (begun := last.values[-1].text):
        return text
    ways = completions(text, snapshot)
    if not ways or "*" in begun or any(way.word.casefold() == begun.casefold() for way in ways):
        return text
    return ways[0].text if len(ways) == 1 else text[: last.values[-1].start] + quoted(f"{begun}*")


def doubt(text: str, snapshot: Snapshot) -> str:
    """What may be wrong with a filter that no row matches: the first name in it that nothing has; `""`: all are there."""
    for term in terms(text):
        field = FIELDS.get(term.field)
        if term.absent or not isinstance(field, Named) or isinstance(field, OneOf):
            continue
        names = _values(field, snapshot)
        there = {name.casefold() for name in names}
        for value in term.values:
            if value.text and "*" not in value.text and value.text.casefold() not in there:
                return f"no {field.name} named {shown(value.text)}{nearest(value.text, names)}"
    return ""


def _last(text: str) -> Term | None:
    """The term at the end of the text; `None` behind a blank."""
    found = list(terms(text))
    return found[-1] if found and found[-1].end == len(text) else None


def _values(field: Field, snapshot: Snapshot) -> dict[str, int]:
    """The values that are there, each with its number of rows: words in their order, names by the alphabet."""
    rows: list[Row] = [*snapshot.tasks, *(pane for pane in snapshot.panes if pane.task is None and not pane.own)]
    counted = Counter(text for row in rows for text in field.texts(row))
    if isinstance(field, OneOf):
        return {word: counted[word] for word in field.words if counted[word]}
    names = {*counted, *field.there(snapshot)}
    return {name: counted[name] for name in sorted(names, key=str.casefold)}
