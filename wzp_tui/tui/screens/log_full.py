"""The log of a run on the whole screen: read, searched, copied."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Input

from wzp_tui.controller import Section, TaskRow
from wzp_tui.errors import UsageError
from wzp_tui.tui.screens.sheet import SheetLine
from wzp_tui.tui.widgets.log_view import LogView

KEYS = (("/", "Search"), ("n N", "Next, before"), ("w", "Wrap"), ("y", "Copy"), ("Esc", "Leave"))


class LogFull(Screen[None]):
    """A failed run opens at its last failing lines."""

    CSS_PATH = "pane_full.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("q,escape,enter,o", "leave", "Leave"),
        ("j,down", "move(1)", "Down"),
        ("k,up", "move(-1)", "Up"),
        ("ctrl+d,pagedown,space", "half_page(1)", "Half a page down"),
        ("ctrl+u,pageup", "half_page(-1)", "Half a page up"),
        ("g,home", "first", "First line"),
        ("G,end", "last", "Last line"),
        ("h,left", "left", "Left"),
        ("l,right", "right", "Right"),
        ("/", "search", "Search"),
        ("n", "next", "Next match"),
        ("N", "previous", "Match before"),
        ("w", "wrap", "Wrap long lines"),
        ("y", "copy", "Copy"),
    ]

    def __init__(self, path: str, row: TaskRow) -> None:
        super().__init__()
        self._row = row
        self._log = LogView(path, at_failure=row.section is Section.FAILED)
        self._search = Input(placeholder="a regular expression", compact=True)

    def compose(self) -> ComposeResult:
        task = self._row.task
        yield SheetLine((f"{task.name} ", "muted"), (task.title, "bright"), (f"  {self._row.word}  {self._row.reason}", "muted"))
        yield self._log
        yield self._search
        yield SheetLine(*[piece for key, does in KEYS for piece in ((key, "focus"), (f" {does}   ", "muted"))])

    def on_mount(self) -> None:
        self._search.display = False
        self._log.focus()

    def action_leave(self) -> None:
        if self._search.display:
            self._search.display = False
            self._log.focus()
        else:
            self.dismiss(None)

    def action_move(self, rows: int) -> None:
        self._log.scroll_rows(rows)

    def action_half_page(self, direction: int) -> None:
        self._log.scroll_rows(direction * max(1, self._log.size.height // 2))

    def action_first(self) -> None:
        self._log.action_scroll_home()

    def action_last(self) -> None:
        self._log.action_scroll_end()

    def action_left(self) -> None:
        self._log.action_scroll_left()

    def action_right(self) -> None:
        self._log.action_scroll_right()

    def action_search(self) -> None:
        self._search.display = True
        self._search.focus()

    @on(Input.Submitted)
    def _asked(self) -> None:
        self._search.display = False
        self._log.focus()
        try:
            self._log.search(self._search.value)
        except UsageError as error:
            self.notify(str(error), severity="error", markup=False)

    def action_next(self) -> None:
        self._log.next_match()

    def action_previous(self) -> None:
        self._log.previous_match()

    def action_wrap(self) -> None:
        self._log.action_toggle_wrap()

    def action_copy(self) -> None:
        self._log.action_copy()

    @on(LogView.Copied)
    def _copied(self, message: LogView.Copied) -> None:
        self.notify(f"{len(message.text.splitlines())} lines copied", markup=False)
