"""One run, from the start of its command to the exit record."""

import os
import select
import signal
import time
from collections.abc import Callable
from typing import NamedTuple

from wzp_tui.clean import clean
from wzp_tui.errors import StoreError
from wzp_tui.inpane import child as children
from wzp_tui.inpane.environment import environment, inherited
from wzp_tui.inpane.log import RunLog, cap_of, last_bytes
from wzp_tui.inpane.mux import HANGUP_PAUSE, PaneMux
from wzp_tui.inpane.signals import Signals
from wzp_tui.inpane.stop import StopLadder, left_behind
from wzp_tui.inpane.tee import Tee
from wzp_tui.inpane.terminal import Terminal
from wzp_tui.inpane.watch import Watch
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Claim, Store
from wzp_tui.store.events import now_ms
from wzp_tui.store.lock import FileLock
from wzp_tui.store.wake import Fifo
from wzp_tui.tasks.failing import TAIL, find_failure, output_lines
from wzp_tui.tasks.run import ExitRecord

NOT_STARTED = 127
TICK_LOOK = 30.0
"""Seconds between two looks at the clock while a tick of the lane is to come."""
TELL_AGAIN = 2.0
"""Seconds until something is told again to a store that could not be written."""


class Ended(NamedTuple):
    """What an attempt leaves."""

    record: ExitRecord
    leave: bool
    """The pane is gone, or somebody ended the worker: nothing more is to be claimed here."""
    detached: bool
    """The pane is gone."""
    spoke_escape: bool
    unseen: bytes
    """Output that the pane was not given yet."""


