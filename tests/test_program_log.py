"""The program log: one file that many processes write, small, private, and without secrets."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wzp_tui.program_log import NAME, Redactor, SharedFile, open_log


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "state" / "wzp-tui.log"
    logger = logging.getLogger(NAME)
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
    logger.propagate = True


def test_a_line_has_a_time_a_level_and_the_process(path: Path) -> None:
    open_log(str(path)).info("opened %s", "it")
    logging.getLogger("wzp_tui.mux.wezterm").warning("slow")
    first, second = path.read_text().splitlines()
    assert first.split(" ", 1)[1] == f"INFO {os.getpid()} wzp_tui: opened it"
    assert first[:2] == "20"
    assert first[23] == "Z"
    assert second.endswith("wzp_tui.mux.wezterm: slow")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.stat(path.parent).st_mode & 0o777 == 0o700


def test_opening_twice_writes_once(path: Path) -> None:
    open_log(str(path))
    open_log(str(path)).info("x")
    assert len(path.read_text().splitlines()) == 1


def test_control_characters_are_made_visible(path: Path) -> None:
    open_log(str(path)).info("title \x1b]0;owned\x07\x9b2J\x00")
    assert path.read_text().endswith("title ␀\n")


def test_a_full_file_is_rotated_and_the_oldest_goes(path: Path) -> None:
    path.parent.mkdir()
    handler = SharedFile(str(path), limit=400, files=3, environ={})
    for number in range(20):
        handler.emit(logging.makeLogRecord({"msg": f"{number:02} {'x' * 40}"}))
    kept = [path, *(Path(f"{path}.{number}") for number in (1, 2))]
    assert sorted(path.parent.iterdir()) == kept
    assert [file.read_text().splitlines()[-1][:2] for file in kept] == ["19", "17", "08"]
    assert all(file.stat().st_size <= 400 for file in kept)


def test_many_processes_lose_no_line_while_files_turn(path: Path) -> None:
    path.parent.mkdir()
    code = (
        "import logging, sys; from wzp_tui.program_log import SharedFile; h = SharedFile(sys.argv[1], limit=200, files=900)\n"
        "print(flush=True); sys.stdin.read()\n"
        "for n in range(300): h.emit(logging.makeLogRecord({'msg': f'{sys.argv[2]} {n}'}))"
    )
    argv = [sys.executable, "-c", code, str(path)]
    writers = [subprocess.Popen([*argv, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for number in range(4)]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    for writer in writers:  # all are ready, and begin together
        assert writer.stdin is not None
        writer.stdin.close()
    assert [writer.wait(60) for writer in writers] == [0] * 4
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.close()
    lines = [line for file in path.parent.iterdir() for line in file.read_text().splitlines()]
    assert sorted(lines) == sorted(f"{writer} {number}" for writer in range(4) for number in range(300))


def test_a_link_in_its_place_is_not_followed(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.parent.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    path.symlink_to(victim)
    open_log(str(path)).info("x")
    assert victim.read_text() == "precious"
    assert "Too many levels of symbolic links" in capsys.readouterr().err


@pytest.mark.parametrize(
    "secret",
    [
        "API_KEY=abcdef123",
        "password: hunter2",
        '"github_token": "abc def"',
        "Authorization: Bearer eyJhbGciOi.xyz",
        "sk-abcdefghijklmnop",
        "ghp_abcdefghijklmnop",
        "AKIAIOSFODNN7EXAMPLE",
        "https://user:pass@host/x",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----",
        "the value of-a-variable-that-is-secret here",
    ],
)
def test_secrets_stay_out(path: Path, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SECRET", "of-a-variable-that-is-secret")
    open_log(str(path)).info("before %s after", secret)
    text = path.read_text()
    assert "***" in text
    for word in ("abcdef", "hunter2", "abc def", "eyJ", "AKIA", "pass@", "MIIE", "of-a-variable"):
        assert word not in text
    assert "before" in text


def test_a_trace_is_redacted_too(path: Path) -> None:
    try:
        raise ValueError("TOKEN=abcdefgh")
    except ValueError:
        open_log(str(path)).exception("it broke")
    text = path.read_text()
    assert "Traceback" in text
    assert "abcdefgh" not in text


def test_plain_words_stay() -> None:
    redact = Redactor({"KEYBOARD": "us", "PATH": "/usr/bin:/bin"})
    for text in ("pressed the key R", "a token of love", "/usr/bin:/bin", "https://host/a@b", "us"):
        assert redact(text) == text
