"""The processes of this machine, as /proc shows them. Linux only."""

import os
import signal
from collections.abc import Iterator


def entries(name: str) -> Iterator[tuple[int, list[bytes]]]:
    """`cmdline` or `environ` of every process that can be looked at, with its id."""
    for pid in os.listdir("/proc"):
        if pid.isdigit():
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    yield int(pid), file.read().split(b"\0")
            except OSError:
                continue  # ended meanwhile, or not ours


def parent(pid: int) -> int | None:
    """The parent of a process that runs; `None` for one that has ended, or is a zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            state, parent, *_ = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if state in (b"Z", b"X") else int(parent)


def kill(pid: int) -> bool:
    """`kill -9`; `False` when it has ended already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
