"""Letters before the rows that are seen: typing those of a row puts the cursor there."""

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from wzp_tui.tui.screens.leaving import Leaving
from wzp_tui.tui.screens.sheet import SheetLine
from wzp_tui.tui.widgets.lines import LineView

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""Those under the resting hand first."""
LEAVE = (("  ", "muted"), ("Esc", "focus"), (" Leave", "muted"))


class Target(NamedTuple):
    """A row, in the panel that shows it."""

    panel: LineView[Any]
    key: Hashable


def labels(count: int, letters: str = LETTERS) -> list[str]:
    """So many labels, none of which begins another: one letter for the first ones, two for the last; what is too much has none."""
    size = len(letters)
    doubled = max(0, min(size, -(-(count - size) // (size - 1))))
    single = list(letters[: size - doubled])
    return [*single, *(first + second for first in letters[size - doubled :] for second in letters)][:count]


class Jump(Leaving[Target | None], ModalScreen[Target | None]):
    """Shows the letters in these panels and waits for those of a row. Escape leaves, and so does a click."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,enter", "leave", "Leave"), ("backspace", "back", "Back")]
    CSS_PATH = "jump.tcss"

    def __init__(self, panels: Sequence[LineView[Any]]) -> None:
        super().__init__()
        targets = [Target(panel, key) for panel in panels for key in panel.keys_in_sight()]
        self._targets = dict(zip(labels(len(targets)), targets, strict=False))
        self._panels = panels
        self._typed = ""

    def compose(self) -> ComposeResult:
        yield SheetLine(("Jump", "bright"), ("   type the letters before a row", "muted"), end=LEAVE)

    def on_mount(self) -> None:
        self._show()

    def on_unmount(self) -> None:
        for panel in self._panels:
            panel.label({})

    def _show(self) -> None:
        for panel in self._panels:
            panel.label(
                {
                    target.key: label[len(self._typed) :]
                    for label, target in self._targets.items()
                    if target.panel is panel and label.startswith(self._typed)
                }
            )

    def on_key(self, event: events.Key) -> None:
        typed = self._typed + (event.character or "").casefold() if event.is_printable else ""
        if not typed:
            return
        event.stop()
        if typed in self._targets:
            self.dismiss(self._targets[typed])
        elif any(label.startswith(typed) for label in self._targets):
            self._typed = typed
            self._show()

    def action_back(self) -> None:
        self._typed = ""
        self._show()

    def action_leave(self) -> None:
        self.dismiss(None)

    def on_click(self) -> None:
        self.dismiss(None)
