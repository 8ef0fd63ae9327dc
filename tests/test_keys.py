"""What a program reads when a key is pressed or the mouse is moved: what xterm would send."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from wzp_tui.mux.embedded import Modes
from wzp_tui.tui.keys import encode_focus, encode_key, encode_paste
from wzp_tui.tui.mouse import encode_mouse

PLAIN = Modes()
VIM = Modes(application_cursor=True, bracketed_paste=True, focus=True)


@pytest.mark.parametrize(
    ("key", "character", "sent"),
    [
        ("a", "a", b"a"),
        ("A", "A", b"A"),
        ("full_stop", ".", b"."),
        ("é", "é", "é".encode()),
        ("space", " ", b" "),
        ("enter", "\r", b"\r"),
        ("shift+enter", None, b"\r"),
        ("alt+enter", None, b"\x1b\r"),
        ("tab", "\t", b"\t"),
        ("shift+tab", None, b"\x1b[Z"),
        ("escape", "\x1b", b"\x1b"),
        ("backspace", "\x7f", b"\x7f"),
        ("ctrl+backspace", None, b"\x08"),
        ("alt+backspace", None, b"\x1b\x7f"),
        ("ctrl+a", "\x01", b"\x01"),
        ("ctrl+shift+a", None, b"\x01"),
        ("ctrl+z", "\x1a", b"\x1a"),
        ("ctrl+space", None, b"\x00"),
        ("ctrl+@", "\x00", b"\x00"),
        ("ctrl+left_square_bracket", None, b"\x1b"),
        ("ctrl+backslash", "\x1c", b"\x1c"),
        ("ctrl+right_square_bracket", "\x1d", b"\x1d"),
        ("ctrl+circumflex_accent", "\x1e", b"\x1e"),
        ("ctrl+underscore", "\x1f", b"\x1f"),
        ("ctrl+slash", None, b"\x1f"),
        ("ctrl+2", None, b"\x00"),
        ("ctrl+8", None, b"\x7f"),
        ("ctrl+9", None, b"9"),
        ("alt+x", "x", b"\x1bx"),
        ("alt+shift+x", "X", b"\x1bX"),
        ("alt+full_stop", None, b"\x1b."),
        ("alt+ctrl+x", None, b"\x1b\x18"),
        ("up", None, b"\x1b[A"),
        ("home", None, b"\x1b[H"),
        ("shift+up", None, b"\x1b[1;2A"),
        ("ctrl+right", None, b"\x1b[1;5C"),
        ("alt+ctrl+shift+end", None, b"\x1b[1;8F"),
        ("insert", None, b"\x1b[2~"),
        ("pagedown", None, b"\x1b[6~"),
        ("ctrl+delete", None, b"\x1b[3;5~"),
        ("f1", None, b"\x1bOP"),
        ("f5", None, b"\x1b[15~"),
        ("f12", None, b"\x1b[24~"),
        ("ctrl+f2", None, b"\x1b[1;5Q"),
        ("f13", None, b"\x1b[1;2P"),
        ("f20", None, b"\x1b[19;2~"),
        ("kp_5", "5", b"5"),
        ("kp_add", "+", b"+"),
        ("kp_enter", None, b"\r"),
        ("kp_left", None, b"\x1b[D"),
        ("left_shift", None, b""),
        ("caps_lock", None, b""),
        ("super+a", None, b""),
    ],
)
def test_a_key_types_what_xterm_types(key: str, character: str | None, sent: bytes) -> None:
    assert encode_key(key, character, PLAIN) == sent


def test_a_program_may_ask_for_application_cursor_keys() -> None:
    assert encode_key("up", None, VIM) == b"\x1bOA"
    assert encode_key("end", None, VIM) == b"\x1bOF"
    assert encode_key("ctrl+up", None, VIM) == b"\x1b[1;5A"
    assert encode_key("pageup", None, VIM) == b"\x1b[5~"


@pytest.mark.parametrize(
    "typed",
    [
        *(chr(code) for code in range(0x20, 0x7F)),
        *(chr(code) for code in range(1, 27) if code not in (8,)),
        *("\x1c", "\x1d", "\x1e", "\x1f", "ß", "漢"),
        *("\x1b[A", "\x1b[H", "\x1b[2~", "\x1b[3;5~", "\x1b[1;5C", "\x1b[1;3D", "\x1b[Z", "\x1bOP", "\x1b[15~", "\x1b[1;2P", "\x1b[24;2~"),
        *("\x1bx", "\x1bX", "\x1b[5;3~"),
    ],
)
def test_what_a_terminal_sends_comes_out_as_it_went_in(typed: str) -> None:
    parser = XTermParser()
    found = [event for event in (*parser.feed(typed), *parser.feed("")) if isinstance(event, events.Key)]
    assert b"".join(encode_key(event.key, event.character, PLAIN) for event in found) == typed.encode()


@example("+", "", None)
@given(st.text(), st.sampled_from(["", "ctrl+", "alt+", "ctrl+shift+", "kp_", "f"]), st.none() | st.characters())
def test_no_key_is_too_strange(name: str, modifiers: str, character: str | None) -> None:
    assert isinstance(encode_key(modifiers + (name or "x"), character, PLAIN), bytes)


def test_a_paste_is_cleaned_and_bracketed() -> None:
    evil = "ls\r\nrm\x1b[201~\x03 x"
    assert encode_paste(evil, PLAIN) == b"ls\rrm[201~ x"
    assert encode_paste(evil, VIM) == b"\x1b[200~ls\nrm[201~ x\x1b[201~"


def test_the_focus_is_told_to_those_who_asked() -> None:
    assert (encode_focus(True, VIM), encode_focus(False, VIM), encode_focus(True, PLAIN)) == (b"\x1b[I", b"\x1b[O", b"")


def test_nobody_hears_of_a_mouse_that_nobody_asked_for() -> None:
    assert encode_mouse("press", 1, 4, 2, PLAIN) == b""
    assert encode_mouse("release", 1, 4, 2, Modes(mouse="x10")) == b""
    assert encode_mouse("move", 1, 4, 2, Modes(mouse="normal")) == b""
    assert encode_mouse("move", 0, 4, 2, Modes(mouse="button")) == b""


@pytest.mark.parametrize(
    ("encoding", "pressed", "released"),
    [
        ("legacy", b"\x1b[M %#", b"\x1b[M#%#"),
        ("utf8", b"\x1b[M %#", b"\x1b[M#%#"),
        ("sgr", b"\x1b[<0;5;3M", b"\x1b[<0;5;3m"),
        ("urxvt", b"\x1b[32;5;3M", b"\x1b[35;5;3M"),
    ],
)
def test_each_mouse_encoding(encoding: str, pressed: bytes, released: bytes) -> None:
    modes = Modes(mouse="normal", mouse_encoding=encoding)
    assert encode_mouse("press", 1, 4, 2, modes) == pressed
    assert encode_mouse("release", 1, 4, 2, modes) == released


def test_drags_moves_wheel_and_modifiers() -> None:
    sgr = Modes(mouse="any", mouse_encoding="sgr")
    assert encode_mouse("press", 3, 0, 0, sgr, ctrl=True) == b"\x1b[<18;1;1M"
    assert encode_mouse("press", 2, 0, 0, sgr, shift=True, alt=True) == b"\x1b[<13;1;1M"
    assert encode_mouse("move", 1, 0, 0, sgr) == b"\x1b[<32;1;1M"
    assert encode_mouse("move", 0, 0, 0, sgr) == b"\x1b[<35;1;1M"
    assert encode_mouse("press", 4, 0, 0, sgr) == b"\x1b[<64;1;1M"
    assert encode_mouse("press", 5, 0, 0, Modes(mouse="normal")) == b"\x1b[Ma!!"


def test_what_an_encoding_cannot_say_is_not_sent() -> None:
    assert encode_mouse("press", 1, 222, 0, Modes(mouse="normal")) == b"\x1b[M \xff!"
    assert encode_mouse("press", 1, 223, 0, Modes(mouse="normal")) == b""
    assert encode_mouse("press", 1, 223, 0, Modes(mouse="normal", mouse_encoding="utf8")) == b"\x1b[M \xc4\x80!"
    assert encode_mouse("press", 1, 4000, 0, Modes(mouse="normal", mouse_encoding="utf8")) == b""
