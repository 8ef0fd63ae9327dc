"""Whether somebody is there, and what they are told when they come back."""

from textual import events, on

from wzp_tui.tui.absence import digest
from wzp_tui.tui.screens.asking import Asking
from wzp_tui.tui.widgets.away import Away

LOOK = 60.0
"""Seconds between two looks whether the user is away."""


class Presence(Asking):
    """Notes when a key was pressed last. What happens in a long absence is told in one line."""

    away: Away
    _left_ms = 0

    def watch_presence(self) -> None:
        """Begin to note it."""
        self._left_ms = self.clock()
        self.set_interval(LOOK, self.tell_of_absence)

    def tell_of_absence(self) -> None:
        """Bring the line up to date while nobody is there."""
        if self.snapshot is not None and (found := digest(self.snapshot, self._left_ms, self.clock(), self.workspace)):
            is_new = not self.away.display
            self.away.update(found)
            if is_new:
                self.show()

    def is_there(self, event: events.Event) -> bool:
        """The user did something; `True` where the line was for it: Enter goes to what it tells of first."""
        self._left_ms = self.clock()
        if not (self.away.display and isinstance(event, events.Key) and self.app.screen is self):
            return False
        if event.key == "enter":
            self._go_to_first()
            return True
        self._put_away()
        return False

    @on(Away.Pressed)
    def _go_to_first(self) -> None:
        if self.away.digest is not None:
            first = self.away.digest.first
            self.tasks.focus()
            self.tasks.reveal(first.task.id)
        self._put_away()

    def _put_away(self) -> None:
        self.away.update(None)
        self.show()
