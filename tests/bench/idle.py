"""What a hundred panes cost while nothing happens."""

import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from tests.bench.rows import NotMeasured, Row, at_most, told
from tests.bench.site import Bench, bench, kinds
from tests.faults import processes
from tests.support import wait_until

_PANES = 100
_CALM = 20.0
"""Seconds until a tower has seen that nothing happens."""
_WINDOW = 60.0
"""Seconds of looking: twice the time after which a sleeping worker looks by itself."""


def rows() -> Iterable[Row]:
    """A tower and a hundred waiting workers: all our processes together."""
    if not os.path.exists("/proc/self/schedstat"):
        raise NotMeasured("this machine has no /proc/PID/schedstat, which counts to the nanosecond")
    for kind in kinds():
        with bench(kind, _PANES) as it:
            calls = _count_calls(Path(it.folder).parent) if kind == "wezterm" else None
            tower = it.start_crowd(_PANES)
            it.wait_for_workers(_PANES, 300)
            spent, asked = _look(it, calls)
            yield at_most(f"{kind}: {_PANES} waiting workers and their tower", sum(spent.values()), "% core", 1)
            yield told(f"{kind}: of that the tower, with what it calls", spent[tower.pid], "% core")
            if calls is not None:
                yield at_most(f"{kind}: calls of `wezterm cli`", asked, "/s", 1)
            it.add(*["exec sleep 1000"] * _PANES)
            wait_until(lambda: sum(run.open for run in it.store.view().runs.values()) == _PANES, 60)
            spent, _ = _look(it, calls)
            yield at_most(f"{kind}: {_PANES} workers with a command that is silent", sum(spent.values()), "% core", 1)
            for run in it.store.view().runs.values():
                it.store.stop(run.task, "kill")


def _look(it: Bench, calls: Path | None) -> tuple[dict[int, float], float]:
    """Percent of a core by process, and calls a second, once it has become calm."""
    time.sleep(_CALM)
    before, asked = _used(it), _lines(calls)
    time.sleep(_WINDOW)
    after, answered = _used(it), _lines(calls)
    if len(before) != _PANES + 1 or after.keys() != before.keys():
        raise NotMeasured(f"{_PANES} workers and a tower were expected: there were {len(before)} processes, then {len(after)}")
    return {pid: (after[pid] - before[pid]) / _WINDOW * 100 for pid in after}, (answered - asked) / _WINDOW


def _used(it: Bench) -> dict[int, float]:
    """Seconds of processor time by process: of the tower with the children that it has waited for, and of each worker."""
    assert it.tower is not None
    mine = [pid for pid, argv in processes.entries("cmdline") if b"wzp_tui.inpane.worker" in argv and os.fsencode(it.folder) in argv]
    return {pid: _seconds(pid) for pid in (it.tower.pid, *mine)}


def _seconds(pid: int) -> float:
    own = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
            own += int(file.read().split()[0])
    with open(f"/proc/{pid}/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    return own / 1e9 + (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _count_calls(folder: Path) -> Path:
    """Put a `wezterm` before the real one that leaves a line for each call."""
    counted, program = folder / "calls", folder / "bin" / "wezterm"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho \"$*\" >> '{counted}'\nexec '{shutil.which('wezterm')}' \"$@\"\n")
    program.chmod(0o755)
    os.environ["PATH"] = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    return counted


def _lines(path: Path | None) -> int:
    return path.read_bytes().count(b"\n") if path and path.exists() else 0
