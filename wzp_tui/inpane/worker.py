"""The worker: claims a run, starts its command, waits, records the exit.

`python -P -E -m wzp_tui.inpane.worker STORE KIND INSTANCE lane NAME SLOT` works through a lane, task after task, in one pane.
`python -P -E -m wzp_tui.inpane.worker STORE KIND INSTANCE task ID` runs one task, and holds the pane where it ended badly.
"""

import os
import select
import signal
import sys
import time

from wzp_tui.errors import StoreBusy, StoreError, StoreFull, StoreNewer, WzpError
from wzp_tui.inpane.attempt import Attempt
from wzp_tui.inpane.log import last_lines
from wzp_tui.inpane.mux import PaneMux
from wzp_tui.inpane.signals import Signals
from wzp_tui.inpane.stop import adopt_orphans
from wzp_tui.inpane.terminal import Terminal, refuse_without_terminal
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Claim, Seat, Store, Worker, open_store
from wzp_tui.store.lock import FileLock, write_durably
from wzp_tui.store.process import boot
from wzp_tui.store.wake import Fifo, wake
from wzp_tui.tasks.policy import exit_words
from wzp_tui.tasks.run import ExitRecord
from wzp_tui.tasks.task import State

FALLBACK = 30.0
"""Seconds after which a sleeping worker looks even if nobody woke it."""
AGAIN = 2.0
"""Seconds until a store that could not be written is tried again."""
SLOT_PATIENCE = 1.0
HELD_LINES = 12


class LaneWorker:
    """Works in one pane until there is nothing to work in."""

    def __init__(self, folder: StoreFolder, mux: PaneMux, seat: Seat, pane: Terminal, signals: Signals) -> None:
        self.folder, self.mux, self.seat, self.pane, self.signals = folder, mux, seat, pane, signals
        name = f"slot.{seat.lane}.{seat.slot}" if seat.task is None else f"task.{seat.task}.{os.getpid()}"
        self.fifo = Fifo(folder.fifo(name))
        self.store: Store = open_store(folder, f"worker:{os.getpid()}")
        self.me = Worker(os.getpid(), mux.instance, pane.name, name)
        self.pending: ExitRecord | None = None
        self.detached = False
        self._told = ""
        self._new_token()

    def work(self) -> None:
        """Claim and run until the pane is gone, or the slot is."""
        self.store.settle()
        while not self.detached:
            self.fifo.drain()
            claim = self._next()
            if claim is not None:
                self._attempt(claim)
            elif (self.pending is None and self.is_over()) or not self._sleep():
                return
        while self.pending is not None:
            self._next()
            if self.pending is not None:
                time.sleep(AGAIN)

    def close(self) -> None:
        """Let go of everything."""
        self.store.close()
        self.fifo.close()
        self._run_lock.release(unlink=True)
        self._child_lock.release(unlink=True)

    def is_over(self) -> bool:
        """The lane has fewer slots now."""
        lanes = {lane.name: lane.slots for lane in self.store.view(events=0).lanes}
        return self.seat.slot is not None and lanes.get(self.seat.lane or "", 0) < self.seat.slot

    def after(self, claim: Claim, record: ExitRecord) -> None:
        """Tell in the pane how a run ended."""
        seconds = max(0, record.ended_ms - claim.run.started_ms) / 1000
        good = record.exit == 0 and not record.reason
        words = "done" if good else exit_words(record.exit, record.signal, record.reason)
        self.pane.say(f"\x1b[{32 if good else 31}m{claim.task.name} {words}\x1b[0m \x1b[2m{seconds:.1f}s\x1b[0m")

    def _new_token(self) -> None:
        self._token = os.urandom(8).hex()
        me = str(os.getpid()).encode()
        run_lock = FileLock.take(self.folder.run_lock(self._token), content=me)
        child_lock = FileLock.take(self.folder.child_lock(self._token))
        assert run_lock is not None  # a random name is nobody else's
        assert child_lock is not None
        self._run_lock, self._child_lock = run_lock, child_lock

    def _next(self) -> Claim | None:
        """Commit the last end and claim, both in one commit. A store that cannot be written is tried again later."""
        ended = self.pending
        try:
            if ended is None and self.store.candidate(self.seat) is None:
                return None
            claim = self.store.claim(self.seat, self.me, "" if self.detached else self._token, ended)
        except StoreNewer as error:
            self.pane.say(f"wzp-tui: {error}")
            self.detached, self.pending = True, None  # the record lies in the spool, for the newer one
            return None
        except (StoreFull, StoreBusy) as error:
            self._alarm(str(error))
            self._spool(ended)
            return None
        if ended is not None:
            self.pending = None
            self._old_lock.release()
        return claim

    def _attempt(self, claim: Claim) -> None:
        self.pane.write(f"\x1b]1;{claim.task.name}\x07".encode())
        self.pane.say(f"\x1b[36m{claim.task.name}\x1b[0m {_printable(claim.task.title)}")
        attempt = Attempt(claim, self.store, self.folder, self.pane, self.mux, self.fifo, self.signals, self._child_lock, self._alarm)
        record, self.detached, spoke_escape = attempt.go()
        self._spool(record)
        self.pending = record
        if not self.detached:
            self.pane.tidy(spoke_escape)
            self.pane.raw()
            self.after(claim, record)
        self._old_lock = self._run_lock
        self._new_token()

    def _spool(self, record: ExitRecord | None) -> None:
        if record is None or os.path.exists(self.folder.record(record.token)):
            return
        try:
            write_durably(self.folder.record(record.token), record.dump())
        except OSError as error:
            self._alarm(f"the exit of #{record.task} cannot be written yet: {error.strerror}")

    def _sleep(self) -> bool:
        """Wait for a wake, a due time or a key; `False` when the pane is gone or the user ends the worker."""
        poll = select.poll()
        for fd in (self.fifo.fd, self.signals.fd, self.pane.fd):
            poll.register(fd, select.POLLIN)
        wait = AGAIN if self.pending is not None else FALLBACK
        due = self.store.next_due_ms(self.seat)
        if due is not None:
            wait = min(wait, max(0.0, due / 1000 - time.time()))
        ready = dict(poll.poll(wait * 1000 + 1))
        if not ready:
            self.store.settle()
        if ready.get(self.pane.fd, 0) & (select.POLLHUP | select.POLLERR):
            return False
        if self.signals.fd in ready:
            heard = self.signals.heard()
            if signal.SIGCHLD in heard:
                _reap_leftovers()
            if heard & {signal.SIGHUP, signal.SIGTERM, signal.SIGINT}:
                return False
        typed = self.pane.read() if self.pane.fd in ready else b""
        return not set(typed) & {0x03, 0x04}  # Ctrl-C, Ctrl-D

    def _alarm(self, message: str) -> None:
        if message != self._told and not self.detached:
            self._told = message
            self.pane.say(f"wzp-tui: {message}")


