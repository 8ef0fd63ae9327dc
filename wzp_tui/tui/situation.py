"""Which commands make sense for the rows under the user's hand. Pure: the footer, the palette, the help and every key ask here."""

from collections.abc import Sequence
from typing import NamedTuple

from wzp_tui.commands import BY_ID, COMMANDS, Command
from wzp_tui.controller import LaneRow, PaneRow, Section, TaskRow
from wzp_tui.store import Lane, Series
from wzp_tui.tasks.lane import DEFAULT, MAX_SLOTS
from wzp_tui.tasks.task import LIVE, OPEN, State


class Situation(NamedTuple):
    """What the user has before them."""

    rows: Sequence[TaskRow | PaneRow] = ()
    """The marked rows, or the selected one."""
    lane: LaneRow | None = None
    """The lane that is selected in the sidebar, or that of the selected task."""
    series: Series | None = None
    """The series that is selected in the sidebar, or that of the selected task."""
    other: bool = False
    """Something else is selected that can be opened: a workspace, an event, a folded section."""
    needs: int = 0
    """Tasks that need the user."""
    restarted: bool = False
    """Lanes are paused since the machine was restarted."""
    workspaces: int = 0
    """How many there are."""


def natural(row: TaskRow | PaneRow) -> str:
    """The id of the command that Enter stands for."""
    if isinstance(row, PaneRow):
        return "pane.go"
    if row.pane is not None:
        return "pane.go"
    return "task.assign" if row.task.state in (State.HELD, State.QUEUED) else "view.log"


def fits(command: str, row: TaskRow | PaneRow) -> bool:
    """The command can be carried out for this row."""
    if isinstance(row, PaneRow):
        return command in ("pane.send", "row.copy", "row.mark_all") or (command in ("pane.go", "row.mark", "task.stop") and not row.own)
    state = row.task.state
    match command:
        case "pane.go":
            return row.pane is not None
        case "pane.send":
            return row.pane is not None and state in LIVE
        case "view.log":
            return row.run is not None
        case "task.assign" | "task.edit" | "task.next":
            return state in (State.HELD, State.QUEUED)
        case "task.stop":
            return state in OPEN
        case "task.retry" | "task.archive":
            return state not in OPEN
        case "task.clone":
            return True
        case "task.done":
            return state is State.REVIEW or (state in (State.FAILED, State.LOST) and not row.task.seen)
        case "task.hold":
            return state is State.QUEUED
        case "task.sooner" | "task.later":
            return state is State.QUEUED and row.task.lane is not None
        case "task.release":
            return state in (State.HELD, State.SKIPPED)
    return command in ("row.mark", "row.mark_all", "row.copy")


def why_not_send(row: TaskRow | PaneRow) -> str:
    """Why nothing may be typed into the pane of a row; `""` where it may."""
    if isinstance(row, TaskRow):
        return ""
    if row.own:
        return "this is the tower's own pane; nothing is sent into it"
    return f"a worker waits in {row.pane.name} for tasks of {row.seat.partition('/')[0]}; add a task instead" if row.seat else ""


OF_ROWS = frozenset(
    {"row.open", "row.mark", "row.mark_all", "row.copy", "pane.go", "pane.send", "view.log"}
    | {each.id for each in COMMANDS if each.group == "task"}
) - {"task.new", "task.import"}
"""Commands for the selected rows."""


OF_LANE = frozenset({"lane.pause", "lane.more", "lane.less", "lane.drain", "lane.failure", "lane.remove"})
"""Commands for the lane under the sidebar's cursor."""


def _fits_lane(command: str, lane: Lane) -> bool:
    match command:
        case "lane.more":
            return lane.slots < MAX_SLOTS
        case "lane.less":
            return lane.slots > 1
        case "lane.drain":
            return not lane.draining
        case "lane.remove":
            return lane.name != DEFAULT
    return True


def valid(command: str, situation: Situation) -> bool:
    """The command does something now, in the tower."""
    if "tower" not in BY_ID[command].screens:
        return False
    if command == "row.open":
        return bool(situation.rows) or situation.other or situation.lane is not None
    if command in OF_ROWS:
        return any(fits(command, row) for row in situation.rows)
    if command == "lane.edit":
        return situation.lane is not None
    if command == "series.edit":
        return situation.series is not None
    if command == "lane.resume":
        return situation.restarted
    if BY_ID[command].group == "workspace":
        return int(command.removeprefix("workspace.")) <= situation.workspaces
    if command in OF_LANE:
        return situation.lane is not None and not situation.rows and _fits_lane(command, situation.lane.lane)
    return command != "move.needs" or situation.needs > 0


def label(command: Command, situation: Situation) -> str:
    """What the command is called for these rows: Enter by what it does, `Seen` for what has failed."""
    if command.id == "row.open" and situation.rows:
        return BY_ID[natural(situation.rows[0])].title
    if command.id == "task.stop" and situation.rows:
        row = situation.rows[0]
        if isinstance(row, PaneRow):
            return "Close…"
        return command.title if row.task.state in LIVE else "Cancel…"
    if command.id == "task.done" and any(isinstance(row, TaskRow) and row.task.state is not State.REVIEW for row in situation.rows):
        return "Seen"
    if command.id == "task.release" and any(isinstance(row, TaskRow) and row.task.state is State.SKIPPED for row in situation.rows):
        return "Release anyway"
    if situation.lane is not None and not situation.rows:
        if command.id == "lane.pause" and not situation.lane.lane.starts:
            return "Go on"
        if command.id == "lane.failure" and situation.lane.lane.pause_on_failure:
            return "Go on after failures"
    return command.short or command.title


def for_footer(situation: Situation) -> list[Command]:
    """The commands that belong into the footer now, in the order of the table."""
    return [command for command in COMMANDS if command.rank and valid(command.id, situation) and not _is_idle(command, situation)]


def _is_idle(command: Command, situation: Situation) -> bool:
    """Enter does the same, or it would only be refused."""
    if not situation.rows:
        return False
    return command.id == natural(situation.rows[0]) or (command.id == "pane.send" and bool(why_not_send(situation.rows[0])))


def needs_you(row: TaskRow) -> bool:
    """It waits for the user."""
    return row.section in (Section.NEEDS_YOU, Section.FAILED)
