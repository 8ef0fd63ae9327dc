"""Whatever widget foreign text comes through, and whatever Textual does with it: it cannot drive the terminal."""

import base64
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Iterator

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tests.evil import COLS, END, ROWS
from wzp_tui.clean import SYMBOLS
from wzp_tui.tui import safe

_TEXTUALS_OWN = re.compile(rb"\x1b\[[?<>=]?[0-9;]*\$?[A-Za-z]|\x1b\]22;[a-z]+\x07")


def painted(filter_is: str) -> bytes:
    """Every byte that the app of tests/evil.py sends to its terminal."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (ROWS, COLS))
    environ = {**os.environ, "COLUMNS": str(COLS), "LINES": str(ROWS), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "tests.evil", filter_is]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True)
    os.close(slave)
    data = b""
    try:
        while True:
            try:
                piece = os.read(master, 1 << 16)
            except OSError:  # the other side is closed
                break
            data += piece
    finally:
        os.close(master)
        process.wait(30)
    assert END in data, data[-2000:]
    return data


def leaking(data: bytes) -> set[str]:
    """The widgets that let a clipboard write through."""
    return {base64.b64decode(secret).decode() for secret in re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)", data)}


@pytest.fixture
def filtered() -> Iterator[None]:
    safe.install()
    yield
    safe.uninstall()


def test_no_widget_lets_a_control_character_through() -> None:
    data = painted("on")
    assert leaking(data) == set()
    text = _TEXTUALS_OWN.sub(b"", data).decode()
    assert not set(text) & set(map(chr, SYMBOLS)) - set("\r\n")
    assert b"\x1b]8" not in data, "a link's target is foreign too"
    assert "DataTable" in text, "the words of a text are still to be seen"


def test_the_probe_sees_what_would_come_through() -> None:
    data = painted("off")
    assert len(leaking(data)) == 19, sorted(leaking(data))
    assert "\u202e" in data.decode(errors="replace")


@pytest.mark.usefixtures("filtered")
@pytest.mark.parametrize("style", [None, Style(bold=True), Style(link="file:///etc/passwd\x9d52;c;eA==\x07")])
def test_every_dangerous_character_is_caught_and_no_column_moves(style: Style | None) -> None:
    """What took no column is gone; an unpaired surrogate, which took one, is a sign of one column."""
    for char in map(chr, SYMBOLS):
        strip = Strip([Segment(f"a{char}漢b", style)])
        shown = re.sub(r"\x1b\[[0-9;]*m", "", strip.render(Console(color_system="truecolor")))
        assert char not in shown
        assert cell_len(shown) == strip.cell_length == 4 + cell_len(char)


@pytest.mark.usefixtures("filtered")
def test_harmless_text_and_emoji_stay_as_they_are() -> None:
    text = "naïve 漢字 👩‍👩‍👧 ❤️ ✗ ▌"
    assert Strip([Segment(text)]).render(Console()) == text


def test_to_install_it_twice_is_to_install_it_once() -> None:
    before = Strip.render
    safe.install()
    safe.install()
    assert Strip([Segment("\x07")]).render(Console()) == ""
    safe.uninstall()
    assert Strip.render is before
