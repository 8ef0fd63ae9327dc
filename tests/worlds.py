"""Snapshots made by hand: what the tower may have to show, at one moment that never passes."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from wzp_tui.controller import LaneRow, MuxState, PaneRow, Section, Snapshot, TaskRow
from wzp_tui.errors import MuxUnreachable
from wzp_tui.panes import Client, Pane
from wzp_tui.store import Event, Lane, Run
from wzp_tui.tasks.task import After, Condition, Priority, State, Task, shell_line

NOON = int(datetime(2026, 11, 23, 10, 44, 0).timestamp() * 1000)
"""The moment, in local time: the pictures are the same wherever they are made."""
MUX = "wezterm:picture"


def clock() -> int:
    return NOON


def source(name: str = "api") -> str:
    """A folder in the home of whoever looks."""
    return os.path.expanduser(f"~/src/{name}")


SECTIONS = {
    State.ASKING: Section.NEEDS_YOU,
    State.REVIEW: Section.NEEDS_YOU,
    State.LOST: Section.NEEDS_YOU,
    State.FAILED: Section.FAILED,
    State.RUNNING: Section.RUNNING,
    State.SERVING: Section.RUNNING,
    State.QUEUED: Section.QUEUED,
    State.HELD: Section.QUEUED,
}


def task(id: int, title: str, state: State, where: str, word: str, reason: str = "", ago: float = 0, **more: Any) -> TaskRow:
    """A row; `ago`: seconds in this state; `took`: seconds of its run."""
    since = NOON - int(ago * 1000)
    pane = more.pop("pane", None)
    lane = more.pop("lane", where)
    exit = more.pop("exit", None)
    took_ms = more.pop("took", 8) * 1000
    argv = shell_line(more.pop("line", title))
    fields: dict[str, Any] = {
        "reason": "",
        "workspace": "api",
        "place": "tab",
        "priority": Priority.NORMAL,
        "next_rank": 0,
        "cwd": source(),
        "env": {},
        "env_names": (),
        "env_file": "",
        "created_ms": since - 60_000,
        "queued_ms": since - 60_000,
        "not_before_ms": 0,
        "seen": False,
        "after": (),
    }
    made = Task(id=id, title=title, state=state, lane=lane, argv=argv, changed_ms=since, **(fields | more))
    run = None
    if state not in (State.QUEUED, State.HELD):
        ended = None if state in (State.RUNNING, State.ASKING, State.REVIEW) else since
        begun = since - took_ms
        run = Run(id, id, 1, f"t{id}", lane, 1, MUX, f"/dev/pts/{id}", 4000 + id, begun, ended, exit, None, "", "", False, False, "")
    return TaskRow(made, run, SECTIONS.get(state, Section.DONE), word, reason, where, pane, since)


def pane(id: int, title: str, tab: int, tab_title: str = "", workspace: str = "api", cwd: str = "", **more: Any) -> PaneRow:
    made = Pane(id, MUX, 1, tab, workspace, title, cwd or source(), f"/dev/pts/{id}", 24, 80, 0, 0, True, False, tab_title)
    return PaneRow(made, more.get("task"), more.get("seat", ""), more.get("own", False))


def event(seq: int, clock: str, kind: str, task: int | None, new: str | None = None, **data: Any) -> Event:
    hours, minutes = map(int, clock.split(":"))
    at = int(datetime(2026, 11, 23, hours, minutes).timestamp() * 1000)
    return Event(seq, at, "tower:1", kind, task, None, None, new, data)


def busy() -> Snapshot:
    """A working day: two agents ask, one run failed, five run, five wait."""
    tasks = (
        task(12, "Fix login redirect", State.ASKING, "claude", "asks", "make this edit to auth.py?", 190, pane=12, priority=Priority.HIGH),
        task(16, "Draft release notes", State.REVIEW, "codex", "review", "turn ended · 2 files, +42 -7", 690, pane=16),
        task(11, "npm audit", State.FAILED, "build", "exit 1", "3 high severity", 8, exit=1),
        task(13, "pytest -x", State.RUNNING, "build/1", "running", "41 % · 212 of 517", 41, pane=13, lane="build"),
        task(17, "Port settings page to Svelte 5", State.RUNNING, "claude", "working", "editing Settings.svelte", 24 * 60, pane=17),
        task(18, "Find flaky upload test", State.RUNNING, "claude", "working", "running tests", 6 * 60, pane=18),
        task(19, "Review PR 482", State.RUNNING, "gemini", "limited", "resets 14:00", 72 * 60, pane=19),
        task(3, "npm run dev", State.RUNNING, "web/1", "serving", "ready on :5173", 3 * 3600, pane=3, lane="web"),
        task(14, "ruff check .", State.QUEUED, "build", "next", "build is full", 30, priority=Priority.HIGH),
        task(15, "mypy --strict", State.QUEUED, "build", "2nd", "", 30),
        task(20, "Write migration for sessions", State.QUEUED, "claude", "waits", "after #12", 30, after=(After(12),)),
        task(21, "docker build .", State.QUEUED, "build", "waits", "after #14, #15", 30, after=(After(14), After(15))),
        task(22, "Update screenshots", State.HELD, "build", "held", "by you", 30, priority=Priority.LOW),
        task(10, "prettier --check .", State.DONE, "build", "done", "", 300, exit=0, took=3),
        task(9, "npm run build", State.DONE, "build", "done", "", 1500, exit=0, took=140),
        *(task(40 + n, f"done {n}", State.DONE, "build", "done", "", 600 + n, exit=0) for n in range(22)),
    )
    agents = [(12, "claude"), (16, "codex"), (17, "claude"), (18, "claude"), (19, "gemini")]
    panes = (
        *(pane(id, title, 1, "agents", task=id) for id, title in agents),
        pane(13, "python", 2, "build", task=13, seat="build/1"),
        pane(30, "python", 2, "build", seat="build/2"),
        pane(3, "python", 3, "web", task=3, seat="web/1"),
        pane(31, "zsh", 4),
        pane(32, "zsh", 5, workspace="docs", cwd=source("docs")),
        pane(33, "tower", 6, workspace="default", own=True),
    )
    lanes = (
        LaneRow(Lane("build", 1, False), 1, 1, 3),
        LaneRow(Lane("agents", 6, False), 5, 5, 1),
        LaneRow(Lane("web", 1, False), 1, 1, 0),
    )
    events = (
        event(11, "10:44", "task.state", 12, "asking"),
        event(10, "10:43", "task.state", 13, "running"),
        event(9, "10:43", "task.state", 11, "failed", reason="exit 1"),
        event(8, "10:39", "task.state", 10, "done"),
        event(7, "10:33", "task.state", 16, "review"),
        event(6, "10:20", "task.state", 17, "running"),
        event(5, "10:19", "task.state", 9, "done"),
        event(4, "10:02", "task.added", 12, "queued"),
        event(3, "09:58", "lane.set", None, "1", lane="build"),
    )
    return Snapshot(
        MuxState("wezterm", True, NOON), tasks, panes, lanes, ("api", "default", "docs"), events, opens_panes=True, taken_ms=NOON
    )


def pipeline() -> Snapshot:
    """A release on its way: what waits for what."""
    done, waits = {"exit": 0}, ("build", "waits")
    tasks = (
        task(1, "fetch", State.DONE, "build", "done", "", 900, **done),
        task(2, "compile", State.DONE, "build", "done", "", 700, after=(After(1),), **done),
        task(3, "database", State.SERVING, "web/1", "serving", "ready on :5432", 800, pane=3, lane="web"),
        task(4, "unit tests", State.RUNNING, "build/1", "running", "41 % · 212 of 517 · 3m left", 41, pane=13, after=(After(2),)),
        task(5, "integration tests", State.QUEUED, "build", "next", "build is full", 30, after=(After(2), After(3, Condition.READY))),
        task(6, "package", State.QUEUED, *waits, "after #4, #5", 30, after=(After(4), After(5))),
        task(7, "sign", State.QUEUED, *waits, "after #6", 30, after=(After(6),)),
        task(8, "publish", State.HELD, "build", "held", "by you", 30, after=(After(7),)),
        task(9, "tell the team that it failed", State.QUEUED, *waits, "after #5 failed", 30, after=(After(5, Condition.FAILED),)),
        task(30, "npm audit", State.QUEUED, "build", "2nd", "", 30),
    )
    return replace(busy(), tasks=tasks)


def first_start() -> Snapshot:
    """Two panes are there, and nothing is queued."""
    panes = (
        pane(3, "tower", 1, "", "default", own=True),
        pane(4, "vim", 1, "", "default"),
        pane(5, "zsh", 1, "", "default"),
    )
    lanes = (LaneRow(Lane("default", 2, False), 0, 0, 0),)
    return Snapshot(MuxState("wezterm", True, NOON), (), panes, lanes, ("default",), (), opens_panes=True, taken_ms=NOON)


def empty() -> Snapshot:
    """Nothing at all."""
    return first_start().__class__(MuxState("embedded", True, NOON), lanes=first_start().lanes, opens_panes=True, taken_ms=NOON)


def unreachable() -> Snapshot:
    """WezTerm does not answer; what was there is shown, dimmed."""
    world = busy()
    state = MuxState("wezterm", False, NOON - 12_000, "no answer within 5 s; is the mux server running?")
    return Snapshot(state, world.tasks, world.panes, world.lanes, world.workspaces, world.events, opens_panes=True, taken_ms=NOON)


def degraded() -> Snapshot:
    """WezTerm answers, but opens nothing more."""
    return replace(busy(), trouble="no pane can be opened: WezTerm said: no room for another split; make the window larger")


def looking_on() -> Snapshot:
    """Another tower opens the panes."""
    return replace(busy(), opens_panes=False)


def embedded() -> Snapshot:
    """The panes are the tower's own."""
    world = busy()
    return replace(world, mux=MuxState("embedded", True, NOON), panes=tuple(pane for pane in world.panes if not pane.own))


