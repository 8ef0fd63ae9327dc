"""The tower runs as a child of a small parent, which leaves the terminal as it was, whatever ends the child."""

import contextlib
import faulthandler
import os
import signal
import sys
import termios
from collections.abc import Callable

from wzp_tui.controller.going import tower_mark
from wzp_tui.errors import UsageError
from wzp_tui.paths import StoreFolder

RESET = "\x1b[<u\x1b[?1000;1002;1003;1005;1006;1015;1016l\x1b[?1004l\x1b[?2004l\x1b[?2026l\x1b[?2048l\x1b[?1049l\x1b[?7h\x1b[?25h\x1b[0m"
RESET += tower_mark(False)
"""Kitty keyboard, mouse, focus, paste, synchronized output, in-band resize, alternate screen, wrap, cursor, colours; the tower's mark."""
PATIENCE = 10
"""Seconds that a tower has to end after TERM or HUP."""
_FORWARDED = (signal.SIGTERM, signal.SIGHUP)


def guarded(folder: str, tower: Callable[[], int], terminal: int = 0, *, after: str = "") -> int:
    """Run `tower` in a child process and return its exit code; a signal that ends it is told, with what comes `after`, and counts as 1."""
    if not (os.isatty(terminal) and os.isatty(2)):
        raise UsageError("the tower needs a terminal; without one: `wzp-tui tower --headless`, or `wzp-tui task list`")
    log = StoreFolder(folder).make().tower_errors
    cooked = termios.tcgetattr(terminal)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        _become(tower, log, reader)
    os.close(reader)
    try:
        status = _wait(child)
    finally:
        os.close(writer)
    if os.WIFSIGNALED(status):
        _restore(terminal, cooked)
        name = signal.Signals(os.WTERMSIG(status)).name
        after = after or f"nothing is lost, open it again. What it said last: {log}"
        print(f"wzp-tui: the tower was ended by {name}; {after}", file=sys.stderr)
        return 1
    with contextlib.suppress(termios.error):  # the terminal is gone
        termios.tcsetattr(terminal, termios.TCSADRAIN, cooked)
    return os.WEXITSTATUS(status)


def _become(tower: Callable[[], int], log: str, parent: int) -> None:
    """The child: errors of libraries go to the log, not onto the screen; it does not outlive its parent."""
    code = 1
    try:
        for number in (*_FORWARDED, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        _hup_without(parent)
        screen = os.dup(2)
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.dup2(file, 2)
        faulthandler.enable(2)
        sys.__stderr__ = sys.stderr = open(screen, "w", buffering=1, errors="replace")  # type: ignore[misc]  # noqa: SIM115
        code = tower()
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _hup_without(parent: int) -> None:
    """Get a HUP when the parent is gone: a KILL cannot be passed on."""
    import fcntl
    import threading

    def wait() -> None:
        os.read(parent, 1)
        os.kill(os.getpid(), signal.SIGHUP)

    fcntl.fcntl(parent, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    threading.Thread(target=wait, daemon=True).start()


def _wait(child: int) -> int:
    """The child's wait status. TERM and HUP are passed on, and after some patience the child is killed."""

    def forward(number: int, frame: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)
        signal.alarm(PATIENCE)

    def give_up(number: int, frame: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    before = {number: signal.signal(number, forward) for number in _FORWARDED}
    before |= {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGQUIT)}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, give_up)
    try:
        return os.waitpid(child, 0)[1]
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _restore(terminal: int, cooked: list[object]) -> None:
    with contextlib.suppress(OSError, termios.error):  # the terminal may be gone with the child
        os.write(2, RESET.encode())
        termios.tcsetattr(terminal, termios.TCSAFLUSH, cooked)  # type: ignore[arg-type]
