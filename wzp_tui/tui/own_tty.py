"""Escape sequences of our own for the terminal that we run in, such as WezTerm's user variables. Never foreign text."""

import sys
from collections.abc import Callable
from typing import Any

from textual.app import App


def say_to_terminal(sequence: str) -> None:
    """Write it while no app has the terminal."""
    stream = sys.__stderr__
    if stream is not None:
        stream.write(sequence)
        stream.flush()


def writer(app: App[Any]) -> Callable[[str], None]:
    """Writes while the app has the terminal: in line with what Textual writes, so that neither cuts the other in two."""

    def write(sequence: str) -> None:
        if app._driver is not None:
            app._driver.write(sequence)

    return write