class Attempt:
    """Runs the command of a claim."""

    def __init__(
        self,
        claim: Claim,
        store: Store,
        folder: StoreFolder,
        pane: Terminal,
        mux: PaneMux,
        fifo: Fifo,
        signals: Signals,
        child_lock: FileLock,
        alarm: Callable[[str], None],
    ) -> None:
        self._run, self._task = claim
        self._store, self._folder, self._pane, self._mux = store, folder, pane, mux
        self._fifo, self._signals, self._child_lock, self._alarm = fifo, signals, child_lock, alarm
        self._reason = ""
        self._cancelled = False
        self._leave = False
        self._detached = False
        self._stop_serial = 0
        self._hangup_at: float | None = None
        self._untold: list[Callable[[], None]] = []
        self._tell_at: float | None = None
        self._tick_at: float | None = None
        self._told_to_serve = False

    def go(self) -> Ended:
        """Start, wait, and say how it ended."""
        log = RunLog(self._folder.log(self._run.id), cap_of(self._folder))
        strangers = left_behind()
        try:
            env = environment(self._task, self._run, str(self._folder), inherited())
            started = children.start(self._task, env, self._pane.cooked, self._pane.size(), self._child_lock)
        except OSError as error:
            words = clean(f"cannot start: {f'{error.filename}: ' if error.filename else ''}{error.strerror or error}", 400)
            log.write(words.encode() + b"\r\n")
            log.close()
            return Ended(self._record(NOT_STARTED, None, words, log), False, False, False, words.encode() + b"\r\n")
        finally:
            self._child_lock.release()
        watch = Watch(self._task.policy, env)
        tee = Tee(started, self._pane, _both(log.write, watch.hear))
        ladder = StopLadder(started, strangers, self._task.policy.stop)
        status = self._wait(started, tee, ladder, watch)
        watch.close()
        unseen = tee.drain()
        log.close()
        children.leave()
        code = os.waitstatus_to_exitcode(status)
        record = self._record(code if code >= 0 else None, -code if code < 0 else None, self._reason, log)
        return Ended(record, self._leave, self._detached, tee.spoke_escape, unseen)

    def _record(self, exit: int | None, signal_number: int | None, reason: str, log: RunLog) -> ExitRecord:
        run = self._run
        detail = _detail(log.path) if exit and not reason else ""
        return ExitRecord(run.token, run.id, run.task, now_ms(), exit, signal_number, reason, self._cancelled, log.dropped, detail)

    def _wait(self, started: children.Child, tee: Tee, ladder: StopLadder, watch: Watch) -> int:
        poll = select.poll()
        poll.register(self._signals.fd, select.POLLIN)
        poll.register(self._fifo.fd, select.POLLIN)
        self._look_for_stop(ladder)
        self._tick()
        status = self._reap(started.pid, watch)
        while status is None or ladder.due is not None:
            if watch.serves and not self._told_to_serve:
                self._say_that_it_serves()
            tee.register(poll)
            watch.register(poll)
            ready = dict(poll.poll(_milliseconds(tee.timeout(), watch.due(), ladder.due, self._hangup_at, self._tell_at, self._tick_at)))
            tee.move(ready)
            if self._signals.fd in ready:
                self._hear(started, tee, ladder)
                reaped = self._reap(started.pid, watch)
                status = reaped if status is None else status
            if self._fifo.fd in ready:
                self._fifo.drain()
                self._look_for_stop(ladder)
                self._tick()
            if tee.pane_hung_up and tee.pane is not None:
                self._pane_went(tee)
            now = time.monotonic()
            if self._hangup_at is not None and now >= self._hangup_at:
                self._hangup_at = None
                self._judge_hangup(ladder)
            if status is None and not ladder.begun and (why := watch.look(ready)):
                self._reason = self._reason or why
                ladder.begin("stop")
            if ladder.begun:
                watch.close()
            if ladder.due is not None and (now >= ladder.due or (status is not None and not ladder.family())):
                ladder.step()
            if self._tell_at is not None and now >= self._tell_at:
                self._tell()
            if self._tick_at is not None and now >= self._tick_at:
                self._tick()
        return status

    def _hear(self, started: children.Child, tee: Tee, ladder: StopLadder) -> None:
        heard = self._signals.heard()
        if signal.SIGWINCH in heard and tee.pane is not None:
            children.set_size(started, self._pane.size())
        if signal.SIGHUP in heard and tee.pane is not None:
            self._pane_went(tee)
        if signal.SIGTERM in heard or signal.SIGINT in heard:
            self._leave = True
            self._end(ladder, "stop", "its worker was ended")

    def _reap(self, pid: int, watch: Watch) -> int | None:
        """The status of the command, where it ended; who else ended is forgotten."""
        status = None
        while True:
            try:
                reaped, raw = os.waitpid(-1, os.WNOHANG | os.WUNTRACED | os.WCONTINUED)
            except ChildProcessError:
                return status
            if reaped == 0:
                return status
            if reaped != pid:
                watch.reaped(reaped, raw)
                continue
            if os.WIFSTOPPED(raw):
                self._note("run.stopped", signal=os.WSTOPSIG(raw))
            elif os.WIFCONTINUED(raw):
                self._note("run.continued")
            else:
                status = raw

    def _look_for_stop(self, ladder: StopLadder) -> None:
        try:
            kind, serial = self._store.stop_asked(self._run.id)
        except StoreError as error:
            self._alarm(str(error))
            return
        if serial == self._stop_serial:
            return
        self._stop_serial = serial
        if kind == "interrupt":
            ladder.interrupt()
        else:
            self._end(ladder, kind, "stopped by you")

    def _tick(self) -> None:
        """Add the tasks that come while this one runs: with the tower closed nobody else may be there to do it in time."""
        if self._run.lane is None:
            return
        try:
            due = self._store.tick(self._run.lane, quick=True)
        except StoreError as error:
            self._alarm(str(error))
            self._tick_at = time.monotonic() + TELL_AGAIN
            return
        # A clock that is set may bring it nearer.
        self._tick_at = None if due is None else time.monotonic() + min(TICK_LOOK, max(0.0, (due - now_ms()) / 1000))

    def _end(self, ladder: StopLadder, kind: str, reason: str) -> None:
        self._cancelled = True
        self._reason = self._reason or reason
        ladder.begin(kind)

    def _pane_went(self, tee: Tee) -> None:
        tee.detach()
        self._leave = self._detached = True
        self._hangup_at = time.monotonic() + HANGUP_PAUSE

    def _judge_hangup(self, ladder: StopLadder) -> None:
        """Closed by the user: stop. The mux is dead: go on without a pane, to the end."""
        if self._mux.answers():
            self._end(ladder, "closed", "pane closed")
            return
        self._look_for_stop(ladder)
        if not self._cancelled:
            self._untold.append(lambda: self._store.detach(self._run.id))
            self._tell()

    def _say_that_it_serves(self) -> None:
        self._told_to_serve, at = True, now_ms()
        self._untold.append(lambda: self._store.serving(self._run.id, at))
        self._tell()

    def _note(self, kind: str, **data: object) -> None:
        self._untold.append(lambda: self._store.note(self._run.id, kind, **data))
        self._tell()

    def _tell(self) -> None:
        """Write what the store does not know yet; later, where it cannot be written now: output must not wait for that."""
        self._tell_at = None
        while self._untold:
            try:
                self._untold[0]()
            except StoreError as error:
                self._alarm(str(error))
                self._tell_at = time.monotonic() + TELL_AGAIN
                return
            del self._untold[0]


def _both(first: Callable[[bytes], None], second: Callable[[bytes], None]) -> Callable[[bytes], None]:
    def take(data: bytes) -> None:
        first(data)
        second(data)

    return take


def _detail(path: str) -> str:
    """What the end of the output says went wrong. A log that nobody can read says nothing."""
    try:
        failure = find_failure(output_lines(last_bytes(path, TAIL)))
    except Exception:  # whatever a program printed, the record of its exit comes first
        return ""
    return failure.words if failure else ""


def _milliseconds(relative: float | None, *absolute: float | None) -> float | None:
    now = time.monotonic()
    waits = [at - now for at in absolute if at is not None]
    if relative is not None:
        waits.append(relative)
    return max(0.0, min(waits)) * 1000 + 1 if waits else None
