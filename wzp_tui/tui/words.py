"""What the tower says of panes, events and tasks, in words. Pure; foreign text comes out clean."""

import os
from typing import NamedTuple

from wzp_tui.clean import clean
from wzp_tui.controller import LaneRow, PaneRow, Section, Snapshot
from wzp_tui.store import Event, Lane, Series
from wzp_tui.tasks.parse import moment_words
from wzp_tui.tasks.task import LIVE, State
from wzp_tui.tui.looks import UNICODE, Glyphs

SHELLS = frozenset("sh ash bash dash fish ksh nu pwsh tcsh xonsh zsh".split())


def plural(count: int, word: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def folder(path: str) -> str:
    """A folder as a person writes it: `~/src/api`."""
    home = os.path.expanduser("~")
    shown = "~" + path[len(home) :] if home != "/" and (path == home or path.startswith(home + "/")) else path
    return clean(shown)


def is_shell(row: PaneRow) -> bool:
    """Its title is that of a shell, as a terminal names a pane whose program says nothing; no proof that it is idle."""
    return not row.seat and not row.own and os.path.basename(row.pane.title.split(" ")[0].lstrip("-")) in SHELLS


def pane_name(row: PaneRow) -> str:
    """What sits in a pane: the tower, a worker's seat, or the program's title."""
    return "tower" if row.own else row.seat or clean(row.pane.title, 200) or row.pane.name


def pane_state(row: PaneRow) -> tuple[str, str]:
    """A free pane's state and the reason of it."""
    if row.seat:
        return "waits", f"for tasks of {row.seat.partition('/')[0]}"
    tab = clean(row.pane.tab_title, 200)
    return ("shell" if is_shell(row) else "open"), "" if tab == pane_name(row) else tab


def lane_use(row: LaneRow, glyphs: Glyphs = UNICODE) -> tuple[str, str, str]:
    """Its busy slots, its free ones, and what waits: `■■`, `□`, `3 queued`."""
    slots = row.lane.slots
    waits = "paused" if row.lane.paused else row.words or (f"{row.queued} queued" if row.queued else "")
    if slots > 8:
        return f"{row.busy}/{slots}", "", waits
    return glyphs.busy * min(row.busy, slots), glyphs.free * max(0, slots - row.busy), waits


def series_when(series: Series, now_ms: int) -> tuple[str, str]:
    """When it comes next, and the role of that: `14:00`; `paused`, and why where it was not the user."""
    if series.paused:
        return ("paused", "muted") if series.reason == "by you" else ("stopped", "needs")
    return ("never", "muted") if series.next_ms is None else (moment_words(series.next_ms, now_ms), "muted")


class Told(NamedTuple):
    """An event in words."""

    glyph: str
    role: str
    text: str


_STATES = {
    State.RUNNING: ("running", "running", "started"),
    State.SERVING: ("running", "running", "serves"),
    State.ASKING: ("needs", "needs", "asks"),
    State.REVIEW: ("needs", "needs", "ended its turn"),
    State.DONE: ("done", "done", "done"),
    State.FAILED: ("failed", "failed", "failed"),
    State.CANCELLED: ("quiet", "muted", "cancelled"),
    State.SKIPPED: ("quiet", "muted", "skipped"),
    State.LOST: ("limited", "limited", "lost"),
    State.QUEUED: ("waiting", "muted", "queued"),
    State.HELD: ("waiting", "muted", "held"),
}
_KINDS = {
    "task.added": "added",
    "task.edited": "edited",
    "task.next": "is next",
    "task.moved": "moved",
    "task.put_back": "put back",
    "task.seen": "seen",
    "run.stop": "asked to stop",
    "run.stopped": "was suspended",
    "run.continued": "goes on",
    "run.detached": "lost its pane",
    "series.added": "comes again",
    "series.resumed": "goes on",
    "series.removed": "removed",
    "series.anew": "starts anew: the clock was set back",
    "lane.resumed": "goes on",
    "lane.draining": "drains",
    "lane.removed": "removed",
}
_SILENT = frozenset({"run.started", "run.ended", "run.lost", "task.lane", "task.gave_way"})
"""Another event says it already: that of the task's state, of its lane, or of the task that was moved."""


def event_words(event: Event, glyphs: Glyphs = UNICODE) -> Told | None:
    """An event as one short line; `None` where another event says the same."""
    name = f"#{event.task}" if event.task else f"lane {event.data['lane']}" if "lane" in event.data else _series_name(event)
    if event.kind in _SILENT:
        return None
    if event.kind in ("series.missed", "series.paused"):
        return _series_words(event, glyphs)
    if event.kind == "task.state" and event.new in set(State):
        glyph, role, word = _STATES[State(event.new)]
        reason = clean(str(event.data.get("reason", "")), 200)
        if event.new == State.QUEUED and event.old in LIVE and reason:
            word = f"tried again: {reason}"
        text = f"{name} {reason if reason and event.new == State.FAILED else word}"
        return Told(getattr(glyphs, glyph), role, text)
    if event.kind == "run.orphaned":
        return Told(glyphs.limited, "limited", f"{name} orphaned")
    if event.kind == "task.freed":
        return Told("+", "muted", f"{name} without {clean(', '.join(event.data['after']), 100)}")
    if event.kind == "task.assigned":
        return Told("+", "muted", f"{name} to {clean(event.new or '')}")
    if event.kind == "lane.paused":
        return Told("+", "needs", f"{name} {Lane('', 0, True, clean(str(event.data.get('reason', '')), 60)).words()}")
    if event.kind == "limit.set":
        return Told("+", "muted", "no limit" if event.new == "none" else f"at most {plural(int(event.new or 0), 'run')}")
    if event.kind == "lane.set":
        return Told("+", "muted", f"{name} changed" if event.old == event.new else f"{name}: {plural(int(event.new or 0), 'slot')}")
    return Told("+", "muted", f"{name} {_KINDS.get(event.kind, clean(event.kind, 40))}".strip())


def _series_name(event: Event) -> str:
    return f"@{event.data['series']}" if "series" in event.data else ""


def _series_words(event: Event, glyphs: Glyphs) -> Told:
    name, reason = _series_name(event), clean(str(event.data.get("reason", "")), 200)
    if event.kind == "series.missed":
        count = plural(int(event.data["count"]), "run")
        return (
            Told(glyphs.quiet, "muted", f"{name} skips: {reason}") if reason else Told(glyphs.limited, "limited", f"{name} missed {count}")
        )
    return Told("+", "muted", f"{name} paused") if reason == "by you" else Told(glyphs.needs, "needs", f"{name} stopped: {reason}")


class Counts(NamedTuple):
    """Tasks by urgency."""

    needs: int
    failed: int
    running: int
    queued: int


def counts(snapshot: Snapshot, workspace: str | None) -> Counts:
    """How many tasks of a workspace, or of all, stand in each section."""
    names = snapshot.workspaces if workspace is None else (workspace,)
    return Counts(*(sum(snapshot.tally[name, section] for name in names) for section in Section if section is not Section.DONE))
