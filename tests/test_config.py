"""Settings: what is in use, where it comes from, what is wrong with a file, and how one is written."""

import os
from pathlib import Path

import pytest

from tests.config_page import SCHEMA, page, schema
from wzp_tui.commands import COMMANDS
from wzp_tui.config import load_config, values
from wzp_tui.config.keymap import NAMED, normal_key, problems
from wzp_tui.errors import ConfigError
from wzp_tui.toml_file import line_index

from .cli import ok, wzp

ROOT = Path(__file__).parent.parent


@pytest.fixture
def file(isolated: Path) -> Path:
    path = isolated / ".config/wzp-tui/config.toml"
    path.parent.mkdir(parents=True)
    return path


# -- reading -------------------------------------------------------------------------------------------------------------------


def test_without_a_file_all_settings_have_their_defaults() -> None:
    settings = load_config()
    assert (settings.ui.theme, settings.ui.glyphs, settings.ui.motion) == ("harbour", "unicode", True)
    assert (settings.lanes, settings.keys) == ({}, {})
    assert {value.origin for value in values()} == {"default"}


def test_every_value_says_where_it_comes_from(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WZP_GLYPHS", "ascii")
    file.write_text('mux = { look = 2 }\n[ui]\ntheme = "chart"\n\n[lanes.build]\nslots = 3\n[keys]\n"task.retry" = "R"\n')
    found = {value.name: (value.value, value.origin) for value in values() if value.origin != "default"}
    assert found == {
        "ui.theme": ("chart", f"{file}:3"),
        "ui.glyphs": ("ascii", "$WZP_GLYPHS"),
        "mux.look": (2, f"{file}:1"),
        "lanes.build.slots": (3, f"{file}:6"),
        "keys.task.retry": ("R", f"{file}:8"),
    }


def test_settings_are_frozen(file: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_config().ui.theme = "x"  # type: ignore[misc]


def told(file: Path, text: str) -> list[str]:
    """What is wrong with this text, without the name of the file."""
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config()
    assert all(line.startswith(f"{file}:") for line in str(caught.value).splitlines())
    return [line.removeprefix(f"{file}:") for line in str(caught.value).splitlines()]


def test_a_wrong_file_is_told_line_by_line(file: Path) -> None:
    text = '[ui]\nglyphs = "emoji"\nthem = "x"\nsidebar_width = 9\n[lanes."../x"]\nslots = 0\n[lanes.y]\n[keys]\n"task.retri" = "R"\n'
    assert told(file, text) == [
        "2: `glyphs = \"emoji\"`: must be 'unicode' or 'ascii'",
        "3: unknown key `them`; did you mean `theme`?",
        "4: `sidebar_width = 9`: must be greater than or equal to 16",
        "5: `../x`: lane '../x': a lane is named with a-z, 0-9, - and _, at most 32 of them, a letter or digit first",
        "6: `slots = 0`: must be greater than or equal to 1",
        "7: `slots` is missing",
        "9: `task.retri`: no command has this id; did you mean `task.retry`?",
    ]
    assert told(file, 'theme = "chart"\n') == ["1: unknown key `theme`; did you mean `ui.theme`?"]
    assert told(file, "[mux]\nlook = 8\n") == ["1: `mux`: `quiet` (5) must not be less than `look` (8)"]
    assert told(file, '[ui]\ntheme = "harbor"\n') == ["2: `theme`: there is no theme 'harbor'; did you mean `harbour`?"]


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WZP_GLYPHS", "emoji")
    with pytest.raises(ConfigError, match=r"^\$WZP_GLYPHS: must be 'unicode' or 'ascii'$"):
        load_config()
    monkeypatch.delenv("WZP_GLYPHS")
    monkeypatch.setenv("WZP_THEME", "dusk")
    with pytest.raises(ConfigError, match=r"^\$WZP_THEME: there is no theme 'dusk'; there are: chart, "):
        load_config()


def test_the_verbs_show_and_check(file: Path) -> None:
    assert ok("config", "path").out == f"{file}\n"
    assert ok("config", "check").out == f"there is no {file}; all settings have their defaults\n"
    file.write_text('[ui]\ntheme = "chart"\n')
    assert ok("config", "check").out == f"{file} is right\n"
    heads, theme, *_ = ok("config", "show").out.splitlines()
    assert heads.split() == ["SETTING", "VALUE", "FROM"]
    assert theme.split() == ["ui.theme", "chart", f"{file}:2"]
    assert ok("config", "show", "--json", env={"WZP_THEME": "ember"}).json["config"]["values"][0] == {
        "name": "ui.theme",
        "value": "ember",
        "origin": "$WZP_THEME",
    }
    file.write_text("[ui]\ntheme = 1\n")
    ran = wzp("config", "check", "--json")
    assert (ran.code, ran.err) == (2, f"{file}:2: `theme = 1`: must be a string\n")
    assert ran.json["error"]["kind"] == "ConfigError"


def test_another_file_can_be_named(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    ran = wzp("config", "check", env={"WZP_CONFIG": str(other)})
    assert (ran.code, "other.toml:1: cannot be read: No such file" in ran.err) == (2, True)
    other.write_text("ui.theme = 'chart'")
    assert "chart" in ok("config", "show", env={"WZP_CONFIG": str(other)}).out


def test_lines_are_found_whatever_stands_in_strings() -> None:
    text = (
        '# [x]\n"b c".d = """\nx = 3\n"""\n[lanes.build]  # slots = 1\nslots = 4 # = [\n[[task]]\nname = "x=["\nargv = [\n'
        "'b]', \"[\"\n]\n[[task]]\nname = '''\n[[task]]\n'''\n[task.env]\n\"we ird\" = 2\n"
    )
    assert line_index(text) == {
        ("b c", "d"): 2,
        ("lanes", "build"): 5,
        ("lanes", "build", "slots"): 6,
        ("task",): 7,
        ("task", 0): 7,
        ("task", 0, "name"): 8,
        ("task", 0, "argv"): 9,
        ("task", 1): 12,
        ("task", 1, "name"): 13,
        ("task", 1, "env"): 16,
        ("task", "env"): 16,
        ("task", 1, "env", "we ird"): 17,
    }


# -- keys ----------------------------------------------------------------------------------------------------------------------


def test_the_table_itself_has_no_clash_and_no_key_of_wezterm() -> None:
    assert list(problems({})) == []
    assert list(problems({command.id: command.keys for command in COMMANDS})) == []


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("r", "r"),
        ("R", "R"),
        ("shift+r", "R"),
        ("^r", "ctrl+r"),
        ("Ctrl+R", "ctrl+shift+r"),
        ("shift+ctrl+up", "ctrl+shift+up"),
        ("esc", "escape"),
        ("question_mark", "?"),
        ("ctrl+right_square_bracket", "ctrl+]"),
        ("ctrl++", "ctrl++"),
        ("ctrl+minus", "ctrl+-"),
        ("+", "+"),
        ("F5", "f5"),
        ("ctrl+m", "enter"),
        ("ß", "ß"),
    ],
)
def test_a_key_is_written_as_people_write_it(written: str, key: str) -> None:
    assert normal_key(written) == key


@pytest.mark.parametrize(
    ("written", "cure"), [("ctrl-r", "`ctrl+r`"), ("C-r", "`ctrl+r`"), ("entr", "`enter`"), ("gg", "`R`"), ("", "`R`")]
)
def test_what_is_no_key_is_told_with_a_cure(written: str, cure: str) -> None:
    with pytest.raises(ValueError, match="there is no key") as caught:
        normal_key(written)
    assert cure in str(caught.value)


def test_textual_knows_every_key_by_the_name_that_it_gets() -> None:
    """Each printable ASCII character and each named key, alone and with Ctrl, as Textual itself would call it."""
    from textual.keys import _character_to_key

    from wzp_tui.tui.bindings import textual_keymap

    for key in [chr(code) for code in range(33, 127) if chr(code) != ","] + sorted(NAMED):
        expected = _character_to_key(key) if len(key) == 1 else key
        assert textual_keymap({"task.retry": normal_key(key)})["task.retry"] == expected
        if not key.isupper():
            assert normal_key(f"ctrl+{expected}") == normal_key(f"ctrl+{key}")


def test_a_keymap_with_a_fault_is_told_with_its_line(file: Path) -> None:
    assert told(file, '[keys]\n"task.retry" = "a"\n') == [
        '2: `"task.retry"`: a is the key of task.assign (Assign) too; give one of them another key'
    ]
    assert told(file, '[keys]\n"task.stop" = "f2"\n"task.retry" = "shift+x, f2"\n"task.done" = "alt+enter"\n') == [
        '3: `"task.retry"`: f2 is the key of task.stop (Stop…) too; give one of them another key',
        '4: `"task.done"`: WezTerm keeps alt+enter to itself; take another key',
    ]
    assert told(file, '[keys]\n"task.retry" = "ctrl-r"\n') == [
        '2: `task.retry = "ctrl-r"`: there is no key `ctrl-r`; did you mean `ctrl+r`?'
    ]


def test_keys_may_change_places_and_be_shared_where_only_one_can_be_meant(file: Path) -> None:
    file.write_text('[keys]\n"task.retry" = "a"\n"task.assign" = "r"\n"task.hold" = "Z"\n"task.release" = "Z"\n"move.down" = ""\n')
    assert load_config().keys["task.retry"] == "a"


@pytest.mark.parametrize(
    "key",
    [
        "alt+enter",
        "ctrl+tab",
        "ctrl+shift+tab",
        "ctrl+plus",
        "ctrl+minus",
        "ctrl+0",
        "shift+pageup",
        "ctrl+shift+g",
        "^G",
        "super+k",
        "ctrl+pagedown",
    ],
)
def test_what_wezterm_takes_is_never_bound(key: str) -> None:
    assert [id for id, problem in problems({"task.retry": normal_key(key)}) if "WezTerm keeps" in problem] == ["task.retry"]


# -- writing -------------------------------------------------------------------------------------------------------------------

WRITTEN = """\
# mine
[ui]          # looks
theme = "chart"  # paper
[lanes.build] # compilers
slots = 2
"""


def test_a_setting_is_written_and_comments_stay(file: Path) -> None:
    file.write_text(WRITTEN)
    file.chmod(0o644)
    assert ok("config", "set", "ui.theme", "ember").out == "ui.theme = ember\n"
    ok("config", "set", "lanes.build.slots", "4")
    assert file.read_text() == WRITTEN.replace('"chart"', '"ember"').replace("slots = 2", "slots = 4")
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.listdir(file.parent) == ["config.toml"]
    assert ok("config", "get", "ui.theme").out == "ember\n"


def test_a_first_setting_makes_the_file(isolated: Path) -> None:
    ok("config", "set", "ui.columns", "id, state,time")
    ok("config", "set", "keys.task.retry", "R")
    ok("config", "set", "ui.motion", "false")
    folder = isolated / ".config/wzp-tui"
    assert (folder.stat().st_mode & 0o777, (folder / "config.toml").stat().st_mode & 0o777) == (0o700, 0o600)
    assert load_config().ui.columns == ("id", "state", "time")
    assert ok("config", "get", "keys.task.retry").out == "R\n"
    assert ok("config", "get", "keys.task.done").out == "d\n"
    assert ok("config", "get", "ui.motion").out == "false\n"
    assert ok("config", "unset", "ui.motion").out == "ui.motion has its default again\n"
    assert ok("config", "get", "ui.motion").out == "true\n"


@pytest.mark.parametrize(
    "text", ["ui.theme = 'chart'\n", "ui = { theme = 'chart' }\n", "[ui]\r\ntheme = 'chart'\r\n", "[keys]\n[ui]\n", ""]
)
def test_a_setting_finds_its_place_however_the_file_is_written(file: Path, text: str) -> None:
    file.write_bytes(text.encode())
    ok("config", "set", "ui.theme", "ember")
    ok("config", "set", "ui.glyphs", "ascii")
    assert (load_config().ui.theme, load_config().ui.glyphs) == ("ember", "ascii")
    assert file.read_bytes().count(b"\r\n") >= text.count("\r\n")


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("ui.them", "chart", "there is no setting 'ui.them'; did you mean `ui.theme`?"),
        ("keys.task.retri", "R", "there is no setting 'keys.task.retri'; did you mean `keys.task.retry`?"),
        ("ui.theme", "harbor", "ui.theme: `theme`: there is no theme 'harbor'; did you mean `harbour`?"),
        ("ui.glyphs", "emoji", "ui.glyphs: `glyphs = \"emoji\"`: must be 'unicode' or 'ascii'"),
        ("ui.sidebar_width", "wide", 'ui.sidebar_width: `sidebar_width = "wide"`: must be an integer'),
        ("keys.task.retry", "a", 'keys.task.retry: `"task.retry"`: a is the key of task.assign (Assign) too; give one of them another key'),
        ("lanes.build.slots", "0", "lanes.build.slots: `slots = 0`: must be greater than or equal to 1"),
    ],
)
def test_nothing_wrong_is_written(file: Path, key: str, value: str, told: str) -> None:
    file.write_text(WRITTEN)
    ran = wzp("config", "set", key, value)
    assert (ran.code, ran.err) == (2, f"wzp-tui: {told}\n")
    assert file.read_text() == WRITTEN


