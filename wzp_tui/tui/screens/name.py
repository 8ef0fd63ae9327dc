"""A name in one line, checked as it is typed."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from wzp_tui.errors import UsageError
from wzp_tui.tui.screens.sheet import Foot, Sheet, SheetLine

KEYS = (("Enter", "Make"), ("Esc", "Leave"))


class Name(Sheet[str]):
    """Answers with what `check` let pass; `check` raises `UsageError` for what it does not."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "accept", "Make", priority=True)]

    def __init__(self, question: str, check: Callable[[str], str], *, text: str = "", keys: tuple[tuple[str, str], ...] = KEYS) -> None:
        super().__init__()
        self._question, self._check = question, check
        self._input, self._foot = Input(text, compact=True, select_on_focus=False), Foot(*keys)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield SheetLine((self._question, "bright"))
            yield self._input
            yield self._foot

    def on_mount(self) -> None:
        self._input.focus()

    @on(Input.Changed)
    def _say(self) -> None:
        self._foot.say(self._wrong() if self._input.value else "")

    def _wrong(self) -> str:
        try:
            self._check(self._input.value)
        except UsageError as error:
            return str(error)
        return ""

    def action_accept(self) -> None:
        if wrong := self._wrong():
            self._foot.say(wrong)
        else:
            self.dismiss(self._input.value)
