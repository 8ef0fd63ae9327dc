"""`--plain`: the tower as lines, for screen readers and simple terminals. What changes is printed; what is typed is done."""

import asyncio
import codecs
import os
import shlex
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from wzp_tui.clean import clean, clean_lines
from wzp_tui.cli.describe import describe, describe_all, task_line
from wzp_tui.cli.output import note, say
from wzp_tui.commands import BY_ID
from wzp_tui.config import load_config
from wzp_tui.controller import Controller, Section, Snapshot, open_mux
from wzp_tui.errors import NotFound, UsageError, WzpError
from wzp_tui.inpane.log import last_lines
from wzp_tui.paths import StoreFolder, store_dir
from wzp_tui.program_log import open_log
from wzp_tui.store import NewTask
from wzp_tui.tasks import parse
from wzp_tui.tasks.lane import check_lane_name
from wzp_tui.tasks.task import shell_line

LOG_LINES = 20
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_plain(mux_kind: str) -> int:
    """Watch until `close`, the end of the input, Ctrl-C or TERM."""
    return asyncio.run(_run(mux_kind))


async def _run(mux_kind: str) -> int:
    folder = StoreFolder(store_dir()).make()
    open_log(folder.program_log)
    controller = Controller(folder, open_mux(mux_kind))
    try:
        await controller.use(load_config())
        await controller.mux.panes()  # to start without WezTerm would be to wait in silence
        await _until_closed(controller)
        _tell_end(controller)
    finally:
        await controller.aclose()
    return 0


async def _until_closed(controller: Controller) -> None:
    tasks = [asyncio.create_task(work) for work in (controller.run(), _tell(controller), _obey(controller))]
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, tasks[-1].cancel)
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


async def _tell(controller: Controller) -> None:
    before: Snapshot | None = None
    async for snapshot in controller.snapshots:
        if before is None and not _is_whole(snapshot):
            continue
        for line in describe_all(snapshot) if before is None else describe(before, snapshot):
            _say(line)
        if before is None:
            _say("type help for what can be typed, close to leave")
        before = snapshot


def _is_whole(snapshot: Snapshot) -> bool:
    """Store and mux were both looked at; WezTerm has at least the pane that we run in."""
    return bool(snapshot.taken_ms and (snapshot.panes or snapshot.mux.kind == "embedded" or not snapshot.mux.reachable))


def _tell_end(controller: Controller) -> None:
    runs = len(controller.snapshots.value.open_runs)
    if runs:
        without = " without a pane" if controller.mux.kind == "embedded" else ""
        _say(f"{runs} run{' goes' if runs == 1 else 's go'} on{without}")


def _say(line: str) -> None:
    say(line)
    sys.stdout.flush()


# -- what is typed -----------------------------------------------------------------------------------------------------------------


class _Close(Exception):
    """The user asked for the end."""


class Word(NamedTuple):
    """A word that can be typed."""

    usage: str
    help: str
    does: Callable[[Controller, str], Awaitable[str]]
    """Takes the rest of the line, and returns what to answer."""


async def _obey(controller: Controller) -> None:
    async for line in _typed():
        word, _, rest = line.strip().partition(" ")
        if not word:
            continue
        try:
            if answer := await _word(word).does(controller, rest.strip()):
                _say(answer)
        except _Close:
            return
        except WzpError as error:
            note(str(error))


def _word(word: str) -> Word:
    found = WORDS.get(_SHORT.get(word.lower(), word.lower()))
    if found is None:
        raise UsageError(f"there is no word {parse.shown(word)}{parse.nearest(word, WORDS)}; help shows those there are")
    return found


async def _typed() -> AsyncIterator[str]:
    """Each line of the input. A thread reads, since a terminal that does not block would not block for our output either."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
        with suppress(OSError, RuntimeError):  # the terminal is gone; the loop has ended
            while data := os.read(0, 4096):
                *whole, rest = (rest + decoder.decode(data)).split("\n")
                for line in whole:
                    loop.call_soon_threadsafe(lines.put_nowait, line)
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    while (line := await lines.get()) is not None:
        yield line


def _for_tasks(does: Callable[[Controller, int], Awaitable[object]], answer: str) -> Callable[[Controller, str], Awaitable[str]]:
    async def act(controller: Controller, rest: str) -> str:
        ids = [parse.parse_id(text) for text in _split(rest)]
        if not ids:
            raise UsageError("say which task: write its id, as 12")
        done = []
        for id in ids:
            said = await does(controller, id)
            done.append(f"#{id} {_ASKED.get(str(said), answer)}")
        return "; ".join(done)

    return act


_ASKED = {"asked": "asked to stop", "cancelled": "cancelled"}


async def _add(controller: Controller, line: str) -> str:
    if not line:
        raise UsageError("say what to run, as in: add make test")
    id = await controller.add(NewTask(shell_line(line), os.getcwd(), parse.short_title(line)))
    return f"#{id} added"


async def _assign(controller: Controller, rest: str) -> str:
    words = _split(rest)
    if len(words) != 2:
        raise UsageError("say which task and where it goes: assign 12 build, assign 12 tab, assign 12 split")
    id, where = parse.parse_id(words[0]), words[1]
    if where in parse.OWN_PANES:
        await controller.assign(id, place=where)
        return f"#{id} assigned to a {where} of its own"
    await controller.assign(id, lane=check_lane_name(where))
    return f"#{id} assigned to lane {where}"


async def _list(controller: Controller, rest: str) -> str:
    return "\n".join(describe_all(controller.snapshots.value))


async def _show(controller: Controller, rest: str) -> str:
    return task_line(controller.row(parse.parse_id(rest)))


async def _needs(controller: Controller, rest: str) -> str:
    rows = [row for row in controller.snapshots.value.tasks if row.section in (Section.NEEDS_YOU, Section.FAILED)]
    return "\n".join(map(task_line, rows)) or "nothing needs you"


async def _log(controller: Controller, rest: str) -> str:
    row = controller.row(parse.parse_id(rest))
    if row.run is None:
        raise NotFound(f"{row.task.name} has not run yet")
    text = last_lines(controller.folder.log(row.run.id), LOG_LINES).decode(errors="replace")
    return clean_lines(text).rstrip("\n") or f"{row.task.name} has printed nothing"


async def _text(controller: Controller, rest: str) -> str:
    lines = (await controller.text(_pane(rest))).split("\n")
    return "\n".join(clean(line.rstrip()) for line in lines if line.strip()) or "the pane is empty"


async def _send(controller: Controller, rest: str) -> str:
    pane, _, text = rest.partition(" ")
    if not text:
        raise UsageError("say which pane and what to send: send 14 yes")
    await controller.send(_pane(pane), text, submit=True)
    return ""


async def _focus(controller: Controller, rest: str) -> str:
    await controller.focus(_pane(rest))
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


async def _help(controller: Controller, rest: str) -> str:
    return "\n".join(f"{word.usage}: {word.help}" for word in WORDS.values())


async def _close(controller: Controller, rest: str) -> str:
    raise _Close


def _of(command: str, usage: str, does: Callable[[Controller, str], Awaitable[str]]) -> Word:
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
