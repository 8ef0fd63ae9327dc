"""The sidebar: workspaces with their panes, lanes, and the last events."""

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.strip import Strip

from wzp_tui.clean import clean
from wzp_tui.controller import Snapshot
from wzp_tui.tui.looks import pane_look
from wzp_tui.tui.painting import Piece, cut, left, strip, width_of
from wzp_tui.tui.times import age, clock
from wzp_tui.tui.tree import EventLine, Key, LaneLine, PaneLine, Row, SeriesLine, TabLine, Title, WorkspaceLine, key_of, sidebar
from wzp_tui.tui.widgets.lines import LineView
from wzp_tui.tui.words import Counts, event_words, lane_use, pane_name, series_when


class Sidebar(LineView[Row]):
    """What there is, beside what there is to do."""

    ground = "bar"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.folded: frozenset[Key] = frozenset()
        self._snapshot: Snapshot | None = None
        self._chosen: str | None = None

    def key(self, row: Row) -> Key | None:
        return key_of(row)

    def update(self, snapshot: Snapshot, chosen: str | None) -> None:
        """Show the snapshot; `chosen` is the workspace that the list shows."""
        self._snapshot, self._chosen = snapshot, chosen
        self.show(sidebar(snapshot, chosen, self.folded))

    def fold(self, folded: bool) -> None:
        """Fold the branch under the cursor, or the one that it stands in; or unfold it."""
        at = self.cursor
        while folded and at >= 0 and isinstance(self.rows[at], PaneLine):
            at -= 1
        row = self.rows[at] if at >= 0 and self.rows else None
        key = key_of(row) if isinstance(row, WorkspaceLine | TabLine) else None
        if key is None or self._snapshot is None:
            return
        self.folded = self.folded | {key} if folded else self.folded - {key}
        self.update(self._snapshot, self._chosen)
        self.go_to(key)

    def clicked(self, row: Row, index: int, event: events.Click) -> None:
        super().clicked(row, index, event)
        if isinstance(row, WorkspaceLine | TabLine) and event.chain == 1 and event.x < 5:
            self.fold(not row.folded)

    def paint(self, row: Row, width: int, at_cursor: bool) -> Strip:
        here = at_cursor and self.has_focus
        on = "selection" if here else "selection-elsewhere" if isinstance(row, WorkspaceLine) and row.chosen else "bar"
        lead: Piece = (self.glyphs.bar if here else " ", self.inks("focus", on))
        pieces, end = self._pieces(row, on, width - 2)
        gap: Piece = (" ", self.inks("text", on))
        return strip([lead, *pieces], width, self.inks("text", on), [*end, gap])

    def _pieces(self, row: Row, on: str, width: int) -> tuple[list[Piece], list[Piece]]:
        ink, glyphs = self.inks, self.glyphs
        match row:
            case Title(text):
                return [(text, ink("muted", on, bold=True))], []
            case WorkspaceLine() | TabLine():
                fold = glyphs.folded if row.folded else glyphs.unfolded
                end = self._counts(row.counts, on)
                indent = "" if isinstance(row, WorkspaceLine) else "  "
                name = row.name if isinstance(row, WorkspaceLine) else row.title
                chosen = isinstance(row, WorkspaceLine) and row.chosen
                shown = cut(name, width - len(indent) - 3 - width_of(end))
                return [(f"{indent}{fold} ", ink("faint", on)), (shown, ink("bright" if chosen else "text", on, bold=chosen))], end
            case PaneLine():
                return self._pane(row, on, width)
            case LaneLine(lane):
                busy, free, waits = lane_use(lane, glyphs)
                end = [(waits, ink("muted" if lane.lane.starts else "needs", on))]
                lead = (" " + left(lane.lane.name, 9), ink("text", on))
                return [lead, (busy, ink("running", on)), (free, ink("muted", on))], end
            case SeriesLine(series, now):
                when, role = series_when(series, now)
                end = [(when, ink(role, on))]
                name = cut(clean(series.task.title, 100), width - 1 - width_of(end) - 1)
                return [(" " + name, ink("muted" if series.paused else "text", on))], end
            case EventLine(event, took_ms):
                told = event_words(event, glyphs)
                assert told is not None
                took = f" · {age(took_ms)}" if took_ms and took_ms >= 1000 else ""
                time = (clock(event.at_ms) + " ", ink("faint", on))
                return [time, (told.glyph + " ", ink(told.role, on)), (cut(told.text + took, width - 8), ink("muted", on))], []

    def _pane(self, row: PaneLine, on: str, width: int) -> tuple[list[Piece], list[Piece]]:
        ink, look = self.inks, pane_look(row.pane, row.task, self.glyphs)
        end: list[Piece] = [("you are here", ink("faint", on))] if row.pane.own else [(look.glyph, ink(look.role, on))]
        task = f" {row.task.task.name}" if row.task else ""
        indent = "  " * row.depth
        room = width - len(indent) - len(task) - width_of(end) - 1
        name = cut(pane_name(row.pane), room)
        if row.task and row.column <= room:
            name = set_cell_size(name, row.column or cell_len(name))
        return [(f"{indent}{name}{task}", ink("text" if row.task else "muted", on))], end

    def _counts(self, counts: Counts, on: str) -> list[Piece]:
        ink, glyphs = self.inks, self.glyphs
        shown = [
            (f"{glyph}{count}", ink(role, on, bold=role == "needs"))
            for glyph, count, role in (
                (glyphs.needs, counts.needs, "needs"),
                (glyphs.failed, counts.failed, "failed"),
                (glyphs.running, counts.running, "running"),
            )
            if count
        ]
        gaps: list[Piece] = []
        for piece in shown:
            gaps += [(" ", ink("text", on)), piece] if gaps else [piece]
        return gaps or [(glyphs.quiet, ink("faint", on))]
