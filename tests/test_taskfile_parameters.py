"""Parameters of task files: values that are given when the file is read."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.errors import TaskFileError, UsageError
from wzp_tui.tasks.task import NewTask
from wzp_tui.tasks.taskfile import load_task_file, parameters_of

DEPLOY = """
[params.TARGET]
help = "where to"
choices = ["staging", "live"]
[params.NOTE]
default = "none"
[params.EXTRA]
required = false

[[task]]
name = "deploy"
title = "to ${TARGET} $${TARGET} $TARGET"
argv = ["deploy", "--to=${TARGET}", "${EXTRA}", "${NOTE}${NOTE}"]
cwd = "${TARGET}"
env = { WHERE = "${TARGET}" }
lane = "on-${TARGET}"
tags = ["${TARGET}"]
[[task]]
name = "tell"
run = 'echo "$TARGET" ${NOTE}'
after = ["deploy"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "live").mkdir()
    (tmp_path / "tasks.toml").write_text(DEPLOY)
    return tmp_path / "tasks.toml"


def load(file: Path, **given: str) -> list[NewTask]:
    return [planned.task for planned in load_task_file(str(file), given).tasks]


def refusal(file: Path, **given: str) -> str:
    with pytest.raises(UsageError) as caught:
        load_task_file(str(file), given)
    return str(caught.value)


def test_values_are_put_into_the_texts_of_tasks(file: Path) -> None:
    deploy, tell = load(file, TARGET="live", NOTE="a b")
    assert deploy.argv == ("deploy", "--to=live", "", "a ba b")
    assert (deploy.title, deploy.lane, deploy.tags, deploy.env) == ("to live ${TARGET} $TARGET", "on-live", ("live",), {"WHERE": "live"})
    assert deploy.cwd == str(file.parent / "live")
    assert tell.argv[-1] == 'echo "$TARGET" ${NOTE}'
    assert tell.env == {"TARGET": "live", "NOTE": "a b", "EXTRA": ""}


def test_a_probe_that_is_a_shell_line_finds_values_in_its_environment(file: Path) -> None:
    file.write_text("""[params.PORT]
[[task]]
name = "a"
argv = ["serve", "${PORT}"]
service = { ready = "port:${PORT}", alive = 'command:ask "$PORT"' }
""")
    (task,) = load(file, PORT="80")
    service = task.policy.service
    assert service is not None
    assert [probe.target for probe in (service.ready, service.alive) if probe] == ["80", 'ask "$PORT"']
    assert (task.argv, task.env) == (("serve", "80"), {"PORT": "80"})


def test_what_a_file_asks_for_is_told(file: Path) -> None:
    target, note, extra = parameters_of(str(file)).values()
    assert (target.default, target.choices, target.help) == (None, ("staging", "live"), "where to")
    assert (note.default, extra.default) == ("none", "")


def test_values_that_are_missing_or_wrong_are_told_in_one_line(file: Path) -> None:
    assert refusal(file) == f"{file} needs --param TARGET=VALUE (where to; one of staging, live)"
    assert refusal(file, TARGET="prod") == "TARGET = 'prod': there are staging, live"
    assert refusal(file, TARGET="live", NOET="x") == f"{file} has no parameter 'NOET'; did you mean 'NOTE'?"
    file.write_text("[[task]]\nname = 'a'\nargv = ['echo', '${HOME}']")
    assert refusal(file, A="1") == f"{file} has no parameter 'A'; it has none"
    assert load(file)[0].argv == ("echo", "${HOME}")


def test_every_mistake_is_told_with_its_line(file: Path) -> None:
    file.write_text("""[params.A]
default = "x"
choices = ["y"]
[params.B]
default = ""
required = true
[[task]]
name = "a"
argv = ["${A}"]
""")
    assert refusal(file).splitlines() == [
        f"{file}:2: `default` = 'x' is none of the choices",
        f"{file}:6: `required` and `default` exclude each other",
    ]
    file.write_text("[params.A]\ndefault = 'x'\n[[task]]\nname = 'a'\nargv = [\n'${A}',\n'${AA}']\nlane = '${A} ${}'\n")
    assert refusal(file).splitlines() == [
        f"{file}:5: there is no parameter 'AA'; did you mean 'A'?; `$${{` is a plain `${{`",
        f"{file}:8: there is no parameter ''; `$${{` is a plain `${{`",
    ]
    file.write_text("[params.'A-B']\n[params.C]\ndefualt = 'x'\n[[task]]\nname = 'a'\nrun = 'true'\n")
    problems = refusal(file).splitlines()
    assert [problem.split(":")[1] for problem in problems] == ["1", "3"]
    assert "did you mean `default`?" in problems[1]


def test_a_value_is_checked_like_what_is_written(file: Path) -> None:
    file.write_text("[params.LANE]\n[[task]]\nname = 'a'\nargv = ['true']\nlane = '${LANE}'\n")
    assert load(file, LANE="build")[0].lane == "build"
    assert refusal(file, LANE="Not A Lane").startswith(f"{file}:5: `lane`: ")


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30))
def test_no_value_becomes_a_command(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    file = tmp_path_factory.mktemp("file") / "tasks.json"
    file.write_text(
        json.dumps(
            {
                "params": {"V": {}},
                "task": [{"name": "line", "run": 'printf %s "$V"'}, {"name": "words", "argv": ["printf", "%s", "${V}"]}],
            }
        )
    )
    for task in load(file, V=value):
        ran = subprocess.run(task.argv, env={"PATH": "/usr/bin:/bin", **task.env}, capture_output=True, check=True)
        assert ran.stdout == value.encode()


# -- JSON ----------------------------------------------------------------------------------------------------------------------


def test_a_file_may_be_json_and_its_mistakes_have_lines_too(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    file.write_text("""{
  "lanes": {"build": {"slots": 4}},
  "task": [
    {"name": "a", "run": "true"},
    {"name": "b",
     "argv": ["true"],
     "retries": -1,
     "env": {"A": "x",
             "B": 2},
     "rnu": "x"}
  ]
}""")
    with pytest.raises(TaskFileError) as caught:
        load_task_file(str(file))
    assert [problem.removeprefix(f"{file}:").split(":")[0] for problem in caught.value.problems] == ["7", "9", "10"]
    file.write_text('{"lanes": {"build": {"slots": 4}}, "task": [{"name": "a", "run": "true", "lane": "build"}]}')
    assert load_task_file(str(file)).lanes == {"build": 4}


@pytest.mark.parametrize(
    ("text", "line"), [('{\n"task": [\n}', 3), ("[]", 1), ("", 1), ("[" * 100_000, 1), ('{"task": 1' + "0" * 5000 + "}", 1), ("\n\xff", 2)]
)
def test_what_is_no_json_is_told_in_one_line(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "tasks.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(TaskFileError) as caught:
        load_task_file(str(tmp_path / "tasks.json"))
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(f"{tmp_path}/tasks.json:{line}: ")
