"""A pane that fills the screen: an embedded one with all keys; one of WezTerm in another workspace to look at."""

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType

from wzp_tui.clean import clean
from wzp_tui.commands import BY_ID
from wzp_tui.controller import Controller
from wzp_tui.tui.bindings import bindings, shown_key, textual_keymap
from wzp_tui.tui.screens.leaving import Leaving
from wzp_tui.tui.screens.sheet import NARROW, SheetLine
from wzp_tui.tui.widgets.live import Live
from wzp_tui.tui.widgets.terminal import TerminalView

if TYPE_CHECKING:
    from wzp_tui.mux.embedded import Embedded


class PaneFull(Leaving[None]):
    """The whole terminal is the pane's, but for one line that says how to leave it. Raises `PaneGone`."""

    CSS_PATH = "pane_full.tcss"

    def __init__(self, mux: "Embedded", pane: int, name: str) -> None:
        super().__init__()
        self._pane, self._title = pane, name
        self._terminal = TerminalView(
            mux.screen(pane), write=lambda data: mux.write(pane, data), resize=lambda rows, cols: mux.resize(pane, rows, cols)
        )

    def compose(self) -> ComposeResult:
        yield self._terminal
        leave = BY_ID["pane.leave"]
        hint = ((shown_key(self.app, leave), "focus"), (f" {leave.title}", "muted"))
        self._line = SheetLine(end=[("  ", "muted"), *hint])
        yield self._line

    def on_mount(self) -> None:
        self._terminal.leave = textual_keymap(getattr(self.app, "keymap", {}))["pane.leave"].partition(",")[0]
        self._terminal.focus()

    def on_resize(self, event: events.Resize) -> None:
        back = (("   Alt+PgUp", "focus"), (" Scroll back", "muted")) if event.size.width >= NARROW else ()
        self._line.update((f"%{self._pane} ", "muted"), (self._title, "bright"), *back)

    @on(TerminalView.Left)
    @on(TerminalView.Ended)
    def leave(self) -> None:
        """Back to the tower."""
        self.dismiss(None)

    @on(TerminalView.Refused)
    def refused(self, message: TerminalView.Refused) -> None:
        """Say what did not reach the program."""
        self.notify(clean(str(message.error)), severity="error", markup=False)


class PaneWatch(Leaving[None]):
    """A pane of WezTerm, to look at."""

    CSS_PATH = "pane_full.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("pane"), ("q,escape,enter", "pane_leave", "Leave")]

    def __init__(self, controller: Controller, pane: int, name: str, why: str) -> None:
        super().__init__()
        self._live = Live(controller)
        self._pane, self._title, self._why = pane, name, why

    def compose(self) -> ComposeResult:
        yield self._live
        leave = [("  ", "muted"), ("Esc", "focus"), (" Leave", "muted")]
        yield SheetLine((f"%{self._pane} ", "muted"), (self._title, "bright"), (f"   {self._why}", "muted"), end=leave)

    def on_mount(self) -> None:
        self._live.show(self._pane)

    def action_pane_leave(self) -> None:
        self.dismiss(None)
