"""What waits for what: the tasks that are joined by `after`, each below those that it waits for."""

from collections.abc import Sequence
from contextlib import suppress
from statistics import median
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType

from wzp_tui.controller import Controller
from wzp_tui.controller.graph import GraphRow, graph_rows, longest_way
from wzp_tui.errors import WzpError
from wzp_tui.store import Store
from wzp_tui.tasks.graph import ASCII, BOX
from wzp_tui.tasks.parse import duration_words
from wzp_tui.tasks.task import OPEN
from wzp_tui.tui.looks import UNICODE
from wzp_tui.tui.screens.leaving import Leaving
from wzp_tui.tui.screens.sheet import SheetLine
from wzp_tui.tui.times import Clock, now_ms
from wzp_tui.tui.widgets.graph_lines import GraphLines
from wzp_tui.tui.widgets.lines import LineView
from wzp_tui.tui.words import plural


class Graph(Leaving[int]):
    """Live; answers with the task that the user goes to, or `None`."""

    CSS_PATH = "graph.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,W", "leave", "Leave"),
        ("enter", "open", "Go to the task"),
        ("j,down", "move(1)", "Down"),
        ("k,up", "move(-1)", "Up"),
        ("ctrl+d,pagedown", "page(1)", "Page down"),
        ("ctrl+u,pageup", "page(-1)", "Page up"),
        ("g,home", "jump(False)", "First"),
        ("G,end", "jump(True)", "Last"),
    ]

    def __init__(self, controller: Controller, at: int | None = None, *, clock: Clock = now_ms) -> None:
        super().__init__()
        self._controller, self._at = controller, at
        self._heading, self._about = SheetLine(), SheetLine()
        self._lines = GraphLines(clock)
        self._seconds: dict[int, float] = {}

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._lines
        yield self._about
        yield SheetLine(("Enter", "focus"), (" Go to the task   ", "muted"), ("Esc", "focus"), (" Back", "muted"))

    def on_mount(self) -> None:
        self._lines.focus()
        self._follow()

    @work(group="follow", exclusive=True)
    async def _follow(self) -> None:
        async for snapshot in self._controller.snapshots:
            rows = graph_rows(snapshot.tasks, BOX if self._lines.glyphs == UNICODE else ASCII)
            await self._learn([each.row.task.id for each in rows if each.row.task.state in OPEN and each.row.task.id not in self._seconds])
            self._show(rows)

    async def _learn(self, tasks: Sequence[int]) -> None:
        """Ask how long tasks took before, once for each."""

        def durations(store: Store) -> dict[int, float]:
            return {id: median(found) if (found := store.durations(id)) else 0.0 for id in tasks}

        if tasks:
            with suppress(WzpError):  # a store that cannot be read is told by the tower; the graph stands without times
                self._seconds |= await self._controller.ask(durations)

    def _show(self, rows: Sequence[GraphRow]) -> None:
        self._lines.show(rows)
        if self._at is not None:
            self._lines.go_to(self._at)
            self._at = None
        still, layers = sum(each.row.task.state in OPEN for each in rows), len({each.layer for each in rows})
        told = f"{plural(len(rows), 'task')} in {plural(layers, 'layer')}, {still} still to end"
        self._heading.update(("What waits for what  ", "bright"), (told if rows else "no task waits for another one", "muted"))
        way = longest_way(rows, self._seconds)
        about = f", about {duration_words(way.cost)}" if way.cost else ""
        names = " → ".join(f"#{id}" for id in way.nodes)
        self._about.update((f"the longest way{about}: {names}" if len(way.nodes) > 1 else "", "muted"))

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_open(self) -> None:
        self.dismiss(self._lines.current.row.task.id if self._lines.current else None)

    def on_line_view_opened(self, message: LineView.Opened) -> None:
        self.action_open()

    def action_move(self, rows: int) -> None:
        self._lines.move(rows)

    def action_page(self, direction: int) -> None:
        self._lines.page(direction)

    def action_jump(self, to_end: bool) -> None:
        self._lines.jump(to_end)