def test_a_file_that_is_wrong_already_is_to_be_mended_first(file: Path) -> None:
    file.write_text(text := '[ui]\nglyphs = "emoji"\n')
    ran = wzp("config", "set", "ui.theme", "ember")
    assert (ran.code, ran.err) == (2, f"{file}:2: `glyphs = \"emoji\"`: must be 'unicode' or 'ascii'\n")
    assert file.read_text() == text
    ok("config", "set", "ui.glyphs", "ascii")
    file.write_text("[ui\n")
    ran = wzp("config", "set", "ui.theme", "ember")
    assert (ran.code, ran.err.count("\n"), "cannot be changed; mend it first" in ran.err) == (2, 1, True)


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    """The file of a folder of dotfiles is changed where it lies."""
    (real := tmp_path / "dotfiles.toml").write_text(WRITTEN)
    file.symlink_to(real)
    ok("config", "set", "ui.theme", "ember")
    assert file.is_symlink()
    assert 'theme = "ember"  # paper' in real.read_text()


def test_many_writers_lose_nothing(file: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: ok("config", "set", f"lanes.lane{n}.slots", str(n)), range(1, 9)))
    assert {name: lane.slots for name, lane in load_config().lanes.items()} == {f"lane{n}": n for n in range(1, 9)}


# -- the pages -----------------------------------------------------------------------------------------------------------------

ANEW = "write it anew: python -m tests.config_page"


def test_the_reference_is_that_of_the_settings() -> None:
    assert (ROOT / "docs/configuration.md").read_text() == page(), ANEW
    assert (ROOT / SCHEMA).read_text() == schema(), ANEW


def test_the_example_of_the_reference_is_right(file: Path) -> None:
    text = (ROOT / "docs/configuration.md").read_text()
    file.write_text(text.split("```toml\n", 1)[1].split("```", 1)[0])
    assert load_config().keys
