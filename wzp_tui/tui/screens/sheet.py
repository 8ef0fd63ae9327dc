"""A sheet: a few lines at the foot of the screen that ask one thing. The screen behind goes on."""

import textwrap
from collections.abc import Sequence
from typing import ClassVar, TypeVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.strip import Strip

from wzp_tui.tui.painting import Piece, cut, harmless, strip, width_of
from wzp_tui.tui.preferences import ui_of
from wzp_tui.tui.screens.leaving import Leaving
from wzp_tui.tui.widgets.header import Line

T = TypeVar("T")
NARROW = 66
"""Columns below which keys stand closer."""


class Sheet(Leaving[T], ModalScreen[T]):
    """Escape leaves it without an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "Leave")]
    CSS_PATH = "sheet.tcss"

    def on_mount(self) -> None:
        for field in self.query("Input, TextArea"):
            field.cursor_blink = ui_of(self).motion  # type: ignore[attr-defined]

    def action_leave(self) -> None:
        self.dismiss(None)


class SheetLine(Line):
    """A line of a sheet; its pieces name roles. What stands at the `end` is there at any width; the rest is cut."""

    DEFAULT_CSS = "SheetLine { height: 1; }"

    def __init__(
        self, *pieces: tuple[str, str], end: Sequence[tuple[str, str]] = (), id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._pieces, self._end = pieces, end

    def update(self, *pieces: tuple[str, str]) -> None:
        """Say something else."""
        self._pieces = pieces
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, blank = self.size.width, self._piece(" ", "text")
        end = [*(self._piece(*piece) for piece in self._end), *[blank] * bool(self._end)]
        pieces, room = [blank], width - 1 - width_of(end)
        for text, role in self._pieces:
            shown = cut(text, max(0, room))
            pieces.append(self._piece(shown, role))
            room -= cell_len(shown)
        return strip(pieces, width, self.inks("text", "bar"), end)

    def _piece(self, text: str, role: str) -> Piece:
        return text, self.inks(role, "bar", bold=role in ("focus", "bright", "needs", "failed"))


class SheetText(Line):
    """A sentence of a sheet, on as many lines as it takes."""

    DEFAULT_CSS = "SheetText { height: auto; }"

    def __init__(self, text: str = "", role: str = "text") -> None:
        super().__init__()
        self._text, self._role = text, role

    def say(self, text: str) -> None:
        """Say something else."""
        if text != self._text:
            self._text = text
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(1, len(self._lines(width)))

    def _lines(self, width: int) -> list[str]:
        return textwrap.wrap(harmless(self._text), max(10, width - 2))

    def render_line(self, y: int) -> Strip:
        ink, width = self.inks, self.size.width
        lines = self._lines(width)
        text = lines[y] if y < len(lines) else ""
        return strip([(f" {text}", ink(self._role, "bar", bold=self._role in ("bright", "failed")))], width, ink("text", "bar"))


class Foot(SheetText):
    """The foot of a sheet: what is wrong, whole; else its keys, the last always, the others as far as there is room."""

    def __init__(self, *keys: tuple[str, str]) -> None:
        super().__init__(role="failed")
        self._keys = keys

    def offer(self, *keys: tuple[str, str]) -> None:
        """Each key with what it does; nothing is wrong."""
        self._keys = keys
        self.say("")
        self.refresh()

    def render_line(self, y: int) -> Strip:
        if self._text or not self._keys:
            return super().render_line(y)
        width, ink, gap = self.size.width, self.inks, 3 if self.size.width >= NARROW else 2
        shown = list(self._keys)
        while len(shown) > 1 and sum(cell_len(f"{key} {does}") + gap for key, does in shown) > width - 1 + gap:
            shown.pop(-2)
        pieces: list[Piece] = [(" ", ink("text", "bar"))]
        for key, does in shown:
            pieces += [(key, ink("focus", "bar", bold=True)), (f" {does}{' ' * gap}", ink("muted", "bar"))]
        return strip(pieces, width, ink("text", "bar"))
