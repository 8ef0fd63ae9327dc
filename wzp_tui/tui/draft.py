"""A task as it is typed, and what is wrong with it. Pure, but for a look at folders."""

import os
import shlex
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from wzp_tui.errors import UsageError
from wzp_tui.tasks import parse
from wzp_tui.tasks.check import check_tag
from wzp_tui.tasks.policy import Policy
from wzp_tui.tasks.task import After, Condition, Priority
from wzp_tui.tui.words import folder


class Draft(NamedTuple):
    """A task that may still be wrong."""

    line: str
    lane: str | None
    """`None`: a pane of its own."""
    cwd: str
    held: bool = False
    title: str = ""
    """Empty: the command."""
    place: str = "tab"
    """Where the pane of its own is."""
    priority: Priority = Priority.NORMAL
    after: tuple[After, ...] = ()
    timeout: float | None = None
    retries: int = 0
    policy: Policy = Policy()
    """All else that the task is held to."""
    workspace: str = "default"
    tags: tuple[str, ...] = ()
    at: str = ""
    """When it may start, as it is typed; empty: at once."""
    due: str = ""
    every: str = ""
    """By which rule it comes again; empty: never."""
    in_full: bool = False
    """The user wants to say more than one line holds."""


def conflict(draft: Draft) -> str:
    """What is wrong with fields that are right alone."""
    if not draft.every:
        return ""
    if draft.due:
        return "what comes again has no due time: that is one moment"
    return "what comes again waits for no other task" if draft.after else ""


def problem(draft: Draft) -> str:
    """What is wrong with the command or its folder, and `""` when nothing is."""
    if not draft.line.strip():
        return "a task needs a command"
    if "\0" in draft.line:
        return "a command cannot hold a NUL"
    try:
        shlex.split(draft.line, comments=True)
    except ValueError as error:
        return str(error).lower() if "quotation" in str(error) else ""
    return "" if os.path.isdir(draft.cwd) else f"{folder(draft.cwd)} is no folder"


TAB, SPLIT = "a new tab", "a split"
"""What is written for a pane of its own; no lane can have these names."""
YES, NO = "yes", "no"
_DATE = "%Y-%m-%d %H:%M"


class Known(NamedTuple):
    """What there is to be named."""

    lanes: Sequence[str]
    workspaces: Sequence[str]
    tasks: frozenset[int]


class Field(NamedTuple):
    """A field of the form."""

    name: str
    label: str
    help: str
    write: Callable[[Draft], str]
    """What it says for a draft."""
    read: Callable[[str, Known], dict[str, Any]]
    """What a text makes of the draft. Raises `UsageError`."""
    choices: Callable[[Known], Sequence[str]] = lambda known: ()
    """What ↑ and ↓ go through."""
    when_new: bool = False
    """Not asked of a task that is edited."""


def _command(text: str, known: Known) -> dict[str, Any]:
    if wrong := problem(Draft(text, None, "/")):
        raise UsageError(wrong)
    return {"line": text.strip()}


def _to(text: str, known: Known) -> dict[str, Any]:
    places = {TAB: "tab", SPLIT: "split"}
    if text in places:
        return {"lane": None, "place": places[text]}
    if text not in known.lanes:
        raise UsageError(f"there is no lane {parse.shown(text)}; write one of {', '.join(known.lanes)}, or {TAB}, or {SPLIT}")
    return {"lane": text}


def _after(text: str, known: Known) -> dict[str, Any]:
    waits = tuple(dict.fromkeys(parse.parse_after(word) for word in text.replace(",", " ").split()))
    if missing := [after for after in waits if after.task not in known.tasks]:
        raise UsageError(f"there is no task #{missing[0].task}")
    return {"after": waits}


def _waits(draft: Draft) -> str:
    """As `parse_after` reads it."""
    return ", ".join(str(id) if when is Condition.DONE else f"{id}:{when}" for id, when in draft.after)


def _hold(text: str, known: Known) -> dict[str, Any]:
    if text not in (YES, NO):
        raise UsageError(f"write {YES} or {NO}")
    return {"held": text == YES}


def moment_of(text: str) -> int:
    """A time in milliseconds of Unix time; a whole date may be past. Raises `UsageError`."""
    from wzp_tui.tasks.schedule import parse_moment

    try:
        return int(time.mktime(time.strptime(text, _DATE)) * 1000)
    except (ValueError, OverflowError):
        return parse_moment(text)


def date_of(ms: int | None) -> str:
    """As `moment_of` reads it."""
    return time.strftime(_DATE, time.localtime(ms / 1000)) if ms else ""


def _moment(name: str) -> Callable[[str, Known], dict[str, Any]]:
    def read(text: str, known: Known) -> dict[str, Any]:
        if text:
            moment_of(text)
        return {name: text}

    return read


def _every(text: str, known: Known) -> dict[str, Any]:
    from wzp_tui.tasks.schedule import parse_every

    return {"every": parse_every(text).text if text else ""}


def _duration(seconds: float | None) -> str:
    """As `parse_duration` reads it."""
    return "" if seconds is None else f"{seconds:.10g}"


FIELDS = (
    Field("line", "command", "a shell line; ^j breaks it", lambda draft: draft.line, _command),
    Field("title", "title", "what the list calls it; empty: the command", lambda draft: draft.title, lambda text, _: {"title": text}),
    Field(
        "cwd",
        "folder",
        "where it starts",
        lambda draft: folder(draft.cwd),
        lambda text, _: {"cwd": parse.check_folder(text)},
    ),
    Field(
        "to",
        "goes to",
        "a lane, or a pane of its own",
        lambda draft: draft.lane or (SPLIT if draft.place == "split" else TAB),
        _to,
        lambda known: (*known.lanes, TAB, SPLIT),
        when_new=True,
    ),
    Field(
        "priority",
        "priority",
        "high, normal or low",
        lambda draft: draft.priority.word,
        lambda text, _: {"priority": parse.parse_priority(text)},
        lambda _: [level.word for level in reversed(Priority)],
    ),
    Field("after", "after", "tasks that must be done first: 12, 14; or 12:failed, 12:ended, 12:ready", _waits, _after),
    Field(
        "timeout",
        "timeout",
        "90s, 10m, 1h30m; empty: none",
        lambda draft: _duration(draft.timeout),
        lambda text, _: {"timeout": parse.parse_duration(text) if text else None},
    ),
    Field(
        "retries",
        "retries",
        "how often it runs again when it fails",
        lambda draft: str(draft.retries),
        lambda text, _: {"retries": parse.parse_retries(text or "0")},
    ),
    Field(
        "workspace",
        "workspace",
        "where its pane opens",
        lambda draft: draft.workspace,
        lambda text, _: {"workspace": parse.check_name(text, "workspace")},
        lambda known: known.workspaces,
    ),
    Field(
        "tags",
        "tags",
        "words to find it by: web, urgent",
        lambda draft: ", ".join(draft.tags),
        lambda text, _: {"tags": tuple(dict.fromkeys(map(check_tag, text.replace(",", " ").split())))},
    ),
    Field("held", "hold", "yes: it waits for you", lambda draft: YES if draft.held else NO, _hold, lambda _: (NO, YES), when_new=True),
    Field("at", "starts", "not before 14:30, friday 9:00, in 2h; empty: at once", lambda draft: draft.at, _moment("at")),
    Field("due", "due", "when it should be done: 14:30, friday 9:00, in 2h", lambda draft: draft.due, _moment("due")),
    Field("every", "every", "comes again: 10m, or a cron line as 30 9 * * mon-fri", lambda draft: draft.every, _every, when_new=True),
)
