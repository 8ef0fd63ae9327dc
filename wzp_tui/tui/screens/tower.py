"""The tower: workspaces at the left, the list of work, and the detail of what is selected."""

from math import ceil
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.screen import Screen

from wzp_tui.commands import BY_ID
from wzp_tui.controller import Controller, PaneRow, Snapshot, TaskRow
from wzp_tui.tui.bindings import BY_ACTION, bindings, shown_key
from wzp_tui.tui.listing import Blank, Key, View, size_of
from wzp_tui.tui.preferences import Preferences, ui_of
from wzp_tui.tui.screens.actions import Actions
from wzp_tui.tui.screens.panels import Panels
from wzp_tui.tui.screens.presence import Presence
from wzp_tui.tui.screens.workspaces import Workspaces
from wzp_tui.tui.situation import Situation, valid
from wzp_tui.tui.sorting import URGENCY, after
from wzp_tui.tui.theming import is_toneless
from wzp_tui.tui.times import Clock, now_ms
from wzp_tui.tui.tree import EventLine, LaneLine, PaneLine, SeriesLine, WorkspaceLine
from wzp_tui.tui.undo import Deeds
from wzp_tui.tui.widgets.away import Away
from wzp_tui.tui.widgets.detail import Detail
from wzp_tui.tui.widgets.filter_bar import FilterBar
from wzp_tui.tui.widgets.footer import AnswerBar, Footer
from wzp_tui.tui.widgets.hairline import Hairline
from wzp_tui.tui.widgets.header import Header, Meter, Shown, Trouble, no_load
from wzp_tui.tui.widgets.lines import LineView
from wzp_tui.tui.widgets.problems import Problems
from wzp_tui.tui.widgets.restarted import Restarted, restarted
from wzp_tui.tui.widgets.sidebar import Sidebar
from wzp_tui.tui.widgets.task_list import TaskList
from wzp_tui.tui.words import counts

WIDE, ROOMY, TALL = 110, 41, 30
"""From so many columns on there is a sidebar; from so many rows on blank lines in the list; headings."""

AGEING = 5.0
"""Seconds between two looks at which rows match a filter by age."""

HINTS = (
    ("task.new", "add a task: a command"),
    ("pane.new", "open a pane with your shell"),
    ("tower.help", "all keys"),
    ("tower.close", "close the tower"),
)
"""What is said where nothing is queued."""


