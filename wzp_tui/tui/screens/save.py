"""Where lines of a log are written to, which of them, and how."""

import os
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from wzp_tui.errors import UsageError
from wzp_tui.logs.export import check_target
from wzp_tui.tui.screens.sheet import Foot, Sheet, SheetLine
from wzp_tui.tui.words import folder


class SaveAs(NamedTuple):
    """The answer."""

    path: str
    """Absolute; a file may be there."""
    lines: str
    """Which: one of those that were offered."""
    raw: bool
    """Byte by byte; else clean, without colours."""

    @property
    def is_there(self) -> bool:
        """Something has this name already."""
        return os.path.lexists(self.path)


class Save(Sheet[SaveAs]):
    """Asks for a path; Tab goes through the lines that can be written, ctrl+o between clean and raw."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Save", priority=True),
        Binding("tab", "lines", "Lines", priority=True),
        Binding("ctrl+o", "raw", "Raw", priority=True),
    ]

    def __init__(self, name: str, lines: Sequence[str], *, only_clean: bool = False) -> None:
        super().__init__()
        self._lines, self._only_clean = lines, only_clean
        self._answer = SaveAs(os.path.join(os.getcwd(), name), lines[0], False)
        self._input = Input(_written(self._answer.path), compact=True, select_on_focus=False)
        self._title, self._foot = SheetLine(), Foot()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._title
            yield self._input
            yield self._foot

    def on_mount(self) -> None:
        self._input.focus()
        self._say()

    @on(Input.Changed)
    def _say(self) -> None:
        how = "" if self._only_clean else ", byte by byte" if self._answer.raw else ", clean, without colours"
        self._title.update(("Save ", "bright"), (self._answer.lines, "running"), (how, "muted"))
        if wrong := self._wrong():
            self._foot.say(wrong)
            return
        keys = [("Enter", "Save")]
        keys += [("Tab", "Other lines")] if len(self._lines) > 1 else []
        keys += [] if self._only_clean else [("^o", "Clean" if self._answer.raw else "Raw")]
        self._foot.offer(*keys, ("Esc", "Leave"))

    def _wrong(self) -> str:
        try:
            self._answer = self._answer._replace(path=check_target(self._input.value))
        except UsageError as error:
            return str(error)
        return ""

    def action_lines(self) -> None:
        at = self._lines.index(self._answer.lines)
        self._answer = self._answer._replace(lines=self._lines[(at + 1) % len(self._lines)])
        self._say()

    def action_raw(self) -> None:
        if not self._only_clean:
            self._answer = self._answer._replace(raw=not self._answer.raw)
            self._say()

    def action_accept(self) -> None:
        if not self._wrong():
            self.dismiss(self._answer)


def _written(path: str) -> str:
    """The path as a person writes it, where that is the same one."""
    shown = folder(path)
    return shown if os.path.expanduser(shown) == path else path
