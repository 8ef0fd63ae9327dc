"""The page and the schema of task files are those of the models, and editors and wzp-tui agree on what is right."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from wzp_tui.errors import TaskFileError
from wzp_tui.tasks.taskfile import load_task_file, parameters_of

from .json_schema import violations
from .taskfile_page import PAGE, ROOT, SCHEMA, page, schema

ANEW = "write it anew: python -m tests.taskfile_page"
EXAMPLES = sorted((ROOT / "docs/examples").glob("*.toml"))


def test_the_page_and_the_schema_are_those_of_the_models() -> None:
    assert (ROOT / PAGE).read_text() == page(), ANEW
    assert (ROOT / SCHEMA).read_text() == schema(), ANEW


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_is_right_for_an_editor_and_for_us(file: Path) -> None:
    assert not violations(tomllib.loads(file.read_text()), json.loads(schema()))
    assert load_task_file(str(file), wished(file)).tasks


def test_what_the_page_shows_is_right(tmp_path: Path) -> None:
    for number, shown in enumerate(re.findall(r"```toml\n(.*?)```", page(), re.DOTALL)):
        file = tmp_path / f"{number}.toml"
        file.write_text(shown)
        assert not violations(tomllib.loads(shown), json.loads(schema()))
        assert load_task_file(str(file), wished(file)).tasks


def wished(file: Path) -> dict[str, str]:
    """A value for each parameter that has none by itself."""
    return {each.name: each.choices[0] if each.choices else "given" for each in parameters_of(str(file)).values() if each.default is None}


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "[[task]]\nname = 'a'",
        "[[task]]\nname = 'a'\nrun = 'true'\nargv = ['true']",
        "[[task]]\nrun = 'true'",
        "[[task]]\nname = 'a'\nrun = 'true'\nlane = 'x'\npane = 'tab'",
        "[[task]]\nname = 'a'\nrun = 'true'\npane = 'window'",
        "[[task]]\nname = 'a'\nrun = 'true'\nretries = 1001",
        "[[task]]\nname = 'a'\nrun = 'true'\nretries = true",
        "[[task]]\nname = 'a'\nrun = 'true'\ntimeout = false",
        "[[task]]\nname = 'a'\nrun = 'true'\nenv = { A = 1 }",
        "[[task]]\nname = 'a'\nrun = 'true'\ntags = 'web'",
        "[[task]]\nname = 'a'\nrun = 'true'\nrnu = 'true'",
        "[lanes.'Not A Name']\nslots = 1\n[[task]]\nname = 'a'\nrun = 'true'",
        "[lanes.a]\n[[task]]\nname = 'a'\nrun = 'true'",
    ],
)
def test_what_an_editor_calls_wrong_we_refuse_too(wrong: str, tmp_path: Path) -> None:
    assert violations(tomllib.loads(wrong), json.loads(schema()))
    (tmp_path / "wrong.toml").write_text(wrong)
    with pytest.raises(TaskFileError):
        load_task_file(str(tmp_path / "wrong.toml"))
