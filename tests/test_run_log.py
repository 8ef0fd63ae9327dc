"""The recorded output of a run: byte-exact; where something is missing, a mark says how much."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.inpane.log import RunLog, last_lines


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_log_is_what_was_printed_and_ours_alone(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = RunLog(str(path))
    log.write(b"a\r\n\x00\xff")
    log.write(b"\x1b[31m")
    assert path.read_bytes() == b"a\r\n\x00\xff\x1b[31m"
    log.close()
    assert path.read_bytes() == b"a\r\n\x00\xff\x1b[31m"
    assert path.stat().st_mode & 0o777 == 0o600
    assert log.dropped == 0


def test_a_run_that_prints_nothing_has_no_log(tmp_path: Path) -> None:
    log = RunLog(str(tmp_path / "log"))
    log.close()
    assert not (tmp_path / "log").exists()
    assert last_lines(str(tmp_path / "log"), 5) == b""


@given(pieces=st.lists(st.binary(max_size=30), max_size=30), cap=st.integers(0, 100), tail=st.integers(1, 50))
def test_beyond_the_cap_the_last_bytes_are_kept_behind_a_mark(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], cap: int, tail: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "log"
    log = RunLog(str(path), cap, tail)
    for piece in pieces:
        log.write(piece)
    log.close()
    whole = b"".join(pieces)
    missing = max(0, len(whole) - cap - tail)
    mark = b"\r\n[wzp-tui: %d bytes of output are not in this log]\r\n" % missing if missing else b""
    written = path.read_bytes() if path.exists() else b""
    assert written == whole[:cap] + mark + whole[cap + missing :]
    assert log.dropped == missing


def test_where_the_disk_was_full_the_log_says_so_as_soon_as_it_can(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = RunLog(str(path))
    with full_at(10):
        log.write(b"x" * 8)
        log.write(b"y" * 8)
        log.write(b"z" * 8)
    log.write(b"after")
    log.write(b" it")
    log.close()
    assert path.read_bytes() == b"x" * 8 + b"yy\r\n[wzp-tui: 14 bytes of output are not in this log]\r\nafter it"
    assert log.dropped == 14


def test_a_folder_that_is_gone_costs_the_log_and_nothing_else(tmp_path: Path) -> None:
    log = RunLog(str(tmp_path / "gone" / "log"))
    log.write(b"lost")
    os.mkdir(tmp_path / "gone")
    log.write(b"kept")
    log.close()
    assert (tmp_path / "gone" / "log").read_bytes() == b"\r\n[wzp-tui: 4 bytes of output are not in this log]\r\nkept"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    os.symlink(tmp_path / "victim", tmp_path / "log")
    log = RunLog(str(tmp_path / "log"))
    log.write(b"overwritten?")
    log.close()
    assert (tmp_path / "victim").read_text() == "precious"
    assert log.dropped == 12


def test_the_last_lines_are_found_in_a_long_log(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"".join(b"line %d\r\n" % number for number in range(100_000)))
    assert last_lines(str(path), 2) == b"line 99998\r\nline 99999"
