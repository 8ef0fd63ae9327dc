"""What a state looks like: a glyph, a word and a role of the theme. Pure."""

from typing import NamedTuple

from wzp_tui.controller import PaneRow, Section, TaskRow
from wzp_tui.tasks.task import Priority, State


class Glyphs(NamedTuple):
    """The signs of the tower."""

    needs: str = "◆"
    running: str = "●"
    limited: str = "◐"
    waiting: str = "○"
    failed: str = "✗"
    done: str = "✓"
    high: str = "▲"
    low: str = "▼"
    folded: str = "▸"
    unfolded: str = "▾"
    bar: str = "▌"
    busy: str = "■"
    free: str = "□"
    marked: str = "◉"
    quiet: str = "·"
    hairline: str = "─"


UNICODE = Glyphs()
ASCII = Glyphs("!", "*", "?", "o", "x", "+", "^", "v", ">", "v", "|", "#", ".", "@", ".", "-")
"""For fonts in which the others have two widths, or none."""


class Look(NamedTuple):
    """How a row says its state."""

    glyph: str
    role: str
    loud: bool = False
    """Its title and state are bold: it wants to be seen first."""


UNSURE = frozenset({"orphaned", "limited", "unknown"})
"""Words of states that nobody can be sure of, or that time alone will end."""


def task_look(row: TaskRow, glyphs: Glyphs = UNICODE) -> Look:
    """The look of a task."""
    match row.section:
        case Section.NEEDS_YOU:
            return Look(glyphs.needs, "needs", True)
        case Section.FAILED:
            return Look(glyphs.failed, "failed")
        case Section.RUNNING:
            unsure = row.word in UNSURE or row.reason == "no pane"
            return Look(glyphs.limited, "limited") if unsure else Look(glyphs.running, "running")
        case Section.QUEUED:
            return Look(glyphs.waiting, "muted")
    match row.task.state:
        case State.DONE:
            return Look(glyphs.done, "done")
        case State.FAILED:
            return Look(glyphs.failed, "failed")
        case State.LOST:
            return Look(glyphs.limited, "limited")
    return Look(glyphs.quiet, "faint")


def pane_look(row: PaneRow, task: TaskRow | None, glyphs: Glyphs = UNICODE) -> Look:
    """The look of a pane: that of its task, or a quiet one."""
    return task_look(task, glyphs) if task else Look(glyphs.quiet, "faint")


def priority_look(task: TaskRow, glyphs: Glyphs = UNICODE) -> tuple[str, str]:
    """The mark of a task's priority, and its role."""
    if task.task.next_rank or task.task.priority is Priority.HIGH:
        return glyphs.high, "bright"
    return (glyphs.low, "muted") if task.task.priority is Priority.LOW else ("", "muted")
