"""Where a command line is typed, of one row or of more."""

from textual.widgets import TextArea


class LineBox(TextArea):
    """A `TextArea` that the app can forget: Textual's watches the app's theme, and is kept by that for ever."""

    def __init__(self, text: str) -> None:
        super().__init__(text, soft_wrap=True, compact=True, show_line_numbers=False, highlight_cursor_line=False)

    def on_unmount(self) -> None:
        watchers = getattr(self.app, "__watchers", {}).get("theme", [])
        watchers[:] = [watcher for watcher in watchers if watcher[0] is not self]
