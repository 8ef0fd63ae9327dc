"""One of a few: where a task goes, how a run is stopped, whether something is done at all."""

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip

from wzp_tui.tui.painting import cut, left, strip
from wzp_tui.tui.screens.sheet import Sheet, SheetLine, SheetText
from wzp_tui.tui.widgets.lines import LineView

V = TypeVar("V")


class Choice(NamedTuple, Generic[V]):
    """A line to choose."""

    key: str
    """The key that chooses it at once; `""`: none."""
    title: str
    note: str
    value: V
    role: str = "text"


class Choices(LineView[Choice[V]]):
    """The lines."""

    ground = "bar"

    def key(self, row: Choice[V]) -> int:
        return self.rows.index(row)

    def paint(self, row: Choice[V], width: int, at_cursor: bool) -> Strip:
        ink, on = self.inks, "selection" if at_cursor else "bar"
        key = max(len(choice.key) for choice in self.rows) + 2
        title = max(len(choice.title) for choice in self.rows) + 3
        return strip(
            [
                (self.glyphs.bar if at_cursor else " ", ink("focus", on)),
                (left(row.key, key), ink("focus", on, bold=True)),
                (left(row.title, min(title, width - key - 2)), ink("bright" if at_cursor and row.role == "text" else row.role, on)),
                (cut(row.note, max(0, width - key - title - 2)), ink("muted", on)),
            ],
            width,
            ink("text", on),
        )


class Choose(Sheet[V], Generic[V]):
    """Asks; answers with the value of a choice, or `None`."""

    def __init__(self, question: str, choices: Sequence[Choice[V]], *, notes: Sequence[tuple[str, str]] = (), at: int = 0) -> None:
        super().__init__()
        self._question, self._choices, self._notes, self._at = question, choices, notes, at
        self._lines: Choices[V] = Choices()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield SheetLine((self._question, "bright"))
            for note in self._notes:
                yield SheetText(*note)
            yield self._lines

    def on_mount(self) -> None:
        self._lines.styles.height = len(self._choices)
        self._lines.show(self._choices)
        self._lines.focus()
        self.call_after_refresh(self._lines.go_to, self._at)

    def on_line_view_opened(self) -> None:
        self._choose()

    def _choose(self) -> None:
        choice = self._lines.current
        self.dismiss(choice.value if choice else None)

    def on_key(self, event: events.Key) -> None:
        key = event.character if event.is_printable and event.character else event.key
        for choice in self._choices:
            if choice.key and choice.key == key:
                event.stop()
                self.dismiss(choice.value)
                return
        moves = {"j": 1, "down": 1, "k": -1, "up": -1}
        if key in moves:
            event.stop()
            self._lines.move(moves[key])
        elif key == "enter":
            event.stop()
            self._choose()


def yes_or_no(question: str, yes: str, note: str = "", *, notes: Sequence[tuple[str, str]] = ()) -> Choose[bool]:
    """A question with No as its default."""
    return Choose(question, [Choice("n", "No", "", False), Choice("y", yes, note, True, "failed")], notes=notes)
