"""Alt and a character: one key, told at once.

Terminals send Escape and the character. Textual waits whether more will come, takes two of them in a row for `^` and a letter, Alt with a
sign for the sign, and some for what a Mac or an editor would make of them.
"""

from typing import Any, NamedTuple, cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

from wzp_tui.tui.bindings import textual_key

_NO_CHARACTERS = frozenset("P]_^X\\")
"""What may follow an Escape in an answer of the terminal, besides what Textual's table knows."""


class _Key(NamedTuple):
    value: str
    """As Textual names it."""


def teach_alt() -> None:
    """Enter them into the table of Textual's parser; it has one for all that read keys."""
    table = cast(dict[str, Any], ANSI_SEQUENCES_KEYS)
    begin_others = {sequence[1] for sequence in table if len(sequence) > 2 and sequence[0] == "\x1b"} | _NO_CHARACTERS
    for character in map(chr, range(0x20, 0x7F)):
        if character not in begin_others:
            shift = "shift+" if character.isupper() else ""
            table[f"\x1b{character}"] = (_Key(textual_key(f"alt+{shift}{character.lower()}")),)
