"""One program on one pty."""

import asyncio
import contextlib
import fcntl
import os
import signal
import struct
import sys
import termios
import threading
from collections.abc import Callable, Mapping, Sequence

from wzp_tui.clean import clean
from wzp_tui.errors import MuxRefused

_LAUNCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "launch.py")
_LAUNCH_WAIT = 10.0
_PIECES = 4
"""Reads in one look; the kernel gives at most 4 KiB each, and from a program that prints slowly but without end much less."""
INPUT_LIMIT = 1024 * 1024
"""Bytes that wait for a program that does not read its input."""


class Pty:
    """A program, the leader of its session, and the pty that it has as its terminal."""

    def __init__(self, master: int, tty: str, pid: int) -> None:
        self.master = master
        self.tty = tty
        self.pid = pid
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """The exit code; negative, the signal that ended the program."""
        self._out = bytearray()
        self._closed = False
        _on_exit(pid, self._set_ended)

    @classmethod
    async def start(cls, argv: Sequence[str], folder: str, env: Mapping[str, str], rows: int, cols: int) -> "Pty":
        """Start the program; return once it runs. Raises MuxRefused where it cannot be started."""
        master, errors, tty, pid = _spawn(argv, folder, env, rows, cols)
        pty = cls(master, tty, pid)
        try:
            async with asyncio.timeout(_LAUNCH_WAIT):
                problem = await _read_to_end(errors)
            if problem:
                raise MuxRefused(f"cannot start {clean(problem)}; check the program and the folder")
        except TimeoutError:
            pty.give_up()
            raise MuxRefused(f"cannot start {clean(argv[0])}: no answer within {_LAUNCH_WAIT:.0f} s") from None
        except BaseException:
            pty.give_up()
            raise
        finally:
            os.close(errors)
        return pty

    def _set_ended(self, code: int) -> None:
        if not self.ended.done():
            self.ended.set_result(code)

    # --- output --------------------------------------------------------------

    def read(self) -> bytes | None:
        """What is there, up to 16 KiB; `None` where nobody has the other side open."""
        data = bytearray()
        for _ in range(0 if self._closed else _PIECES):
            try:
                piece = os.read(self.master, 4096)
            except BlockingIOError:
                return bytes(data)
            except OSError:  # EIO
                piece = b""
            if not piece:
                return bytes(data) or None
            data += piece
        return bytes(data)

    # --- input ---------------------------------------------------------------

    def write(self, data: bytes, limit: int = INPUT_LIMIT) -> bool:
        """Give the program input, later if it does not read now. False, and nothing given, if too much waits already."""
        if self._closed or len(self._out) + len(data) > limit:
            return False
        self._out += data
        self._flush()
        return True

    def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._out:
                del self._out[: os.write(self.master, self._out[:4096])]
        except BlockingIOError:
            loop.add_writer(self.master, self._flush)
            return
        except OSError:  # the program has ended
            self._out.clear()
        loop.remove_writer(self.master)

    # --- the program ---------------------------------------------------------

    def resize(self, rows: int, cols: int) -> None:
        """Give the tty another size; the kernel tells the program (SIGWINCH)."""
        if not self._closed:
            _set_size(self.master, rows, cols)

    def cwd(self) -> str:
        """The folder of what is in the foreground, where the system tells it."""
        for pid in (self._foreground(), self.pid):
            with contextlib.suppress(OSError):
                return os.readlink(f"/proc/{pid}/cwd")
        return ""

    def _foreground(self) -> int:
        try:
            return os.tcgetpgrp(self.master)
        except OSError:
            return self.pid

    def hang_up(self) -> None:
        """Send SIGHUP, and SIGCONT to what is stopped, to the program and to what is in the foreground."""
        if self.ended.done():
            return
        for group in {self.pid, self._foreground() if not self._closed else self.pid} - {0, os.getpgrp()}:
            for number in (signal.SIGHUP, signal.SIGCONT):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(group, number)

    def give_up(self) -> None:
        """End what never became the program."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Let go of the pty; the kernel hangs up on whatever still has it as its terminal."""
        if self._closed:
            return
        self._closed = True
        loop = asyncio.get_running_loop()
        loop.remove_reader(self.master)
        loop.remove_writer(self.master)
        os.close(self.master)
        self._out.clear()


def _spawn(argv: Sequence[str], folder: str, env: Mapping[str, str], rows: int, cols: int) -> tuple[int, int, str, int]:
    """The master, the pipe that tells what goes wrong, the tty's path, the process."""
    try:
        master, slave = os.openpty()
    except OSError as error:
        raise MuxRefused(f"cannot start {clean(argv[0])}: no pty is left ({error.strerror}); close some panes") from error
    errors, report = os.pipe()
    slave, report = _high(slave), _high(report)  # out of the way of 0 to 3
    try:
        tty = os.ttyname(slave)
        _set_size(slave, rows, cols)
        os.set_blocking(master, False)
        # Textual has threads, and in a process with threads only exec is safe after a fork: no code of ours may run between the two.
        # So posix_spawn starts a bare Python (15 ms), which does what posix_spawn cannot (terminal, folder) and becomes the program.
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-I", "-S", _LAUNCH, env.get("LC_CTYPE", ""), folder, *argv],
            env,
            file_actions=[(os.POSIX_SPAWN_DUP2, source, target) for target, source in enumerate((slave, slave, slave, report))],
        )
    except (OSError, ValueError) as error:
        os.close(master)
        os.close(errors)
        raise MuxRefused(f"cannot start {clean(argv[0])}: {clean(str(error))}; check its arguments and environment") from error
    finally:
        os.close(slave)
        os.close(report)
    return master, errors, tty, pid


def _high(fd: int) -> int:
    try:
        return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10)
    finally:
        os.close(fd)


def _set_size(fd: int, rows: int, cols: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


async def _read_to_end(fd: int) -> str:
    loop = asyncio.get_running_loop()
    os.set_blocking(fd, False)
    data = bytearray()
    while True:
        ready = loop.create_future()
        loop.add_reader(fd, lambda ready=ready: ready.done() or ready.set_result(None))  # type: ignore[misc]
        try:
            await ready
        finally:
            loop.remove_reader(fd)
        part = os.read(fd, 4096)
        if not part:
            return data.decode(errors="replace")
        data += part


def _on_exit(pid: int, ended: Callable[[int], None]) -> None:
    """Reap the child when it ends, and tell its exit code on this loop."""
    loop = asyncio.get_running_loop()
    try:
        watch = os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux, or one that has no pidfd: a thread waits
        threading.Thread(target=_reap_in_thread, args=(loop, pid, ended), daemon=True, name=f"wait for {pid}").start()
        return

    def reap() -> None:
        loop.remove_reader(watch)
        os.close(watch)
        ended(_reap(pid))

    loop.add_reader(watch, reap)


def _reap_in_thread(loop: asyncio.AbstractEventLoop, pid: int, ended: Callable[[int], None]) -> None:
    code = _reap(pid)
    with contextlib.suppress(RuntimeError):  # the loop is closed
        loop.call_soon_threadsafe(ended, code)


def _reap(pid: int) -> int:
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:  # reaped by somebody else
        return 0
