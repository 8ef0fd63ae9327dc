"""The log of a run on the whole screen."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from wzp_tui.clean import clean
from wzp_tui.controller import TaskRow
from wzp_tui.tui.screens.sheet import SheetLine
from wzp_tui.tui.widgets.live import Log


class LogFull(Screen[None]):
    """Scrolls; `q` and Escape leave it."""

    CSS_PATH = "pane_full.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("q,escape,enter,o", "leave", "Leave"),
        ("j,down", "move(1)", "Down"),
        ("k,up", "move(-1)", "Up"),
        ("ctrl+d,pagedown,space", "move(20)", "Page down"),
        ("ctrl+u,pageup", "move(-20)", "Page up"),
        ("g,home", "move(-1000000)", "First"),
        ("G,end", "move(1000000)", "Last"),
    ]

    def __init__(self, path: str, row: TaskRow) -> None:
        super().__init__()
        self._path, self._row = path, row
        self._log = Log()

    def compose(self) -> ComposeResult:
        yield self._log
        row = self._row
        yield SheetLine(
            (f"{row.task.name} ", "muted"),
            (clean(row.task.title, 200), "bright"),
            (f"  {row.word}   ", "muted"),
            ("Esc", "focus"),
            (" leaves", "muted"),
        )

    def on_mount(self) -> None:
        self._log.show(self._path)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_move(self, rows: int) -> None:
        self._log.move(rows)
