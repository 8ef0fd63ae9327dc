"""The config file while the tower is open: what the user changes in an editor, and what they see at once."""

import os
import re
from pathlib import Path

import pytest
from rich.color import Color
from textual.widgets import Input

from tests.support import until
from tests.terminals import OPEN, Terminal
from tests.tui import Tower, lines
from wzp_tui.config import themes
from wzp_tui.mux.embedded import Embedded

from .cli import ok

BUNDLED = Path(themes.bundled())


@pytest.fixture
def file(isolated: Path) -> Path:
    path = isolated / ".config/wzp-tui/config.toml"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
async def it(file: Path, it: Tower) -> Tower:
    """A tower that follows this file."""
    return it


def ink(it: Tower, text: str) -> tuple[Color | None, Color | None]:
    """The colours in which a text is shown: its own, and that of its ground."""
    for strip in it.app.screen._compositor.render_strips():
        for segment in strip:
            if text in segment.text and segment.style is not None:
                return segment.style.color, segment.style.bgcolor
    raise AssertionError(f"{text!r} is not shown:\n{it.text}")


def grounds(it: Tower) -> set[Color | None]:
    """All colours that are the ground of something."""
    return {segment.style.bgcolor for strip in it.app.screen._compositor.render_strips() for segment in strip if segment.style}


def shows_ink(it: Tower, text: str, color: str) -> bool:
    return ink(it, text)[0] == Color.parse(color)


# -- looks ---------------------------------------------------------------------------------------------------------------------


async def test_another_theme_is_shown_at_once(it: Tower, file: Path) -> None:
    await it.shows("Nothing is queued.")
    assert ink(it, "Nothing is queued.") == (Color.parse("#f5f7fa"), Color.parse("#141820"))
    file.write_text('[ui]\ntheme = "chart"\n')
    await until(lambda: ink(it, "Nothing is queued.") == (Color.parse("#0f1113"), Color.parse("#fdfcf8")))


async def test_an_editor_that_replaces_the_file_is_seen_each_time(it: Tower, file: Path) -> None:
    for color, theme in (("#0f1113", "chart"), ("#faf4ea", "ember"), ("#0b0e11", "linen")):
        (new := file.with_name(".config.toml.swp")).write_text(f'[ui]\ntheme = "{theme}"\n')
        os.replace(new, file)
        await until(lambda color=color: shows_ink(it, "Nothing is queued.", color))


async def test_a_file_of_a_folder_of_dotfiles_is_seen_behind_its_link(it: Tower, file: Path, tmp_path: Path) -> None:
    (real := tmp_path / "dotfiles/wzp.toml").parent.mkdir()
    real.write_text('[ui]\ntheme = "chart"\n')
    file.symlink_to(real)
    await until(lambda: shows_ink(it, "Nothing is queued.", "#0f1113"))
    real.write_text('[ui]\ntheme = "ember"\n')
    await until(lambda: shows_ink(it, "Nothing is queued.", "#faf4ea"))


async def test_config_set_of_another_terminal_is_seen(it: Tower) -> None:
    ok("config", "set", "ui.theme", "linen")
    await until(lambda: shows_ink(it, "Nothing is queued.", "#0b0e11"))


async def test_columns_and_widths_change(it: Tower, file: Path) -> None:
    await it.add("exit 3")
    await it.shows("FAILED 1", "exit 3", "default/1")
    file.write_text('[ui]\ncolumns = ["id", "state"]\nsidebar_width = 40\n')
    await until(lambda: it.app.tower.sidebar.size.width == 40)
    row = next(line for line in lines(it.app) if "exit 3  " in line and "#1" in line)
    assert not row.rstrip().endswith("s"), "the age is gone"
    assert row.rstrip().endswith("exit 3")


async def test_signs_become_ascii_and_nothing_else_does(it: Tower, file: Path) -> None:
    await it.add("echo größe")
    await it.word(1, "done")
    await it.shows("✓", "▸")
    file.write_text('[ui]\nglyphs = "ascii"\n')
    await until(lambda: set(it.text.replace("größe", "")) <= set(map(chr, range(32, 127))) | {"\n"})
    await it.press("question_mark")
    await it.shows("Keys")
    assert set(it.text.replace("größe", "")) <= set(map(chr, range(32, 127))) | {"\n"}


