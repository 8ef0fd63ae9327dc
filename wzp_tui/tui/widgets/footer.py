"""Rows of keys: the footer, and the bar under what needs the user."""

from collections.abc import Iterable, Sequence

from textual import events
from textual.strip import Strip

from wzp_tui.commands import BY_ID, Command
from wzp_tui.controller import PaneRow, Section, TaskRow
from wzp_tui.tui.bindings import shown_key
from wzp_tui.tui.painting import Piece, cut, strip, width_of
from wzp_tui.tui.situation import Situation, for_footer, label, valid
from wzp_tui.tui.times import Clock, age, now_ms
from wzp_tui.tui.widgets.header import Line

MOST = 8
NARROW = 66


class Keys(Line):
    """A row with keys in it; a click presses them."""

    on = "bar"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.situation = Situation()
        self._places: list[tuple[int, int, Command]] = []

    async def on_click(self, event: events.Click) -> None:
        for first, after, command in self._places:
            if first <= event.x < after:
                await self.screen.run_action(command.action)

    def key_pieces(self, command: Command) -> list[Piece]:
        """A key with what it does."""
        ink, name = self.inks, label(command, self.situation)
        if self.size.width < NARROW:
            name = name.partition(" ")[0]
        return [(shown_key(self.app, command), ink("focus", self.on, bold=True)), (f" {name}", ink("muted", self.on))]

    def keys(self, commands: Iterable[Command], before: list[Piece]) -> list[Piece]:
        """All these keys; their places are remembered for clicks."""
        gap = ("   " if self.size.width >= NARROW else "  ", self.inks("muted", self.on))
        pieces = list(before)
        for command in commands:
            start = width_of(pieces)
            pieces += self.key_pieces(command)
            self._places.append((start, width_of(pieces), command))
            pieces.append(gap)
        return pieces


class Footer(Keys):
    """The keys that do something for the selected row: at most eight, `?` last."""

    def update(self, situation: Situation) -> None:
        """Offer what makes sense now."""
        if situation != self.situation:
            self.situation = situation
            self.refresh()

    def wanted(self) -> Sequence[Command]:
        """What is offered, in the order of the table; those of the highest rank get a place."""
        return for_footer(self.situation)

    def render_line(self, y: int) -> Strip:
        width, ink = self.size.width, self.inks
        help = BY_ID["tower.help"]
        end = [*self.key_pieces(help), (" ", ink("muted", "bar"))]
        wanted = [command for command in self.wanted() if command is not help]
        room = width - 1 - width_of(end)
        chosen: list[Command] = []
        for command in sorted(wanted, key=lambda command: command.rank):
            needed = width_of(self.key_pieces(command)) + (3 if width >= NARROW else 2)
            if needed <= room and len(chosen) < MOST - 1:
                chosen.append(command)
                room -= needed
        self._places = [(width - width_of(end), width, help)]
        pieces = self.keys([command for command in wanted if command in chosen], [(" ", ink("muted", "bar"))])
        return strip(pieces, width, ink("text", "bar"), end)


class AnswerBar(Keys):
    """Under the detail of a task that needs the user: what it asks, and the keys that answer."""

    on = "needs-wash"

    def __init__(self, *, id: str | None = None, clock: Clock = now_ms) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._row: TaskRow | None = None

    def update(self, row: TaskRow | PaneRow | None, situation: Situation) -> None:
        """Show it for a row that needs the user, and hide it for others."""
        self._row = row if isinstance(row, TaskRow) and row.section is Section.NEEDS_YOU else None
        self.situation = situation
        self.display = self._row is not None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, ink, row, on = self.size.width, self.inks, self._row, self.on
        if row is None:
            return strip((), width, ink("text", on))
        lead: list[Piece] = [(f" {self.glyphs.needs} {row.word} ", ink("needs-ink", "needs", bold=True)), ("  ", ink("text", on))]
        end = [(f" waiting {age(self._clock() - row.since_ms)} ", ink("muted", on))] if width >= 100 else []
        keys = ("row.open", "task.done", "task.retry") if width >= NARROW else ("task.done", "task.retry")  # the footer has Enter
        wanted = [BY_ID[id] for id in keys if row in self.situation.rows and valid(id, self.situation)]
        room = width - width_of(lead) - width_of(end) - sum(width_of(self.key_pieces(command)) + 3 for command in wanted)
        if row.reason and room > 12:
            lead += [(cut(row.reason, room - 4), ink("bright", on, bold=True)), ("    ", ink("text", on))]
        self._places = []
        return strip(self.keys(wanted, lead), width, ink("text", on), end)
