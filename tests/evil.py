"""An app of many widgets, each showing text that tries to drive the terminal.

`python -m tests.evil on|off`: with or without the filter.
"""

import base64
import sys

from rich.text import Text
from textual import widgets
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from wzp_tui.tui import safe

ROWS, COLS = 120, 100
END = b"all was painted"


def evil(name: str) -> str:
    """Writes the clipboard, sets the title, begins an 8-bit CSI and turns the line round; each with the name of who lets it through."""
    secret = base64.b64encode(name.encode()).decode()
    return f"\x1b]52;c;{secret}\x07\x1b]0;{name}\x07\x9b31m\x85\x00\u202e\u2066{name}\u2028 \x1b[2J"


class Evil(App[None]):
    """All of them on one screen."""

    CSS = "Screen { overflow: hidden; } Vertical > * { height: 4; } #border { border: solid red; } .short { height: 1; }"
    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        self.title = evil("Header")
        yield widgets.Header()
        with Vertical():
            yield widgets.Static(evil("Static"), markup=True)
            yield widgets.Static(evil("StaticPlain"), markup=False)
            yield widgets.Static(Text(evil("StaticText")))
            yield widgets.Static(Content(evil("StaticContent")))
            yield widgets.Static(Text.from_ansi(f"\x1b]8;;http://x\x9d52;c;eA==\x07{evil('Ansi')}"))
            yield widgets.Label(evil("Label"), markup=False)
            yield widgets.DataTable(id="table")
            yield widgets.RichLog(id="richlog")
            yield widgets.Log(id="log")
            yield widgets.Input(evil("Input"))
            yield widgets.TextArea(evil("TextArea"))
            yield widgets.OptionList(Content(evil("OptionList")))
            yield widgets.Tree(Text(evil("Tree")))
            yield widgets.Markdown(evil("Markdown"))
            bordered = Widget(id="border")
            bordered.border_title = Content(evil("Border"))
            yield bordered
            yield widgets.Button(Content(evil("Button")))
            yield widgets.Checkbox(Content(evil("Checkbox")))
            yield widgets.Footer()

    def on_mount(self) -> None:
        table = self.query_one("#table", widgets.DataTable)
        table.add_column(Text(evil("Column")))
        table.add_row(Text(evil("DataTable")))
        self.query_one("#richlog", widgets.RichLog).write(Text(evil("RichLog")))
        self.query_one("#log", widgets.Log).write_line(evil("Log"))
        self.notify(evil("Toast"), markup=False, timeout=60)
        self.set_timer(0.5, self.finish)

    def finish(self) -> None:
        """Tell who watches that there is no more to come."""
        self.mount(widgets.Static(END.decode()), before=0)
        self.set_timer(0.3, self.exit)


if __name__ == "__main__":
    if sys.argv[1] == "on":
        safe.install()
    Evil().run()
