"""The same through pueue, where `pueue` and `pueued` are on PATH: what the tool that most people would take instead costs."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.noops import SLOTS, TASKS, TRUE, through_slots, through_xargs
from tests.bench.rows import NotMeasured, Row, at_most, told
from tests.support import wait_until

_ROUNDS = 15


def rows() -> Iterable[Row]:
    """No-op tasks through four slots, in pueue and on embedded panes; then one call of `add` and of `status` in each."""
    if not (shutil.which("pueue") and shutil.which("pueued")):
        raise NotMeasured("pueue is not installed; `cargo install pueue` builds it")
    with tempfile.TemporaryDirectory() as folder, _daemon(Path(folder)) as pueue:
        theirs = _through(pueue)
        latencies = [_seconds(*pueue, "add", "--", TRUE) for _ in range(_ROUNDS)], [_seconds(*pueue, "status") for _ in range(_ROUNDS)]
    ours, bare = through_slots("embedded"), through_xargs()
    yield told(f"{TASKS} × true through pueue with {SLOTS} slots, beside xargs", theirs / bare, "x")
    yield at_most("embedded: the same, beside pueue", ours / theirs, "x", 0.1)
    os.environ["WZP_STORE"] = str(Path.home() / "s")
    wzp = (sys.executable, "-P", "-m", "wzp_tui")
    _seconds(*wzp, "add", "--hold", "--", TRUE)
    for verb, their_seconds, call in (("add", latencies[0], ("add", "--hold", "--", TRUE)), ("status", latencies[1], ("status",))):
        our_seconds = statistics.median(_seconds(*wzp, *call) for _ in range(_ROUNDS))
        yield told(f"a call of `{verb}` beside pueue's, which is native code", our_seconds / statistics.median(their_seconds), "x")


@contextmanager
def _daemon(folder: Path) -> Iterator[tuple[str, ...]]:
    """A pueue daemon of its own, and how it is called."""
    config = folder / "pueue.yml"
    config.write_text(
        f"shared:\n  pueue_directory: {folder}\n  runtime_directory: {folder}\n  use_unix_socket: true\nclient: {{}}\ndaemon: {{}}\n"
    )
    with subprocess.Popen(["pueued", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
        call = ("pueue", "-c", str(config))
        try:
            wait_until(lambda: subprocess.run([*call, "status"], capture_output=True).returncode == 0, 20)
            yield call
        finally:
            daemon.terminate()


def _through(pueue: tuple[str, ...]) -> float:
    _seconds(*pueue, "parallel", str(SLOTS))
    _seconds(*pueue, "pause")
    for _ in range(TASKS):
        _seconds(*pueue, "add", "--", TRUE)
    begun = time.perf_counter()
    _seconds(*pueue, "start")
    _seconds(*pueue, "wait", "--quiet")
    taken = time.perf_counter() - begun
    if _seconds_and_output(*pueue, "status", "--json")[1].count('"Success"') < TASKS:
        raise NotMeasured("not every task of pueue's was done")
    return taken


def _seconds(*call: str) -> float:
    return _seconds_and_output(*call)[0]


def _seconds_and_output(*call: str) -> tuple[float, str]:
    begun = time.perf_counter()
    done = subprocess.run(call, cwd="/", capture_output=True, text=True)
    if done.returncode:
        raise NotMeasured(f"`{' '.join(call)}` ended with {done.returncode}: {done.stderr.strip()[-200:]}")
    return time.perf_counter() - begun, done.stdout
