"""One call in flight over all our processes, looks at a distance, the user's wish before looks."""

import asyncio
import fcntl
import hashlib
import heapq
import itertools
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from wzp_tui.clean import clean
from wzp_tui.errors import MuxUnreachable
from wzp_tui.paths import make_private_dir, runtime_dir

GAP = 0.15
PATIENCE = 5.0


def lock_path(socket: str) -> str:
    """The `mux.lock` of all our processes that talk to this socket."""
    name = hashlib.sha256(os.fsencode(os.path.realpath(socket))).hexdigest()[:16]
    return os.path.join(runtime_dir(), f"mux-{name}.lock")


class Turns:
    """Turns at one mux. The lock file also says when the last look ended."""

    def __init__(self, path: str, *, gap: float = GAP, patience: float = PATIENCE) -> None:
        self._path = path
        self._gap = gap
        self._patience = patience
        self._gate = _Gate()

    @asynccontextmanager
    async def take(self, *, look: bool) -> AsyncIterator[None]:
        """Hold the turn. Looks wait behind wishes, and 150 ms behind the last look of any process."""
        fd = await self._begin(look)
        try:
            yield
        finally:
            if look:
                with suppress(OSError):  # a full disk costs the distance, not the turn
                    os.pwrite(fd, b"%020d" % time.time_ns(), 0)
            os.close(fd)
            self._gate.leave()

    async def _begin(self, look: bool) -> int:
        deadline, nap = time.monotonic() + self._patience, 0.001
        while True:
            await self._gate.enter(look)
            try:
                while True:
                    pause = nap = min(nap * 2, 0.03)
                    if (fd := self._try_lock()) is not None:
                        if not look or (pause := self._too_early(fd)) <= 0:
                            return fd
                        os.close(fd)
                    if time.monotonic() + pause > deadline:
                        raise MuxUnreachable(f"other processes of wzp-tui kept WezTerm busy for {self._patience:g} s: try again")
                    if look:
                        break  # and wait outside, so that a wish can go first
                    await asyncio.sleep(pause)
            except BaseException:
                self._gate.leave()
                raise
            self._gate.leave()
            await asyncio.sleep(pause)

    def _try_lock(self) -> int | None:
        try:
            make_private_dir(os.path.dirname(self._path))
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._no_lock(error) from None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        except OSError as error:
            os.close(fd)
            raise self._no_lock(error) from None
        return fd

    def _no_lock(self, error: OSError) -> MuxUnreachable:
        return MuxUnreachable(f"cannot lock {clean(self._path)} ({error.strerror}): its folder must be on a writable local disk")

    def _too_early(self, fd: int) -> float:
        """Seconds until a look may go."""
        stamp = os.pread(fd, 20, 0)
        age = (time.time_ns() - int(stamp)) / 1e9 if stamp.isdigit() else self._gap
        return self._gap - age if age >= 0 else 0.0


class _Gate:
    """Within the process: one holder, wishes before looks, first come first served among equals."""

    def __init__(self) -> None:
        self._held = False
        self._waiting: list[tuple[bool, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    async def enter(self, look: bool) -> None:
        if not self._held:
            self._held = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (look, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._held = False
