"""Runs one task in a pane of its own, and holds that where the task ended badly."""

import select

from wzp_tui.clean import clean, clean_lines
from wzp_tui.errors import WzpError
from wzp_tui.inpane.lane_worker import FALLBACK, LaneWorker
from wzp_tui.inpane.log import last_lines
from wzp_tui.store import Claim
from wzp_tui.store.wake import wake
from wzp_tui.tasks.outcome import ended_well, exit_words
from wzp_tui.tasks.run import ExitRecord
from wzp_tui.tasks.task import State

HELD_LINES = 12


class TaskWorker(LaneWorker):
    """Runs one task, and holds the pane where it ended badly."""

    _ended_well = True
    _held = ""
    _words = ""

    def is_over(self) -> bool:
        """The task went elsewhere, or has ended and the user let go of the pane."""
        if self._may_run():  # it waits for a time
            return False
        if self._ended_well or not self._hold():
            return True
        wake(self.fifo.path)  # the retry is there already: no sleep before it
        return False

    def tell(self, claim: Claim, record: ExitRecord) -> None:
        """Say how the run ended, and remember what the held pane will show."""
        self._ended_well = ended_well(claim.task.policy, record) or record.cancelled
        super().tell(claim, record)
        self._held = clean_lines(last_lines(self.folder.log(claim.run.id), HELD_LINES).decode(errors="replace"))
        self._words = clean(exit_words(record.exit, record.signal, record.reason))

    def _may_run(self) -> bool:
        assert self.seat.task is not None
        task = self.store.task(self.seat.task)
        return task.state is State.QUEUED and task.lane is None

    def _hold(self) -> bool:
        """Keep the pane under the last lines of the log; `True` when the task is to run again."""
        self.pane.write(b"\x1b[2J\x1b[H")
        self.pane.say(f"{self._held}\n\n\x1b[31m{self._words}\x1b[0m \x1b[2m·\x1b[0m Enter closes \x1b[2m·\x1b[0m r retries")
        poll = select.poll()
        for fd in (self.fifo.fd, self.signals.fd, self.pane.fd):
            poll.register(fd, select.POLLIN)
        while True:
            ready = dict(poll.poll(FALLBACK * 1000))
            if not self._may_go_on(ready):
                return False
            self.fifo.drain()
            typed = self.pane.read() if self.pane.fd in ready else b""
            if typed and not typed.strip(b"\r\n\x03\x04"):  # Enter, Ctrl-C, Ctrl-D; in a burst, as of a paste, no letter is a key
                return False
            try:
                if typed == b"r":
                    self.store.retry(self.seat.task or 0)
                if self._may_run():  # perhaps it was retried from elsewhere
                    return True
            except WzpError as error:
                self.alarm(str(error))
