"""The open message of the mail reader: the selected row's live screen, its log, and why it is in its state."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.strip import Strip

from wzp_tui.clean import clean
from wzp_tui.controller import Controller, PaneRow, Section, Snapshot, TaskRow
from wzp_tui.tui.facts import facts_of_pane, facts_of_task
from wzp_tui.tui.painting import Piece, cut, strip, width_of
from wzp_tui.tui.times import Clock, age, now_ms
from wzp_tui.tui.widgets.header import Line
from wzp_tui.tui.widgets.live import Live
from wzp_tui.tui.widgets.log_view import LogView
from wzp_tui.tui.widgets.why import Why
from wzp_tui.tui.words import folder, pane_name

LIVE, LOG, WHY = "Live", "Log", "Why"
ALL = 1_000_000
SETTLE = 0.06
"""Seconds that the cursor has to rest on a row before its screen or log is opened."""


def tabs_of(row: TaskRow | PaneRow | None) -> tuple[str, ...]:
    """The tabs that a row has, the one to begin with first."""
    match row:
        case None:
            return ()
        case PaneRow():
            return LIVE, WHY
    shown = (LIVE,) if row.pane is not None else ()
    return (*shown, *((LOG,) if row.run else ()), WHY)


class DetailBar(Line):
    """Name and place of the row; the tabs at the right."""

    class Pressed(Message):
        """A tab was clicked."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.row: TaskRow | PaneRow | None = None
        self.tab = ""
        self.focused_here = False
        self._age = ""
        self._places: list[tuple[int, int, str]] = []

    def refresh_age(self) -> None:
        """Paint it again if it shows another age now."""
        if self._age != self._age_of(self.row):
            self.refresh()

    def _age_of(self, row: TaskRow | PaneRow | None) -> str:
        run = row.run if isinstance(row, TaskRow) else None
        return age(self._clock() - run.started_ms) if run and run.open else ""

    def on_click(self, event: events.Click) -> None:
        for first, after, tab in self._places:
            if first <= event.x < after:
                self.post_message(self.Pressed(tab))

    def render_line(self, y: int) -> Strip:
        ink, width, row = self.inks, self.size.width, self.row
        if row is None:
            return strip((), width, ink("text"))
        tabs: list[Piece] = []
        for tab in sorted(tabs_of(row), key=(LIVE, LOG, WHY).index):
            tabs += [("  ", ink("muted")), (tab, ink("focus", bold=True, underline=True) if tab == self.tab else ink("muted"))]
        tabs.append((" ", ink("muted")))
        at = width - width_of(tabs)
        self._places = []
        for text, _ in tabs:
            self._places.append((at, at + len(text), text.strip()))
            at += len(text)
        room = width - width_of(tabs) - 2
        lead: Piece = (self.glyphs.bar if self.focused_here else " ", ink("focus"))
        return strip([lead, *self._heading(row, room)], width, ink("text"), tabs)

    def _heading(self, row: TaskRow | PaneRow, room: int) -> list[Piece]:
        ink = self.inks
        if isinstance(row, TaskRow):
            name, title = row.task.name, clean(row.task.title, 400)
            facts = [clean(row.where, 40), clean(row.task.workspace, 60), folder(row.task.cwd)]
            self._age = self._age_of(row)
            facts += [self._age] if self._age else []
        else:
            name, title = row.pane.name, pane_name(row)
            facts = [clean(row.pane.workspace, 60), folder(row.pane.cwd)]
        pieces: list[Piece] = [(f"{name} ", ink("muted")), (cut(title, max(0, room - len(name) - 1)), ink("bright", bold=True))]
        while facts and width_of(pieces) + 3 + len(" · ".join(facts)) > room:
            facts.pop(1 if len(facts) > 1 else 0)
        return [*pieces, ("   " + " · ".join(fact for fact in facts if fact), ink("muted"))]