async def test_without_motion_nothing_blinks(it: Tower, file: Path) -> None:
    file.write_text("[ui]\nmotion = false\n")
    await until(lambda: not it.app.settings.ui.motion)
    await it.press("n")
    await it.shows("New task")
    assert not any(field.cursor_blink for field in it.app.screen.query(Input))
    assert it.app.animation_level == "none"


# -- keys ----------------------------------------------------------------------------------------------------------------------


async def test_a_key_is_another_one_everywhere(it: Tower, file: Path) -> None:
    """Footer, empty list, help and palette show the new key; the old one does nothing any more."""
    await it.shows("n New", "n   add a task")
    file.write_text('[keys]\n"task.new" = "f2"\n"tower.help" = "f1"\n')
    await it.shows("F2 New", "F2  add a task", "F1 Help")
    await it.press("n", "question_mark")
    await it.press("f1")
    await it.shows("Keys", "F2")
    await it.press("escape")
    await it.press("ctrl+p")
    await it.type("new")
    await it.shows("F2")
    await it.press("escape")
    assert "New task" not in it.text
    await it.press("f2")
    await it.shows("New task")


async def test_two_keys_change_places_and_one_of_two_that_share_a_key_leaves_it(it: Tower, file: Path) -> None:
    file.write_text('[keys]\n"task.new" = "t"\n"pane.new" = "n"\n"task.hold" = "Z"\n')
    await it.shows("t New", "n New shell")
    await it.press("t")
    await it.shows("New task")
    await it.press("escape")
    await it.controller.pause_lane("default")
    await it.press("t")
    await it.type("true\n")
    await it.word(1, "next", "paused", "waits", "queued")
    await it.press("Z")
    await it.word(1, "held")
    await it.press("H")
    await until(lambda: it.row(1).word != "held")


async def test_a_command_without_a_key_is_found_in_the_palette(it: Tower, file: Path) -> None:
    file.write_text('[keys]\n"task.new" = ""\n')
    await until(lambda: "n New " not in it.text)
    await it.press("n")
    await it.press("ctrl+p")
    await it.type("new")
    await it.shows("Commands", "add a task")
    assert "New task" not in it.text


async def test_the_way_out_of_a_full_pane_can_be_another_key(it: Tower, file: Path) -> None:
    file.write_text('[keys]\n"pane.leave" = "f10"\n')
    await until(lambda: it.app.keymap)
    await it.press("t")
    await it.shows("PANES")
    await until(lambda: it.app.tower.tasks.current is not None)
    await it.press("enter")
    await it.shows("F10 Back to the tower")
    await it.press("ctrl+right_square_bracket", "f10")
    await it.shows("WORKSPACES")


# -- lanes and pace ------------------------------------------------------------------------------------------------------------


async def test_a_lane_is_made_and_grows(it: Tower, file: Path) -> None:
    file.write_text("[lanes.build]\nslots = 1\n")
    await it.shows("build")
    file.write_text("[lanes.build]\nslots = 3\n")
    await until(lambda: [row.lane.slots for row in it.shown.lanes if row.lane.name == "build"] == [3])
    await it.controller.set_lane("build", 2)
    file.write_text('[ui]\ntheme = "chart"\n[lanes.build]\nslots = 3\n')
    await until(lambda: it.app.theme == "chart")
    slots = [row.lane.slots for row in it.shown.lanes if row.lane.name == "build"]
    assert slots == [2], "what was changed by key since then stays, as long as the file says of it what it said"


async def test_the_mux_is_asked_as_often_as_the_file_says(it: Tower, file: Path) -> None:
    mux = it.controller.mux
    assert isinstance(mux, Embedded)
    looks, panes = [0], mux.panes

    async def counted() -> object:
        looks[0] += 1
        return await panes()

    mux.panes = counted  # type: ignore[method-assign,assignment]
    file.write_text("[mux]\nlook = 60\nquiet = 600\n")
    await until(lambda: it.app.settings.mux.look == 60)
    seen = looks[0]
    file.write_text("[mux]\nlook = 0.2\nquiet = 1\n")
    await until(lambda: looks[0] >= seen + 5, 10)


