"""Alt and a character, as terminals send it: to the tower, to a field, to a program in a pane."""

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from tests.tui import Tower
from wzp_tui.mux.embedded import Modes
from wzp_tui.tui.alt_keys import teach_alt
from wzp_tui.tui.keys import encode_key


def keys(typed: str) -> list[events.Key]:
    """What comes of it at once."""
    teach_alt()
    return [event for event in XTermParser().feed(typed) if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("\x1bd\x1bd", ["alt+d", "alt+d"]),
        ("\x1bD", ["alt+shift+d"]),
        ("\x1b.", ["alt+full_stop"]),
        ("\x1b6", ["alt+6"]),
        ("§", ["section_sign"]),
        ("\x1b[A\x1bOP\x1b[1;3C", ["up", "f1", "alt+right"]),
        ("\x1bb\x1b[1;5D", ["alt+b", "ctrl+left"]),
    ],
)
def test_each_is_told_at_once(typed: str, names: list[str]) -> None:
    assert [event.key for event in keys(typed)] == names


@pytest.mark.parametrize("character", [chr(number) for number in range(0x20, 0x7F) if chr(number) not in "[OP]_^X\\"])
def test_a_program_in_a_pane_reads_what_was_typed(character: str) -> None:
    [event] = keys(f"\x1b{character}")
    assert encode_key(event.key, event.character, Modes()) == f"\x1b{character}".encode()
    assert not event.is_printable, "a field would take it for a letter"


async def test_a_field_goes_by_words_and_takes_no_letter(it: Tower) -> None:
    await it.press("n")
    await it.shows("New task")
    it.send("make all")
    it.send("\x1bb\x1bb\x1bd")
    it.send("time ")
    it.send("\x1bf")
    it.send("s")
    await it.shows("time makes all")