class Detail(Vertical, can_focus=True):
    """Bar, and under it the tab that is shown."""

    def __init__(self, controller: Controller, *, id: str | None = None, clock: Clock = now_ms) -> None:
        super().__init__(id=id)
        self._controller, self._clock = controller, clock
        self._bar = DetailBar(clock)
        self._live, self._log, self._why = Live(controller, id="live"), LogView(id="log"), Why(id="why")
        self._snapshot: Snapshot | None = None
        self._row: TaskRow | PaneRow | None = None
        self._shown: object = None
        self._tab = ""
        self._wish: tuple[object, str] = ("", "")
        """The tab that the user chose, and for which row."""

    def compose(self) -> ComposeResult:
        yield self._bar
        yield self._live
        yield self._log
        yield self._why

    def on_mount(self) -> None:
        self._settling = self.set_timer(SETTLE, self._open, pause=True)
        self.set_interval(1.0, self._age)

    def _age(self) -> None:
        """Ages that are shown grow."""
        if isinstance(row := self._row, TaskRow) and self.screen.is_current:
            if row.run and row.run.open:
                self._bar.refresh_age()
            if self._tab == WHY:
                self._tell_why(row)

    # -- what is shown ---------------------------------------------------------------------------------------------------------

    def update(self, row: TaskRow | PaneRow | None, snapshot: Snapshot) -> None:
        """Show a row: its name at once, its screen or log when the cursor rests."""
        other = _name_of(row) != _name_of(self._row)
        self._row, self._snapshot = row, snapshot
        self._bar.row = row
        tabs = tabs_of(row)
        self._tab = self._wish[1] if self._wish[0] == _name_of(row) and self._wish[1] in tabs else (tabs[0] if tabs else "")
        self._bar.tab = self._tab
        self._bar.refresh()
        if other:
            self._settling.stop()
            self._settling = self.set_timer(SETTLE, self._open)
        else:
            self._open()

    def turn_tab(self, by: int) -> None:
        """Show the next tab, or the one before."""
        tabs = sorted(tabs_of(self._row), key=(LIVE, LOG, WHY).index)
        if tabs:
            self.choose_tab(tabs[(tabs.index(self._tab) + by) % len(tabs)])

    def choose_tab(self, tab: str) -> None:
        """Show this tab as long as the row is open."""
        self._wish = (_name_of(self._row), tab)
        if self._snapshot is not None:
            self.update(self._row, self._snapshot)

    def on_detail_bar_pressed(self, message: DetailBar.Pressed) -> None:
        message.stop()
        self.choose_tab(message.tab)

    def _open(self) -> None:
        row = self._row
        for widget, tab in ((self._live, LIVE), (self._log, LOG), (self._why, WHY)):
            widget.display = tab == self._tab
        shown = (self._tab, _name_of(row), row.pane if isinstance(row, TaskRow) else None, _run_of(row))
        if shown != self._shown:
            self._shown = shown
            self._open_live(row)
            self._open_log(row)
        self._log.ended = isinstance(row, TaskRow) and row.run is not None and not row.run.open
        if row is not None and self._tab == WHY:
            self._tell_why(row)

    def _tell_why(self, row: TaskRow | PaneRow) -> None:
        if self._snapshot is None:
            return
        if isinstance(row, TaskRow):
            self._why.show(facts_of_task(row, self._snapshot, self._clock(), self._controller.foretell.heard_ms(row)))
        else:
            self._why.show(facts_of_pane(row))

    def _open_live(self, row: TaskRow | PaneRow | None) -> None:
        pane = row.pane.id if isinstance(row, PaneRow) else row.pane if row else None
        self._live.show(pane if self._tab == LIVE else None)

    def _open_log(self, row: TaskRow | PaneRow | None) -> None:
        run = _run_of(row)
        path = self._controller.folder.log(run) if run is not None and self._tab == LOG else None
        self._log.show(path, at_failure=isinstance(row, TaskRow) and row.section is Section.FAILED)

    # -- keys ------------------------------------------------------------------------------------------------------------------

    @property
    def _body(self) -> Live | LogView | Why:
        bodies: dict[str, Live | LogView | Why] = {LIVE: self._live, LOG: self._log}
        return bodies.get(self._tab, self._why)

    def move(self, rows: int) -> None:
        """Show what is further down, or up."""
        self._body.scroll_rows(rows)

    def page(self, direction: int) -> None:
        """Half a page down (1) or up (-1)."""
        self.move(direction * max(1, self.size.height // 2))

    def jump(self, to_end: bool) -> None:
        """To the first line, or to the last."""
        if isinstance(body := self._body, LogView):
            body.action_scroll_end() if to_end else body.action_scroll_home()
        else:
            body.scroll_rows(ALL if to_end else -ALL)

    def fold(self, folded: bool) -> None:
        """The tab before, or the next one."""
        self.turn_tab(-1 if folded else 1)

    def on_focus(self) -> None:
        self._bar.focused_here = True
        self._bar.refresh()

    def on_blur(self) -> None:
        self._bar.focused_here = False
        self._bar.refresh()


def _name_of(row: TaskRow | PaneRow | None) -> object:
    return None if row is None else row.task.name if isinstance(row, TaskRow) else row.pane.name


def _run_of(row: TaskRow | PaneRow | None) -> int | None:
    return row.run.id if isinstance(row, TaskRow) and row.run else None
