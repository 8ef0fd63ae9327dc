"""Rows under the header: what is wrong in the config file and the themes. They are gone when it is mended."""

import os
from collections.abc import Sequence

from textual.strip import Strip

from wzp_tui.paths import config_dir
from wzp_tui.tui.painting import cut, strip, width_of
from wzp_tui.tui.widgets.header import Line

MOST = 3
AFTER = " what was before is in use "


class Problems(Line):
    """One row a problem; what does not fit is counted."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: Sequence[str] = ()
        self.display = False

    def update(self, problems: Sequence[str]) -> None:
        """Show these, or nothing."""
        self._told = [problem.removeprefix(config_dir() + os.sep) for problem in problems]
        self.display = bool(problems)
        self.styles.height = self.rows
        self.refresh()

    @property
    def rows(self) -> int:
        """How many there are."""
        return min(len(self._told), MOST)

    def render_line(self, y: int) -> Strip:
        width, ink = self.size.width, self.inks
        if y >= self.rows:
            return strip((), width, ink("text", "bar"))
        end = [(AFTER, ink("muted", "bar"))] if y == 0 and width >= 110 else []
        if y == MOST - 1 and len(self._told) > MOST:
            end = [(f" and {len(self._told) - MOST} more: wzp-tui config check ", ink("muted", "bar"))]
        where, colon, what = self._told[y].partition(": ")
        lead = [(f" {self.glyphs.failed} ", ink("failed", "bar", bold=True)), (where + colon, ink("failed", "bar", bold=True))]
        room = width - width_of(lead) - width_of(end)
        return strip([*lead, (cut(what, room), ink("bright", "bar"))], width, ink("text", "bar"), end)
