"""`wzp-tui wezterm`: one line in the user's WezTerm config, put in and taken out without harm."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.wezterm_setup import FRESH, MARK, is_set_up, shipped, with_helper, without

from .cli import on_terminal, wzp

BUILDER = "local wezterm = require 'wezterm'\nlocal config = wezterm.config_builder()\nconfig.initial_cols = 97\nreturn config\n"
TABLE = "local wezterm = require 'wezterm'\n\nreturn {\n  initial_cols = 97,\n  keys = { { key = 'x', mods = 'ALT', action = 'Nop' } },\n}"
CONFIGS = {
    "builder": BUILDER,
    "table": TABLE,
    "an early return": "if os.getenv 'NO_SUCH_THING' then return {} end\nlocal c = { initial_cols = 97 } return c\n",
    "comments": "local c = { initial_cols = 97 }\n  return c; -- that is all\n-- vim: ft=lua\n\n",
    "a return in a comment": "--[==[\nreturn config\n]==]\nlocal text = [[\nreturn text\n]]\n"
    "return { initial_cols = 97, term = #text > 0 and 'wezterm' }",
    "Windows": "\ufefflocal c = { initial_cols = 97 }\r\nreturn c\r\n",
    "Windows table": "\ufeffreturn {\r\n  initial_cols = 97,\r\n}",
    "a call that yields": "local w = require 'wezterm'\nreturn { initial_cols = w.run_child_process { 'true' } and 97 or 1 }\n",
    "a number": "local n = 97\nreturn setmetatable({ initial_cols = n }, {})\n",
}


# -- the text ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", CONFIGS.values(), ids=CONFIGS)
def test_our_line_comes_in_and_goes_out(text: str) -> None:
    ours = with_helper(text)
    assert is_set_up(ours)
    assert not is_set_up(text)
    assert [line for line in ours.split("\n") if MARK not in line][: len(text.split("\n"))] == text.split("\n") or "\r" in text
    assert with_helper(ours) == ours
    assert without(ours) == text


def test_a_plain_config_gets_one_line_before_its_return() -> None:
    assert with_helper(BUILDER) == BUILDER.replace(
        "return config", f"pcall(function() require('wzp').apply_to_config(config) end) {MARK}\nreturn config"
    )


def test_a_commented_out_line_is_not_set_up() -> None:
    off = with_helper(BUILDER).replace("pcall(", "-- pcall(")
    assert not is_set_up(off)
    assert without(off) == BUILDER


_PIECES = st.sampled_from(
    ["return", " ", "\n", "\r\n", "\r", "config", "{", "}", "--", "[[", "]]", "'", '"', "\\", ";", "end", "é", "\x0c", "\ufeff", "\udc80"]
)


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_whatever_it_says_it_comes_back_byte_for_byte(text: str) -> None:
    assert without(with_helper(text)) == text


# -- the command -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def config(isolated: Path) -> Path:
    path = isolated / ".config/wezterm/wezterm.lua"
    path.parent.mkdir()
    path.write_bytes(BUILDER.encode())
    return path


def helper(home: Path) -> Path:
    return home / ".config/wezterm/wzp.lua"


def backup(config: Path) -> Path:
    return Path(f"{config}.before-wzp-tui")


def test_setup_shows_a_diff_and_asks(isolated: Path, config: Path) -> None:
    terminal = on_terminal("wezterm", "setup", cols=200)
    terminal.shows("Write this? [y/N]")
    assert "+pcall(function()" in terminal.text
    assert " return config" in terminal.text
    terminal.type(b"n\n")
    assert terminal.wait() == 1
    assert "nothing was changed" in terminal.text
    assert config.read_text() == BUILDER
    assert not helper(isolated).exists()
    terminal.close()


def test_setup_twice_then_undo_leaves_everything_as_it_was(isolated: Path, config: Path) -> None:
    assert wzp("wezterm", "status").code == 1
    ran = wzp("wezterm", "setup", "--yes")
    assert ran.code == 0, ran
    assert "Ctrl+Shift+G swaps between the tower and the pane you came from" in ran.out
    assert f"{backup(config)}; `wzp-tui wezterm undo`" in ran.out
    assert backup(config).read_text() == BUILDER
    assert helper(isolated).read_text() == shipped()
    assert wzp("wezterm", "status").out.endswith("set up: Ctrl+Shift+G\n")
    once = config.read_bytes()
    again = wzp("wezterm", "setup", "--json")
    assert again.json["wezterm"] == {"config": str(config), "helper": str(helper(isolated)), "set_up": True, "changed": []}
    assert config.read_bytes() == once
    assert wzp("wezterm", "undo", "--yes").code == 0
    assert config.read_text() == BUILDER
    assert sorted(config.parent.iterdir()) == [config]
    assert "nothing to take out" in wzp("wezterm", "undo").out


def test_undo_keeps_what_the_user_wrote_since(isolated: Path, config: Path) -> None:
    wzp("wezterm", "setup", "--yes")
    config.write_text(config.read_text().replace("97", "98"))
    assert wzp("wezterm", "undo", "--yes").code == 0
    assert config.read_text() == BUILDER.replace("97", "98")
    assert backup(config).read_text() == BUILDER


def test_without_a_config_one_is_made_and_taken_away_again(isolated: Path) -> None:
    assert wzp("wezterm", "setup", "--yes").code == 0
    made = isolated / ".config/wezterm/wezterm.lua"
    assert made.read_text() == FRESH
    assert not backup(made).exists()
    wzp("wezterm", "undo", "--yes")
    assert list(made.parent.iterdir()) == []


def test_a_link_into_dotfiles_stays_a_link(isolated: Path, config: Path) -> None:
    real = isolated / "dotfiles/wezterm.lua"
    real.parent.mkdir()
    config.rename(real)
    real.chmod(0o640)
    config.symlink_to(real)
    assert wzp("wezterm", "setup", "--yes").code == 0
    assert config.is_symlink()
    assert is_set_up(real.read_text())
    assert real.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in real.parent.iterdir()] == ["wezterm.lua"]
    wzp("wezterm", "undo", "--yes")
    assert config.is_symlink()
    assert real.read_text() == BUILDER


def test_the_config_is_found_as_wezterm_finds_it(isolated: Path, config: Path, tmp_path: Path) -> None:
    def found(**env: str) -> str:
        return str(wzp("wezterm", "status", "--json", env=env).json["wezterm"]["config"])

    assert found() == str(config)
    in_home = isolated / ".wezterm.lua"
    in_home.write_text(TABLE)
    assert found() == str(in_home)
    named = tmp_path / "other.lua"
    named.write_text(TABLE)
    assert found(WEZTERM_CONFIG_FILE=str(named)) == str(named)
    in_home.unlink()
    config.unlink()
    shared = tmp_path / "xdg/wezterm/wezterm.lua"
    shared.parent.mkdir(parents=True)
    shared.write_text(TABLE)
    assert found(XDG_CONFIG_DIRS=f"/nowhere:{tmp_path / 'xdg'}") == str(shared)
    assert found() == str(config), "where one will be made"
    assert "which is not there" in wzp("wezterm", "status", env={"WEZTERM_CONFIG_FILE": "/nowhere.lua"}).err


def test_what_cannot_be_written_is_told_with_the_line_to_add_by_hand(isolated: Path, config: Path) -> None:
    config.chmod(0o444)
    ran = wzp("wezterm", "setup", "--yes")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "it is marked read-only" in ran.err
    assert "put this before its `return config`: pcall(function() require('wzp').apply_to_config(config) end)" in ran.err
    assert config.read_text() == BUILDER


def test_a_wzp_lua_of_someone_else_is_left_alone(isolated: Path, config: Path) -> None:
    helper(isolated).write_text("return {}\n")
    ran = wzp("wezterm", "setup", "--yes")
    assert ran.code == 2
    assert "is there and not wzp-tui's" in ran.err
    assert config.read_text() == BUILDER
    assert "nothing to take out" in wzp("wezterm", "undo").out


def test_programs_must_say_yes(isolated: Path, config: Path) -> None:
    ran = wzp("wezterm", "setup", "--json")
    assert ran.code == 2
    assert "say so with --yes" in ran.json["error"]["message"]
