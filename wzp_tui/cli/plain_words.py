"""What can be typed into the tower of lines, and what each word does."""

import os
import shlex
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from wzp_tui.clean import clean, clean_lines
from wzp_tui.cli.describe import describe_all, series_line, task_line
from wzp_tui.commands import BY_ID
from wzp_tui.controller import Controller, Section
from wzp_tui.controller.filter import Filter, doubt
from wzp_tui.controller.filter import parse as parse_filter
from wzp_tui.errors import NotFound, UsageError
from wzp_tui.inpane.log import last_lines
from wzp_tui.store import NewTask
from wzp_tui.tasks import parse
from wzp_tui.tasks.lane import check_lane_name
from wzp_tui.tasks.series import parse_series
from wzp_tui.tasks.task import shell_line

LOG_LINES = 20


class Reader:
    """Who reads the lines of a tower, all of them or those that a filter leaves."""

    def __init__(self, controller: Controller, filter: str = "") -> None:
        self.controller = controller
        self.filter: Filter = parse_filter(filter)

    def all(self) -> list[str]:
        """All that there is for this reader."""
        return describe_all(self.controller.snapshots.value, self.filter)


class Close(Exception):
    """The user asked for the end."""


class Word(NamedTuple):
    """A word that can be typed."""

    usage: str
    help: str
    does: Callable[[Reader, str], Awaitable[str]]
    """Takes the rest of the line, and returns what to answer."""


def word_of(word: str) -> Word:
    """What was typed, or a short form of it. Raises `UsageError`."""
    found = WORDS.get(_SHORT.get(word.lower(), word.lower()))
    if found is None:
        raise UsageError(f"there is no word {parse.shown(word)}{parse.nearest(word, WORDS)}; help shows those there are")
    return found


def _for_tasks(does: Callable[[Controller, int], Awaitable[object]], answer: str) -> Callable[[Reader, str], Awaitable[str]]:
    async def act(reader: Reader, rest: str) -> str:
        ids = [parse.parse_id(text) for text in _split(rest)]
        if not ids:
            raise UsageError("say which task: write its id, as 12")
        done = []
        for id in ids:
            said = await does(reader.controller, id)
            done.append(f"#{id} {_ASKED.get(str(said), answer)}")
        return "; ".join(done)

    return act


_ASKED = {"asked": "asked to stop", "cancelled": "cancelled"}


async def _add(reader: Reader, line: str) -> str:
    if not line:
        raise UsageError("say what to run, as in: add make test")
    id = await reader.controller.add(NewTask(shell_line(line), os.getcwd(), parse.short_title(line)))
    return f"#{id} added"


async def _assign(reader: Reader, rest: str) -> str:
    words = _split(rest)
    if len(words) != 2:
        raise UsageError("say which task and where it goes: assign 12 build, assign 12 tab, assign 12 split")
    id, where = parse.parse_id(words[0]), words[1]
    if where in parse.OWN_PANES:
        await reader.controller.assign(id, place=where)
        return f"#{id} assigned to a {where} of its own"
    await reader.controller.assign(id, lane=check_lane_name(where))
    return f"#{id} assigned to lane {where}"


async def _list(reader: Reader, rest: str) -> str:
    return "\n".join(reader.all())


async def _filter(reader: Reader, rest: str) -> str:
    reader.filter = parse_filter(rest)
    why = doubt(rest, reader.controller.snapshots.value)
    return "\n".join([f"filter: {clean(rest)}" if rest else "no filter", *([clean(why)] if why else []), *reader.all()])


async def _series(reader: Reader, rest: str) -> str:
    if not rest:
        return "\n".join(map(series_line, reader.controller.snapshots.value.series)) or "nothing comes again"
    verb, _, text = rest.partition(" ")
    if verb not in ("run", "pause", "resume", "remove"):
        raise UsageError(f"series {parse.shown(verb)}: there are series run 3, series pause 3, series resume 3, series remove 3")
    id = parse_series(text.strip())
    if verb == "run":
        return f"@{id} adds #{await reader.controller.run_series(id)}"
    await (reader.controller.remove_series(id) if verb == "remove" else reader.controller.pause_series(id, verb == "pause"))
    return f"@{id} {_SERIES[verb]}"


