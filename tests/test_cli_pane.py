"""`wzp-tui pane …`, and a task file in WezTerm's panes."""

import os
import re
from pathlib import Path

import pytest

from .cli import Ran, ok, on_terminal, wzp
from .fakewezterm import Fake, a_pane, listing
from .muxserver import MuxServer
from .support import wait_until


def call(fake: Fake, *args: str, **how: str) -> Ran:
    return wzp(*args, env=fake.environ, **how)


def test_panes_are_listed_with_clean_titles(fake_wezterm: Fake) -> None:
    fake_wezterm.says("list", listing(a_pane(0), a_pane(14, title="\x1b]0;x\x07vim\x1b[2J", workspace="web", left_col=41)))
    heads, first, second = call(fake_wezterm, "pane", "list").out.splitlines()
    assert heads.split() == ["ID", "TITLE", "WORKSPACE", "TASK", "SIZE", "FOLDER"]
    assert first.split() == ["%0", "sh", "default", "40x24", "/usr"]
    assert second.split()[:3] == ["%14", "vim", "web"]
    panes = call(fake_wezterm, "pane", "list", "--json").json["panes"]
    assert [(pane["id"], pane["title"], pane["task"], pane["own"]) for pane in panes] == [(0, "sh", None, False), (14, "vim", None, False)]


def test_text_is_pasted_clean_and_submitted_only_on_wish(fake_wezterm: Fake) -> None:
    fake_wezterm.does("send-text", 'cat >> "$here/sent"; echo "$*" >> "$here/how"')
    assert call(fake_wezterm, "pane", "send", "%1", "make\x1b[201~", "test").out == "%1 sent\n"
    assert (fake_wezterm.folder / "sent").read_text() == "make[201~ test"
    assert call(fake_wezterm, "pane", "send", "1", "-", "--enter", stdin="two\nlines\n").out == "%1 sent\n"
    assert (fake_wezterm.folder / "sent").read_bytes() == b"make[201~ testtwo\nlines\r"
    assert "--no-paste" in (fake_wezterm.folder / "how").read_text().splitlines()[-1]


def test_what_a_pane_shows_is_printed_clean(fake_wezterm: Fake) -> None:
    fake_wezterm.says("get-text", "one\x1b]52;c;AA\x07\ntwo\n\n")
    assert call(fake_wezterm, "pane", "text", "%1").out == "one\ntwo\n"
    assert call(fake_wezterm, "pane", "text", "%1", "--json").json["pane"]["id"] == 1


def test_a_pane_is_closed_only_when_it_was_asked_for(fake_wezterm: Fake) -> None:
    ran = call(fake_wezterm, "pane", "close", "%1")
    assert (ran.code, ran.out) == (2, "")
    assert "say so with --yes" in ran.err
    asked = on_terminal("pane", "close", "%1", env=fake_wezterm.environ)
    asked.shows("Close %1, sh, and end what runs in it? [y/N]")
    asked.type("\n")
    assert asked.wait() == 1
    asked.shows("nothing was closed")
    asked.close()
    assert [line for line in fake_wezterm.asked if line.startswith("kill-pane")] == []
    fake_wezterm.does("kill-pane", "")
    assert call(fake_wezterm, "pane", "close", "%1", "--yes").out == "%1 closed\n"
    assert [line for line in fake_wezterm.asked if line.startswith("kill-pane")] == ["kill-pane --pane-id 1"]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["pane", "text", "%9"], 1, "%9"),
        (["pane", "close", "%9", "--yes"], 2, "there is no pane %9; `wzp-tui pane list` shows those there are"),
        (["pane", "send", "x", "y"], 2, "'x' is no pane; write its id, as 14 or %14"),
        (["pane", "send", "%-1", "y"], 2, "'%-1' is no pane"),
        (["pane", "open", "--", "no-such-program"], 2, "there is no program 'no-such-program'"),
    ],
)
def test_wrong_panes_are_named(fake_wezterm: Fake, args: list[str], code: int, said: str) -> None:
    ran = call(fake_wezterm, *args)
    assert (ran.code, ran.err.count("\n")) == (code, 1), ran
    assert said in ran.err
    assert not [line for line in fake_wezterm.asked if line.startswith(("send-text", "kill-pane", "spawn"))]


@pytest.mark.parametrize("answer", ["", "not json", "[]", "{}"])
def test_a_wezterm_that_answers_nonsense_is_unreachable(fake_wezterm: Fake, answer: str) -> None:
    fake_wezterm.says("list", answer)
    ran = call(fake_wezterm, "pane", "list", "--json")
    assert (ran.code, ran.json["error"]["kind"]) == (3, "MuxUnreachable")


@pytest.mark.wezterm
def test_a_real_pane_is_opened_written_to_read_and_closed(wezterm_mux: MuxServer, tmp_path: Path) -> None:
    env = wezterm_mux.environ
    before = [pane["id"] for pane in ok("pane", "list", "--json", env=env).json["panes"]]
    opened = ok("pane", "open", "--cwd", str(tmp_path), "--", "sh", "-c", "pwd; cat", env=env).out.strip()
    assert re.fullmatch(r"%\d+", opened)
    wait_until(lambda: str(tmp_path) in ok("pane", "text", opened, env=env).out.replace("\n", ""))
    ok("pane", "send", opened, "hello from outside", "--enter", env=env)
    wait_until(lambda: ok("pane", "text", opened, env=env).out.count("hello from outside") == 2)
    ok("pane", "focus", opened, env=env)
    ok("pane", "close", opened, "--yes", env=env)
    wait_until(lambda: [pane["id"] for pane in ok("pane", "list", "--json", env=env).json["panes"]] == before)


@pytest.mark.wezterm
def test_a_task_file_runs_in_real_panes_and_leaves_none(wezterm_mux: MuxServer, tmp_path: Path) -> None:
    env = wezterm_mux.environ
    file = tmp_path / "a.toml"
    file.write_text('[[task]]\nname = "a"\nrun = "tty > a.tty"\n[[task]]\nname = "b"\nrun = "exit 3"\nafter = ["a"]\n')
    before = ok("pane", "list", "--json", env=env).json["panes"]
    ran = wzp("run", str(file), "--mux", "wezterm", env=env)
    assert ran.code == 1, ran
    assert "#2 b failed exit 3" in ran.out
    assert os.path.exists(tmp_path / "a.tty")
    wait_until(lambda: len(ok("pane", "list", "--json", env=env).json["panes"]) == len(before))
