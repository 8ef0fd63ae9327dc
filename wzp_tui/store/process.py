"""Which process a pid is: pids are re-used, so a process is named by pid, start and boot."""

import os
import sys
from collections.abc import Collection
from functools import cache
from typing import NamedTuple


class Process(NamedTuple):
    """One process of one boot."""

    pid: int
    start: str
    """The kernel's start time of the process, opaque; `""` when there is no such process."""
    boot: str


def process(pid: int) -> Process:
    """The process that has this pid now."""
    return Process(pid, _start(pid), boot())


def is_alive(known: Process) -> bool:
    """This very process runs (a zombie does not)."""
    return bool(known.start) and known.boot == boot() and _start(known.pid) == known.start


if sys.platform == "linux":

    def _start(pid: int) -> str:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] in (b"Z", b"X") else fields[19].decode()

    def with_environment(entries: Collection[bytes]) -> Process | None:
        """The oldest process of ours that was started with these entries, as `NAME=value`."""
        for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    if set(entries) <= set(file.read().split(b"\0")):
                        return process(pid)
            except OSError:
                continue  # ended, or another user's
        return None

    def never_began(pid: int) -> bool:
        """A child of ours, just spawned, that was killed before it became its program (`PF_FORKNOEXEC`)."""
        with open(f"/proc/{pid}/stat", "rb") as file:
            return bool(int(file.read().rpartition(b")")[2].split()[6]) & 0x40)

    @cache
    def boot() -> str:
        """Names this boot of the machine."""
        try:
            with open("/proc/sys/kernel/random/boot_id") as file:
                return file.read().strip()
        except OSError:
            return ""

    def _parents() -> dict[int, int]:
        found = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat", "rb") as file:
                        fields = file.read().rpartition(b")")[2].split()
                except OSError:
                    continue
                if fields[0] not in (b"Z", b"X"):
                    found[int(name)] = int(fields[1])
        return found

else:

    def with_environment(entries: Collection[bytes]) -> Process | None:
        """The oldest process of ours that was started with these entries; not to be told here."""
        return None

    def never_began(pid: int) -> bool:
        """A child of ours, just spawned, that was killed before it became its program; not to be told here."""
        return False

    def _ps(*arguments: str) -> str:
        import subprocess

        return subprocess.run(["ps", *arguments], capture_output=True, text=True, check=False).stdout.strip()

    def _start(pid: int) -> str:
        state, _, start = _ps("-o", "state=,lstart=", "-p", str(pid)).partition(" ")
        return "" if state.startswith("Z") else start.strip()

    @cache
    def boot() -> str:
        """Names this boot of the machine."""
        import subprocess

        # Not `kern.boottime`: it moves when the clock is set.
        return subprocess.run(["sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, check=False).stdout.strip()

    def _parents() -> dict[int, int]:
        found = {}
        for line in _ps("-axo", "pid=,ppid=,state=").splitlines():
            pid, parent, state = line.split(None, 2)
            if not state.startswith("Z"):
                found[int(pid)] = int(parent)
        return found


def descendants(pid: int, without: Collection[int] = ()) -> set[int]:
    """All processes below `pid`, however deep, but for some and what is below those."""
    if pid == os.getpid() and not _has_children():
        return set()  # the kernel knows at once; to look through all processes takes milliseconds
    children: dict[int, list[int]] = {}
    for child, parent in _parents().items():
        children.setdefault(parent, []).append(child)
    found: set[int] = set()
    look = [pid]
    while look:
        for child in children.get(look.pop(), ()):
            if child not in found and child not in without:
                found.add(child)
                look.append(child)
    return found


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    except AttributeError:  # macOS has it from Python 3.13 on
        return True
    return True
