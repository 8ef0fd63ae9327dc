"""Works in one pane: takes the next task of its seat, runs it, records the end and takes the one after that in the same commit."""

import os
import select
import signal
import time

from wzp_tui.clean import clean
from wzp_tui.errors import NotFound, StoreBusy, StoreError, StoreFull, WzpError
from wzp_tui.inpane.attempt import Attempt, Ended
from wzp_tui.inpane.mux import PaneMux
from wzp_tui.inpane.signals import Signals
from wzp_tui.inpane.stop import reap
from wzp_tui.inpane.terminal import Terminal
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Claim, Seat, Store, Worker, open_store
from wzp_tui.store.events import now_ms
from wzp_tui.store.lock import NOT_BEGUN, FileLock, write_durably
from wzp_tui.store.wake import Fifo, wake_all
from wzp_tui.tasks.outcome import ended_well, exit_words
from wzp_tui.tasks.run import ExitRecord

FALLBACK = 30.0
"""Seconds after which a sleeping worker looks even if nobody woke it."""
AGAIN = 2.0
"""Seconds until a store that could not be written is tried again."""
_ENDS = frozenset({signal.SIGHUP, signal.SIGTERM, signal.SIGINT})


class LaneWorker:
    """Works in one pane until there is nothing to work in."""

    def __init__(self, folder: StoreFolder, mux: PaneMux, seat: Seat, pane: Terminal, signals: Signals) -> None:
        self.folder, self.mux, self.seat, self.pane, self.signals = folder, mux, seat, pane, signals
        name = f"slot.{seat.lane}.{seat.slot}" if seat.task is None else f"task.{seat.task}.{os.getpid()}"
        self.fifo = Fifo(folder.fifo(name))
        self.store: Store = open_store(folder, f"worker:{os.getpid()}", self.alarm)
        self.me = Worker(os.getpid(), mux.instance, pane.name, name)
        self.pending: ExitRecord | None = None
        """The end of the last run, until the store has it."""
        self.leaving = False
        self._last: tuple[Claim, Ended] | None = None
        """The run that ended, until the pane is tidy again."""
        self._detached = False
        self._trouble = False
        self._told = ""
        self._token = ""
        self._locks: tuple[FileLock, FileLock] | None = None
        """Of the run that is to be claimed next, or under way."""
        self._old_lock: FileLock | None = None
        """Of the run that ended, until the store has its end."""

    def work(self) -> None:
        """Claim and run until the pane is gone, or the seat is."""
        self._settle()
        while not self.leaving and self._heard_nothing():
            self.fifo.drain()
            claim = self._next()
            self._tidy()
            if claim is not None:
                self._attempt(claim)
            elif (self.pending is None and self._is_over()) or (not self.leaving and not self._sleep()):
                break
        self.leaving = True
        self._next()
        self._tidy()
        while not self._is_recorded():
            time.sleep(AGAIN)
        if self.pending is not None:
            wake_all(self.folder)  # the record waits as a file: a tower takes it in

    def close(self) -> None:
        """Let go of everything."""
        self.store.close()
        self.fifo.close()
        for lock in self._locks or ():
            lock.release(unlink=True)

    def is_over(self) -> bool:
        """The lane has fewer slots now, is drained or removed."""
        lane = next((each for each in self.store.lanes() if each.name == self.seat.lane), None)
        return lane is None or lane.draining or (self.seat.slot or 0) > lane.slots

    def tell(self, claim: Claim, record: ExitRecord) -> None:
        """Say in the pane how a run ended."""
        seconds = max(0, record.ended_ms - claim.run.started_ms) / 1000
        good = ended_well(claim.task.policy, record)
        words = "done" if good else clean(exit_words(record.exit, record.signal, record.reason))
        self.pane.say(f"\x1b[{32 if good else 31}m{claim.task.name} {words}\x1b[0m \x1b[2m{seconds:.1f}s\x1b[0m")

    def alarm(self, message: str) -> None:
        """Say in the pane what keeps the worker from its work, once."""
        if message != self._told and not self._detached:
            self._told = message
            self.pane.say(f"wzp-tui: {clean(message)}")

    # --- claiming ------------------------------------------------------------

    def _next(self) -> Claim | None:
        """Commit the last end and claim, both in one commit. A store that cannot be written is tried again later."""
        self._trouble = False
        try:
            if self.seat.lane is not None and not self.leaving:
                self.store.tick(self.seat.lane)
            if self.pending is None and (self.leaving or self.store.candidate(self.seat) is None):
                return None
            token = self._token if not self.leaving and self._has_token() else ""
            claim = self.store.claim(self.seat, self.me, token, self.pending)
        except (StoreFull, StoreBusy) as error:
            self.alarm(str(error))
            self._trouble = True
            return None
        except StoreError as error:  # newer, replaced or damaged: the record lies in the spool, for whoever can take it in
            self.alarm(str(error))
            self.leaving = True
            return None
        self.pending = None
        if self._old_lock is not None:
            self._old_lock.release()
            self._old_lock = None
        return claim

    def _has_token(self) -> bool:
        """Hold the locks of a run before it is claimed: then nobody ever sees it without."""
        if self._locks is not None:
            return True
        token = os.urandom(8).hex()
        try:
            run_lock = FileLock.take(self.folder.run_lock(token), content=str(os.getpid()).encode())
            child_lock = FileLock.take(self.folder.child_lock(token), content=NOT_BEGUN)
        except OSError as error:
            self.alarm(f"{self.folder.locks} cannot be written: {error.strerror}; make room on its disk")
            self._trouble = True
            return False
        assert run_lock is not None  # a random name is nobody else's
        assert child_lock is not None
        self._token, self._locks = token, (run_lock, child_lock)
        return True

    def _attempt(self, claim: Claim) -> None:
        assert self._locks is not None
        run_lock, child_lock = self._locks
        self.pane.write(f"\x1b]1;{claim.task.name}\x07".encode())
        self.pane.say(f"\x1b[36m{claim.task.name}\x1b[0m {clean(claim.task.title)}")
        attempt = Attempt(claim, self.store, self.folder, self.pane, self.mux, self.fifo, self.signals, child_lock, self.alarm)
        ended = attempt.go()
        self.pending = ended.record
        self._is_recorded()
        self._old_lock, self._locks, self._last = run_lock, None, (claim, ended)
        self.leaving, self._detached = ended.leave, ended.detached

    def _tidy(self) -> None:
        """Leave nothing of the last run in the pane but its output, and say how it ended. That is recorded first: a pane may be stuck."""
        if self._last is None or self._detached:
            return
        claim, ended = self._last
        self._last = None
        self.pane.write(ended.unseen)
        self.pane.tidy(ended.spoke_escape)
        self.pane.raw()
        self.tell(claim, ended.record)

    def _is_recorded(self) -> bool:
        """The end of the last run is a file or in the store; tried now where it is not."""
        record = self.pending
        if record is None or os.path.exists(self.folder.record(record.token)):
            return True
        try:
            write_durably(self.folder.record(record.token), record.dump())
        except OSError as error:
            self.alarm(f"the exit of #{record.task} cannot be written yet: {error.strerror}")
            return False
        return True

    # --- waiting -------------------------------------------------------------

    def _is_over(self) -> bool:
        try:
            return self.is_over()
        except WzpError as error:
            self.alarm(str(error))
            return isinstance(error, NotFound)

    def _settle(self) -> None:
        try:
            self.store.settle()
        except StoreError as error:
            self.alarm(str(error))

    def _heard_nothing(self) -> bool:
        """The pane is there and nobody ends the worker; asked before each claim, so that what is closed takes no task with it."""
        poll = select.poll()
        poll.register(self.pane.fd, 0)
        poll.register(self.signals.fd, select.POLLIN)
        return self._may_go_on(dict(poll.poll(0)))

    def _may_go_on(self, ready: dict[int, int]) -> bool:
        if ready.get(self.pane.fd, 0) & (select.POLLHUP | select.POLLERR):
            return False
        if self.signals.fd in ready:
            heard = self.signals.heard()
            if signal.SIGCHLD in heard:
                reap()
            return not heard & _ENDS
        return True

    def _sleep(self) -> bool:
        """Wait for a wake, a due time or a key; `False` when the pane is gone or the user ends the worker."""
        poll = select.poll()
        for fd in (self.fifo.fd, self.signals.fd, self.pane.fd):
            poll.register(fd, select.POLLIN)
        ready = dict(poll.poll(self._patience() * 1000 + 1))
        if not ready:
            self._is_recorded()
            self._settle()
        if not self._may_go_on(ready):
            return False
        typed = self.pane.read() if self.pane.fd in ready else b""
        return not set(typed) & {0x03, 0x04}  # Ctrl-C, Ctrl-D

    def _patience(self) -> float:
        if self._trouble:
            return AGAIN
        try:
            due = self.store.next_due_ms(self.seat)
        except StoreError as error:
            self.alarm(str(error))
            return AGAIN
        return FALLBACK if due is None else min(FALLBACK, max(0.0, (due - now_ms()) / 1000))