async def test_no_more_is_recorded_than_the_file_says(it: Tower, file: Path) -> None:
    file.write_text("[log]\ncap = 1\n")
    await until(lambda: it.app.settings.log.cap == 1)
    await it.add("yes 1234567 | head -c 4000000")
    await it.word(1, "done")
    run = it.row(1).run
    assert run is not None
    log = Path(it.controller.folder.log(run.id)).read_bytes()
    assert 1 << 20 < len(log) < (1 << 20) + (256 << 10) + 100
    assert b"bytes of output are not in this log" in log


# -- what is wrong -------------------------------------------------------------------------------------------------------------


async def test_a_broken_edit_leaves_what_was_and_is_named_until_it_is_mended(it: Tower, file: Path) -> None:
    file.write_text('[ui]\ntheme = "chart"\n')
    await until(lambda: shows_ink(it, "Nothing is queued.", "#0f1113"))
    file.write_text('[ui]\ntheme = "ember"\nglyphs = "emoji"\n')
    await it.shows("✗ config.toml:3: `glyphs = \"emoji\"`: must be 'unicode' or 'ascii'", "It is not in use until it is mended.")
    assert shows_ink(it, "Nothing is queued.", "#0f1113")
    assert not it.app._notifications, "it is no toast"
    file.write_text('[ui]\ntheme = "ember\n')
    await it.shows("✗ config.toml:2: is not TOML")
    file.write_text('[keys]\n"task.new" = "a"\n"task.don" = "D"\n')
    await it.shows("✗ config.toml:3: `task.don`: no command has this id; did you mean `task.done`?")
    file.write_text('[keys]\n"task.new" = "a"\n')
    await it.shows('✗ config.toml:2: `"task.new"`: a is the key of task.assign (Assign) too; give one of them another key')
    file.write_text('[ui]\ntheme = "ember"\n')
    await it.hides("config.toml:")
    assert shows_ink(it, "Nothing is queued.", "#faf4ea")
    file.unlink()
    await until(lambda: shows_ink(it, "Nothing is queued.", "#f5f7fa"))


async def test_many_faults_are_counted(it: Tower, file: Path) -> None:
    file.write_text("[ui]\n" + "".join(f"wrong{n} = 1\n" for n in range(9)))
    await it.shows("config.toml:2:", "config.toml:4:", "and 6 more: wzp-tui config check")


def test_a_tower_opens_with_a_broken_file(file: Path, tmp_path: Path) -> None:
    """On a real terminal, with the defaults, and says what is wrong."""
    file.write_text('[ui]\nglyphs = "emoji"\n')
    it = Terminal(tmp_path / "store")
    try:
        it.wait_for(OPEN)
        it.wait_for(b"config.toml:2:")
        it.wait_for(b"must be 'unicode' or 'ascii'")
        it.press(b"q")
        assert it.ended() == 0
        assert it.is_clean()
    finally:
        it.close()


# -- themes --------------------------------------------------------------------------------------------------------------------


def mine(file: Path, text: str) -> Path:
    """A theme of the user."""
    path = file.parent / "themes/mine.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


async def test_the_chosen_theme_is_seen_while_choosing_and_kept(it: Tower, file: Path) -> None:
    file.write_text("# mine\n[ui]  # looks\nmotion = true\n")
    seen: list[str] = []
    it.app.theme_changed_signal.subscribe(it.app, lambda theme: seen.append(theme.name))
    await it.press("T")
    await it.shows("Theme", "chart", "terminal")
    await until(lambda: "harbour" in it.selected)
    assert seen == [], "no other theme flashes up"
    await it.type("ember")
    await until(lambda: it.app.theme == "ember")
    await it.press("escape")
    await until(lambda: it.app.theme == "harbour")
    assert file.read_text() == "# mine\n[ui]  # looks\nmotion = true\n"
    await it.press("T")
    await it.type("linen")
    await it.press("enter")
    await until(lambda: file.read_text() == '# mine\n[ui]  # looks\nmotion = true\ntheme = "linen"\n')
    await until(lambda: it.app.settings.ui.theme == "linen")
    assert shows_ink(it, "Nothing is queued.", "#0b0e11")


