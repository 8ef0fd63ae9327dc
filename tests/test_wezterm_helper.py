"""`wzp.lua` in a real WezTerm: every config loads with it, the key swaps, and the tower's wish is done."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .cli import wzp
from .luamux import WATCH, LuaMux
from .support import wait_until
from .test_wezterm_setup import CONFIGS, TABLE

pytestmark = pytest.mark.wezterm


@pytest.fixture
def mux(isolated: Path) -> Iterator[LuaMux]:
    for program in ("wezterm", "wezterm-mux-server"):
        if not shutil.which(program):
            pytest.skip(f"NOT TESTED against a real WezTerm: `{program}` is not on PATH")
    it = LuaMux(isolated)
    yield it
    it.stop()


@pytest.fixture
def config(isolated: Path) -> Path:
    """The user's config, set up."""
    return set_up(isolated, "return {}\n")


def set_up(home: Path, text: str) -> Path:
    path = home / ".wezterm.lua"
    path.write_bytes(text.encode())
    assert wzp("wezterm", "setup", "--yes").code == 0
    return path


@pytest.mark.parametrize("text", CONFIGS.values(), ids=CONFIGS)
def test_every_config_loads_with_our_key_and_all_of_its_own(text: str, isolated: Path, mux: LuaMux) -> None:
    said = mux.loads(set_up(isolated, text))
    assert (said["cols"], said["keys"]) == (97, 2 if text == TABLE else 1)


def test_the_config_made_for_a_user_without_one_loads(isolated: Path, mux: LuaMux) -> None:
    wzp("wezterm", "setup", "--yes")
    assert mux.loads(isolated / ".config/wezterm/wezterm.lua")["keys"] == 1


def test_a_config_that_travels_without_the_helper_still_loads(config: Path, isolated: Path, mux: LuaMux) -> None:
    (isolated / ".config/wezterm/wzp.lua").unlink()
    assert mux.loads(config)["keys"] == 0


def test_a_key_of_the_user_comes_after_ours_and_so_wins(isolated: Path, mux: LuaMux) -> None:
    config = set_up(isolated, "return { keys = { { key = 'g', mods = 'SHIFT|CTRL', action = 'Nop' } } }\n")
    said = mux.loads(config, "said.first, said.last = config.keys[1].key, config.keys[2].key")
    assert (said["first"], said["last"]) == ("G", "g")


WORLD = """
    local wzp = require 'wzp'
    local home, docs = {}, {}
    _, home.pane, home.window = wezterm.mux.spawn_window { workspace = 'default', args = { 'sleep', '100' } }
    _, home.other = home.window:spawn_tab { args = { 'sleep', '100' } }
    _, docs.pane, docs.window = wezterm.mux.spawn_window { workspace = 'my:docs', args = { 'sleep', '100' } }
    _, docs.other = docs.window:spawn_tab { args = { 'sleep', '100' } }
    local shown = 'default'
    wezterm.mux.get_active_workspace = function() return shown end -- a window is what a mux server does not have
    wezterm.mux.set_active_workspace = function(name) shown = name end
    local gui = {
      toast_notification = function(_, _, text) said.toast = text end,
      perform_action = function(_, action) said.action = tostring(action) end,
    }
    local function mark(pane, on) pane:inject_output('\\27]1337;SetUserVar=wzp_tower=' .. (on and 'MQ==' or '') .. '\\7') end
    local function active(window) return window:active_pane():pane_id() end
"""
"""Two workspaces with two panes each, and a window that shows one of them."""


def test_the_wish_of_the_tower_is_done_in_the_other_workspace(config: Path, mux: LuaMux) -> None:
    said = mux.loads(
        config,
        WORLD
        + """
    wezterm.emit('user-var-changed', gui, home.pane, 'wzp_goto', docs.pane:get_tty_name() .. ':my:docs')
    said.shown, said.there = shown, active(docs.window) == docs.pane:pane_id()
    """,
    )
    assert (said["shown"], said["there"]) == ("my:docs", True)


