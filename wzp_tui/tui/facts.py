"""What the tab Why says of a task or a pane: the facts that explain it, and what it is. Pure."""

import os
from typing import NamedTuple

from wzp_tui.clean import clean
from wzp_tui.controller import PaneRow, Snapshot, TaskRow
from wzp_tui.tasks.policy_words import policy_words
from wzp_tui.tasks.task import State, command_line
from wzp_tui.tui.times import age, moment
from wzp_tui.tui.words import folder, pane_name
from wzp_tui.why import Fact, Seen, why

MASK = "••••"
_ROLES = {"state": "bright", "kept": "needs", "lane": "needs", "limit": "needs", "asked to": "needs", "worker": "muted", "seen": "muted"}


class Line(NamedTuple):
    """One line: what, and what is known of it. An empty name goes on with the line before."""

    name: str
    text: str
    role: str = "text"


def facts_of_task(row: TaskRow, snapshot: Snapshot, now_ms: int, heard_ms: int | None = None) -> list[Line]:
    """Why a task is in its state, and what it is. `heard_ms`: when its run printed something last, where that is known."""
    task, found = row.task, list[Line]()
    for fact in why(task, row.run, snapshot.around(row), _seen(row, snapshot)._replace(heard_ms=heard_ms), now_ms):
        again = bool(found) and fact.name == _name_before(found)
        found.append(Line("" if again else fact.name, _text(fact, now_ms), _role(fact, task.state)))
    lines = command_line(task.argv).splitlines() or [""]
    found += [Line("" if at else "command", clean(line, 1000)) for at, line in enumerate(lines)]
    found.append(Line("folder", folder(task.cwd) + ("" if os.path.isdir(task.cwd) else "  (is not there)")))
    lane = f"lane {task.lane}" if task.lane else {"tab": "a pane of its own", "split": "a split", "shell": "an idle shell"}[task.place]
    found.append(Line("goes to", f"{lane} in workspace {clean(task.workspace, 100)}, priority {task.priority.word}"))
    found += [Line(name, clean(text, 1000)) for name, text in policy_words(task.policy)]
    if task.tags:
        found.append(Line("tags", clean(" ".join(task.tags), 1000)))
    if names := [*(f"{name}={MASK}" for name in task.env), *task.env_names]:
        found.append(Line("variables", clean(" ".join(names), 1000)))
    found.append(Line("added", moment(task.created_ms), "muted"))
    return found


def _seen(row: TaskRow, snapshot: Snapshot) -> Seen:
    """A tower that does not open panes itself says so in its header."""
    lane = next((lane for lane in snapshot.lanes if lane.lane.name == row.task.lane), None)
    return Seen(taker=snapshot.opens_panes or lane is None or lane.workers > 0)


def _name_before(found: list[Line]) -> str:
    return next((line.name for line in reversed(found) if line.name), "")


def _text(fact: Fact, now_ms: int) -> str:
    if fact.at_ms is None:
        return fact.text
    if fact.name == "state":
        return f"{fact.text}, for {age(now_ms - fact.at_ms)}, since {moment(fact.at_ms)}"
    return f"{fact.text}, started {moment(fact.at_ms)}" if fact.name == "attempt" else fact.text


def _role(fact: Fact, state: State) -> str:
    if fact.name == "ended":
        return "failed" if state in (State.FAILED, State.LOST) else "text"
    return "limited" if fact.name == "due" and fact.text.endswith("past") else _ROLES.get(fact.name, "text")


def facts_of_pane(row: PaneRow) -> list[Line]:
    """All that is known of a pane."""
    pane = row.pane
    found = [Line("pane", f"{pane.name}  {pane_name(row)}", "bright"), Line("folder", folder(pane.cwd) or "unknown")]
    found.append(Line("stands in", f"workspace {clean(pane.workspace, 100)}, tab {clean(pane.tab_title, 100) or pane.tab}"))
    found.append(Line("size", f"{pane.cols} columns, {pane.rows} rows"))
    found.append(Line("tty", f"{clean(pane.tty, 60) or 'none that is known'}", "muted"))
    return found
