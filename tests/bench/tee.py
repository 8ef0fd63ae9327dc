"""What a worker costs that stands between a pane and its command."""

import asyncio
import os
import pty
import select
import signal
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.rows import NotMeasured, Row, at_least, at_most, told
from tests.bench.site import LANE, SH, Bench, Marks, bench, kinds
from wzp_tui.controller import open_mux
from wzp_tui.controller.opening import worker_argv
from wzp_tui.mux import NewTab, Program

_MIB = 32
_ROUNDS = 3
_KEYS = 500
_ECHO = "stty raw -echo; echo ready; exec cat"


def rows() -> Iterable[Row]:
    """A flood in both kinds of panes, and keys on a terminal of our own."""
    for kind in kinds():
        with bench(kind, 1) as it:
            bare, through = asyncio.run(_floods(it))
            yield told(f"{kind}: a flood into a bare pane", bare, "MiB/s")
            yield at_least(f"{kind}: through a worker, beside it", through / bare, "x", 0.7)
    with bench("embedded", 1) as it:
        bare = _median_echo((SH, "-c", _ECHO))
        yield told("a key and its echo on a bare terminal, median", bare, "ms")
        it.add(_ECHO)
        worker = (sys.executable, "-P", "-E", "-m", "wzp_tui.inpane.worker", it.folder, "embedded", "bench", "lane", LANE, "1")
        through = _median_echo(worker)
        yield at_most("through a worker, median", through, "ms", 0.3)


async def _floods(it: Bench) -> tuple[float, float]:
    """MiB a second into a bare pane and through a worker, in turn."""
    mux = open_mux(it.kind, os.environ | it.server.environ if it.server else None)
    marks = Marks(Path(it.folder).parent)
    line = f"{marks.say('begun')}; yes {'0123456789' * 7} | head -c {_MIB << 20}; {marks.say('ended')}"
    await mux.open(Program(worker_argv(it.folder, mux, "lane", LANE, "1"), "/"), NewTab("default"))
    bare, through = [], []
    for _ in range(_ROUNDS):
        await mux.open(Program((SH, "-c", line), "/"), NewTab("default"))
        bare.append(await asyncio.to_thread(_rate, marks))
        it.add(line)
        through.append(await asyncio.to_thread(_rate, marks))
    await mux.aclose()
    marks.close()
    return statistics.median(bare), statistics.median(through)


def _rate(marks: Marks) -> float:
    marks.next()
    begun = time.perf_counter()
    marks.next(120)
    return _MIB / (time.perf_counter() - begun)


def _median_echo(argv: Sequence[str]) -> float:
    """Milliseconds from a key to its echo."""
    with _terminal(argv) as master:
        _read_until(master, b"ready")
        os.write(master, b"x")
        _read_until(master, b"x")  # `cat` runs
        taken = []
        for _ in range(_KEYS):
            begun = time.perf_counter()
            os.write(master, b"x")
            _read_until(master, b"x")
            taken.append((time.perf_counter() - begun) * 1000)
            time.sleep(0.002)  # a person is slower; everybody sleeps again
        return statistics.median(taken)


@contextmanager
def _terminal(argv: Sequence[str]) -> Iterator[int]:
    pid, master = pty.fork()
    if pid == 0:
        os.execv(argv[0], tuple(argv))
    try:
        yield master
    finally:
        os.close(master)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _read_until(master: int, text: bytes) -> None:
    seen = b""
    while text not in seen:
        if not select.select([master], [], [], 20)[0]:
            raise NotMeasured(f"the terminal never showed {text!r}, only {seen[-100:]!r}")
        seen += os.read(master, 4096)