_SERIES = {"pause": "is paused", "resume": "goes on", "remove": "is removed"}


async def _show(reader: Reader, rest: str) -> str:
    return task_line(reader.controller.row(parse.parse_id(rest)))


async def _needs(reader: Reader, rest: str) -> str:
    rows = [row for row in reader.controller.snapshots.value.tasks if row.section in (Section.NEEDS_YOU, Section.FAILED)]
    return "\n".join(map(task_line, rows)) or "nothing needs you"


async def _log(reader: Reader, rest: str) -> str:
    row = reader.controller.row(parse.parse_id(rest))
    if row.run is None:
        raise NotFound(f"{row.task.name} has not run yet")
    text = last_lines(reader.controller.folder.log(row.run.id), LOG_LINES).decode(errors="replace")
    return clean_lines(text).rstrip("\n") or f"{row.task.name} has printed nothing"


async def _text(reader: Reader, rest: str) -> str:
    lines = (await reader.controller.text(_pane(rest))).split("\n")
    return "\n".join(clean(line.rstrip()) for line in lines if line.strip()) or "the pane is empty"


async def _send(reader: Reader, rest: str) -> str:
    pane, _, text = rest.partition(" ")
    if not text:
        raise UsageError("say which pane and what to send: send 14 yes")
    await reader.controller.send(_pane(pane), text, submit=True)
    return ""


async def _focus(reader: Reader, rest: str) -> str:
    await reader.controller.focus(_pane(rest))
    return ""


def _pane(text: str) -> int:
    digits = text.removeprefix("%")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise UsageError(f"{parse.shown(text)} is no pane; write its id, as 14 or %14")
    return int(digits)


def _split(rest: str) -> list[str]:
    try:
        return shlex.split(rest)
    except ValueError as error:
        raise UsageError(f"{parse.shown(rest)}: {error}") from error


async def _help(reader: Reader, rest: str) -> str:
    return "\n".join(f"{word.usage}: {word.help}" for word in WORDS.values())


async def _close(reader: Reader, rest: str) -> str:
    raise Close


def _of(command: str, usage: str, does: Callable[[Reader, str], Awaitable[str]]) -> Word:
    return Word(usage, BY_ID[command].help, does)


WORDS: Mapping[str, Word] = {
    "add": _of("task.new", "add COMMAND", _add),
    "assign": Word("assign ID LANE, assign ID tab, assign ID split", "to a lane, or into a pane of its own", _assign),
    "cancel": Word("cancel ID", "stop a run, cancel what waits", _for_tasks(Controller.cancel, "asked to stop")),
    "retry": _of("task.retry", "retry ID", _for_tasks(Controller.retry, "queued again")),
    "done": _of("task.done", "done ID", _for_tasks(Controller.done, "marked")),
    "hold": _of("task.hold", "hold ID", _for_tasks(Controller.hold, "held")),
    "release": _of("task.release", "release ID", _for_tasks(Controller.release, "queued")),
    "next": _of("task.next", "next ID", _for_tasks(Controller.do_next, "is next")),
    "needs": Word("needs", "what waits for you", _needs),
    "list": Word("list", "all that is not over", _list),
    "filter": Word("filter EXPR, filter", "tell only what matches, as `lane:build`; tell all", _filter),
    "series": Word("series, series run ID, pause ID, resume ID, remove ID", "what comes again, and what to do with it", _series),
    "show": Word("show ID", "how a task stands", _show),
    "log": Word("log ID", f"the last {LOG_LINES} lines that a task printed", _log),
    "text": Word("text PANE", "what a pane shows", _text),
    "send": Word("send PANE TEXT", "type text into a pane, and Enter", _send),
    "focus": _of("pane.go", "focus PANE", _focus),
    "help": Word("help", "these lines", _help),
    "close": Word("close", "close the tower; what runs goes on", _close),
}
"""Named as the verbs of the command line and the commands of the tower are."""
_SHORT = {"q": "close", "quit": "close", "exit": "close", "new": "add", "stop": "cancel", "?": "help"}
