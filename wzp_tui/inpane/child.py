"""The command of a run, on a pty of its own."""

import fcntl
import json
import os
import pty
import signal
import termios
from collections.abc import Mapping
from typing import Any, NamedTuple

from wzp_tui.store.lock import FileLock
from wzp_tui.store.process import process
from wzp_tui.tasks.task import Task

_LOCK_FD = 100
"""Where the inherited lock lies: above what shells and build tools use and close."""


class Child(NamedTuple):
    """A command that was started."""

    pid: int
    master: int
    """Our end of its pty, non-blocking."""
    tty: str


def start(task: Task, environment: Mapping[str, str], attributes: list[Any], size: bytes, lock: FileLock) -> Child:
    """Start the command; it inherits `lock`. Raises `OSError` when it cannot start."""
    master, slave = pty.openpty()
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
    name = os.ttyname(slave)
    inherited = fcntl.fcntl(lock.fd, fcntl.F_DUPFD, _LOCK_FD)
    failed, fail = os.pipe()
    # Block all signals over the fork: a handler of ours must never run in the child.
    mask = signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
    pid = os.fork()
    if pid == 0:
        try:
            _become(task, environment, slave, inherited, name)
        except OSError as error:
            os.write(fail, json.dumps([error.errno, error.strerror, error.filename]).encode())
        finally:
            os._exit(127)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    for fd in (slave, inherited, fail):
        os.close(fd)
    with os.fdopen(failed, "rb") as pipe:
        answer = pipe.read()  # ends at the exec, which closes the other end
    if answer:
        os.waitpid(pid, 0)
        os.close(master)
        raise OSError(*json.loads(answer))
    os.set_blocking(master, False)
    return Child(pid, master, name)


def _become(task: Task, environment: Mapping[str, str], slave: int, inherited: int, name: str) -> None:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    os.chdir(task.cwd)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)  # ignored signals would survive the exec: Python ignores SIGPIPE and SIGXFSZ
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    # Before the command begins, not after: a lock file without a name proves that nothing ran.
    os.pwrite(inherited, json.dumps({"process": process(os.getpid())._asdict(), "tty": name}).encode(), 0)
    try:
        os.execvpe(task.argv[0], task.argv, environment)
    except OSError as error:
        raise OSError(error.errno, error.strerror, task.argv[0]) from error  # not the last folder of PATH that was tried


def set_size(child: Child, size: bytes) -> None:
    """Pass the pane's size on."""
    fcntl.ioctl(child.master, termios.TIOCSWINSZ, size)