async def test_a_theme_that_cannot_be_kept_is_told_and_shown(it: Tower, file: Path) -> None:
    file.write_text("[ui\n")
    await it.shows("config.toml:1: is not TOML")
    await it.press("T")
    await it.type("linen")
    await it.press("enter")
    await it.shows("cannot be changed; mend it first")
    assert it.app.theme == "linen"


async def test_a_theme_of_the_user_follows_its_file(it: Tower, file: Path) -> None:
    """Painted lines, too. The folder of themes is not there when the tower opens."""
    text = (BUNDLED / "harbour.toml").read_text().replace('name = "harbour"', 'name = "mine"')
    path = mine(file, text.replace("#f5f7fa", "#ff00ff"))
    file.write_text('[ui]\ntheme = "mine"\n')
    await until(lambda: it.app.theme == "mine", 15)
    await until(lambda: shows_ink(it, "Nothing is queued.", "#ff00ff"))
    path.write_text(text.replace("#f5f7fa", "#00ff00"))
    await until(lambda: shows_ink(it, "Nothing is queued.", "#00ff00"))
    path.write_text(text.replace("#f5f7fa", "#00ff00").replace("#0e1117", "#003300"))
    await until(lambda: Color.parse("#0e1117") not in grounds(it))
    path.write_text(text.replace("#f5f7fa", "greenish"))
    await it.shows('✗ themes/mine.toml:13: `bright = "greenish"`: is no colour; write #rrggbb')
    assert shows_ink(it, "Nothing is queued.", "#00ff00"), "it stays as it was"
    path.write_text(text.replace("#f5f7fa", "#0000ff").replace("faint =", "fant ="))
    await it.shows("themes/mine.toml:15: unknown key `fant`; did you mean `faint`?")
    path.write_text(text.replace("#f5f7fa", "#0000ff"))
    await it.hides("mine.toml")
    assert shows_ink(it, "Nothing is queued.", "#0000ff")


async def test_a_theme_of_the_user_replaces_a_bundled_one_and_gives_it_back(it: Tower, file: Path) -> None:
    path = mine(file, (BUNDLED / "harbour.toml").read_text().replace("#f5f7fa", "#ff00ff"))
    await until(lambda: shows_ink(it, "Nothing is queued.", "#ff00ff"), 15)
    path.unlink()
    await until(lambda: shows_ink(it, "Nothing is queued.", "#f5f7fa"))


# -- the terminal's own colours, and none --------------------------------------------------------------------------------------

TRUECOLOR = re.compile(rb"\x1b\[[0-9;]*[34]8[;:][25]")
ANSI = re.compile(rb"\x1b\[(?:[0-9]+;)*(?:3[0-7]|4[0-7]|9[0-7]|10[0-7])(?:;[0-9]+)*m")
PROGRAM = "printf '\\033[31mr\\033[0m\\033[38;2;1;2;3mt\\033[0m'; echo NO_COLOR=$NO_COLOR; sleep 60"


def written(folder: Path) -> bytes:
    """All that a tower writes to its terminal while a task runs and the themes are asked for."""
    ok("add", "--", "sh", "-c", PROGRAM, env={"WZP_STORE": str(folder)})
    it = Terminal(folder)
    try:
        it.wait_for(b"running")
        it.wait_for(b"NO_COLOR=")
        it.press(b"T")
        it.wait_for(b"NO_COLOR is" if os.environ.get("NO_COLOR") else b"type to find")
        return bytes(it.read())
    finally:
        it.close()


def test_the_terminals_own_colours_are_used_and_no_others(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a program in a pane asks for is its own; nothing of the tower is a colour that the terminal does not choose."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    file.write_text('[ui]\ntheme = "terminal"\n')
    out = written(tmp_path / "store")
    assert ANSI.search(out)
    assert out.count(b"38;2;1;2;3") > 0
    assert TRUECOLOR.findall(out.replace(b"38;2;1;2;3", b"")) == []


def test_without_colours_there_are_none_and_tasks_are_told(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = written(tmp_path / "store")
    assert (TRUECOLOR.findall(out), ANSI.findall(out)) == ([], [])
    assert b"NO_COLOR=1" in out, "the task finds it in its environment"
