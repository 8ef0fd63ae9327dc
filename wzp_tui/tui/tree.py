"""The sidebar as rows: workspaces with their tabs and panes, lanes, and the last events. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from wzp_tui.clean import clean
from wzp_tui.controller import LaneRow, PaneRow, Section, Snapshot, TaskRow
from wzp_tui.store import Event, Series
from wzp_tui.tasks.task import State
from wzp_tui.tui.words import Counts, counts, event_words, pane_name, plural


class Title(NamedTuple):
    """The name of a part of the sidebar; `""` is an empty line."""

    text: str


class WorkspaceLine(NamedTuple):
    """A workspace."""

    name: str
    counts: Counts
    folded: bool
    chosen: bool
    """It is the one that the list shows."""


class TabLine(NamedTuple):
    """A tab with several panes."""

    workspace: str
    tab: int
    title: str
    counts: Counts
    folded: bool


class PaneLine(NamedTuple):
    """A pane."""

    pane: PaneRow
    task: TaskRow | None
    depth: int
    column: int = 0
    """Cells of the longest name in its tab, so that the tasks beside the names stand in a column."""


class LaneLine(NamedTuple):
    """A lane."""

    lane: LaneRow


class SeriesLine(NamedTuple):
    """A task that comes again."""

    series: Series
    now_ms: int


class EventLine(NamedTuple):
    """An event."""

    event: Event
    took_ms: int | None = None
    """How long the run took with which a task was done, where that is known."""


Row = Title | WorkspaceLine | TabLine | PaneLine | LaneLine | SeriesLine | EventLine
Key = tuple[str, object]


def key_of(row: Row) -> Key | None:
    """What names a row across Snapshots."""
    match row:
        case WorkspaceLine():
            return "workspace", row.name
        case TabLine():
            return "tab", row.tab
        case PaneLine():
            return "pane", row.pane.pane.id
        case LaneLine():
            return "lane", row.lane.lane.name
        case SeriesLine():
            return "series", row.series.id
        case EventLine():
            return "event", row.event.seq
    return None


def sidebar(snapshot: Snapshot, chosen: str | None, folded: frozenset[Key]) -> tuple[Row, ...]:
    """The rows of the sidebar, from top to bottom."""
    rows: list[Row] = [Title("WORKSPACES")] if snapshot.workspaces else []
    for name in snapshot.workspaces:
        line = WorkspaceLine(name, counts(snapshot, name), ("workspace", name) in folded, name == chosen)
        rows.append(line)
        if not line.folded:
            rows += _tabs(name, [row for row in snapshot.panes if row.pane.workspace == name], snapshot.by_id, folded)
    if snapshot.lanes:
        title = "LANES" if snapshot.limit is None else f"LANES  {plural(snapshot.limit, 'run')} at most"
        rows += [*_gap(rows), Title(title), *map(LaneLine, snapshot.lanes)]
    if snapshot.series:
        upcoming = sorted(snapshot.series, key=lambda each: (each.due_ms is None, each.due_ms, each.id))
        rows += [*_gap(rows), Title("SERIES"), *(SeriesLine(each, snapshot.taken_ms) for each in upcoming)]
    events = [EventLine(event, _took(event, snapshot.by_id)) for event in snapshot.events if event_words(event)]
    if events:
        rows += [*_gap(rows), Title("EVENTS"), *events]
    return tuple(rows)


def _took(event: Event, tasks: Mapping[int, TaskRow]) -> int | None:
    row = tasks.get(event.task or 0)
    if event.kind != "task.state" or event.new != State.DONE or row is None or row.run is None:
        return None
    before = event.at_ms < row.run.started_ms  # it was done once before that
    return None if before else row.run.took_ms


def _gap(rows: Sequence[Row]) -> Sequence[Row]:
    return [Title("")] if rows else []


def _tabs(workspace: str, panes: Sequence[PaneRow], tasks: Mapping[int, TaskRow], folded: frozenset[Key]) -> list[Row]:
    tabs: dict[int, list[PaneRow]] = {}
    for pane in panes:
        tabs.setdefault(pane.pane.tab, []).append(pane)
    rows: list[Row] = []
    for number, (tab, members) in enumerate(tabs.items(), 1):
        lines = [PaneLine(pane, tasks.get(pane.task) if pane.task is not None else None, 2) for pane in members]
        if len(lines) == 1:
            rows.append(lines[0]._replace(depth=1))
            continue
        title = clean(members[0].pane.tab_title, 100) or f"tab {number}"
        line = TabLine(workspace, tab, title, _counts([line.task for line in lines]), ("tab", tab) in folded)
        rows.append(line)
        if not line.folded:
            column = max((cell_len(pane_name(line.pane)) for line in lines if line.task), default=0)
            rows += [line._replace(column=column) for line in lines]
    return rows


def _counts(tasks: Sequence[TaskRow | None]) -> Counts:
    found = [sum(1 for task in tasks if task and task.section is section) for section in Section]
    return Counts(*found[: Section.DONE])
