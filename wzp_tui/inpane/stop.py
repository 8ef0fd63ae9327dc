"""The stop ladder: ask, wait, end. It reaches everything that the run started, in whatever session or group."""

import os
import signal
import sys
import time

from wzp_tui.inpane.child import Child
from wzp_tui.store.process import descendants
from wzp_tui.tasks.policy import Stop

GIVE_UP = 10.0
"""Seconds of KILL after which what is left is not ours to end: it is setuid, or stuck in the kernel."""
_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of what our descendants leave behind, so that it can be found and ended. Linux only."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def reap() -> bool:
    """Forget which children ended; `True` when others still run."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def left_behind() -> set[int]:
    """What earlier runs left running. Asked before each run, so it does not search all processes where there is nothing to find."""
    return descendants(os.getpid()) if reap() else set()


class StopLadder:
    """Ends a run. `step` is called again at `due`."""

    def __init__(self, child: Child, strangers: set[int], how: Stop = Stop()) -> None:  # noqa: B008, a record of constants
        self.child = child
        self._how = how
        self.due: float | None = None
        """When the next step is, in monotonic time; `None`: the ladder was not begun, or is at its end."""
        self.begun = False
        self._strangers = strangers
        self._killing_since: float | None = None

    def interrupt(self) -> None:
        """What Ctrl-C does: SIGINT to the group in the foreground. It is no step of the ladder."""
        try:
            os.killpg(os.tcgetpgrp(self.child.master), signal.SIGINT)
        except OSError:
            _kill(self.child.pid, signal.SIGINT)

    def begin(self, kind: str) -> None:
        """`stop`: the signal of the task, its grace, KILL. `closed`: HUP before that. `kill`: KILL."""
        now = time.monotonic()
        if kind == "kill":
            self.due = now
        elif not self.begun:
            for pid in self.family():
                if kind == "closed":
                    _kill(pid, signal.SIGHUP)
                _kill(pid, self._how.signal)
                _kill(pid, signal.SIGCONT)
            self.due = now + self._how.grace
        self.begun = True

    def step(self) -> None:
        """KILL what is left, until nothing is."""
        now = time.monotonic()
        self._killing_since = self._killing_since or now
        left = self.family()
        for pid in left:
            _kill(pid, signal.SIGKILL)
        self.due = now + 0.05 if left and now < self._killing_since + GIVE_UP else None

    def family(self) -> set[int]:
        """Every process of this run that is still there. What earlier runs left behind, and its children, are strangers."""
        return descendants(os.getpid(), self._strangers)


def kill_group(leader: int) -> None:
    """KILL a process and its group."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # gone meanwhile, or setuid: not ours to end


def _kill(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass  # gone meanwhile, or setuid: not ours to end
