"""Find one of many by its name: the commands that make sense now, or the themes."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.fuzzy import Matcher
from textual.widgets import Input

from wzp_tui.commands import Command
from wzp_tui.tui.bindings import shown_key
from wzp_tui.tui.screens.choose import Choice, Choices
from wzp_tui.tui.screens.sheet import Sheet, SheetLine
from wzp_tui.tui.situation import Situation, label
from wzp_tui.tui.widgets.lines import LineView

V = TypeVar("V")
MOST = 12
UNSEARCHED = ("move.down", "move.up", "move.first", "move.last", "move.page", "move.fold", "move.unfold", "tower.palette", "view.clear")
"""Commands that nobody looks for by name."""


class Palette(Sheet[V], Generic[V]):
    """Answers with the value of a choice, or `None`; `looked_at` hears of each on the way."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", priority=True),
        Binding("down,ctrl+n,tab", "move(1)", priority=True),
        Binding("up,ctrl+p,shift+tab", "move(-1)", priority=True),
    ]

    def __init__(
        self, title: str, choices: Sequence[Choice[V]], *, at: int = 0, looked_at: Callable[[V], None] = lambda value: None
    ) -> None:
        super().__init__()
        self._question, self._choices, self._at, self._looked_at = title, choices, at, looked_at
        self._lines: Choices[V] = Choices()
        self._query = Input(compact=True)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield SheetLine((self._question, "bright"), ("   type to find · ↑ ↓ choose · Enter", "faint"))
            yield self._query
            yield self._lines

    def on_mount(self) -> None:
        lines = self._lines
        lines.styles.height = min(len(self._choices), MOST, max(1, self.app.size.height - 8))
        lines.cursor = self._at  # before the lines are there: the first of them is not looked at on the way
        lines.show(self._choices)
        self._query.focus()

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        found = self._choices
        if query := event.value.strip():
            matcher = Matcher(query)
            scored = [(max(matcher.match(choice.title), matcher.match(choice.note) / 2), choice) for choice in self._choices]
            found = [choice for score, choice in sorted(scored, key=lambda pair: -pair[0]) if score > 0]
        self._lines.show(found)
        self._lines.jump(False)

    @on(LineView.Moved)
    def _looked(self) -> None:
        if choice := self._lines.current:
            self._looked_at(choice.value)

    @on(LineView.Opened)
    def action_accept(self) -> None:
        choice = self._lines.current
        self.dismiss(choice.value if choice else None)

    def action_move(self, rows: int) -> None:
        self._lines.move(rows)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()


def command_palette(app: App[Any], commands: Iterable[Command], situation: Situation) -> Palette[Command]:
    """Those of the commands that have a key and that one may look for by name."""
    found = [each for each in commands if not each.id.startswith(UNSEARCHED) and (each.keys or shown_key(app, each))]
    return Palette("Commands", [Choice(shown_key(app, each), label(each, situation), each.help, each) for each in found])