def failed() -> Snapshot:
    """One thing failed, and the rest is done."""
    world = busy()
    kept = tuple(row for row in world.tasks if row.section in (Section.FAILED, Section.DONE))
    lanes = (LaneRow(Lane("build", 1, False), 0, 0, 0),)
    return Snapshot(world.mux, kept, world.panes[8:], lanes, world.workspaces, world.events[2:], opens_panes=True, taken_ms=NOON)


def hostile() -> Snapshot:
    """Names that try to break a column or the terminal."""
    names = (
        "\x1b]0;owned\x07\x1b[31mred\x1b[0m",
        "[bold]markup[/bold] [/] $(rm -rf ~)",
        "東京タワーから見える景色を撮影してアップロードする作業",
        "👩‍💻👨‍👩‍👧 emoji 🇩🇪 flags 🏳️‍🌈 done",
        "עברית ימין לשמאל \u202egnp.exe",
        "tabs\tand\nlines\r\x00nul",
        "e\u0301e\u0301 combining z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍",
        "x" * 5000,
    )
    rows = tuple(task(n, name, State.RUNNING, name, name, name, n) for n, name in enumerate(names, 1))
    panes = tuple(pane(n, name, n, name, workspace=name[:40]) for n, name in enumerate(names, 1))
    state = MuxState("wezterm", True, NOON)
    return Snapshot(state, rows, panes, busy().lanes, ("api", *(name[:40] for name in names)), (), opens_panes=True, taken_ms=NOON)


