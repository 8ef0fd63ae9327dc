"""One embedded pane with the keys."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from textual import events
from textual.message import Message
from textual.timer import Timer

from wzp_tui.errors import WzpError
from wzp_tui.tui.keys import encode_focus, encode_key, encode_paste
from wzp_tui.tui.mouse import encode_mouse
from wzp_tui.tui.widgets.pane_screen import PaneScreen

if TYPE_CHECKING:
    from wzp_tui.mux.embedded import Screen

LEAVE = "ctrl+right_square_bracket"
_LEAVE_WAIT = 0.3
"""Seconds in which a second press of the key that leaves is for the program."""
_BACK = {"shift+pageup": -1, "alt+pageup": -1, "shift+pagedown": 1, "alt+pagedown": 1}


class TerminalView(PaneScreen, can_focus=True):
    """The terminal of an embedded pane: the pane gets its size, and it takes every key, pastes and the mouse.

    `leave` alone is not for the program; pressed twice, it is. Bindings with priority, as Textual's App has one on ctrl+q, come before it:
    an app with such a pane has none.
    """

    way_back = "typing goes to the end"

    class Left(Message):
        """The user pressed the key that leaves."""

    class Refused(Message):
        """Input did not reach the program."""

        def __init__(self, error: WzpError) -> None:
            super().__init__()
            self.error = error

    def __init__(
        self,
        screen: "Screen",
        *,
        write: Callable[[bytes], None],
        resize: Callable[[int, int], None],
        leave: str = LEAVE,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(screen, id=id, classes=classes)
        self.leave = leave
        self._write = write
        self._resize = resize
        self._pressed: Timer | None = None
        self._buttons: set[int] = set()

    def fit(self, screen: "Screen") -> None:
        if self.size and not screen.ended and (screen.rows, screen.cols) != (self.size.height, self.size.width):
            self.select_nothing()
            try:
                self._resize(self.size.height, self.size.width)
            except WzpError as error:
                self.post_message(self.Refused(error))

    # --- input ---------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if self._screen is None:
            return
        event.stop()
        event.prevent_default()
        if event.key == self.leave and self._pressed is None:
            self._pressed = self.set_timer(_LEAVE_WAIT, self._leave)
        elif event.key != self.leave and self._pressed:
            self._leave()  # a key that comes after it was not meant for the program
        elif event.key in _BACK and not self._screen.alternate:
            self.scroll_rows(_BACK[event.key] * max(1, self.size.height - 1))
        else:
            if self._pressed:
                self._pressed.stop()
                self._pressed = None
            self._type(encode_key(event.key, event.character, self._screen.modes))

    def _leave(self) -> None:
        if self._pressed:
            self._pressed.stop()
            self._pressed = None
        self.post_message(self.Left())

    def on_paste(self, event: events.Paste) -> None:
        if self._screen:
            event.stop()
            event.prevent_default()
            self._type(encode_paste(event.text, self._screen.modes))

    def on_focus(self) -> None:
        self._tell_focus(True)

    def on_blur(self) -> None:
        self._tell_focus(False)

    def _tell_focus(self, focused: bool) -> None:
        self._paint(everything=True)
        if self._screen and not self._screen.ended and (data := encode_focus(focused, self._screen.modes)):
            self._send(data)

    def _type(self, data: bytes) -> None:
        """Give the program input, and show where it lands."""
        if data:
            self.select_nothing()
            if self._kept is not None:
                self._kept = None
                self._paint(everything=True)
            self._send(data)

    def _send(self, data: bytes) -> None:
        try:
            self._write(data)
        except WzpError as error:
            self.post_message(self.Refused(error))

    # --- the mouse: the program's if it asked for it; with Shift always ours ---

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self._is_for_program(event):
            self._buttons.add(event.button)
            self.capture_mouse()
            self._report("press", event.button, event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if event.button in self._buttons:
            self._buttons.discard(event.button)
            self.release_mouse()
            self._report("release", event.button, event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._buttons or (not self._dragging and self._is_for_program(event)):
            self._report("move", event.button, event)

    def wheel(self, rows: int, event: events.MouseEvent) -> None:
        if self._is_for_program(event):
            self._report("press", 4 if rows < 0 else 5, event)
        elif self._screen and self._screen.alternate:  # as terminals do: less and man have no scrollback
            event.stop()
            event.prevent_default()
            self._send(encode_key("up" if rows < 0 else "down", None, self._screen.modes) * abs(rows))
        else:
            super().wheel(rows, event)

    def _is_for_program(self, event: events.MouseEvent) -> bool:
        return bool(self._screen and self._screen.modes.mouse != "off" and not event.shift and self._kept is None)

    def _report(self, action: Literal["press", "release", "move"], button: int, event: events.MouseEvent) -> None:
        event.stop()
        event.prevent_default()
        if self._screen is not None:
            at = self.mouse_cell(event)
            row = at.y + self._first
            modes = self._screen.modes
            self._send(encode_mouse(action, button, at.x, row, modes, shift=event.shift, alt=event.meta, ctrl=event.ctrl))
