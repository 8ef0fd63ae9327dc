"""The tab Live: a pane's screen. An embedded one as it is drawn; one of WezTerm is asked for, and only while somebody looks."""

from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Container

from wzp_tui.clean import clean
from wzp_tui.controller import Controller
from wzp_tui.errors import MuxUnreachable, PaneGone, WzpError
from wzp_tui.tui.preferences import settings_of
from wzp_tui.tui.widgets.pane_screen import PaneScreen
from wzp_tui.tui.widgets.pane_text import PaneText

if TYPE_CHECKING:
    from wzp_tui.mux.embedded import Embedded


def embedded(controller: Controller) -> "Embedded | None":
    """The mux with the screens, where the panes are ours."""
    if controller.mux.kind != "embedded":
        return None
    from wzp_tui.mux.embedded import Embedded

    return controller.mux if isinstance(controller.mux, Embedded) else None


class Live(Container):
    """The screen of a pane, or nothing."""

    def __init__(self, controller: Controller, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._controller, self._embedded = controller, embedded(controller)
        self._terminal, self._text = PaneScreen(), PaneText()
        self._pane: int | None = None
        self._asking = False

    def compose(self) -> ComposeResult:
        yield self._terminal if self._embedded else self._text

    def on_mount(self) -> None:
        if self._embedded is None:
            self._turn()

    def _turn(self) -> None:
        self._poll()
        self.set_timer(settings_of(self).mux.screen, self._turn)

    def show(self, pane: int | None) -> None:
        """Show this pane, or nothing."""
        self._pane = pane
        if self._embedded is None:
            self._text.show("")
            self._poll()
            return
        try:
            self._terminal.show(self._embedded.screen(pane) if pane is not None else None)
        except PaneGone:
            self._terminal.show(None)

    def _poll(self) -> None:
        """Ask now, if anybody sees it."""
        if self._pane is not None and not self._asking and self.is_attached and self.display and self.screen.is_current:
            self._ask(self._pane)

    @work(group="poll")
    async def _ask(self, pane: int) -> None:
        self._asking = True
        try:
            text = await self._controller.text(pane, escapes=True)
        except MuxUnreachable as error:
            text = self._text.text or clean(str(error))  # what it showed last, dimmed by the screen
        except WzpError as error:
            text = clean(str(error))
        finally:
            self._asking = False
        if pane == self._pane:
            self._text.show(text)
        else:
            self._poll()

    def scroll_rows(self, rows: int) -> None:
        """Show what is further down, or with a negative number up."""
        (self._terminal if self._embedded else self._text).scroll_rows(rows)