SCREEN = """\x1b[1m● Bash\x1b[0m\x1b[37m(pytest tests/test_auth.py -q)
  └ 1 failed, 14 passed in 3.02s\x1b[0m

\x1b[32m●\x1b[0m I'll keep the \x1b[34mnext\x1b[0m parameter across the OAuth round trip.

\x1b[1m● Update\x1b[0m\x1b[37m(auth.py)
   41  def callback(request):\x1b[0m
   \x1b[37m42\x1b[0m \x1b[31m-    return redirect("/")\x1b[0m
   \x1b[37m42\x1b[0m \x1b[32m+    target = request.session.pop("next", "/")\x1b[0m
   \x1b[37m43\x1b[0m \x1b[32m+    return redirect(safe_url(target))\x1b[0m

Do you want to make this edit to auth.py?
\x1b[1m❯ 1. Yes\x1b[0m\x1b[37m
  2. Yes, and don't ask again this session
  3. No, and tell Claude what to do differently\x1b[0m
"""

VIM = """\x1b[33m  1 \x1b[0m\x1b[35mfrom\x1b[0m django.shortcuts \x1b[35mimport\x1b[0m redirect
\x1b[33m  2 \x1b[0m
\x1b[33m  3 \x1b[0m
\x1b[33m  4 \x1b[0m\x1b[35mdef\x1b[0m callback(request):
\x1b[33m  5 \x1b[0m    \x1b[35mreturn\x1b[0m redirect(\x1b[32m"/"\x1b[0m)
\x1b[34m~
~
~\x1b[0m
\x1b[7mauth.py                                   5,1            All\x1b[0m
"""
PROMPT = "\x1b[36m~/src/api\x1b[0m \x1b[37mmain\x1b[0m ❯ \n"
SCREENS = {4: VIM, 5: PROMPT, 31: PROMPT, 32: PROMPT}
"""What panes show that do not show `SCREEN`."""
LOGS = {
    11: """\x1b[1m$ npm audit\x1b[0m
found 412 packages, 58 of them in use
checking them against the advisories of 2026-11-23

\x1b[31m\x1b[1merror: 3 high severity\x1b[0m
\x1b[1mcookie-jar\x1b[0m   < 0.7.2    \x1b[31mhigh\x1b[0m   a name may hold a header         fixed in 0.7.2
\x1b[1mfast-glob\x1b[0m    < 3.3.4    \x1b[31mhigh\x1b[0m   a pattern may take for ever      fixed in 3.3.4
\x1b[1mtiny-tar\x1b[0m     < 2.1.0    \x1b[31mhigh\x1b[0m   a link may lead out of a folder  fixed in 2.1.0

3 problems in 3 packages; \x1b[36mnpm audit fix\x1b[0m mends them all
""",
    13: "collected 517 items\n" + "".join(f"tests/test_{name}.py " + "." * 53 + "\n" for name in ("auth", "cart", "mail", "search")),
    17: "warning: unused export `legacy` in Settings.svelte\n",
}
"""What runs have printed, by their ids."""


class PictureMux:
    """Panes that always show the same screen."""

    kind, instance, own_pane = "wezterm", MUX, 33
    asked = 0
    silent = False
    """It does not answer any more."""

    async def text(self, pane: int, *, scrollback: int = 0, escapes: bool = False) -> str:
        self.asked += 1
        if self.silent:
            raise MuxUnreachable("no answer within 5 s")
        return SCREENS.get(pane, SCREEN)

    async def panes(self) -> Sequence[Pane]:
        return ()

    async def clients(self) -> Sequence[Client]:
        return ()

    async def aclose(self) -> None:
        pass
