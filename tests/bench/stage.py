"""Small apps on a real terminal, for what is measured there: `python -m tests.bench.stage pane|flooded|log PATH`."""

import sys

from textual import work
from textual.app import App, ComposeResult

from wzp_tui.mux import NewTab, Program
from wzp_tui.mux.embedded import Embedded
from wzp_tui.tui import safe
from wzp_tui.tui.widgets.log_view import LogView
from wzp_tui.tui.widgets.pane_screen import PaneScreen
from wzp_tui.tui.widgets.terminal import TerminalView

FLOOD = Program(("/bin/sh", "-c", "yes 'a line of a program that never stops'"), "/")
ECHO = Program(("/bin/sh", "-c", "echo ready; exec cat"), "/")


class Panes(App[None], inherit_bindings=False):
    """A flooded pane, and below it one in which keys are typed; or the flooded one alone, with the keys."""

    CSS = "#flood { height: 2fr; } #typed { height: 1fr; }"

    def __init__(self, alone: bool) -> None:
        super().__init__()
        self.alone = alone
        self.mux = Embedded()

    def compose(self) -> ComposeResult:
        return ()

    @work
    async def open(self) -> None:
        flooded = await self.mux.open(FLOOD, NewTab("bench"))
        if self.alone:
            await self.show(flooded)
        else:
            await self.mount(PaneScreen(self.mux.screen(flooded), id="flood"))
            await self.show(await self.mux.open(ECHO, NewTab("bench")))

    async def show(self, pane: int) -> None:
        view = TerminalView(
            self.mux.screen(pane),
            write=lambda data: self.mux.write(pane, data),
            resize=lambda rows, cols: self.mux.resize(pane, rows, cols),
            id="typed",
        )
        await self.mount(view)
        view.focus()

    def on_mount(self) -> None:
        self.open()

    async def on_unmount(self) -> None:
        await self.mux.aclose()


class Log(App[None]):
    """A log that is followed."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def compose(self) -> ComposeResult:
        yield LogView(self.path)

    def on_mount(self) -> None:
        self.query_one(LogView).focus()


if __name__ == "__main__":
    safe.install()
    what = sys.argv[1]
    app = Log(sys.argv[2]) if what == "log" else Panes(alone=what == "flooded")
    app.run()
