"""Into the clipboard: through the terminal (OSC 52), and by a program of the desktop too, since not every terminal obeys."""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from typing import Any

from textual.app import App

from wzp_tui.clean import clean

_PATIENCE = 5.0
"""Seconds that a program has to take a text."""
_PROGRAMS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--input", "--clipboard")),
)


def copy(app: App[Any], text: str) -> None:
    """Put text into the clipboard."""
    app.copy_to_clipboard(text)
    if not app.is_headless and (argv := program(os.environ)):  # without a terminal nobody is there who could want it
        app.run_worker(_feed(app, argv, text), group="clipboard", exclusive=True)


def program(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The program that fills the clipboard of this desktop; `()`: there is none."""
    if sys.platform == "darwin":
        return ("pbcopy",)
    return next((argv for variable, argv in _PROGRAMS if environ.get(variable) and shutil.which(argv[0])), ())


async def _feed(app: App[Any], argv: tuple[str, ...], text: str) -> None:
    problem = ""
    try:
        # It goes on in the background and keeps what it inherits, so it gets nothing of ours.
        process = await asyncio.create_subprocess_exec(*argv, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True)
        try:
            async with asyncio.timeout(_PATIENCE):
                await process.communicate(text.encode(errors="replace"))
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            problem = f"it ended with {process.returncode}"
    except TimeoutError:
        problem = "it took too long"
    except OSError as error:
        problem = clean(str(error.strerror or error))
    if problem:
        app.notify(f"{argv[0]} did not take the text: {problem}; only the terminal was asked", severity="warning", markup=False)
