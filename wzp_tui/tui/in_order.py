"""Keys act in the order in which they were typed, however fast they come.

Textual runs a sheet's bindings before the letters typed earlier are read, and a field's own ones after those typed later.
"""

import asyncio
from contextlib import suppress
from typing import Any

from textual import events
from textual.app import App
from textual.widget import Widget
from textual.widgets import Input, TextArea

_SAME = {"alt+b": "ctrl+left", "alt+f": "ctrl+right"}
"""What a Mac sends for Option and an arrow."""
PATIENCE = 0.5
"""Seconds that a field has to read what was typed into it."""


async def edits_in_order(app: App[Any], event: events.Key) -> bool:
    """Let the field that has the keys read what was typed before; `True` where the key was one of its own, and is done."""
    field = app.focused
    if event.is_printable or not isinstance(field, Input | TextArea):
        return False
    await _read_up(field)
    own = app.screen.active_bindings.get(_SAME.get(event.key, event.key))
    return own is not None and own.node is field and own.enabled and await app.run_action(own.binding.action, field)


async def _read_up(field: Widget) -> None:
    """Wait until all around the field have heard of what it read, too."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            for widget in (field, field, *field.ancestors):  # twice: first the key, then what the field says of it
                if isinstance(widget, Widget):
                    read = asyncio.Event()
                    if widget.call_later(read.set):
                        await read.wait()
