"""What the command line prints: clean text for people, one JSON document for programs."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from wzp_tui.clean import clean
from wzp_tui.errors import ConfigError, TaskFileError, WzpError

VERSION = 1
"""Of the JSON documents."""
ROLES = {"failed": "31", "done": "32", "needs": "33", "running": "34", "limited": "35", "focus": "36", "faint": "2", "strong": "1"}
_GAP = "  "
_NOTE = 900
"""Characters of a line on stderr: more of them nobody reads."""


def say(text: str) -> None:
    """One line for people, on stdout."""
    print(text)


def note(text: str) -> None:
    """One line that is no answer, on stderr."""
    print(f"wzp-tui: {clean(text, _NOTE)}", file=sys.stderr)


def print_error(error: WzpError, *, as_json: bool = False) -> None:
    """Tell an error: a line on stderr, with `--json` also a document on stdout."""
    if as_json:
        print_json({"error": {"kind": type(error).__name__, "message": clean(str(error))}})
        sys.stdout.flush()
    if isinstance(error, TaskFileError | ConfigError):
        for problem in str(error).split("\n"):  # each begins with FILE:LINE:, for editors
            print(clean(problem), file=sys.stderr)
    else:
        note(str(error))


def print_json(document: Mapping[str, Any]) -> None:
    """One versioned document, in ASCII: it cannot drive a terminal."""
    print(json_line({"version": VERSION, **document}))


def json_line(document: Mapping[str, Any]) -> str:
    """A document as one line of ASCII without control characters."""
    import json

    return json.dumps(document).replace("\x7f", "\\u007f")


def has_colours(stream: TextIO) -> bool:
    """The stream is a terminal that shows colours, and the user wants them."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, role: str) -> str:
    """`text` in the colour of a role, on a terminal."""
    if not role or not has_colours(sys.stdout):
        return text
    return f"\x1b[{ROLES[role]}m{text}\x1b[0m"


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, roles: Sequence[str] = (), wide: int = -1) -> None:
    """Aligned columns under their heads. On a terminal, the column `wide` gives way until a row fits; `roles`: a colour for each row."""
    lines = [tuple(clean(cell) for cell in row) for row in rows]
    widths = [max((cells(row[column]) for row in (heads, *lines)), default=0) for column in range(len(heads))]
    if wide >= 0 and sys.stdout.isatty():
        room = os.get_terminal_size(sys.stdout.fileno()).columns or 80
        over = sum(widths) + len(_GAP) * (len(widths) - 1) - room
        widths[wide] = max(min(widths[wide], 8), widths[wide] - max(0, over))
    say(paint(_line(heads, widths), "faint"))
    for number, row in enumerate(lines):
        say(paint(_line(row, widths), roles[number] if roles else ""))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(fit(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells, cut with `…` where it is longer."""
    if cells(text) <= width:
        return text + " " * (width - cells(text))
    while text and cells(text) > width - 1:
        text = text[:-1]
    return text + "…" + " " * (width - 1 - cells(text))


def cells(text: str) -> int:
    """The columns that clean text takes on a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(0 if category(mark) in ("Mn", "Me", "Cf") else 2 if east_asian_width(mark) in "WF" else 1 for mark in text)
