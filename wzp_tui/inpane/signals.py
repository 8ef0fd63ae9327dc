"""Signals as bytes of a pipe, so that one `poll` waits for them too."""

import os
import signal
from functools import cache
from types import FrameType, TracebackType

HEARD = (signal.SIGCHLD, signal.SIGWINCH, signal.SIGHUP, signal.SIGTERM, signal.SIGINT)


class Signals:
    """Hears CHLD, WINCH, HUP, TERM and INT while it is entered. Job control never stops a worker."""

    def __enter__(self) -> "Signals":
        self.fd, self._write = os.pipe()
        for fd in (self.fd, self._write):
            os.set_blocking(fd, False)
        for number in HEARD:
            signal.signal(number, _nothing)
        for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        signal.set_wakeup_fd(-1)
        os.close(self.fd)
        os.close(self._write)

    def heard(self) -> set[int]:
        """The signals since the last call."""
        try:
            return set(os.read(self.fd, 4096))
        except BlockingIOError:
            return set()


@cache
def ignored() -> tuple[int, ...]:
    """The signals that this process ignores, asked while `Signals` is entered. They would survive an exec; Python ignores two as well."""
    return tuple(number for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN)


def _nothing(number: int, frame: FrameType | None) -> None:
    """The wakeup pipe has the news; a handler must be there for it to get any."""
