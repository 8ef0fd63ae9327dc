"""One bounded child process: it cannot hang, flood or outlive its call."""

import asyncio
import errno
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from wzp_tui.clean import clean
from wzp_tui.errors import MuxUnreachable, UsageError

STDOUT_CAP = 8 << 20
STDERR_CAP = 64 << 10


class Done(NamedTuple):
    """What a process left behind."""

    code: int
    stdout: bytes
    stderr: bytes


async def run(argv: Sequence[str], *, env: Mapping[str, str], stdin: bytes | None, timeout: float) -> Done:
    """Run it in a session of its own; kill its process group when it takes longer than `timeout` seconds or says too much."""
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            env=env,
            cwd="/",
            stdin=asyncio.subprocess.DEVNULL if stdin is None else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except ValueError as error:
        raise UsageError(f"WezTerm cannot be given that ({clean(str(error), 200)}): leave out NUL and what is not text") from None
    except OSError as error:
        if error.errno == errno.E2BIG:
            raise UsageError("WezTerm cannot be given that: the command and its variables are too long") from None
        raise MuxUnreachable(f"`{argv[0]}` cannot be started ({error.strerror}): is WezTerm installed?") from None
    try:
        async with asyncio.timeout(timeout):
            stdout, stderr, _ = await asyncio.gather(
                _read(process, process.stdout, STDOUT_CAP), _read(process, process.stderr, STDERR_CAP), _feed(process.stdin, stdin)
            )
            return Done(await process.wait(), stdout, stderr)
    except TimeoutError:
        await _end(process)
        raise MuxUnreachable(f"WezTerm did not answer within {timeout:g} s: it is busy or hangs") from None
    except BaseException:
        await _end(process)
        raise


async def _read(process: asyncio.subprocess.Process, stream: asyncio.StreamReader | None, cap: int) -> bytes:
    """Read to the end, even of a flood: a stream that nobody reads would never close."""
    assert stream is not None
    read = bytearray()
    while chunk := await stream.read(1 << 16):
        if len(read) <= cap:
            read += chunk
        if len(read) > cap:
            _kill(process)
    if len(read) > cap:
        raise MuxUnreachable(f"WezTerm's answer cannot be read: it is longer than {cap >> 10} KiB")
    return bytes(read)


async def _feed(stream: asyncio.StreamWriter | None, data: bytes | None) -> None:
    if stream is None or data is None:
        return
    try:
        stream.write(data)
        await stream.drain()
        stream.close()
    except (BrokenPipeError, ConnectionResetError):
        return  # it ended without reading; its exit code and stderr say why


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def _end(process: asyncio.subprocess.Process) -> None:
    _kill(process)
    with suppress(TimeoutError):  # where the kernel keeps it, its end is collected later
        async with asyncio.timeout(1):
            await process.wait()
