"""A line that is typed here and sent to a pane."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import TextArea

from wzp_tui.tui.screens.sheet import NARROW, Foot, Sheet, SheetLine

KEYS = (("^j", "Line break"), ("Esc", "Leave"))


class Send(Sheet[str]):
    """Answers with the text; an empty one is Enter alone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Send", priority=True),
        Binding("ctrl+j", "line", "Line", priority=True),
    ]

    def __init__(self, name: str, pane: int) -> None:
        super().__init__()
        self._to, self._pane = name, pane
        self._text = TextArea(soft_wrap=True, compact=True, show_line_numbers=False, highlight_cursor_line=False)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield SheetLine(("Send to ", "bright"), (self._to, "running"), end=[(f"in %{self._pane}", "faint")])
            yield self._text
            yield Foot(("Enter", "Send, and press Enter there" if self.app.size.width >= NARROW else "Send"), *KEYS)

    def on_mount(self) -> None:
        self._text.focus()

    def action_line(self) -> None:
        self._text.insert("\n")

    def action_accept(self) -> None:
        self.dismiss(self._text.text)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
