"""Progress, as it is read from output: recorded from real programs, and written by hand for those that are not here."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.tasks.progress import FULL, Progress, ProgressReader, expected_rest

OUTPUT = Path(__file__).parent / "data" / "output"


def told(data: bytes, *, size: int = 1 << 20) -> list[str]:
    """All that a user who looks after each `size` bytes would see, without repetitions."""
    reader, seen = ProgressReader(), [""]
    for start in range(0, len(data), size):
        reader.feed(data[start : start + size])
        words = reader.progress.words if reader.progress else ""
        if words != seen[-1]:
            seen.append(words)
    return seen[1:]


@pytest.mark.parametrize(
    ("program", "early", "last"),
    [
        ("pytest-counted", "1 % · 2 of 120", "44 % · 53 of 120"),
        ("pytest-dots", "65 %", "100 %"),
        ("ninja", "5 % · 2 of 40", "100 % · 40 of 40"),
        ("ctest", "12 % · 3 of 24", "100 % · 24 of 24"),
        ("cmake-make", "8 %", "100 %"),
        ("cargo-build", "0 % · 0 of 2", "50 % · 1 of 2"),
        ("git", "2 % · 7 of 302", "100 % · 302 of 302"),
        ("wget", "56 %", "100 %"),
    ],
)
def test_recorded_programs_are_followed_to_their_end(program: str, early: str, last: str) -> None:
    words = told((OUTPUT / f"{program}.log").read_bytes(), size=40)
    assert early in words
    assert words[-1] == last


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"[12/80] CXX main.o\r\n", "15 % · 12 of 80"),
        (b"[1,212 / 5,170] Compiling //shop:cart\r\n", "23 % · 1212 of 5170"),
        (b"#9 [build 3/7] RUN make\r\n", "42 % · 3 of 7"),
        (b"Step 3/7 : RUN make\r\n", "42 % · 3 of 7"),
        (b"[2/4] Fetching packages...\r\n", "50 % · 2 of 4"),
        (b"Epoch 2 of 9, loss 0.1\r\n", "22 % · 2 of 9"),
        (b"Downloading file 3 of 12\r\n", "25 % · 3 of 12"),
        (b" 41%|####      | 212/517 [00:01<00:02, 180.1it/s]", "41 % · 212 of 517"),
        ("  \x1b[38;5;1m━━━━━━━━━━\x1b[0m 1.7/3.4 MB 2.0 MB/s".encode(), "50 %"),
        ("███████░░░ 41%\r\n".encode(), "41 %"),
        (b"        PASS [   0.004s] (12/80) shop cart::adds\r\n", "15 % · 12 of 80"),
        (b"Progress: [ 41%] [#####.....]", "41 %"),
        (b"41% building 3/9 modules\r\n", "41 % · 3 of 9"),
        (b"Reading database ... 41%\r", "41 %"),
        (b"\r  1,234,567  41%    1.2MB/s    0:00:12", "41 %"),
        (b"old\x1b[1G\x1b[2Kuploaded 41%", "41 %"),
        (b"[80/80] done\r\n", "100 % · 80 of 80"),
        (b"[999/1000] nearly\r\n", "99 % · 999 of 1000"),
    ],
)
def test_what_programs_print(line: bytes, words: str) -> None:
    assert told(b"hello\r\n" + line) == [words]


@pytest.mark.parametrize(
    "line",
    [
        b"src/cart.py      120     12    90%   12-14\r\n",  # a table of coverage
        b"/dev/sda1   50G   20G   28G  41% /\r\n",
        b"coverage: 41.2% of statements\r\n",
        b"GET /api/3/4 took 12 ms on 2026/11/23\r\n",
        b"3 of 4 dentists agree\r\n",
        b"[11/23/2026 10:00] started\r\n",
        b"ratio 7/3, [12/8] overflow, version 1.2/3.4\r\n",
        b"[100000000000/900000000000]\r\n",
        b"120% sure\r",
    ],
)
def test_what_is_no_progress(line: bytes) -> None:
    assert told(line * 3) == []


def test_a_bare_count_is_believed_once_it_grew() -> None:
    reader = ProgressReader()
    reader.feed(b"imported 3 of 90 rows\r\n")
    assert reader.progress is None
    reader.feed(b"some other line\r\nimported 4 of 90 rows\r\n")
    assert reader.progress == Progress(4, 90)
    reader.feed(b"one of 7/8 parts\r\nand 6/8\r\n")
    assert reader.progress == Progress(4, 90)


def test_the_newest_count_is_shown_when_a_second_step_begins() -> None:
    assert told(b"[79/80] link\r\n[80/80] done\r\n[ 3%] testing\r\n") == ["3 %"]


def test_a_line_that_is_not_complete_does_not_hide_its_counts() -> None:
    reader = ProgressReader()
    reader.feed(b"\rReceiving objects:  41% (212/517)\rReceiving objects:  42% (21")
    assert reader.progress == Progress(212, 517, 41)
    reader.feed(b"8/517)\r")
    assert reader.progress == Progress(218, 517, 42)


def test_a_program_that_speaks_to_the_terminal_is_heard_and_taken_at_its_word() -> None:
    reader = ProgressReader()
    reader.feed(b"[12/80] CC\r\n\x1b]9;4;1;4")
    assert reader.progress == Progress(12, 80)
    reader.feed(b"1\x07")
    assert reader.progress == Progress(12, 80, 41)
    assert reader.progress.words == "41 % · 12 of 80"
    reader.feed(b"\x1b]9;4;3\x1b\\")
    assert reader.progress == Progress(12, 80)
    reader.feed(b"\x1b]9;4;4;50\x1b\\" + b"noise\r\n" * FULL)
    assert reader.progress == Progress(12, 80, 50), "a flood after it does not drown it"
    reader.feed(b"\x1b]9;4;0;\x1b\\")
    assert reader.progress == Progress(12, 80)


def test_a_flood_with_counts_in_it_is_followed_with_little_memory() -> None:
    reader = ProgressReader()
    for number in range(1, 5001):
        reader.feed(b"[%d/5000] CC\r\n" % number + b"x" * 300 + b"\r\n")
        assert len(reader._tail) <= FULL + 400
    assert reader.progress == Progress(5000, 5000)


@given(st.lists(st.sampled_from([b"[1/9]", b" 41%", b"\r", b"\n", b"\x1b[", b"\x1b]9;4;1;7", b"\x07", b"2 of 8", b"\xe2\x96", b"9" * 20])))
def test_no_output_breaks_it_or_makes_it_lie(pieces: list[bytes]) -> None:
    reader = ProgressReader()
    for piece in pieces:
        reader.feed(piece)
        progress = reader.progress
        assert progress is None or 0 <= progress.share <= 1
        if progress and progress.total is not None:
            assert progress.done is not None
            assert 0 <= progress.done <= progress.total


def test_the_rest_is_told_by_runs_that_took_longer_than_this_one_until_now() -> None:
    assert expected_rest([60, 62, 64], 12) == 50
    assert expected_rest([60, 64], 12) == 50
    assert expected_rest([10, 60, 70], 20) == 45
    assert expected_rest([], 5) is None
    assert expected_rest([60, 62, 64], 65) is None
    assert expected_rest([10, 10, 10, 10, 900], 11) is None, "one odd run is no expectation"


@given(st.lists(st.floats(0, 1e6)), st.floats(0, 1e6))
def test_the_rest_is_never_negative(durations: list[float], elapsed: float) -> None:
    rest = expected_rest(durations, elapsed)
    assert rest is None or rest > 0
