"""What a task touches: path globs, and whether those of two tasks may meet. Pure; nothing is looked up on the disk.

`*` and `?` stay inside a name, `**` is any number of folders, `[ab]` and `[!ab]` are one character. A pattern touches what it matches and
all that lies below it; only a last name as `*.py`, with a wildcard and an ending, is that of files. Where it is not sure whether two
patterns meet, they do: then two tasks wait for each other in vain, but never run into each other. Names are compared without regard to
case, since some disks do so too. Links are not followed.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from wzp_tui.errors import UsageError
from wzp_tui.tasks.parse import shown

T = TypeVar("T")

MOST_PATTERNS = 64
LONGEST = 1024
_MOST_WAYS = 1 << 16


def check_touches(patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the patterns, or raise `UsageError`."""
    if len(patterns) > MOST_PATTERNS:
        raise UsageError(f"touches has {len(patterns)} patterns; at most {MOST_PATTERNS} are compared, so name folders")
    for pattern in patterns:
        if not pattern.strip() or len(pattern) > LONGEST or not pattern.isprintable():
            raise UsageError(f"touches {shown(pattern)}: a pattern is 1 to {LONGEST} printable characters")
        if pattern.startswith(("!", "~")):
            raise UsageError(f"touches {shown(pattern)}: a pattern begins with no ! and no ~; write ./{pattern} for such a name")
    return tuple(patterns)


def anchored(pattern: str, folder: str) -> str:
    """The pattern from the root on, where `folder` is the absolute path that it is relative to."""
    if pattern.startswith("/"):
        return pattern
    return "".join(f"[{char}]" if char in "*?[{" else char for char in folder.rstrip("/")) + "/" + pattern


def relative(pattern: str, folder: str) -> str:
    """An anchored pattern as it is written in that folder."""
    start = anchored("", folder)
    return pattern[len(start) :] if pattern.startswith(start) else pattern


def meeting(ours: Sequence[str], theirs: Sequence[str]) -> tuple[str, str] | None:
    """The first two patterns that may touch the same path, one of each, or `None`."""
    others = [(pattern, _names(pattern)) for pattern in theirs]
    for pattern in ours:
        names = _names(pattern)
        for other, its_names in others:
            if _meet(names, its_names):
                return pattern, other
    return None


def may_meet(one: str, other: str) -> bool:
    """May both touch the same path?"""
    return _meet(_names(one), _names(other))


class _Char(NamedTuple):
    """One character: one of `chars`, or none of them where `other` is true."""

    chars: frozenset[str]
    other: bool = False

    def meets(self, another: "_Char") -> bool:
        """Is there a character that both stand for?"""
        if self.other and another.other:
            return True
        if self.other or another.other:
            some, none_of = (another, self) if self.other else (self, another)
            return not some.chars <= none_of.chars
        return not self.chars.isdisjoint(another.chars)


_Name = tuple[_Char | None, ...]
"""The characters of a name; `None` stands for any number of any."""
_FOLDERS: _Name = ()
"""Stands for `**`."""
_ANY = _Char(frozenset(), other=True)
_FILES = r"[*?][^/]*\.[A-Za-z0-9]+$"


def _names(pattern: str) -> list[_Name]:
    names: list[_Name] = []
    if not pattern.isascii():
        from unicodedata import normalize  # most need no table of Unicode

        pattern = normalize("NFC", pattern)
    for part in pattern.split("/"):
        if part in ("", "."):
            continue
        if part == "**":
            names.append(_FOLDERS)
        elif part != "..":
            names.append(tuple(_chars(part)))
        elif _FOLDERS not in names and (names or pattern.startswith("/")):
            names = names[:-1]
        else:
            return [_FOLDERS]  # above what is known: it may be anywhere
    return names if re.search(_FILES, pattern) else [*names, _FOLDERS]


def _chars(part: str) -> Iterator[_Char | None]:
    place = 0
    while place < len(part):
        char, end = part[place], place
        if char in "*\\":  # a backslash takes away the meaning of the next character for some programs, and not for others
            yield None
        elif char == "{":  # so do braces: alternatives, or themselves
            yield None
            end = part.find("}", place)
        elif char == "?":
            yield _ANY
        elif char == "[":
            end = part.find("]", place + 2 + part.startswith("!", place + 1))
            yield _class(part[place + 1 : end]) if end > 0 else None
        else:
            yield _letter(char)
        place = max(place, end) + 1


def _letter(char: str) -> _Char | None:
    """A character as itself in either case. One that may be spelled as several on some disks may be anything."""
    folded = char.casefold()
    if not char.isascii():
        from unicodedata import decomposition

        if decomposition(char) or len(folded) != 1:
            return None
    return _Char(frozenset(folded))


def _class(text: str) -> _Char | None:
    if not text.isascii():
        return None
    if text.startswith("^"):  # "none of" for some programs, and itself for others
        return _ANY
    other, rest = text.startswith("!"), text.removeprefix("!")
    chars: set[str] = set()
    while rest:
        if rest[1:2] == "-" and len(rest) > 2:
            chars.update(chr(code).casefold() for code in range(ord(rest[0]), ord(rest[2]) + 1))
            rest = rest[3:]
        else:
            chars.add(rest[0].casefold())
            rest = rest[1:]
    if other:  # `[!a]` is an A, too
        return _Char(frozenset(char for char in chars if not char.isalpha()), other=True)
    return _Char(frozenset(chars)) if chars else _ANY


def _meet(ours: list[_Name], theirs: list[_Name]) -> bool:
    return _fit(ours, theirs, _FOLDERS, _names_meet)


def _names_meet(ours: _Name, theirs: _Name) -> bool:
    return len(ours) * len(theirs) > _MOST_WAYS or _fit(ours, theirs, None, _chars_meet)


def _chars_meet(one: _Char | None, other: _Char | None) -> bool:
    return one is None or other is None or one.meets(other)


def _fit(ours: Sequence[T], theirs: Sequence[T], any_number: T, meet: Callable[[T, T], bool]) -> bool:
    """Walk along two sequences in all ways that fit, to the end of both; `any_number` stands for any number of anything."""
    ways, seen = [(0, 0)], set()
    while ways:
        way = i, j = ways.pop()
        if way in seen:
            continue
        seen.add(way)
        one, other = ours[i : i + 1], theirs[j : j + 1]
        if not one and not other:
            return True
        if any_number in one or any_number in other:
            ways += [(i + len(one), j), (i, j + len(other))]
        elif one and other and meet(one[0], other[0]):
            ways.append((i + 1, j + 1))
    return False
