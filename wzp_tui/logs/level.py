"""How bad a line of a log is, told from its text: programs write their lines in no common form."""

import re
from enum import StrEnum
from typing import Protocol

from wzp_tui.logs.failing import FAILING, HINTS

_WARNING = r"(?<!\b0 )(?<!\bno )\b\w*warn(?:ing)?s?(?!\w)"
_SHORT = 16 * 1024
"""Characters of a text that is looked through at once, as a line is."""


class Level(StrEnum):
    """How bad; each holds what is worse than it."""

    ERROR = "error"
    WARNING = "warning"


class Wanted(Protocol):
    """What lines are looked for: a compiled pattern, or something that behaves like one."""

    def search(self, string: str, pos: int = 0, /) -> re.Match[str] | None:
        """The first match from `pos` on; it begins in the line that is wanted."""
        ...


class LevelPattern:
    """Finds lines of a level, or worse: first by plain words in lower case, which is many times as fast as the pattern alone."""

    def __init__(self, level: Level) -> None:
        warnings = level is Level.WARNING
        self._pattern = re.compile(f"(?i:{FAILING.pattern}{'|' + _WARNING if warnings else ''})", re.MULTILINE)
        self._hint = re.compile("|".join(map(re.escape, (*HINTS, "warn") if warnings else HINTS)))
        self._text = self._lower = ""

    def search(self, string: str, pos: int = 0, /) -> re.Match[str] | None:
        """The first match from `pos` on."""
        if len(string) <= _SHORT:
            return self._pattern.search(string, pos) if self._hint.search("\n" + string.lower()) else None
        if string is not self._text:
            self._text, self._lower = string, string.lower()
        if len(self._lower) != len(string):  # some capitals are two small letters
            return self._pattern.search(string, pos)
        while hint := self._hint.search(self._lower, max(0, pos - 1)):
            begin = max(pos, string.rfind("\n", 0, hint.end() - 1) + 1)
            end = string.find("\n", hint.end() - 1)
            end = len(string) if end < 0 else end
            if found := self._pattern.search(string, begin, end):
                return found
            pos = end + 1
        return None


class _Both:
    """Finds lines that have a pattern and are of a level."""

    def __init__(self, pattern: re.Pattern[str], level: LevelPattern) -> None:
        self._pattern, self._level = pattern, level

    def search(self, string: str, pos: int = 0, /) -> re.Match[str] | None:
        while found := self._pattern.search(string, pos):
            begin = string.rfind("\n", 0, found.start()) + 1
            end = string.find("\n", found.start())
            end = len(string) if end < 0 else end
            if self._level.search(string[begin:end]):
                return found
            if (pos := end + 1) > len(string):
                break
        return None


def wanted(pattern: re.Pattern[str] | None, level: Level | None) -> Wanted:
    """Lines that have the pattern and are of the level; without either: all that warn or tell of an error."""
    if pattern is None:
        return LevelPattern(level or Level.WARNING)
    return pattern if level is None else _Both(pattern, LevelPattern(level))


_ERRORS, _WARNINGS = LevelPattern(Level.ERROR), LevelPattern(Level.WARNING)


def level_of(text: str) -> Level | None:
    """How bad a line is; `text` is clean."""
    if _ERRORS.search(text):
        return Level.ERROR
    return Level.WARNING if _WARNINGS.search(text) else None
