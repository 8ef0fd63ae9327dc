"""The command of a run, on a pty of its own."""

import fcntl
import json
import os
import signal
import termios
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from wzp_tui.inpane.signals import HEARD, ignored
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
    slave: int
    """Its end, held open by us too: a command that closes its terminal may open it again."""
    tty: str


def start(task: Task, environment: Mapping[str, str], attributes: list[Any], size: bytes, lock: FileLock) -> Child:
    """Start the command; it inherits `lock`. Raises `OSError` when it cannot start."""
    master, slave = os.openpty()
    opened = [master, slave]
    try:
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        name = os.ttyname(slave)
        inherited = fcntl.fcntl(lock.fd, fcntl.F_DUPFD, _LOCK_FD)
        opened.append(inherited)
        failed, fail = os.pipe()
        opened += [failed, fail]
        # A handler of ours must never run in the child.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        try:
            pid = os.fork()
            if pid == 0:
                _become(task, environment, slave, inherited, fail, name)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for fd in (inherited, fail):
            opened.remove(fd)
            os.close(fd)
        answer = b""
        while piece := os.read(failed, 4096):  # ends at the exec, which closes the other end
            answer += piece
        opened.remove(failed)
        os.close(failed)
        if answer:
            os.waitpid(pid, 0)
            raise OSError(*json.loads(answer))
        os.set_blocking(master, False)
    except BaseException:
        for fd in opened:
            os.close(fd)
        raise
    return Child(pid, master, slave, name)


def _become(task: Task, environment: Mapping[str, str], slave: int, inherited: int, fail: int, name: str) -> NoReturn:
    try:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in (0, 1, 2):
            os.dup2(slave, fd)
        os.chdir(task.cwd)
        for number in ignored():
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        # Before the command begins, not after: a lock file without a name proves that nothing ran.
        os.pwrite(inherited, json.dumps({"process": process(os.getpid())._asdict(), "tty": name}).encode(), 0)
        try:
            os.execvpe(task.argv[0], task.argv, environment)
        except OSError as error:
            raise OSError(error.errno, error.strerror, task.argv[0]) from error  # not the last folder of PATH that was tried
    except OSError as error:
        os.write(fail, json.dumps([error.errno, error.strerror, error.filename]).encode())
    except BaseException as error:
        os.write(fail, json.dumps([0, str(error)]).encode())
    finally:
        os._exit(127)


def set_size(child: Child, size: bytes) -> None:
    """Pass the pane's size on."""
    fcntl.ioctl(child.master, termios.TIOCSWINSZ, size)
