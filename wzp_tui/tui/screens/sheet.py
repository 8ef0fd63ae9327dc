"""A sheet: a few lines at the foot of the screen that ask one thing. The screen behind goes on."""

from typing import ClassVar, TypeVar

from rich.style import Style
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.strip import Strip

from wzp_tui.tui.painting import Piece, strip
from wzp_tui.tui.preferences import ui_of
from wzp_tui.tui.screens.leaving import Leaving
from wzp_tui.tui.widgets.header import Line

T = TypeVar("T")


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
    """A line of a sheet; its pieces name roles."""

    DEFAULT_CSS = "SheetLine { height: 1; }"

    def __init__(self, *pieces: tuple[str, str], id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._pieces = pieces

    def update(self, *pieces: tuple[str, str]) -> None:
        """Say something else."""
        self._pieces = pieces
        self.refresh()

    def render_line(self, y: int) -> Strip:
        ink = self.inks
        pieces: list[Piece] = [(" ", ink("text", "bar"))]
        for text, role in self._pieces:
            style: Style = ink(role, "bar", bold=role in ("focus", "bright", "needs", "failed"))
            pieces.append((text, style))
        return strip(pieces, self.size.width, ink("text", "bar"))
