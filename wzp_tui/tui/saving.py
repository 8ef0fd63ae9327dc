"""Lines of logs into files, beside all else that goes on."""

import asyncio
import threading
from collections.abc import Iterable

from wzp_tui.logs.export import Export, FoundLines, Saved, pieces
from wzp_tui.logs.file import LogFile


async def save_bytes(log: str, first: int, after: int, target: str, *, raw: bool, replace: bool) -> Saved:
    """Write what stands from `first` up to, but without, `after`. Raises WzpError."""
    stop = threading.Event()

    def write() -> Saved:
        file, out = LogFile(log), Export(target, replace=replace)
        try:
            for piece in pieces(file, first, after, raw=raw):
                if stop.is_set():
                    break
                out.write(piece)
            else:
                return out.finish()
            raise asyncio.CancelledError
        finally:
            out.close()
            file.close()

    writing = asyncio.ensure_future(asyncio.to_thread(write))
    try:
        return await asyncio.shield(writing)
    finally:
        stop.set()  # a thread cannot be cancelled
        await asyncio.wait([writing])


async def save_found(log: str, pattern: str, target: str, *, raw: bool, replace: bool) -> Saved:
    """Write all lines of a log that have a pattern. Raises WzpError."""
    out = Export(target, replace=replace)
    try:
        await FoundLines(log, pattern, out.write, raw=raw).run()
        return out.finish()
    finally:
        out.close()


def save_lines(lines: Iterable[str], target: str, *, replace: bool) -> Saved:
    """Write clean lines. Raises WzpError."""
    out = Export(target, replace=replace)
    try:
        for line in lines:
            out.write(line.encode() + b"\n")
        return out.finish()
    finally:
        out.close()
