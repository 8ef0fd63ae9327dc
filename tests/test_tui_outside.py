"""The terminal is lent to pager and editor, and given back clean. On a real pty, with real programs."""

import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import wait_until
from tests.terminals import OPEN, Terminal
from tests.workers import Workers, becomes, shell
from wzp_tui.logs.outside import editor_argv, pager_argv
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store
from wzp_tui.tasks.task import State

LEFT = b"\x1b[?1049l"
Program = Callable[[str], str]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Makes a program of these shell lines, and returns its path."""

    def made(lines: str) -> str:
        path = tmp_path / "program"
        path.write_text(f"#!/bin/sh\n{lines}\n")
        path.chmod(0o755)
        return str(path)

    return made


@pytest.fixture
def log(store: Store, workers: Workers, folder: StoreFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Terminal]]:
    """Opens a tower with these variables, and in it the log of a run that printed an error in its third line."""
    store.add(shell(r"echo one; echo two; printf '\033[31merror:\033[0m \033]0;title\007three\n'; exit 1"))
    workers.lane()
    becomes(store, 1, State.FAILED)
    workers.close()
    opened: list[Terminal] = []

    def open(**environ: str) -> Terminal:
        for name in ("PAGER", "VISUAL", "EDITOR", "LESS"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        terminal = Terminal(Path(folder))
        opened.append(terminal)
        terminal.wait_for(b"a shell line")
        terminal.press(b"O")
        terminal.wait_for(b"1 line in 1 of 1 log")
        terminal.press(b"\r")
        terminal.wait_for(b"Wrap")
        return terminal

    yield open
    for terminal in opened:
        terminal.close()


def painted_again(terminal: Terminal, before: int) -> None:
    """Wait until the tower has its screen back, with the log on it."""
    wait_until(lambda: OPEN in terminal.read()[before:] and b"Wrap" in terminal.read()[before:], 20)


def test_the_editor_gets_the_file_and_the_line_and_the_tower_goes_on(
    log: Callable[..., Terminal], program: Program, store: Store, folder: StoreFolder, tmp_path: Path
) -> None:
    """While it is open, tasks start and end, and ctrl+c is the editor's alone."""
    as_ctrl_c = "kill -INT 0"  # to all that share the terminal
    editor = program(f'trap "echo interrupted" INT; echo "editing $*"; {as_ctrl_c}; read a; echo "$a" > {tmp_path}/answer')
    terminal = log(EDITOR=editor)
    terminal.press(b"v")
    terminal.wait_for(b"editing +3 " + folder.log(1).encode())
    assert LEFT in terminal.output
    terminal.wait_for(b"interrupted")
    store.add(shell("true"))
    before = len(terminal.read())
    becomes(store, 2, State.DONE)
    assert terminal.read()[before:] == b"", "nothing is painted over the editor"
    terminal.press(b"saved\r")
    painted_again(terminal, before)
    assert (tmp_path / "answer").read_text() == "saved\n"
    before = len(terminal.read())
    terminal.press(b"qq")
    wait_until(lambda: b"Filter" in terminal.read()[before:])
    terminal.press(b"q")
    wait_until(lambda: b"Close the tower?" in terminal.read()[before:])
    terminal.press(b"y")
    assert terminal.ended() == 0
    assert terminal.is_clean()


def test_the_pager_gets_clean_lines_in_their_colours(log: Callable[..., Terminal], program: Program, tmp_path: Path) -> None:
    less = Path(program(f'cat > {tmp_path}/text; echo "paging $*"; read a < /dev/tty')).rename(tmp_path / "less")
    terminal = log(PAGER=f"{less} -x4")
    terminal.press(b"p")
    terminal.wait_for(b"paging -x4 -R +3")
    assert (tmp_path / "text").read_bytes() == b"one\ntwo\n\x1b[31merror:\x1b[0m three\n"
    before = len(terminal.read())
    terminal.press(b"\r")
    wait_until(lambda: b"Enter goes back" in terminal.read()[before:] or OPEN in terminal.read()[before:], 20)
    terminal.press(b"\r")
    painted_again(terminal, before)


def test_a_pager_that_shows_all_at_once_stays_until_it_is_read(log: Callable[..., Terminal]) -> None:
    terminal = log(PAGER="cat")
    terminal.press(b"p")
    terminal.wait_for(b"\x1b[31merror:\x1b[0m three")
    terminal.wait_for(b"Enter goes back to the tower")
    before = len(terminal.read())
    terminal.press(b"\r")
    painted_again(terminal, before)


def test_two_keys_at_once_lend_the_terminal_once(log: Callable[..., Terminal], program: Program) -> None:
    """A second program must not take it from the first: the tower would never get it back."""
    terminal = log(EDITOR=program('echo "editing $*"; read a'))
    before = len(terminal.read())
    terminal.press(b"vvv")
    terminal.wait_for(b"editing")
    terminal.press(b"\r")
    painted_again(terminal, before)
    terminal.wait_for(b"the terminal is lent already")
    terminal.press(b"q")
    wait_until(lambda: b"All logs" in terminal.read()[before:])


def test_an_editor_that_is_not_there_is_named(log: Callable[..., Terminal]) -> None:
    terminal = log(EDITOR="/no/such/editor")
    terminal.press(b"v")
    terminal.wait_for(b"set $EDITOR; Enter goes back to the tower")
    before = len(terminal.read())
    terminal.press(b"\r")
    painted_again(terminal, before)


def test_the_clipboard_of_a_desktop_is_filled_too(log: Callable[..., Terminal], program: Program, tmp_path: Path) -> None:
    """Not every terminal obeys OSC 52."""
    Path(program(f"cat > {tmp_path}/taken.new; mv {tmp_path}/taken.new {tmp_path}/taken")).rename(tmp_path / "xclip")
    terminal = log(DISPLAY=":99", WAYLAND_DISPLAY="", PATH=f"{tmp_path}:{os.environ['PATH']}")
    terminal.press(b"y")
    wait_until((tmp_path / "taken").exists)
    assert (tmp_path / "taken").read_text() == "one\ntwo\nerror: three"
    terminal.wait_for(b"\x1b]52;c;" + b64encode(b"one\ntwo\nerror: three"))
    program("cat > /dev/null; exit 1")
    (tmp_path / "program").rename(tmp_path / "xclip")
    terminal.press(b"y")
    terminal.wait_for(b"xclip did not take the text")


def test_every_editor_is_told_the_line_in_its_way() -> None:
    assert editor_argv({}, "/log", 7) == ["vi", "+7", "/log"]
    assert editor_argv({"EDITOR": "nano -v"}, "/log", 7) == ["nano", "-v", "+7", "/log"]
    assert editor_argv({"EDITOR": "nano", "VISUAL": "code --wait"}, "/log", 7) == ["code", "--wait", "-g", "/log:7"]
    assert editor_argv({"EDITOR": "/usr/bin/hx"}, "/log", 7) == ["/usr/bin/hx", "/log:7"]
    assert pager_argv({}, 1) == ["less", "-R"]
    assert pager_argv({"PAGER": "more"}, 9) == ["more", "+9"]
    assert pager_argv({"PAGER": "bat --paging=always"}, 9) == ["bat", "--paging=always"]