class TowerScreen(Actions, Panels, Presence, Workspaces, Screen[None]):
    """Follows the Snapshot; its actions are the commands of the table."""

    BINDINGS: ClassVar[list[BindingType]] = bindings()
    AUTO_FOCUS = "TaskList"

    snapshot: var[Snapshot | None] = var(None, init=False, always_update=True)
    workspace: var[str | None] = var(None, init=False)
    """The one that the list shows; `None`: all."""

    sort: var[str] = var(URGENCY, init=False)
    """How the rows of a section are sorted."""

    _sought: Key | None = None
    """Where the cursor wants to stand while a filter is typed."""
    _left: Key | None = None
    """Where it stood after the last key."""
    _needs = 0
    """Tasks that `.` goes to."""

    def __init__(self, controller: Controller, clock: Clock = now_ms, load: Meter = no_load) -> None:
        super().__init__()
        self.controller, self.clock = controller, clock
        self.deeds = Deeds()
        self.tasks = TaskList(id="list", clock=clock, foretell=controller.foretell)
        self.sidebar = Sidebar(id="sidebar")
        self.detail = Detail(controller, id="detail", clock=clock)
        self.filter = FilterBar(id="filter")
        self._header, self._trouble = Header(clock=clock, load=load), Trouble(clock=clock)
        self._problems = Problems()
        self.away, self._restarted = Away(), Restarted()
        self._answers, self._footer, self._hairline = AnswerBar(clock=clock), Footer(), Hairline()

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._trouble
        yield self._problems
        yield self.away
        yield self._restarted
        with Horizontal(id="main"):
            yield self.sidebar
            with Vertical(id="work"):
                yield self.tasks
                yield self._hairline
                yield self.detail
                yield self._answers
        yield self.filter
        yield self._footer

    @work(group="follow", exclusive=True)
    async def follow(self) -> None:
        """Show each new Snapshot; a slow screen skips to the newest."""
        async for snapshot in self.controller.snapshots:
            self.snapshot = snapshot

    def on_mount(self) -> None:
        self._ageing = self.set_interval(AGEING, self.show, pause=True)
        self.watch_presence()
        self.app.theme_changed_signal.subscribe(self, lambda _: self.use_settings())
        self.use_settings()
        self.follow()

    # -- showing ---------------------------------------------------------------------------------------------------------------

    def watch_snapshot(self) -> None:
        self.tell_of_absence()
        self.show()

    def watch_workspace(self) -> None:
        self.show()

    def watch_sort(self) -> None:
        self.show()
        self.tasks.rewind()

    def show(self) -> None:
        """Bring the newest Snapshot to all parts of the screen."""
        snapshot = self.snapshot
        if snapshot is None or not self.is_mounted:
            return
        found = counts(snapshot, self.workspace)
        self._needs = found.needs + found.failed
        self.set_class(not snapshot.mux.reachable, "-unreachable")
        self._trouble.update(snapshot)
        self._restarted.update(snapshot)
        self.sidebar.update(snapshot, self.workspace)
        self.tasks.hints = self._hints if snapshot.taken_ms else ()
        self.tasks.update(snapshot, self._view())
        self._count(snapshot)
        sort = "" if self.sort == URGENCY else self.sort
        filter = ("", "") if self.filter.display else (self.filter.wanted.text, self.filter.count)
        self._header.update(Shown(found, self.workspace, *filter, sort, bool(snapshot.taken_ms) and not snapshot.opens_panes))
        self._fit()
        self._select()

    def _count(self, snapshot: Snapshot) -> None:
        """Tell the filter how many rows it has left, and look again while ages decide which."""
        wanted = self.filter.wanted
        if wanted.tests or self.filter.display:
            shown = sum(isinstance(row, TaskRow | PaneRow) for row in self.tasks.rows)
            self.filter.update(snapshot, shown, size_of(snapshot, self.workspace))
        self._ageing.resume() if wanted.changes_with_time else self._ageing.pause()

    def use_settings(self) -> None:
        """Look as the settings say, and name what is wrong with them."""
        if isinstance(self.app, Preferences):
            self._problems.update([*self.app.problems, *self.app.theme_problems])
        self.set_class(is_toneless(self.app.current_theme), "-toneless")
        self.set_class(ui_of(self).glyphs == "ascii", "-ascii")
        self.filter.input.cursor_blink = ui_of(self).motion
        self.sidebar.styles.width = ui_of(self).sidebar_width
        self.show()

    @property
    def _hints(self) -> tuple[tuple[str, str], ...]:
        return tuple((shown_key(self.app, BY_ID[id]), does) for id, does in HINTS)

    def _view(self) -> View:
        return View(
            workspace=self.workspace,
            filter=self.filter.wanted,
            folded=self.tasks.view.folded,
            headings=self.size.height >= TALL,
            spaced=self.size.height >= ROOMY,
            sort=self.sort,
        )

    def _fit(self) -> None:
        """Give the list the height of its content, and no more than its share."""
        self._problems.fit(self.size.width)
        room = self.size.height - sum(int(row.styles.height.cells or 0) for row in self.children if row.display and row.styles.height)
        roomy = self.size.height >= ROOMY
        empty = self.tasks.current is None
        self.detail.display = self._hairline.display = not empty
        height = room if empty else min(self.tasks.height_wished + roomy, ceil(room * ui_of(self).list_height / 100))
        last = self.tasks.top + height - roomy - 1
        blank = 0 <= last < len(self.tasks.rows) and isinstance(self.tasks.rows[last], Blank)
        self.tasks.styles.height = height - blank

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < WIDE, "-narrow")
        self.set_class(event.size.height >= ROOMY, "-roomy")
        self.set_class(event.size.height >= TALL, "-tall")
        self.show()

    @on(LineView.Moved)
    def _select(self) -> None:
        if self.snapshot is None:
            return
        row = self.selected
        self._scrolled()
        self.detail.update(row, self.snapshot)
        situation = self.situation()
        self._answers.update(row, situation)
        self._footer.update(situation)

    @on(LineView.Scrolled)
    def _scrolled(self) -> None:
        self._hairline.below = self.tasks.rows_below

    @property
    def selected(self) -> TaskRow | PaneRow | None:
        """The row that the detail shows: that of the list, or the pane under the sidebar's cursor."""
        if self.sidebar.has_focus and isinstance(line := self.sidebar.current, PaneLine):
            return line.task or line.pane
        return row if isinstance(row := self.tasks.current, TaskRow | PaneRow) else None

    def situation(self) -> Situation:
        """What the user has before them."""
        snapshot = self.snapshot
        if snapshot is None:
            return Situation()
        line = self.sidebar.current if self.sidebar.has_focus else None
        if line is not None:
            selected = self.selected if isinstance(line, PaneLine) else None
            lane = line.lane if isinstance(line, LaneLine) else None
            series = line.series if isinstance(line, SeriesLine) else None
            return Situation((selected,) if selected else (), lane, series, True, *self._around(snapshot))
        rows = self.tasks.chosen()
        task = rows[0].task if rows and isinstance(rows[0], TaskRow) else None
        lane = next((lane for lane in snapshot.lanes if task and lane.lane.name == task.lane), None)
        series = next((series for series in snapshot.series if task and series.id == task.series), None)
        return Situation(rows, lane, series, self.tasks.current is not None, *self._around(snapshot))

    def _around(self, snapshot: Snapshot) -> tuple[int, bool, int]:
        """What is before the user wherever the cursor stands."""
        return self._needs, bool(restarted(snapshot)), len(snapshot.workspaces)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Commands that do nothing for what is selected have no key."""
        command = BY_ACTION.get(action)
        return command is None or valid(command.id, self.situation())

    # -- panels ----------------------------------------------------------------------------------------------------------------

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        if not self.sidebar.has_focus:
            self.remove_class("-drawer")
        self._select()

    def action_view_sort(self) -> None:
        self.sort = after(self.sort)

    def action_view_clear(self) -> None:
        if self.filter.display or self.filter.wanted.tests:
            self.filter.clear()
        elif self.tasks.marked:
            self.tasks.marked = frozenset()
            self.tasks.refresh()
            self._select()
        elif self.panel is self.tasks:
            self.workspace = None
        self.tasks.focus()

    # -- filter ----------------------------------------------------------------------------------------------------------------

    def action_view_filter(self) -> None:
        self._sought = self._left = self.tasks.place
        self.filter.open()
        self.show()

    @on(FilterBar.Changed)
    def _filter_changed(self) -> None:
        """The cursor goes back to its row as soon as that matches again, unless the user moved it meanwhile."""
        at = self.tasks.place
        if at != self._left:
            self._sought = at
        self.show()
        if self._sought is not None:
            self.tasks.go_to(self._sought)
        self._left = self.tasks.place

    @on(FilterBar.Ended)
    def _filter_ended(self) -> None:
        self.tasks.focus()
        self.show()

    # -- the mouse -------------------------------------------------------------------------------------------------------------

    @on(LineView.Opened)
    async def _opened(self) -> None:
        await self.run_action("row_open")

    @on(Header.Pressed)
    async def _header_pressed(self, message: Header.Pressed) -> None:
        await self.run_action("move_needs" if message.part == "needs" else "view_workspaces")

    def open_line(self) -> None:
        """Open what the sidebar's cursor stands on: filter by a workspace, go to the task of an event."""
        line = self.sidebar.current
        match line:
            case EventLine(event=event) if event.task is not None:
                self.tasks.focus()
                self.tasks.reveal(event.task)
            case LaneLine():
                self.action_lane_edit()
            case SeriesLine():
                self.action_series_edit()
            case WorkspaceLine(name):
                self.choose_workspace(name)
