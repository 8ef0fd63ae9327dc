"""The list as rows: which tasks and panes are shown, in which order, under which headings. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from wzp_tui.controller import PaneRow, Section, Snapshot, TaskRow
from wzp_tui.tasks.task import State
from wzp_tui.tui.sorting import URGENCY, in_order
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

Match = Callable[[TaskRow | PaneRow], bool]


class View(NamedTuple):
    """How the user wants to see the list."""

    workspace: str | None = None
    """Only this one; `None`: all."""
    match: Match | None = None
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


def listing(snapshot: Snapshot, view: View, now_ms: int) -> tuple[Row, ...]:
    """The rows of the list, from top to bottom."""
    sections: dict[str, list[TaskRow | PaneRow]] = {name: [] for name in SECTIONS}
    midnight = day_start_ms(now_ms)
    for task in snapshot.tasks:
        if (view.workspace is None or task.task.workspace == view.workspace) and (view.match is None or view.match(task)):
            sections[section_of(task, midnight)].append(task)
    sections["panes"] += _free_panes(snapshot.panes, view)
    rows: list[Row] = []
    for name, (title, role) in SECTIONS.items():
        if found := sections[name]:
            folded = name in view.folded and view.match is None
            if rows and view.spaced:
                rows.append(Blank())
            if view.headings or folded:
                note = f"found in {_mux_name(snapshot)}, without a task" if name == "panes" and not snapshot.tasks else ""
                rows.append(Heading(name, title, len(found), role, folded, note))
            if not folded:
                rows += in_order(found, view.sort)
            elif view.kept is not None:
                kept = (row for row in found if isinstance(row, TaskRow) and row.task.id == view.kept)
                rows += [row for row in kept if row.task.state is not State.CANCELLED]
    return tuple(rows)


def _free_panes(panes: Iterable[PaneRow], view: View) -> Sequence[PaneRow]:
    return [
        pane
        for pane in panes
        if pane.task is None
        and not pane.own
        and (view.workspace is None or pane.pane.workspace == view.workspace)
        and (view.match is None or view.match(pane))
    ]


def size_of(snapshot: Snapshot, workspace: str | None) -> int:
    """The number of rows in a workspace, or in all, before any filter."""
    tasks = sum(task.task.workspace == workspace for task in snapshot.tasks) if workspace else len(snapshot.tasks)
    return tasks + len(_free_panes(snapshot.panes, View(workspace)))


def _mux_name(snapshot: Snapshot) -> str:
    return "WezTerm" if snapshot.mux.kind == "wezterm" else "the tower"
