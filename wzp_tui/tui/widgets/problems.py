"""Rows under the header: what is wrong in the config file and the themes. They are gone when it is mended."""

import os
import textwrap
from collections.abc import Sequence

from textual.strip import Strip

from wzp_tui.paths import config_dir
from wzp_tui.tui.painting import harmless, strip
from wzp_tui.tui.widgets.header import Line

MOST = 4
"""Rows that it takes at the most."""
HOW = ". It is not in use until it is mended."


class Problems(Line):
    """Each problem whole, as many as there is room for; the others are counted."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: Sequence[str] = ()
        self.display = False

    def update(self, problems: Sequence[str]) -> None:
        """Show these, or nothing."""
        self._told = [harmless(problem.removeprefix(config_dir() + os.sep)) for problem in problems]
        self.display = bool(problems)
        self.refresh()

    def fit(self, width: int) -> int:
        """Take the rows that are needed in this width, and return how many."""
        rows = len(self._rows(width))
        self.styles.height = rows
        return rows

    def _rows(self, width: int) -> list[tuple[str, str]]:
        """What stands before and after the colon, row by row."""
        rows: list[tuple[str, str]] = []
        for number, problem in enumerate(self._told):
            where, colon, what = problem.partition(": ")
            lead = f" {self.glyphs.failed} {where}{colon}"
            text = what + HOW if len(self._told) == 1 else what
            lines = textwrap.wrap(" " * len(lead) + text, max(20, width - 1), subsequent_indent="   ", drop_whitespace=True) or [""]
            lines = [lines[0][len(lead) :], *lines[1:]]
            left = len(self._told) - number - 1
            if rows and len(rows) + len(lines) > MOST - bool(left):
                return [*rows, (f"   and {left + 1} more: ", "wzp-tui config check")]
            rows += [(lead, lines[0]), *(("", line) for line in lines[1:])]
        return rows

    def render_line(self, y: int) -> Strip:
        width, ink = self.size.width, self.inks
        rows = self._rows(width)
        lead, text = rows[y] if y < len(rows) else ("", "")
        return strip([(lead, ink("failed", "bar", bold=True)), (text, ink("bright", "bar"))], width, ink("text", "bar"))
