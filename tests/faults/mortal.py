"""`python mortal.py MOMENT REPORT STORE MODULE [ARG…]`: run a module, and be killed before its n-th moment; with 0 it lives.

REPORT is told how many moments there were: SQL statements, and operations on files, which are opened in the store, made, written, renamed,
removed, locked or synced, and starts of programs.
"""

import os
import runpy
import signal
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

_AUDITED = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "fcntl.flock", "os.posix_spawn"}
_CALLS = ("write", "pwrite", "fsync", "fdatasync", "ftruncate", "mkfifo")


def main() -> None:
    """Count, and die."""
    deadline, report, store, module, *arguments = sys.argv[1:]
    count, real_pwrite = 0, os.pwrite
    report_fd = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC)

    def moment() -> None:
        nonlocal count
        count += 1
        real_pwrite(report_fd, b"%d" % count, 0)  # some end without a clean-up
        if count == int(deadline):
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _AUDITED or (event == "open" and str(arguments[0]).startswith(store)):
            moment()

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any, **options: Any) -> Any:
            moment()
            return call(*arguments, **options)

        return counting

    real_connect = sqlite3.connect

    def connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = real_connect(*arguments, **options)
        connection.set_trace_callback(lambda statement: moment())
        return connection

    for name in _CALLS:
        setattr(os, name, counted(getattr(os, name)))
    sqlite3.connect = connect  # type: ignore[assignment]
    sys.addaudithook(heard)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


main()
