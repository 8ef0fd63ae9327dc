"""The list: tasks in sections, and the panes without a task."""

from collections.abc import Callable, Hashable, Iterable

from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer

from wzp_tui.clean import clean
from wzp_tui.commands import BY_ID
from wzp_tui.controller import PaneRow, Section, Snapshot, TaskRow
from wzp_tui.controller.foretelling import Foretold
from wzp_tui.tui.bindings import shown_key
from wzp_tui.tui.listing import Blank, Heading, Key, Listing, Row, View, key_of, section_of
from wzp_tui.tui.looks import Look, priority_look, task_look
from wzp_tui.tui.painting import Piece, cut, left, right, strip
from wzp_tui.tui.preferences import ui_of
from wzp_tui.tui.times import Clock, age, ages_in, day_start_ms, now_ms
from wzp_tui.tui.widgets.columns import AGE, columns
from wzp_tui.tui.widgets.lines import LineView
from wzp_tui.tui.words import folder, pane_name, pane_state

Foretell = Callable[[TaskRow, int], Foretold | None]
"""Says at a time how far a task is, and what will happen to it by itself."""


def nothing(row: TaskRow, now_ms: int) -> None:
    """Nobody knows."""


class TaskList(LineView[Row]):
    """Tasks and free panes, one line each."""

    def __init__(self, *, id: str | None = None, clock: Clock = now_ms, foretell: Foretell = nothing) -> None:
        super().__init__(id=id)
        self._told_of = foretell
        self.view = View()
        self.snapshot: Snapshot | None = None
        self.marked: frozenset[Key] = frozenset()
        self.asked: frozenset[Key] = frozenset()
        """Rows whose answer takes its time; they say `asked …`."""
        self.hints: tuple[tuple[str, str], ...] = ()
        """Keys with what they do, shown where nothing is queued."""
        self._awaited: tuple[Key, Key | None] | None = None
        """The row to which the cursor goes as soon as it is there, and where it stands until then."""
        self._clock = clock
        self._listing = Listing()
        self._longest_id = 3
        self._ager: Timer | None = None
        self._ages: dict[int, str] = {}
        """What was painted last, by task."""
        self._foretold: dict[int, str] = {}
        """What was painted last of what will happen by itself, by task."""

    def key(self, row: Row) -> Key | None:
        return key_of(row)

    def index(self, key: Hashable) -> int | None:
        return self._listing.index(key)

    def update(self, snapshot: Snapshot, view: View) -> None:
        """Show the snapshot in this view. A task that ends while it is selected stays in sight until the cursor leaves it."""
        row, kept = self.current, None
        if isinstance(row, TaskRow) and (row.section in (Section.RUNNING, Section.QUEUED) or row.task.id == self.view.kept):
            kept = row.task.id
        self._list(snapshot, view._replace(kept=kept))

    @property
    def place(self) -> Key | None:
        """Where the cursor stands."""
        return key_of(row) if (row := self.current) is not None else None

    def follow(self, key: Key, at: Key | None) -> None:
        """Put the cursor on a row as soon as it is there, unless it does not stand `at` its place any more; `None`: wherever it stands.

        Who has moved it means another row by the next key.
        """
        self._awaited = (key, at)
        self._go_to_awaited(self.place)

    def _go_to_awaited(self, place: Key | None) -> None:
        if self._awaited is not None:
            key, at = self._awaited
            if at not in (None, place) or self.go_to(key):
                self._awaited = None

    def reveal(self, task: int) -> bool:
        """Put the cursor on a task, also in a folded section; `False` where this view has it not."""
        if self.snapshot is not None and self.snapshot.task(task) is not None:
            self._list(self.snapshot, self.view._replace(kept=task))
        return self.go_to(("task", task))

    def _list(self, snapshot: Snapshot, view: View) -> None:
        self.snapshot, self.view = snapshot, view
        self._longest_id = len(f"#{max(snapshot.by_id, default=0)}")
        self._listing.update(snapshot, view, self._clock())
        self.marked = frozenset(key for key in self.marked if self._listing.index(key) is not None)
        place = self.place
        self.show(self._listing.rows)
        self._go_to_awaited(place)
        self._wait_for_next_age()

    def sections(self) -> list[int]:
        midnight, before = day_start_ms(self._clock()), ""
        starts = []
        for index, row in enumerate(self.rows):
            if key_of(row) is not None and (name := section_of(row, midnight)) != before:  # small screens have no headings
                before = name
                starts.append(index)
        return starts

    def fold(self, folded: bool) -> None:
        """Fold the section of the row under the cursor, or unfold it."""
        row = self.current
        if row is None or self.snapshot is None:
            return
        name = section_of(row, day_start_ms(self._clock()))
        after = self.view.folded | {name} if folded else self.view.folded - {name}
        if after == self.view.folded:
            return
        self._list(self.snapshot, self.view._replace(folded=after, kept=None))
        if (head := self._listing.head(name)) is not None:
            self._put(head)

    def mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go on to the next."""
        if (row := self.current) is not None and not isinstance(row, Heading):
            self.marked ^= {key_of(row)}  # type: ignore[arg-type]
            self.refresh()
            self.move(1)

    def mark_all(self) -> None:
        """Mark all rows that are shown, or none where all are marked."""
        keys = frozenset(key for row in self.rows if isinstance(row, TaskRow | PaneRow) and (key := key_of(row)) is not None)
        self.marked = frozenset() if self.marked == keys else keys
        self.refresh()
        self.move(0)

    def chosen(self) -> list[TaskRow | PaneRow]:
        """The marked rows, or else the one under the cursor."""
        if self.marked:
            places = [place for key in self.marked if (place := self.index(key)) is not None]
            marked = [self.rows[place] for place in sorted(places)]
            return [row for row in marked if isinstance(row, TaskRow | PaneRow)]
        return [row] if isinstance(row := self.current, TaskRow | PaneRow) else []

    def clicked(self, row: Row, index: int, event: events.Click) -> None:
        if isinstance(row, Heading):
            if self.snapshot is not None:
                self._list(self.snapshot, self.view._replace(folded=self.view.folded ^ {row.name}, kept=None))
        else:
            super().clicked(row, index, event)

    # -- ages ------------------------------------------------------------------------------------------------------------------

    def _wait_for_next_age(self) -> None:
        """Paint again when an age or a countdown that is shown changes, and not before."""
        if self._ager is not None:
            self._ager.stop()
        now = self._clock()
        shown = self.rows[self.top : self.top + max(1, self.size.height)]
        tasks = [row for row in shown if isinstance(row, TaskRow)]
        spans = [ages_in(now - row.since_ms) for row in tasks if _has_age(row)]
        spans += [found.stands for row in tasks if (found := self._told_of(row, now))]
        self._ager = self.set_timer(max(0.2, min(spans)), self._age) if spans else None

    def _age(self) -> None:
        """Paint the ages and countdowns that are others now."""
        now, width = self._clock(), self.size.width
        for line, row in enumerate(self.rows[self.top : self.top + self.size.height]):
            if not isinstance(row, TaskRow):
                continue
            if self._foretold.get(row.task.id, "") != self._foretell(row, now):
                self.refresh(Region(0, line, width, 1))
            elif _has_age(row) and self._ages.get(row.task.id) != age(now - row.since_ms):
                self.refresh(Region(width - AGE, line, AGE, 1))
        self._wait_for_next_age()

    def _foretell(self, row: TaskRow, now: int) -> str:
        """What will happen by itself; what the word of the state says already is left out."""
        found = self._told_of(row, now)
        return found.text.removeprefix(f"{row.word} ") if found else ""

    def on_line_view_moved(self) -> None:
        """Other rows may be in sight."""
        self._wait_for_next_age()

    on_line_view_scrolled = on_line_view_moved

    # -- painting --------------------------------------------------------------------------------------------------------------

    def paint(self, row: Row, width: int, at_cursor: bool) -> Strip:
        match row:
            case Heading():
                return self._paint_heading(row, width, at_cursor)
            case TaskRow():
                return self._paint_task(row, width, at_cursor)
            case PaneRow():
                return self._paint_pane(row, width, at_cursor)
            case Blank():
                return strip((), width, self.inks("text"))

    def _paint_heading(self, row: Heading, width: int, at_cursor: bool) -> Strip:
        bar, on, _ = self._cursor(at_cursor)
        ink = self.inks
        pieces: list[Piece] = [bar, (row.title, ink(row.role, on, bold=True)), (f" {row.size}", ink(row.role, on))]
        if row.folded:
            pieces.append((f"  {self.glyphs.folded}", ink("faint", on)))
        if row.note:
            pieces.append((f"  {row.note}", ink("faint", on)))
        return strip(pieces, width, ink("text", on))

    def _cursor(self, at_cursor: bool) -> tuple[Piece, str, bool]:
        """The bar, the ground of the row, and whether the keys go there."""
        on = "ground" if not at_cursor else "selection" if self.has_focus else "selection-elsewhere"
        here = at_cursor and self.has_focus
        return (self.glyphs.bar if here else " ", self.inks("focus", on)), on, here

    def _paint_task(self, row: TaskRow, width: int, at_cursor: bool) -> Strip:
        look = task_look(row, self.glyphs)
        title = clean(row.task.title, 400)
        will = self._foretold[row.task.id] = self._foretell(row, self._clock())
        reasons = (will, row.reason) if row.section is Section.QUEUED else (row.reason, will)
        reason = clean(" · ".join(part for part in reasons if part), 400)
        word, reason = ("asked …", "") if key_of(row) in self.asked else (clean(row.word, 40), reason)
        time = self._ages[row.task.id] = age(self._clock() - row.since_ms) if _has_age(row) else ""
        mark = priority_look(row, self.glyphs)
        return self._paint_row(row, look, (row.task.name, mark, title, clean(row.where, 40), word, reason, time), width, at_cursor)

    def _paint_pane(self, row: PaneRow, width: int, at_cursor: bool) -> Strip:
        word, reason = pane_state(row)
        if key_of(row) in self.asked:
            word, reason = "asked …", ""
        title = f"{pane_name(row)}  {folder(row.pane.cwd)}"
        cells = (row.pane.name, ("", "muted"), title, clean(row.pane.workspace, 40), word, reason, "")
        return self._paint_row(row, Look(self.glyphs.waiting, "muted"), cells, width, at_cursor)

    def _paint_row(
        self, row: TaskRow | PaneRow, look: Look, cells: tuple[str, tuple[str, str], str, str, str, str, str], width: int, at_cursor: bool
    ) -> Strip:
        name, (mark, mark_role), title, where, word, reason, time = cells
        layout, ink = columns(width, self._longest_id, ui_of(self).columns), self.inks
        bar, on, here = self._cursor(at_cursor)
        lit = at_cursor or look.loud
        faint = "muted" if here else "faint"
        glyph = (self.glyphs.marked, ink("focus", on)) if key_of(row) in self.marked else (look.glyph, ink(look.role, on, bold=look.loud))
        urgent = isinstance(row, TaskRow) and row.section in (Section.NEEDS_YOU, Section.FAILED)
        state = ink(look.role, on, bold=urgent)
        pieces: list[Piece] = [
            bar,
            (glyph[0] + " ", glyph[1]),
            (left(name, layout.id), ink(faint, on)),
            (left(mark, layout.priority), ink(mark_role, on)),
            (left(title, layout.title), self._title_ink(lit, on, bold=look.loud or at_cursor)),
            (left(where, layout.where), ink("muted", on)),
            (left(word, layout.state), state),
            (left(reason, layout.reason), ink("text" if urgent or here else "muted", on)),
        ]
        return strip(pieces, width, ink("text", on), [(right(time, layout.time - 1) + " ", ink(faint, on))] if layout.time else ())

    def _title_ink(self, lit: bool, on: str, bold: bool) -> Style:
        return self.inks("bright" if lit else "text", on, bold=bold)

    def paint_below(self, line: int, width: int) -> Strip:
        ink, lines = self.inks, self._below()
        return strip(lines[line] if 0 <= line < len(lines) else (), width, ink("text"))

    def _below(self) -> list[tuple[Piece, ...]]:
        """What is said where nothing is queued, or nothing matches."""
        if self.view.filter.tests and not self.rows:
            return self._nothing("No row matches the filter.", [(shown_key(self.app, BY_ID["view.clear"]), "all rows again")])
        if self.snapshot is None or self.snapshot.tasks or not self.hints or self.view.filter.tests:
            return []
        return self._nothing("Nothing is queued.", self.hints)

    def _nothing(self, title: str, hints: Iterable[tuple[str, str]]) -> list[tuple[Piece, ...]]:
        ink, indent = self.inks, " " * (8 if self.size.width >= 66 else 2)
        above: list[tuple[Piece, ...]] = [(), (), ()] if self.view.headings else [()]
        lines: list[tuple[Piece, ...]] = [*above, ((f"{indent}{title}", ink("bright", bold=True)),), ()]
        room = self.size.width - len(indent) - 4
        lines += [((f"{indent}{key:<4}", ink("focus", bold=True)), (cut(does, room), ink("text"))) for key, does in hints]
        return [*lines, ()]

    @property
    def rows_below(self) -> int:
        """Rows that stand under the last one that is shown."""
        bottom = self.top + self.size.height
        return max(0, len(self.rows) - bottom - sum(index >= bottom for index in self._listing.passed))

    @property
    def height_wished(self) -> int:
        """Lines that would show all."""
        return len(self.rows) + len(self._below())


def _has_age(row: TaskRow) -> bool:
    return row.section is not Section.QUEUED
