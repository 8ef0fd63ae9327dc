"""Colours of foreign text: they stay, and nothing else of its sequences does."""

from hypothesis import example, given
from hypothesis import strategies as st
from rich.color import Color
from rich.style import Style

from wzp_tui.logs.file import plain
from wzp_tui.tui.sgr import segments_of


def pieces(text: str) -> list[tuple[str, Style | None]]:
    return [(segment.text, segment.style) for segment in segments_of(text)[0]]


def test_colours_and_attributes() -> None:
    assert pieces("plain") == [("plain", None)]
    assert pieces("\x1b[1;4;31mx") == [("x", Style(bold=True, underline=True, color=Color.from_ansi(1)))]
    assert pieces("\x1b[97;44mx") == [("x", Style(color=Color.from_ansi(15), bgcolor=Color.from_ansi(4)))]
    assert pieces("\x1b[38;5;200mx") == [("x", Style(color=Color.from_ansi(200)))]
    assert pieces("\x1b[48;2;1;2;300mx") == [("x", Style(bgcolor=Color.from_rgb(1, 2, 255)))]
    assert pieces("\x1b[38:2::1:2:3;4:3mx") == [("x", Style(color=Color.from_rgb(1, 2, 3), underline=True))]


def test_what_was_switched_on_is_switched_off() -> None:
    assert pieces("\x1b[1;31ma\x1b[22;39mb") == [("a", Style(bold=True, color=Color.from_ansi(1))), ("b", None)]
    assert pieces("\x1b[3;7ma\x1b[mb") == [("a", Style(italic=True, reverse=True)), ("b", None)]


def test_the_pen_goes_on_in_the_next_line() -> None:
    _, pen = segments_of("\x1b[32mgreen")
    assert segments_of("still", pen)[0][0].style == Style(color=Color.from_ansi(2))


def test_tabs_reach_the_columns_that_a_terminal_gives_them() -> None:
    assert "".join(text for text, _ in pieces("a\t\x1b[31mbc\td")) == "a       bc      d"


@given(st.text(st.sampled_from("\x1b[]m;:0123458\x07\x9b\x00ab漢\u202e\tP\\")))
@example("\x1b[38;5m\x1b[38;2;1m\x1b[48mx")
@example("\x1b[" + "1;" * 200 + "mx")
def test_no_text_is_too_strange_and_none_can_drive_a_terminal(text: str) -> None:
    shown = "".join(segment.text for segment in segments_of(text)[0])
    assert shown.isprintable()


@given(st.lists(st.sampled_from(["\x1b[31m", "\x1b[0m", "word", " ", "\x00", "漢", "\x1b[2K"])))
def test_a_search_looks_at_the_very_text_that_is_shown(parts: list[str]) -> None:
    text = "".join(parts)
    assert "".join(segment.text for segment in segments_of(text)[0]) == plain(text)
