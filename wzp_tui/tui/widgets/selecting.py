"""Marking text with the mouse: press, drag, let go, and it is in the clipboard."""

from abc import abstractmethod

from textual import events
from textual.geometry import Offset
from textual.message import Message

from wzp_tui.tui import clipboard
from wzp_tui.tui.widgets.wheel import Wheel

Place = tuple[int, int]
"""A line, by a number that stays its own while lines come and go, and a column of it."""


class Selecting(Wheel):
    """A widget whose text can be marked and copied with the mouse. Textual's own way counts rows, and here rows move."""

    ALLOW_SELECT = False

    class Copied(Message):
        """Text was put into the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    _from: Place | None = None
    _to: Place | None = None
    _dragging = False

    # --- what a widget says --------------------------------------------------

    @abstractmethod
    def place_at(self, row: int, column: int) -> Place:
        """The place that is shown there."""

    @abstractmethod
    def text_between(self, first: Place, last: Place) -> str:
        """The text from `first` up to, but without, `last`."""

    # --- what it asks --------------------------------------------------------

    @property
    def selection(self) -> tuple[Place, Place] | None:
        """What is marked, first place first."""
        if self._from is None or self._to is None or self._from == self._to:
            return None
        return min(self._from, self._to), max(self._from, self._to)

    def selected_columns(self, line: int, width: int) -> tuple[int, int] | None:
        """The marked columns of a line that is `width` columns wide."""
        if not (selection := self.selection):
            return None
        (first, start), (last, end) = selection
        if not first <= line <= last:
            return None
        columns = (start if line == first else 0), (end if line == last else width)
        return columns if columns[0] < columns[1] else None

    def select_nothing(self) -> None:
        """Take the marking away."""
        if self._from is not None:
            self._from = self._to = None
            self.refresh()

    def copy(self, text: str) -> None:
        """Put text into the clipboard."""
        if text:
            clipboard.copy(self.app, text)
            self.post_message(self.Copied(text))

    # --- the mouse -----------------------------------------------------------

    def mouse_cell(self, event: events.MouseEvent) -> Offset:
        """Column and row of the mouse in the content, never outside of it."""
        left, top = self.gutter.left, self.gutter.top
        return Offset(
            min(max(0, event.x - left), max(0, self.size.width - 1)),
            min(max(0, event.y - top), max(0, self.size.height - 1)),
        )

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.select_nothing()
        if event.button == 1:
            at = self.mouse_cell(event)
            self._from = self._to = self.place_at(at.y, at.x)
            self._dragging = True
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if not self._dragging or self._from is None:
            return
        at = self.mouse_cell(event)
        here = self.place_at(at.y, at.x)
        self._to = (here[0], here[1] + 1) if here >= self._from else here
        self.refresh()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if not self._dragging:
            return
        self._dragging = False
        self.release_mouse()
        if selection := self.selection:
            self.copy(self.text_between(*selection))
        else:
            self.select_nothing()
