"""`--plain`: the tower as lines, for screen readers and simple terminals. What changes is printed; what is typed is done."""

import asyncio
import codecs
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import suppress

from wzp_tui.cli.describe import describe, describe_all
from wzp_tui.cli.output import note, say
from wzp_tui.cli.plain_words import Close, Reader, word_of
from wzp_tui.config import load_config
from wzp_tui.controller import Controller, Snapshot, open_mux
from wzp_tui.controller.filter import parse as parse_filter
from wzp_tui.errors import WzpError
from wzp_tui.paths import StoreFolder, store_dir
from wzp_tui.program_log import open_log

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_plain(mux_kind: str, filter: str = "") -> int:
    """Watch until `close`, the end of the input, Ctrl-C or TERM. `filter`: what is told."""
    return asyncio.run(_run(mux_kind, filter))


async def _run(mux_kind: str, filter: str) -> int:
    parse_filter(filter)
    folder = StoreFolder(store_dir()).make()
    open_log(folder.program_log)
    controller = Controller(folder, open_mux(mux_kind))
    try:
        await controller.use(load_config())
        await controller.mux.panes()  # to start without WezTerm would be to wait in silence
        await _until_closed(controller, Reader(controller, filter))
        _tell_end(controller)
    finally:
        await controller.aclose()
    return 0


async def _until_closed(controller: Controller, reader: Reader) -> None:
    tasks = [asyncio.create_task(work) for work in (controller.run(), _tell(reader), _obey(reader))]
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, tasks[-1].cancel)
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


async def _tell(reader: Reader) -> None:
    before: Snapshot | None = None
    async for snapshot in reader.controller.snapshots:
        if before is None and not _is_whole(snapshot):
            continue
        for line in describe_all(snapshot, reader.filter) if before is None else describe(before, snapshot, reader.filter):
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


async def _obey(reader: Reader) -> None:
    async for line in _typed():
        word, _, rest = line.strip().partition(" ")
        if not word:
            continue
        try:
            if answer := await word_of(word).does(reader, rest.strip()):
                _say(answer)
        except Close:
            return
        except WzpError as error:
            note(str(error))


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
