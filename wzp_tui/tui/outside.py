"""Lends the terminal to another program. The tower goes on meanwhile: panes are read and workers are answered."""

import asyncio
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

from textual.app import App, SuspendNotSupported

from wzp_tui.errors import WzpError

_LENDING: WeakSet[App[Any]] = WeakSet()
"""The apps whose terminal is lent now."""
_KEYS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)
"""What ctrl+c, ctrl+\\ and ctrl+z send to all that share the terminal: they are meant for the program."""


async def run_outside(app: App[Any], *argv: str) -> int:
    """Run a program on the whole terminal and return its exit code. Raises WzpError where that cannot be."""
    if app in _LENDING:
        raise WzpError("the terminal is lent already")
    _LENDING.add(app)
    code = 0
    problem: BaseException | None = None
    try:
        with _deaf(), app.batch_update(), app.suspend():  # what is painted meanwhile would go to the program's screen
            try:
                code = await _run(argv)
            except BaseException as error:  # Textual takes the terminal back only where nothing was raised: without it all would hang
                problem = error
        if problem is not None:
            raise problem
        return code
    except SuspendNotSupported as error:
        raise WzpError("this terminal cannot be lent to another program") from error
    except OSError as error:
        raise WzpError(f"{argv[0]}: {(error.strerror or str(error)).lower()}") from error
    finally:
        _LENDING.discard(app)
        app.refresh(layout=True)


async def _run(argv: Sequence[str]) -> int:
    terminal = sys.__stderr__.fileno() if sys.__stderr__ else 2  # stderr of the process itself may be a file
    process = await asyncio.create_subprocess_exec(*argv, stdin=0, stdout=terminal, stderr=terminal)
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


@contextmanager
def _deaf() -> Iterator[None]:
    before = {number: signal.signal(number, lambda *_: None) for number in _KEYS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