@pytest.mark.parametrize("value", ["", "nonsense", ":", "::", "/dev/pts/999:nowhere", ":nowhere", "x:\\27[2J", "$(id):`id`"])
def test_what_a_program_writes_does_nothing_but_choose_a_pane(value: str, config: Path, mux: LuaMux) -> None:
    said = mux.loads(
        config,
        f"{WORLD}\n    wezterm.emit('user-var-changed', gui, home.pane, 'wzp_goto', '{value}')\n"
        "    said.shown, said.known = shown, #wezterm.mux.get_workspace_names()",
    )
    assert (said["shown"], said["known"]) == ("default", 2)


def test_a_pane_of_a_mux_server_has_no_tty_here_and_its_workspace_is_shown(config: Path, mux: LuaMux) -> None:
    assert mux.loads(config, f"{WORLD}\n    wzp.goto_pane(':my:docs')\n    said.shown = shown")["shown"] == "my:docs"


def test_the_key_goes_to_the_tower_and_back(config: Path, mux: LuaMux) -> None:
    said = mux.loads(
        config,
        WORLD
        + """
    mark(docs.pane, true)
    wzp.swap(gui, home.pane)
    said.to, said.tower = shown, active(docs.window) == docs.pane:pane_id()
    home.other:activate()
    wzp.swap(gui, docs.pane)
    said.back, said.pane = shown, active(home.window) == home.pane:pane_id()
    """,
    )
    assert (said["to"], said["tower"]) == ("my:docs", True)
    assert (said["back"], said["pane"]) == ("default", True)


def test_the_key_prefers_the_tower_of_the_workspace_that_is_shown(config: Path, mux: LuaMux) -> None:
    said = mux.loads(
        config,
        f"{WORLD}\n    mark(docs.pane, true); mark(home.pane, true); home.other:activate(); wzp.swap(gui, home.other)\n"
        "    said.shown, said.tower = shown, active(home.window) == home.pane:pane_id()",
    )
    assert (said["shown"], said["tower"]) == ("default", True)


def test_without_a_tower_the_key_says_so_and_without_a_last_pane_it_goes_to_the_last_tab(config: Path, mux: LuaMux) -> None:
    said = mux.loads(
        config,
        f"{WORLD}\n    mark(home.pane, true); mark(home.pane, false); wzp.swap(gui, home.other); said.shown = shown\n"
        "    wezterm.GLOBAL.wzp_came_from = 999; mark(home.pane, true); wzp.swap(gui, home.pane)",
    )
    assert said["toast"] == "No tower is open: start one with `wzp-tui`."
    assert said["shown"] == "default"
    assert "ActivateLastTab" in said["action"]


def test_a_tower_asks_for_a_pane_elsewhere_and_shows_it_itself_where_nobody_answers(mux: LuaMux, isolated: Path, tmp_path: Path) -> None:
    """A mux server has no window that could switch: the tower must not believe that it did."""
    config = isolated / ".wezterm.lua"
    config.write_text("return {}\n")
    mux.loads(config, WATCH)
    far = cli("spawn", "--new-window", "--workspace", "docs", "--", "sh", "-c", "echo far away; sleep 100").strip()
    line = f"WZP_STORE={tmp_path / 'store'} {sys.executable} -m wzp_tui tower; echo over; exec sleep 100"
    tower = cli("spawn", "--new-window", "--", "sh", "-c", line).strip()

    def press(key: str) -> None:
        cli("send-text", "--no-paste", "--pane-id", tower, text=key)

    def shows(*texts: str) -> None:
        wait_until(lambda: all(text in cli("get-text", "--pane-id", tower) for text in texts), 30)

    def var(name: str) -> str | None:
        found: str | None = mux.said["vars"].get(tower, {}).get(name)
        return found

    shows(f"%{far}")
    assert var("wzp_tower") == "1"
    press("j")
    shows("docs")
    press("\r")
    shows("far away", "it stands in workspace docs")  # the rest wraps
    shows("`wzp-tui wezterm setup` lets WezTerm go there by itself")
    tty = next(pane["tty_name"] for pane in json.loads(cli("list", "--format", "json")) if str(pane["pane_id"]) == far)
    assert var("wzp_goto") == f"{tty}:docs"
    press("\x1b")
    shows("Go there")
    press("q")
    shows("over")
    wait_until(lambda: var("wzp_tower") == "")


def cli(*args: str, text: str = "") -> str:
    ran = subprocess.run(["wezterm", "cli", "--no-auto-start", *args], input=text, capture_output=True, text=True, timeout=30)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
