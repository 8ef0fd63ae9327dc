"""What a screen makes of what programs print, the hostile included."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wzp_tui.mux.embedded import Screen, Style, plain_text
from wzp_tui.mux.embedded.cells import sgr_text
from wzp_tui.mux.embedded.skim import state_of


def drawn(screen: Screen) -> list[str]:
    return [plain_text(line) for line in screen.lines(0, screen.rows)]


def fed(text: str, rows: int = 4, cols: int = 20, history: int = 2000) -> Screen:
    screen = Screen(rows, cols, history=history)
    screen.feed(text.encode(errors="surrogateescape"))
    return screen


# --- text -------------------------------------------------------------------


def test_wide_and_combining_characters_take_the_columns_they_should() -> None:
    screen = fed("漢字e\u0301|👨\u200d👩\u200d👧|")
    (run,) = screen.line(0)
    assert run.text == "漢字e\u0301|👨\u200d👩\u200d👧|"
    assert run.width == 9 == screen.cursor.col
    screen.feed(b"\x1b[1;2Hx")
    assert drawn(screen)[0].startswith(" x字"), "half of a wide character is none"


def test_a_wide_character_does_not_hang_over_the_edge() -> None:
    assert drawn(fed("abcdefg漢", cols=8))[:2] == ["abcdefg", "漢"]


def test_line_drawing_and_tabs() -> None:
    assert drawn(fed("\x1b(0lqk\x1b(B\tx"))[0] == "┌─┐     x"


def test_bytes_may_come_in_any_pieces() -> None:
    text = "\x1b[1;38;2;10;20;30mfett漢\x1b[0m\x1b]0;titel é\x07 ende".encode()
    whole, pieces = Screen(4, 20), Screen(4, 20)
    whole.feed(text)
    for place in range(len(text)):
        pieces.feed(text[place : place + 1])
    assert whole.line(0) == pieces.line(0)
    assert whole.title == pieces.title == "titel é"


def test_lines_that_leave_the_screen_are_kept_up_to_a_bound() -> None:
    screen = fed("".join(f"line {number}\r\n" for number in range(100)), rows=4, history=10)
    assert drawn(screen) == ["line 97", "line 98", "line 99", ""]
    assert screen.history == 10
    assert screen.scrolled == 97
    assert plain_text(screen.line(-1)) == "line 96"
    assert plain_text(screen.line(-10)) == "line 87"
    assert screen.line(-11) == () == screen.line(4)
    screen.feed(b"\x1b[3J")
    assert screen.history == 0


def test_the_alternate_screen_has_no_scrollback_and_gives_the_other_back() -> None:
    screen = fed("one\r\ntwo")
    before = drawn(screen), screen.cursor
    screen.feed(b"\x1b[?1049h\x1b[2J\x1b[H" + b"full\r\n" * 50)
    assert screen.modes.alternate
    assert screen.history == 0
    screen.feed(b"\x1b[?1049l")
    assert (drawn(screen), screen.cursor) == before


def test_modes_that_input_depends_on() -> None:
    screen = fed("\x1b[?1h\x1b=\x1b[?2004h\x1b[?1004h\x1b[?1002h\x1b[?1006h\x1b[?25l\x1b[?2026h")
    modes = screen.modes
    assert modes.application_cursor
    assert modes.application_keypad
    assert modes.bracketed_paste
    assert modes.focus
    assert modes.synchronized
    assert (modes.mouse, modes.mouse_encoding) == ("button", "sgr")
    assert not screen.cursor.visible
    screen.feed(b"\x1bc")
    assert screen.modes == Screen(4, 20).modes
    assert screen.cursor.visible


def test_styles_survive_the_way_to_sgr_and_back() -> None:
    screen = fed("\x1b[1;2;3;4;5;7;8;9;35;103mall\x1b[0m\x1b[48;5;200mx\x1b[0;38;2;1;2;3my", cols=30)
    again = fed(sgr_text(screen.line(0)), cols=30)
    assert again.line(0) == screen.line(0)
    assert screen.line(0)[0].style == Style(5, 11, True, True, True, True, True, True, True, True)


def test_only_changed_rows_are_named() -> None:
    screen = fed("a\r\nb\r\nc")
    seen = screen.revision
    assert screen.changed_rows(seen) == []
    screen.feed(b"\x1b[2;1HB")
    assert screen.changed_rows(seen) == [1]
    seen = screen.revision
    screen.feed(b"\x1b[?1049h")
    assert screen.changed_rows(seen) == [0, 1, 2, 3]


# --- sizes ------------------------------------------------------------------


def test_a_lower_screen_keeps_the_line_with_the_cursor_and_loses_none() -> None:
    screen = fed("one\r\ntwo\r\nthree\r\n$ ")
    screen.resize(2, 20)
    assert drawn(screen) == ["three", "$"]
    assert [plain_text(line) for line in screen.lines(-screen.history, 0)] == ["one", "two"]
    assert screen.cursor == (1, 2, True)


def test_a_higher_screen_brings_lines_back_with_their_colours() -> None:
    screen = fed("one\r\n\x1b[31mtwo 漢\x1b[0m\r\nthree\r\nfour\r\n$ ", rows=2)
    assert [screen.history, screen.scrolled] == [3, 3]
    screen.resize(4, 20)
    assert drawn(screen) == ["two 漢", "three", "four", "$"]
    assert screen.line(0)[0].style.fg == 1
    assert screen.cursor == (3, 2, True)
    assert [screen.history, screen.scrolled] == [1, 1]
    screen.resize(20, 5)
    assert drawn(screen)[:5] == ["one", "two", "漢", "three", "four"]


def test_a_narrower_screen_breaks_its_lines_anew() -> None:
    screen = fed("0123456789abcdef\r\n$ ")
    screen.resize(4, 10)
    assert drawn(screen) == ["0123456789", "abcdef", "$", ""]
    screen.resize(4, 30)
    assert drawn(screen)[0] == "0123456789abcdef"


def test_a_resize_under_a_full_screen_program_spares_what_is_behind_it() -> None:
    screen = fed("one\r\ntwo\r\nthree\r\n$ vim")
    screen.feed(b"\x1b[?1049h\x1b[2J\x1b[Hedit\x1b[2;3H")
    screen.resize(2, 30)
    assert screen.modes.alternate
    assert screen.cursor[:2] == (1, 2)
    screen.feed(b"\x1b[?1049l")
    assert drawn(screen) == ["three", "$ vim"]
    assert screen.cursor[:2] == (1, 5)


def test_tab_stops_reach_as_far_as_the_screen() -> None:
    screen = fed("", cols=20)
    screen.resize(4, 60)
    screen.feed(b"\t" * 5 + b"x")
    assert drawn(screen)[0].index("x") == 40


@pytest.mark.parametrize(("rows", "cols"), [(0, 0), (1, 1), (1, 500), (300, 1)])
def test_strange_sizes_do_no_harm(rows: int, cols: int) -> None:
    screen = Screen(rows, cols)
    screen.feed("漢字 text\r\n\x1b[5;5H\x1b[2J漢".encode())
    screen.resize(24, 80)
    screen.resize(rows, cols)
    screen.feed("more 漢\r\n".encode() * 5)
    assert len(drawn(screen)) == max(1, rows)


# --- hostile ----------------------------------------------------------------

HARMLESS_QUESTIONS = {
    "\x1b[6n": b"\x1b[1;1R",
    "\x1b[5n": b"\x1b[0n",
    "\x1b[18t": b"\x1b[8;4;20t",
    "\x1b[?2004$p": b"\x1b[?2004;2$y",
    "\x1bP$qm\x1b\\": b"\x1bP1$r0m\x1b\\",
}
QUESTIONS_FOR_FOREIGN_TEXT = [
    "\x1b]2;\nrm -rf x\n\x07\x1b[21t",  # the title as typed input
    "\x1bP$q\nrm -rf x\n\x1b\\",  # an unknown setting, echoed
    "\x1b]52;c;cm0=\x07\x1b]52;c;?\x07",  # the clipboard
    "\x1b]50;rm\x07\x1b]50;?\x07",  # the font's name
    "\x05",
    "\x1bP+q0a726d0a;\nrm\n\x1b\\",
    "rm\x1b[1;1;1;1;1;2*y",
]


@pytest.mark.parametrize(("question", "answer"), HARMLESS_QUESTIONS.items())
def test_questions_about_the_terminal_are_answered(question: str, answer: bytes) -> None:
    answers: list[bytes] = []
    Screen(4, 20, reply=answers.append).feed(question.encode())
    assert answers == [answer]


@pytest.mark.parametrize("question", QUESTIONS_FOR_FOREIGN_TEXT)
def test_no_foreign_text_comes_back_as_input(question: str) -> None:
    answers: list[bytes] = []
    Screen(4, 20, reply=answers.append).feed(question.encode())
    assert not any(b"rm" in answer.lower() or b"\n" in answer for answer in answers)


@pytest.mark.parametrize("request_", ["\x1b[8;9999;9999t", "\x1b[?40h\x1b[?3h", "\x1b[132$|", "\x1b[50t", "\x1b[?2l\x1bA"])
def test_a_program_cannot_change_the_size_of_the_screen(request_: str) -> None:
    screen = fed(request_ + "\x1b[1;1Hok")
    assert (screen.rows, screen.cols) == (4, 20)
    screen.feed(b"x" * 25)
    assert drawn(screen)[0].startswith("okxxxx")
    assert len(drawn(screen)[0]) == 20


def test_an_unending_sequence_takes_no_memory_and_ends_with_its_terminator() -> None:
    screen = fed("before ")
    screen.feed(b"\x1b]0;")
    for _ in range(200):
        screen.feed(b"never ending" * 1000)
    screen.feed(b"title\x07after")
    assert drawn(screen)[0] == "before after"


def test_one_line_of_fifty_megabytes() -> None:
    screen = Screen(4, 20)
    block = b"x" * 65536
    for _ in range(16):
        screen.feed(block)
    screen.skip(49 * 2**20, b"")
    screen.feed(b"\r\nend")
    assert drawn(screen)[-1] == "end"
    assert screen.history == 2000


def test_a_failure_of_the_emulator_costs_a_piece_and_not_the_pane(caplog: pytest.LogCaptureFixture) -> None:
    screen = fed("one")
    for _ in range(3):
        screen.feed(b"\x1b[" + b"9" * 5000 + b"m")
    screen.feed(b"\r\ntwo")
    assert drawn(screen)[:2] == ["one", "two"]
    assert len(caplog.records) <= 1, "told once"


PIECES = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=40).map(lambda text: text.encode(errors="surrogatepass")),
    st.from_regex(rb"\x1b\[[?>=!]?[0-9;:]{0,12}[ !\"#$'*]?[@-~]", fullmatch=True),
    st.from_regex(rb"\x1b[\]P^_X][0-9]{0,3};?[ -~]{0,20}(\x07|\x1b\\|)", fullmatch=True),
    st.from_regex(rb"\x1b[ -~]{1,2}", fullmatch=True),
    st.sampled_from(["漢字", "e\u0301", "👨\u200d👩", "\u202e", "\x9b31m", "\r\n" * 9, "\t", "x" * 200]).map(str.encode),
    st.tuples(st.integers(0, 40), st.integers(0, 120)),
)


@given(st.lists(PIECES, max_size=40))
@example([b"\xe3\x80\x80", (2, 0)])
@example([b"\x1b[?6h\x1b[3;2r", (1, 1), b"\n\n\x1bM", (30, 30)])
def test_nothing_that_is_printed_can_break_a_screen(pieces: list[bytes | tuple[int, int]]) -> None:
    screen = Screen(6, 20, history=20)
    for piece in pieces:
        if isinstance(piece, tuple):
            screen.resize(*piece)
        else:
            screen.feed(piece)
    for line in screen.lines(-screen.history, screen.rows):
        text = "".join(run.text for run in line)
        assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in text)
        assert "\u202e" not in text
    assert all(sum(run.width for run in line) <= screen.cols for line in screen.lines(0, screen.rows))
    assert 0 <= screen.cursor.row < screen.rows
    assert 0 <= screen.cursor.col < screen.cols
    assert screen.title.isprintable() or not screen.title
    screen.resize(6, 20)
    screen.feed(b"\x18\x1b\\\x1bc\x1b[2J\x1b[Hok")
    assert drawn(screen)[0] == "ok"


# --- skipping ---------------------------------------------------------------


def test_skipping_says_so_and_keeps_the_pen() -> None:
    screen = fed("\x1b[31mred ", cols=40)
    screen.skip(12_345_678, b"")
    screen.feed(b"still red")
    assert drawn(screen)[:3] == ["red", "⋯ 12 MB skipped ⋯", "still red"]
    assert screen.line(1)[0].style.dim
    assert screen.line(2)[0].style.fg == 1


@pytest.mark.parametrize(
    ("skipped", "left"),
    [
        (b"text\r\n" * 100, b""),
        (b"\x1b[?25l x \x1b[?25h x \x1b[?25l", b"\x1b[?25l"),
        (b"\x1b[?1049l\x1b[?2004h", b"\x1b[?1049l\x1b[?2004h"),
        (b"\x1b[31mred\x1b[0m plain \x1b[1m\x1b[32mbold green", b"\x1b[0m\x1b[1m\x1b[32m"),
        (b"\x1b]0;one\x07\x1b]0;two\x07\x1b]52;c;eA==\x07", b"\x1b]0;two\x07"),
        (b"\x1b[?1000h\x1b[5;9r\x1bcfresh\x1b[?1006h", b"\x1bc\x1b[?1006h"),
        (b"\x1b(0lq\x1b(B\x1b=", b"\x1b(B\x1b="),
        (b"\x0elines\x0ftext", b"\x0f"),
        (b"\x1b]0;\x1b[?25l unfinished", b"\x1b[?25l"),
        (b"\x1b[10;10H\x1b[2J\x1b[K\x1b[6n", b""),
    ],
)
def test_what_counts_of_skipped_output(skipped: bytes, left: bytes) -> None:
    assert state_of(skipped) == left


@given(
    st.lists(
        st.sampled_from(
            [
                b"\x1b[?25l",
                b"\x1b[?25h",
                b"\x1b[?1h",
                b"\x1b[?1l",
                b"\x1b[?2004h",
                b"\x1b[?1006h",
                b"\x1b[?1002h",
                b"\x1b[?1002l",
                b"\x1b=",
                b"\x1b>",
                b"\x1b[31m",
                b"\x1b[0m",
                b"\x1b[1m",
                b"\x1b]2;t\x07",
                b"\x1bc",
                b"text",
            ]
        )
    )
)
def test_a_screen_is_in_the_same_state_with_and_without_what_was_skipped(parts: list[bytes]) -> None:
    output = b"".join(parts)
    shown, skimmed = Screen(4, 20), Screen(4, 20)
    shown.feed(output + b"\r\n\x1b[2J\x1b[Hx")
    skimmed.feed(state_of(output) + b"\r\n\x1b[2J\x1b[Hx")
    assert (shown.modes, shown.title, shown.cursor, shown.line(0)) == (skimmed.modes, skimmed.title, skimmed.cursor, skimmed.line(0))
