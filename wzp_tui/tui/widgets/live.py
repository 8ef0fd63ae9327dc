"""The tab Live: a pane's screen. An embedded one as it is drawn; one of WezTerm is asked for, and only while somebody looks."""

import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Container

from wzp_tui.clean import clean
from wzp_tui.controller import Controller
from wzp_tui.errors import PaneGone, WzpError
from wzp_tui.tui.widgets.pane_text import PaneText
from wzp_tui.tui.widgets.terminal import TerminalView

if TYPE_CHECKING:
    from wzp_tui.mux.embedded import Embedded

PAUSE = 0.5
"""Seconds between two questions."""


def embedded(controller: Controller) -> "Embedded | None":
    """The mux with the screens, where the panes are ours."""
    if controller.mux.kind != "embedded":
        return None
    from wzp_tui.mux.embedded import Embedded

    return controller.mux if isinstance(controller.mux, Embedded) else None


class Polled(Container):
    """A text that is asked for at most twice a second, and only while it is seen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.text = PaneText()
        self._ask: Callable[[], Awaitable[str]] | None = None
        self._asking = False

    def compose(self) -> ComposeResult:
        yield self.text

    def on_mount(self) -> None:
        self.set_interval(PAUSE, self.poll)

    def ask(self, question: Callable[[], Awaitable[str]] | None) -> None:
        """Show what this answers, or nothing."""
        self._ask = question
        self.text.show("")
        self.poll()

    def poll(self) -> None:
        """Ask now, if anybody sees it."""
        if self._ask is not None and not self._asking and self.is_attached and self.display and self.screen.is_current:
            self._answer(self._ask)

    @work(group="poll")
    async def _answer(self, question: Callable[[], Awaitable[str]]) -> None:
        self._asking = True
        try:
            text = await question()
        except WzpError as error:
            text = clean(str(error))
        finally:
            self._asking = False
        if question is self._ask:
            self.text.show(text)

    def move(self, rows: int) -> None:
        """Show what is further down, or up."""
        self.text.scroll_rows(rows)

    def page(self, direction: int) -> None:
        """Half a page down (1) or up (-1)."""
        self.move(direction * max(1, self.size.height // 2))

    def jump(self, to_end: bool) -> None:
        """To the first line, or to the last."""
        self.move((1 if to_end else -1) * 1_000_000)


class Live(Polled):
    """The screen of a pane."""

    def __init__(self, controller: Controller, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._controller = controller
        self._embedded = embedded(controller)
        self._terminal = TerminalView()

    def compose(self) -> ComposeResult:
        yield self._terminal if self._embedded else self.text

    def show(self, pane: int | None) -> None:
        """Show this pane, or nothing."""
        if self._embedded is None:
            self.ask(partial(self._controller.text, pane, escapes=True) if pane is not None else None)
            return
        try:
            self._terminal.show(self._embedded.screen(pane) if pane is not None else None)
        except PaneGone:
            self._terminal.show(None)

    def move(self, rows: int) -> None:
        (self._terminal if self._embedded else self.text).scroll_rows(rows)


class Log(Polled):
    """The end of a run's recorded output."""

    def show(self, path: str | None) -> None:
        """Show this file, or nothing."""
        self.ask(partial(_tail, path) if path else None)


async def _tail(path: str) -> str:
    try:
        with open(path, "rb") as file:  # noqa: ASYNC230  # 64 KiB of a local file
            file.seek(max(0, os.fstat(file.fileno()).st_size - 65536))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
