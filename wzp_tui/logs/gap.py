"""Where output is missing in a log: the marks that the worker leaves."""

import re

from wzp_tui.logs.file import LogFile

_MARK = re.compile(r"\[wzp-tui: (\d{1,18}) bytes of output are not in this log\]")
_LOOK = 1 << 19
"""Bytes: what is kept behind a mark is less."""


def missing_at(text: str) -> int:
    """The bytes that are missing where a line stands; 0: the line is no mark."""
    found = _MARK.fullmatch(text) if text.startswith("[wzp-tui: ") else None
    return int(found[1]) if found else 0


def missing_in(log: LogFile) -> int:
    """The bytes that are missing near the end of a log, which is where a capped one lacks them."""
    tail = log.read(max(0, log.size - _LOOK), log.size).decode(errors="replace")
    return sum(int(found[1]) for found in _MARK.finditer(tail)) if "[wzp-tui: " in tail else 0


def size_words(count: int) -> str:
    """A number of bytes: `812 bytes`, `64.0 MiB`."""
    if count < 1024:
        return f"{count} byte{'' if count == 1 else 's'}"
    size, unit = count / 1024, "KiB"
    for larger in ("MiB", "GiB", "TiB"):
        if size >= 1024:
            size, unit = size / 1024, larger
    return f"{size:.1f} {unit}"
