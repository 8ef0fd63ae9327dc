"""The command of a run, on a pty of its own."""

import errno
import fcntl
import json
import os
import termios
from collections.abc import Mapping
from typing import Any, NamedTuple

from wzp_tui.inpane.signals import ignored
from wzp_tui.store.lock import FileLock
from wzp_tui.store.process import never_began, process
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
    """Start the command in its folder, where we stay until `leave`; it inherits `lock`. Raises `OSError` when it cannot start."""
    program = _find(task.argv[0], environment, task.cwd)
    os.chdir(task.cwd)  # ours too: the pane is where its task is
    master, slave = os.openpty()
    try:
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        name = os.ttyname(slave)
        lock.empty()  # before the command begins, not after: what stood there says that nothing ran
        pid = _spawn(program, task, environment, name, lock)
        while never_began(pid):  # a hangup of the pane met it before it had a session of its own
            os.waitpid(pid, 0)
            pid = _spawn(program, task, environment, name, lock)
        lock.write(json.dumps({"process": process(pid)._asdict(), "tty": name}).encode())
        os.set_blocking(master, False)
    except BaseException:
        os.close(master)
        os.close(slave)
        leave()
        raise
    return Child(pid, master, slave, name)


def _spawn(program: str, task: Task, environment: Mapping[str, str], tty: str, lock: FileLock) -> int:
    try:
        return os.posix_spawn(
            program,
            task.argv,
            environment,
            setsid=True,
            # Opened by the leader of a session, the tty becomes its controlling one.
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, tty, os.O_RDWR, 0),
                (os.POSIX_SPAWN_DUP2, 0, 1),
                (os.POSIX_SPAWN_DUP2, 0, 2),
                (os.POSIX_SPAWN_DUP2, lock.fd, _LOCK_FD),
            ],
            setsigmask=(),
            setsigdef=ignored(),
        )
    except OSError as error:
        raise OSError(error.errno, error.strerror, task.argv[0]) from error


def leave() -> None:
    """Leave the folder of the last task: nobody could remove or unmount it."""
    os.chdir("/")


def _find(name: str, environment: Mapping[str, str], cwd: str) -> str:
    """The path of a program: a plain name is looked up in the command's own PATH, whose relative folders are those of its `cwd`."""
    if "/" in name:
        return name
    for folder in environment.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(cwd, folder, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)


def set_size(child: Child, size: bytes) -> None:
    """Pass the pane's size on."""
    fcntl.ioctl(child.master, termios.TIOCSWINSZ, size)
