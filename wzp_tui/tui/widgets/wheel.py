"""What the mouse wheel does to a widget that paints its own lines."""

from abc import abstractmethod

from textual import events
from textual.widget import Widget

WHEEL = 3
"""Rows that a notch of the wheel goes."""


class Wheel(Widget):
    """The wheel goes through its rows. What is abstract is held by mypy alone: Textual's widgets have a metaclass of their own."""

    @abstractmethod
    def scroll_rows(self, rows: int) -> None:
        """Show what is further down, or with a negative number up."""

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.wheel(WHEEL, event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.wheel(-WHEEL, event)

    def wheel(self, rows: int, event: events.MouseEvent) -> None:
        """The wheel was turned by so many rows."""
        event.stop()
        event.prevent_default()
        self.scroll_rows(rows)
