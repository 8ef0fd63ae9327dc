"""The line in which the filter is typed: it completes, counts what is found, and says what is wrong without losing the text."""

import textwrap
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.strip import Strip
from textual.suggester import Suggester
from textual.widgets import Input

from wzp_tui.controller import Snapshot
from wzp_tui.controller.filter import Completion, Filter, completions, doubt, finished, parse
from wzp_tui.errors import UsageError
from wzp_tui.tui.painting import Piece, strip, width_of
from wzp_tui.tui.screens.sheet import SheetLine
from wzp_tui.tui.widgets.header import Line

NARROW = 66
"""Columns below which the text needs all the room."""
_MOST = 24
"""Ways to go on that are worth naming."""


class _Ghost(Suggester):
    """Shows the first way to go on behind the cursor."""

    def __init__(self, bar: "FilterBar") -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._bar = bar

    async def get_suggestion(self, value: str) -> str | None:
        way = next(iter(self._bar.ways(value)), None)
        return way.text if way and value.strip() and way.text.casefold().startswith(value.casefold()) else None


class _Field(Input):
    """Tab takes what is shown behind the cursor, as Right does; again: the next way to go on."""

    BINDINGS: ClassVar[list[BindingType]] = [("tab", "take", "Complete")]

    def __init__(self, bar: "FilterBar") -> None:
        super().__init__(placeholder="state:failed lane:build text", compact=True, select_on_focus=False, suggester=_Ghost(bar))
        self._bar = bar

    def action_take(self) -> None:
        self._bar.take()


class _Hint(Line):
    """What is wrong, or how the text may go on, with the number of rows at the right."""

    problem = ""
    note = ""
    """What may be wrong: no row matches."""
    count = ""
    ways: Sequence[Completion] = ()
    chosen = 0

    def fit(self, width: int) -> int:
        """Take the rows that are needed in this width, and return how many."""
        rows = len(self._lines(width)) if self.problem else 1
        self.styles.height = rows
        return rows

    def _lines(self, width: int) -> list[str]:
        return textwrap.wrap(self.problem, max(10, width - 4))

    def render_line(self, y: int) -> Strip:
        width, ink = self.size.width, self.inks
        fill = ink("text", "bar")
        if self.problem:
            lines = self._lines(width)
            lead = f" {self.glyphs.failed} " if y == 0 else "   "
            return strip([(lead + lines[y] if y < len(lines) else "", ink("failed", "bar", bold=True))], width, fill)
        end: list[Piece] = [(f"  {self.count} ", ink("bright", "bar", bold=True))] if self.count else []
        if self.note:
            return strip([(f"   {self.note}", ink("needs", "bar"))], width, fill, end)
        pieces: list[Piece] = [("  ", fill)]
        room = width - width_of(end) - 4
        for at, way in enumerate(self.ways):
            count = f" {way.rows}" if way.rows else ""
            more: list[Piece] = [(f" {way.word}", ink("focus" if at == self.chosen else "text", "bar", bold=at == self.chosen))]
            more.append((f"{count}  ", ink("faint", "bar")))
            if width_of(pieces) + width_of(more) > room:
                pieces.append((" …", ink("faint", "bar")))
                break
            pieces += more
        return strip(pieces, width, fill, end)


class FilterBar(Vertical):
    """Shown while the filter is typed. What it last understood is in `wanted`."""

    class Changed(Message):
        """Other rows are wanted, or the line takes more or fewer rows of the screen."""

    class Ended(Message):
        """The user has done with it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.wanted: Filter = parse("")
        self.input = _Field(self)
        self._hint = _Hint()
        self._keys = SheetLine(("Enter", "focus"), (" Keep  ", "muted"), ("Esc", "focus"), (" Clear", "muted"), id="filter-keys")
        self._snapshot: Snapshot | None = None
        self._found = (0, 0)
        self._ways: tuple[str, Snapshot | None, Sequence[Completion]] = ("", None, ())
        self._taken: tuple[Sequence[Completion], int] | None = None
        """The ways among which Tab goes round, and the one it stands at."""
        self.display = False

    def compose(self) -> ComposeResult:
        yield self._hint
        with Horizontal():
            yield SheetLine(("/", "focus"), id="slash")
            yield self.input
            yield self._keys

    # -- for the screen --------------------------------------------------------------------------------------------------------

    @property
    def count(self) -> str:
        """How many rows match: `12 of 340`; `""` without a filter."""
        return "{} of {}".format(*self._found) if self.wanted.tests else ""

    def open(self) -> None:
        """Let the user type."""
        self.display = True
        self.input.focus()
        self._show()

    def close(self) -> None:
        """Put it away; the filter stays."""
        self.display = False
        self.post_message(self.Ended())

    def clear(self) -> None:
        """Show all rows again, and put it away."""
        self.input.value = ""
        self.wanted = parse("")
        self.close()

    def update(self, snapshot: Snapshot, found: int, of: int) -> None:
        """Hear what there is, and how many rows match."""
        self._snapshot, self._found = snapshot, (found, of)
        if self.display:
            self._show()

    # -- typing ----------------------------------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._taken and event.value != self._taken[0][self._taken[1]].text:
            self._taken = None
        try:
            self.wanted, self._hint.problem = parse(event.value, begun=True), ""
        except UsageError as error:
            self._hint.problem = str(error)
        self._show()
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def _kept(self, event: Input.Submitted) -> None:
        """What the user sees is what is kept."""
        event.stop()
        text = finished(event.value, self._snapshot) if self._snapshot else event.value
        try:
            self.wanted, self._hint.problem = parse(text), ""
        except UsageError as error:
            self._hint.problem = str(error)
            self._show()
            self.post_message(self.Changed())
            return
        with self.prevent(Input.Changed):
            self.input.value = text
        self.close()

    def ways(self, text: str) -> Sequence[Completion]:
        """How this text may go on."""
        snapshot = self._snapshot
        if self._ways[0] != text or self._ways[1] is not snapshot:
            self._ways = (text, snapshot, completions(text, snapshot)[:_MOST] if snapshot else ())
        return self._ways[2]

    def take(self) -> None:
        """Take the first way to go on; right after that, the next one instead."""
        ways, at = self._taken or ((), 0)
        if len(ways) > 1:
            at = (at + 1) % len(ways)
        else:
            ways, at = self.ways(self.input.value), 0
        if ways:
            self._taken = (ways, at)
            self.input.value = ways[at].text
            self.input.cursor_position = len(ways[at].text)

    def _show(self) -> None:
        hint, text = self._hint, self.input.value
        hint.ways, hint.chosen = self._taken if self._taken and len(self._taken[0]) > 1 else (self.ways(text), 0)
        if [way.text for way in hint.ways] == [text]:
            hint.ways = ()
        hint.count = self.count
        no_row = self.wanted.tests and not self._found[0] and all(way.rows is None for way in hint.ways)
        hint.note = doubt(text, self._snapshot) if no_row and self._snapshot else ""
        self.styles.height = 1 + hint.fit(self.app.size.width)
        self._keys.display = self.app.size.width >= NARROW
        hint.refresh()
