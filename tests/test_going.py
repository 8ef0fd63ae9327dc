"""Enter on a pane of another workspace: the helper in WezTerm's config is asked, and believed only when a window shows it."""

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from wzp_tui.controller.going import Going, tower_mark, user_var
from wzp_tui.panes import Pane
from wzp_tui.wezterm_setup import FRESH

from .fakewezterm import Fake, a_pane, listing


def client(workspace: str) -> dict[str, Any]:
    return {"workspace": workspace, "focused_pane_id": 0, "idle_time": {"secs": 0, "nanos": 0}}


class Window:
    """A WezTerm with panes in two workspaces, and a terminal whose escape sequences are read."""

    def __init__(self, fake: Fake, *, helper: bool) -> None:
        self.fake, self.helper, self.written = fake, helper, ""
        fake.says("list", listing(a_pane(0), a_pane(1, window_id=1, tab_id=1, workspace="do:cs")))
        fake.says("activate-pane", "")
        self.shows("default")
        self.going = Going(fake.mux(), self.write)

    def shows(self, *workspaces: str) -> None:
        self.fake.says("list-clients", json.dumps([client(name) for name in workspaces]))

    def write(self, text: str) -> None:
        self.written += text
        name, value = re.fullmatch(r"\x1b\]1337;SetUserVar=(\w+)=([A-Za-z0-9+/=]*)\x07", text).groups()  # type: ignore[union-attr]
        assert name == "wzp_goto"
        tty, _, workspace = b64decode(value).decode().partition(":")
        assert tty == "/dev/pts/wzp-1"
        if self.helper:
            self.shows(workspace)

    async def target(self) -> Pane:
        return next(pane for pane in await self.fake.mux().panes() if pane.id == 1)


async def test_the_helper_shows_the_workspace(fake_wezterm: Fake) -> None:
    window = Window(fake_wezterm, helper=True)
    assert await window.going.to(await window.target())
    assert "activate-pane --pane-id 1" in fake_wezterm.asked


async def test_without_an_answer_it_is_not_done_and_not_asked_again_until_it_is_set_up(fake_wezterm: Fake, isolated: Path) -> None:
    window = Window(fake_wezterm, helper=False)
    assert not await window.going.to(await window.target())
    window.written = ""
    assert not await window.going.to(await window.target())
    assert window.written == "", "asked in vain a second time"
    config = isolated / ".wezterm.lua"
    config.write_text(FRESH)
    window.helper = True
    assert await window.going.to(await window.target())


async def test_another_window_that_shows_it_already_is_no_answer(fake_wezterm: Fake) -> None:
    window = Window(fake_wezterm, helper=False)
    window.shows("default", "do:cs")
    assert not await window.going.to(await window.target())


@pytest.mark.parametrize("value", ["", "1", "a:b c\x07\x1b]0;x", "東京"])
def test_no_value_can_end_the_sequence(value: str) -> None:
    text = user_var("wzp_goto", value)
    assert re.fullmatch(r"\x1b\]1337;SetUserVar=wzp_goto=[A-Za-z0-9+/=]*\x07", text)
    assert b64decode(text.rpartition("wzp_goto=")[2].rstrip("\x07")).decode() == value
    assert tower_mark(True) != tower_mark(False)
