"""A search in a process of its own, which can be ended at any time."""

import asyncio
import contextlib
import signal
import sys
import tempfile
from abc import ABC, abstractmethod
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable

from wzp_tui.clean import clean


class Child(ABC):
    """Runs a module of ours, and takes its answers as they come. It must be ended: by `follow` coming to its end, or by `cancel`."""

    def __init__(self) -> None:
        self.done = False
        self.problem = ""
        """Why it did not come to its end, or `""`."""
        self._process: Process | None = None
        self._cancelled = False

    @abstractmethod
    def take(self, data: bytes) -> bytes:
        """Take in the answers that are whole, and return the rest."""

    async def follow(self, module: str, *arguments: str, told: bytes = b"", changed: Callable[[], None]) -> None:
        """Run the module to its end, with `told` as its input; `changed` is called whenever there is more."""
        command = (sys.executable, "-P", "-E", "-m", module, *arguments)
        try:
            with tempfile.TemporaryFile() as stdin:  # a pipe to a process that ends unread is complained of by Python 3.11.2
                stdin.write(told)
                stdin.seek(0)
                process = await asyncio.create_subprocess_exec(*command, stdin=stdin, stdout=PIPE, stderr=DEVNULL)
        except (OSError, ValueError) as error:
            self.problem = clean(str(error))
        else:
            await self._answer(process, changed)
        self.done = True
        changed()

    def cancel(self) -> None:
        """Stop searching."""
        self._cancelled = True
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _answer(self, process: Process, changed: Callable[[], None]) -> None:
        self._process = process
        try:
            if not self._cancelled:
                await self._read(process, changed)
                code = await process.wait()
                if code and not self._cancelled:
                    self.problem = "took too long" if code in (-signal.SIGXCPU, -signal.SIGKILL) else "failed"
        finally:
            await self._end(process)

    async def _end(self, process: Process) -> None:
        """Kill it and collect it. Who cancels again waits as well: a process that outlives its event loop is complained of at its end."""
        self.cancel()
        again: asyncio.CancelledError | None = None
        while process.returncode is None:
            try:
                await process.communicate()
            except asyncio.CancelledError as error:
                again = error
        if again:
            raise again

    async def _read(self, process: Process, changed: Callable[[], None]) -> None:
        assert process.stdout
        data = b""
        while piece := await process.stdout.read(1 << 16):
            data = self.take(data + piece)
            changed()
