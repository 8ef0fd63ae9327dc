"""Settings: what is in use, where it comes from, and what is wrong with a file."""

from pathlib import Path

import pytest

from wzp_tui.config import load_config, values
from wzp_tui.errors import ConfigError
from wzp_tui.toml_file import line_index

from .cli import ok, wzp


@pytest.fixture
def file(isolated: Path) -> Path:
    path = isolated / ".config/wzp-tui/config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_without_a_file_all_settings_have_their_defaults() -> None:
    settings = load_config()
    assert (settings.theme, settings.glyphs, settings.lanes, settings.keys) == ("harbour", "unicode", {}, {})
    assert {value.origin for value in values()} == {"default"}


def test_every_value_says_where_it_comes_from(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WZP_GLYPHS", "ascii")
    file.write_text('theme = "chart"\n\n[lanes.build]\nslots = 3\n[keys]\n"task.retry" = "R"\n')
    found = {value.name: (value.value, value.origin) for value in values()}
    assert found == {
        "theme": ("chart", f"{file}:1"),
        "glyphs": ("ascii", "$WZP_GLYPHS"),
        "lanes.build.slots": (3, f"{file}:4"),
        "keys.task.retry": ("R", f"{file}:6"),
    }


def test_settings_are_frozen(file: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_config().theme = "x"  # type: ignore[misc]


def test_a_wrong_file_is_told_line_by_line(file: Path) -> None:
    file.write_text('glyphs = "emoji"\nthem = "x"\n[lanes."../x"]\nslots = 0\n[lanes.y]\n[keys]\n"task.retri" = "R"\n')
    with pytest.raises(ConfigError) as caught:
        load_config()
    assert str(caught.value).splitlines() == [
        f"{file}:1: `glyphs`: must be 'unicode' or 'ascii'",
        f"{file}:2: unknown key `them`; did you mean `theme`?",
        f"{file}:3: `../x`: lane '../x': a lane is named with a-z, 0-9, - and _, at most 32 of them, a letter or digit first",
        f"{file}:4: `slots`: must be greater than or equal to 1",
        f"{file}:5: `slots` is missing",
        f"{file}:7: `task.retri`: unknown key `task.retri`; did you mean `task.retry`?",
    ]


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WZP_GLYPHS", "emoji")
    with pytest.raises(ConfigError, match=r"^\$WZP_GLYPHS: must be 'unicode' or 'ascii'$"):
        load_config()


def test_the_verbs_show_and_check(file: Path) -> None:
    assert ok("config", "path").out == f"{file}\n"
    assert ok("config", "check").out == f"there is no {file}; all settings have their defaults\n"
    file.write_text('theme = "chart"\n')
    assert ok("config", "check").out == f"{file} is right\n"
    heads, theme, _ = ok("config", "show").out.splitlines()
    assert heads.split() == ["SETTING", "VALUE", "FROM"]
    assert theme.split() == ["theme", "chart", f"{file}:1"]
    assert ok("config", "show", "--json", env={"WZP_THEME": "dusk"}).json["config"]["values"][0] == {
        "name": "theme",
        "value": "dusk",
        "origin": "$WZP_THEME",
    }
    file.write_text("theme = 1\n")
    ran = wzp("config", "check", "--json")
    assert (ran.code, ran.err) == (2, f"{file}:1: `theme`: must be a string\n")
    assert ran.json["error"]["kind"] == "ConfigError"


def test_another_file_can_be_named(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    ran = wzp("config", "check", env={"WZP_CONFIG": str(other)})
    assert (ran.code, "other.toml:1: cannot be read: No such file" in ran.err) == (2, True)
    other.write_text("theme = 'chart'")
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