class TaskWorker(LaneWorker):
    """Runs one task, and holds the pane where it ended badly."""

    _ended_well = True
    _held: bytes = b""

    def is_over(self) -> bool:
        """The task has ended well, or the user let go of the held pane."""
        assert self.seat.task is not None
        state = self.store.task(self.seat.task).state
        if state is State.QUEUED:  # it waits for a time, or for the try after this one
            return False
        if self._ended_well or not self._hold():
            return True
        wake(self.fifo.path)  # the retry is there already: no sleep before it
        return False

    def after(self, claim: Claim, record: ExitRecord) -> None:
        """Remember what the held pane will show."""
        self._ended_well = (record.exit == 0 and not record.reason) or record.cancelled
        super().after(claim, record)
        self._held = last_lines(self.folder.log(claim.run.id), HELD_LINES)
        self._words = exit_words(record.exit, record.signal, record.reason)

    def _hold(self) -> bool:
        """Keep the pane under the last lines of the log; `True` when the user retries."""
        assert self.seat.task is not None
        self.pane.write(b"\x1b[2J\x1b[H" + self._held.replace(b"\x1b", b"").replace(b"\r", b"").replace(b"\n", b"\r\n"))
        self.pane.say(f"\n\x1b[31m{self._words}\x1b[0m \x1b[2m·\x1b[0m Enter closes \x1b[2m·\x1b[0m r retries")
        poll = select.poll()
        poll.register(self.pane.fd, select.POLLIN)
        poll.register(self.signals.fd, select.POLLIN)
        poll.register(self.fifo.fd, select.POLLIN)
        while True:
            ready = dict(poll.poll(FALLBACK * 1000))
            if self.signals.fd in ready and self.signals.heard() & {signal.SIGHUP, signal.SIGTERM, signal.SIGINT}:
                return False
            if ready.get(self.pane.fd, 0) & (select.POLLHUP | select.POLLERR):
                return False
            self.fifo.drain()
            if self.store.task(self.seat.task).state is State.QUEUED:  # retried from elsewhere
                return True
            typed = self.pane.read() if self.pane.fd in ready else b""
            if typed[:1] in (b"\r", b"\n", b"\x03", b"\x04"):
                return False
            if typed[:1] == b"r":
                try:
                    self.store.retry(self.seat.task)
                except WzpError as error:
                    self.pane.say(f"wzp-tui: {error}")
                    continue
                return True


def _reap_leftovers() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def main(argv: list[str]) -> int:
    """Run a worker; see the module."""
    store, kind, instance, role, *rest = argv
    refuse_without_terminal()
    os.umask(0o077)
    boot()
    folder = StoreFolder(store).make()
    seat = Seat(lane=rest[0], slot=int(rest[1])) if role == "lane" else Seat(task=int(rest[0]))
    pane = Terminal()
    slot = None
    if seat.lane is not None and seat.slot is not None:
        holder = f'{{"pid": {os.getpid()}, "mux": "{instance}", "tty": "{pane.name}"}}'.encode()
        slot = FileLock.take(folder.slot_lock(seat.lane, seat.slot), content=holder, wait=SLOT_PATIENCE)
        if slot is None:
            print(f"wzp-tui: slot {seat.slot} of lane {seat.lane} has a worker already")
            return 0
    adopt_orphans()
    with Signals() as signals:
        worker = (LaneWorker if seat.task is None else TaskWorker)(folder, PaneMux(kind, instance), seat, pane, signals)
        pane.raw()
        try:
            worker.work()
        finally:
            pane.restore()
            worker.close()
            if slot is not None:
                slot.release()
    return 0


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except StoreError as error:
        sys.exit(f"wzp-tui: {error}")
    sys.exit(code)
