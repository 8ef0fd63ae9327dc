"""The list as rows: which tasks and panes are shown, in which order, under which headings."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from wzp_tui.controller import PaneRow, Section, Snapshot, TaskRow
from wzp_tui.controller.filter import Filter, parse
from wzp_tui.controller.ranked import Ranked
from wzp_tui.tasks.task import State
from wzp_tui.tui.sorting import URGENCY, in_order, order_of
from wzp_tui.tui.times import day_start_ms


class Heading(NamedTuple):
    """The line above a section; a folded section is this line alone."""

    name: str
    title: str
    size: int
    role: str
    folded: bool
    note: str = ""


class Blank(NamedTuple):
    """An empty line between sections."""


Row = TaskRow | PaneRow | Heading | Blank
Key = tuple[str, int | str]
"""Names a row across Snapshots: `("task", 12)`, `("pane", 4)`, `("heading", "done")`."""

SECTIONS = {
    "needs": ("NEEDS YOU", "needs"),
    "failed": ("FAILED", "failed"),
    "running": ("RUNNING", "muted"),
    "queued": ("QUEUED", "muted"),
    "done": ("DONE TODAY", "faint"),
    "earlier": ("EARLIER", "faint"),
    "panes": ("PANES", "muted"),
}
FOLDED = frozenset({"done", "earlier"})
"""The sections that are folded at first."""

_NAMES = {
    Section.NEEDS_YOU: "needs",
    Section.FAILED: "failed",
    Section.RUNNING: "running",
    Section.QUEUED: "queued",
    Section.DONE: "done",
}

ALL = parse("")


class View(NamedTuple):
    """How the user wants to see the list."""

    workspace: str | None = None
    """Only this one; `None`: all."""
    filter: Filter = ALL
    folded: frozenset[str] = FOLDED
    kept: int | None = None
    """A task that is shown though its section is folded; a cancelled one is not."""
    headings: bool = True
    """Below 30 rows of screen they go; those of folded sections stay."""
    spaced: bool = True
    sort: str = URGENCY
    """One of `sorting.SORTS`; sections stay."""


def key_of(row: Row) -> Key | None:
    """The name of a row; `None` for one that the cursor passes over."""
    match row:
        case TaskRow():
            return "task", row.task.id
        case PaneRow():
            return "pane", row.pane.id
        case Heading() if row.folded:
            return "heading", row.name
    return None


def section_of(row: Row, midnight_ms: int) -> str:
    """The name of the section that a row stands in."""
    match row:
        case TaskRow():
            name = _NAMES[row.section]
            return "earlier" if name == "done" and row.since_ms < midnight_ms else name
        case PaneRow():
            return "panes"
        case Heading():
            return row.name
    return ""


class Listing:
    """The list of one Snapshot after the other: only rows that are others than before are taken out and sorted in.

    What is seen through another filter, sort or workspace, or on another day, is listed anew.
    """

    def __init__(self) -> None:
        self.rows: Sequence[Row] = ()
        """From top to bottom."""
        self.passed: Sequence[int] = ()
        """Indices of the rows that the cursor passes over."""
        self._lens: object = None
        self._known: Mapping[int, TaskRow] = {}
        self._standing: dict[int, str] = {}
        """The section of each task that the view lets through."""
        self._sections: dict[str, Ranked[TaskRow]] = {}
        self._firsts: dict[str, int] = {}
        """The index of the first row of each section that is not folded."""
        self._others: dict[Hashable, int] = {}
        """The indices of rows that are no tasks of those sections, by key."""

    def update(self, snapshot: Snapshot, view: View, now_ms: int) -> None:
        """List what the Snapshot has."""
        midnight = day_start_ms(now_ms)
        lens = (view.workspace, view.filter, view.sort, midnight, now_ms if view.filter.changes_with_time else None)
        if lens != self._lens:
            self._lens, self._known, self._standing = lens, {}, {}
            self._sections = {name: Ranked(order_of(view.sort)) for name in SECTIONS}
        self._patch(snapshot.by_id, view, now_ms, midnight)
        self._lay_out(snapshot, view, in_order(_free_panes(snapshot.panes, view, now_ms), view.sort))

    def index(self, key: Hashable) -> int | None:
        """Where the row of this key stands."""
        if key in self._others:
            return self._others[key]
        match key:
            case ("task", int(id)) if (first := self._firsts.get(self._standing.get(id, ""))) is not None:
                return first + self._sections[self._standing[id]].index(self._known[id])
        return None

    def head(self, section: str) -> int | None:
        """Where the first row of a section stands, or the heading of a folded one."""
        return self._firsts.get(section, self._others.get(("heading", section)))

    def _patch(self, rows: Mapping[int, TaskRow], view: View, now_ms: int, midnight: int) -> None:
        known, self._known = self._known, rows
        match = view.filter.at(now_ms)
        gone: defaultdict[str, list[TaskRow]] = defaultdict(list)
        come: defaultdict[str, list[TaskRow]] = defaultdict(list)
        for id in [*(id for id, row in rows.items() if known.get(id) is not row), *(known.keys() - rows.keys())]:
            if section := self._standing.pop(id, ""):
                gone[section].append(known[id])
            row = rows.get(id)
            if row and view.workspace in (None, row.task.workspace) and (match is None or match(row)):
                section = self._standing[id] = section_of(row, midnight)
                come[section].append(row)
        for section in gone.keys() | come.keys():
            self._sections[section].patch(gone[section], come[section])

    def _lay_out(self, snapshot: Snapshot, view: View, panes: Sequence[PaneRow]) -> None:
        rows: list[Row] = []
        passed: list[int] = []
        self._firsts, self._others = {}, {}
        for name, (title, role) in SECTIONS.items():
            found = panes if name == "panes" else self._sections[name]
            if not len(found):
                continue
            folded = name in view.folded and not view.filter.tests
            above = len(rows)
            if rows and view.spaced:
                rows.append(Blank())
            if view.headings or folded:
                note = f"found in {_mux_name(snapshot)}, without a task" if name == "panes" and not snapshot.tasks else ""
                rows.append(Heading(name, title, len(found), role, folded, note))
            passed += range(above, len(rows) - folded)
            if not folded:
                self._firsts[name] = len(rows)
                rows += found
                continue
            self._others["heading", name] = len(rows) - 1
            if (kept := self._kept(view, name)) is not None:
                self._others["task", kept.task.id] = len(rows)
                rows.append(kept)
        if "panes" in self._firsts:
            self._others |= {("pane", row.pane.id): self._firsts["panes"] + at for at, row in enumerate(panes)}
        self.rows, self.passed = rows, passed

    def _kept(self, view: View, section: str) -> TaskRow | None:
        """The task of a folded section that is shown all the same."""
        if view.kept is None or self._standing.get(view.kept) != section:
            return None
        row = self._known[view.kept]
        return None if row.task.state is State.CANCELLED else row


def _free_panes(panes: Iterable[PaneRow], view: View, now_ms: int) -> Sequence[PaneRow]:
    match = view.filter.at(now_ms)
    return [
        pane
        for pane in panes
        if pane.task is None
        and not pane.own
        and (view.workspace is None or pane.pane.workspace == view.workspace)
        and (match is None or match(pane))
    ]


def size_of(snapshot: Snapshot, workspace: str | None) -> int:
    """The number of rows in a workspace, or in all, before any filter."""
    tasks = sum(snapshot.tally[workspace, section] for section in Section) if workspace else len(snapshot.tasks)
    return tasks + len(_free_panes(snapshot.panes, View(workspace), 0))


def _mux_name(snapshot: Snapshot) -> str:
    return "WezTerm" if snapshot.mux.kind == "wezterm" else "the tower"
