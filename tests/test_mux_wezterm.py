"""`wezterm cli` behind the mux protocol: what is asked, and what is not."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.errors import MuxRefused, PaneGone, UsageError, WzpError
from wzp_tui.mux import Beside, NewTab, Program
from wzp_tui.mux.wezterm.backend import _pieces
from wzp_tui.mux.wezterm.environment import pane_environment

from .fakewezterm import RECORDED, Fake, a_pane, listing
from .support import wait_until

CAT = Program([shutil.which("cat") or "/bin/cat"], "/")


async def test_the_calls_never_start_a_server_and_name_every_id(fake_wezterm: Fake) -> None:
    mux = fake_wezterm.mux()
    await mux.panes()
    await mux.text(1, scrollback=100, escapes=True)
    await mux.text(0, scrollback=-5)
    await mux.focus(1)
    await mux.close(1)
    asked = [call for call in fake_wezterm.asked if call != "list --format json"]
    assert asked == [
        "get-text --pane-id 1 --start-line -100 --end-line 23 --escapes",
        "get-text --pane-id 0 --start-line 0 --end-line 23",
        "activate-pane --pane-id 1",
        "kill-pane --pane-id 1",
    ]
    assert all(line.startswith("cli --no-auto-start ") for line in (fake_wezterm.folder / "asked").read_text().splitlines())


async def test_a_pane_behind_a_zoomed_one_is_shown_when_it_gets_the_focus(fake_wezterm: Fake) -> None:
    fake_wezterm.says("list", listing(a_pane(0, is_zoomed=True), a_pane(1), a_pane(2, tab_id=1, is_zoomed=True)))
    await fake_wezterm.mux().focus(1)
    assert fake_wezterm.asked[1:] == ["zoom-pane --pane-id 0 --unzoom", "activate-pane --pane-id 1"]


async def test_text_goes_as_clean_pastes_of_whole_characters(fake_wezterm: Fake) -> None:
    fake_wezterm.does("send-text", 'cat >> "$here/typed"; echo "|" >> "$here/typed"')
    await fake_wezterm.mux().send(0, "-x " + "ä🚀" * 4000 + "\x1b[201~\r\ndone\r\n")
    pieces = (fake_wezterm.folder / "typed").read_bytes().split(b"|\n")[:-1]
    assert all(len(piece) <= 8192 for piece in pieces)
    assert b"".join(pieces).decode() == "-x " + "ä🚀" * 4000 + "[201~\ndone"
    assert all(piece.decode() for piece in pieces)
    assert {call for call in fake_wezterm.asked if call.startswith("send")} == {"send-text --pane-id 0"}


@given(st.text(max_size=12_000))
def test_pieces_are_the_text(text: str) -> None:
    data = text.encode()
    pieces = _pieces(data)
    assert b"".join(piece for _, piece in pieces) == data
    for start, piece in pieces:
        assert data[start:].startswith(piece)
        assert piece.decode()


async def test_keys_are_pressed_and_text_is_not(fake_wezterm: Fake) -> None:
    fake_wezterm.does("send-text", 'cat >> "$here/typed"')
    mux = fake_wezterm.mux()
    for keys in ("\r", "\x03", "\x1b", "\x1b[A", "\x1b[1;5C"):
        await mux.press(0, keys)
    assert (fake_wezterm.folder / "typed").read_bytes() == b"\r\x03\x1b\x1b[A\x1b[1;5C"
    assert fake_wezterm.asked[-1] == "send-text --pane-id 0 --no-paste"
    asked = fake_wezterm.asked
    for keys in ("", "x", "y\r", "\x1b[200~rm", "\r" * 17, "\x9b"):
        with pytest.raises(UsageError, match="not keys"):
            await mux.press(0, keys)
    assert fake_wezterm.asked == asked


async def test_a_pane_that_is_gone_is_named(fake_wezterm: Fake) -> None:
    mux = fake_wezterm.mux()
    for call in (mux.send(9, "x"), mux.press(9, "\r"), mux.close(9), mux.focus(9), mux.text(9)):
        with pytest.raises(PaneGone, match="%9"):
            await call
    fake_wezterm.says("kill-pane", "", RECORDED[32]["stderr"], 1)
    with pytest.raises(PaneGone, match="%1"):
        await mux.close(1)
    assert mux.health.reachable


async def test_the_environment_of_a_call_is_that_of_a_pane_and_not_ours(fake_wezterm: Fake) -> None:
    fake_wezterm.environ |= {"PYTHONPATH": "/x", "TEXTUAL_X": "1", "WEZTERM_LOG": "trace", "WEZTERM_PANE": "7", "SECRET": "s"}
    fake_wezterm.does("list", 'env > "$here/env"; cat "$here/list.out"')
    mux = fake_wezterm.mux()
    await mux.panes()
    # "the mux" is this process: a pane gets what it started with, and the shell that is the fake_wezterm adds a few
    of_a_pane = pane_environment(fake_wezterm.socket, os.getpid(), {}).keys()
    assert fake_wezterm.environment.keys() <= of_a_pane | {"WEZTERM_UNIX_SOCKET", "PWD", "SHLVL", "_", "OLDPWD"}
    assert {"SECRET", "TEXTUAL_X", "WEZTERM_LOG", "WEZTERM_PANE"}.isdisjoint(fake_wezterm.environment)
    assert fake_wezterm.environment["WEZTERM_UNIX_SOCKET"] == os.path.realpath(fake_wezterm.socket)
    fake_wezterm.does("list", 'cat "$here/list.out"')
    fake_wezterm.does("spawn", 'env > "$here/env"; echo 2')
    await mux.open(Program(CAT.argv, "/", {"WANTED": "a b", "WEZTERM_UNIX_SOCKET": "/other"}), NewTab("default"))
    assert fake_wezterm.environment["WANTED"] == "a b"
    assert fake_wezterm.environment["WEZTERM_UNIX_SOCKET"] == os.path.realpath(fake_wezterm.socket)


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="this system does not tell the environment of a process")
def test_what_one_shell_or_pane_of_the_mux_left_behind_is_not_passed_on() -> None:
    theirs = {
        "HOME": "/h",
        "PATH": "/bin",
        "EDITOR": "vi",
        "SSH_AUTH_SOCK": "/a",
        "SHLVL": "3",
        "WEZTERM_PANE": "1",
        "TERM": "x",
        "APPDIR": "/m",
    }
    mux = subprocess.Popen([*CAT.argv], env=theirs, stdin=subprocess.PIPE)
    try:
        wait_until(lambda: pane_environment("/run/sock", mux.pid, {}) == {"HOME": "/h", "PATH": "/bin", "EDITOR": "vi"})
        assert pane_environment("/run/gui-sock-7", mux.pid, {}).get("SSH_AUTH_SOCK") == "/a"
    finally:
        mux.communicate(timeout=10)


def test_without_the_mux_process_only_the_harmless_part_of_our_environment_is_taken() -> None:
    ours = {
        "HOME": "/h",
        "PATH": "/bin",
        "LC_ALL": "C",
        "XDG_DATA_HOME": "/d",
        "PYTHONHOME": "/p",
        "TEXTUAL": "1",
        "TOKEN": "x",
        "WEZTERM_PANE": "3",
    }
    assert pane_environment("/run/sock", 0, ours) == {"HOME": "/h", "PATH": "/bin", "LC_ALL": "C", "XDG_DATA_HOME": "/d"}


# --- opening -----------------------------------------------------------------


async def test_a_tab_opens_in_the_window_of_its_workspace_and_the_focus_returns(fake_wezterm: Fake) -> None:
    old = (a_pane(0), a_pane(1, left_col=41), a_pane(3, window_id=2, tab_id=4, workspace="api", is_active=True))
    fake_wezterm.says("list", listing(*old))
    new = listing(*old, a_pane(7, window_id=2, tab_id=9, workspace="api"))
    (fake_wezterm.folder / "after.out").write_text(new)
    fake_wezterm.does("spawn", 'cp "$here/after.out" "$here/list.out"; echo 7')
    assert await fake_wezterm.mux().open(CAT, NewTab("api", title="-lane")) == 7
    assert [call for call in fake_wezterm.asked if not call.startswith("list")] == [
        f"spawn --domain-name local --window-id 2 --cwd=/ -- {CAT.argv[0]}",
        "activate-pane --pane-id 3",
        "set-tab-title --pane-id 7 -- -lane",
    ]


async def test_a_workspace_without_a_window_gets_one(fake_wezterm: Fake) -> None:
    fake_wezterm.says("spawn", "7\n")
    await fake_wezterm.mux().open(CAT, NewTab("--new"))
    assert f"spawn --domain-name local --new-window --workspace=--new --cwd=/ -- {CAT.argv[0]}" in fake_wezterm.asked
    assert not any(call.startswith("activate") for call in fake_wezterm.asked)


async def test_a_split_gives_the_focus_back(fake_wezterm: Fake) -> None:
    fake_wezterm.says("split-pane", "7\n")
    await fake_wezterm.mux().open(CAT, Beside(1, "left", 30))
    assert fake_wezterm.asked[2:] == [
        f"split-pane --pane-id 1 --left --percent 30 --cwd=/ -- {CAT.argv[0]}",
        "list --format json",
        "activate-pane --pane-id 0",
    ]


async def test_the_focus_returns_to_the_pane_that_a_client_saw_last(fake_wezterm: Fake) -> None:
    fake_wezterm.says("list", listing(a_pane(0), a_pane(1, tab_id=1, is_active=True), a_pane(2, tab_id=2, is_active=True)))
    fake_wezterm.says("list-clients", json.dumps([{"idle_time": {"secs": 1, "nanos": 0}, "workspace": "default", "focused_pane_id": 2}]))
    fake_wezterm.says("split-pane", "7\n")
    await fake_wezterm.mux().open(CAT, Beside(1))
    assert fake_wezterm.asked[-2:] == ["activate-pane --pane-id 1", "activate-pane --pane-id 2"]


SMALL = {"rows": 2, "cols": 2, "pixel_width": 0, "pixel_height": 0, "dpi": 0}


@pytest.mark.parametrize(
    ("panes", "place", "why"),
    [
        ([a_pane(0, size=SMALL)], Beside(0, "right"), "no room"),
        ([a_pane(0, size=SMALL)], Beside(0, "top"), "no room"),
        ([a_pane(0)], Beside(0, "right", 99), "no room"),
        ([a_pane(0), a_pane(1, is_zoomed=True)], Beside(0), "zoomed"),
        ([a_pane(0, tty_name=None)], Beside(0), "not a pane of this machine"),
        ([a_pane(0)], Beside(0, "right", 100), "1 to 99"),
        ([a_pane(0)], Beside(5), "%5"),
    ],
)
async def test_a_split_that_would_be_refused_is_not_tried(fake_wezterm: Fake, panes: list[dict[str, Any]], place: Beside, why: str) -> None:
    fake_wezterm.says("list", listing(*panes))
    with pytest.raises(WzpError, match=why):
        await fake_wezterm.mux().open(CAT, place)
    assert not any(call.startswith("split") for call in fake_wezterm.asked)


async def test_a_program_or_folder_that_is_not_there_is_not_tried(fake_wezterm: Fake, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("no program")
    for program in (
        Program(["/nonexistent/program"], "/"),
        Program(["cat"], "/"),
        Program([str(text)], "/"),
        Program(["/"], "/"),
        Program([], "/"),
        Program(CAT.argv, "/nonexistent"),
        Program(CAT.argv, "."),
        Program(CAT.argv, str(text)),
        Program(CAT.argv, "/", {"A=B": "x"}),
    ):
        with pytest.raises(UsageError):
            await fake_wezterm.mux().open(program, NewTab("default"))
    assert fake_wezterm.asked == []
    with pytest.raises(UsageError, match="NUL"):
        await fake_wezterm.mux().open(Program([*CAT.argv, "a\0b"], "/"), NewTab("default"))
    with pytest.raises(UsageError, match="too long"):
        await fake_wezterm.mux().open(Program([*CAT.argv, *["x" * 100_000] * 100], "/"), NewTab("default"))


async def test_a_program_that_could_not_start_is_cleared_away(fake_wezterm: Fake) -> None:
    (fake_wezterm.folder / "after.out").write_text(listing(a_pane(0), a_pane(7, tab_id=3, tty_name=None, cwd="", title="wezterm")))
    fake_wezterm.does("spawn", 'cp "$here/after.out" "$here/list.out"; echo 7')
    with pytest.raises(MuxRefused, match="could not start"):
        await fake_wezterm.mux().open(CAT, NewTab("default"))
    assert fake_wezterm.asked[-1] == "kill-pane --pane-id 7"
