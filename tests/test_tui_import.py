"""The tasks of a file into the queue, by keys: its name, and a form with its parameters."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import worlds
from tests.looks import SIZES
from tests.support import until
from tests.tui import Tower
from wzp_tui.tasks.taskfile import Parameter
from wzp_tui.tui.app import TowerApp
from wzp_tui.tui.screens.parameter_form import ParameterForm

DEPLOY = """
[params.TARGET]
help = "where to"
choices = ["staging", "live"]
[params.NOTE]
default = "none"
[params.PATIENCE]
default = "10m"
help = "how long it may take"
[[task]]
name = "deploy"
title = "deploy ${TARGET} ${NOTE}"
argv = ["true"]
timeout = "${PATIENCE}"
"""


@pytest.fixture
async def it(it: Tower) -> Tower:
    """A file is in the folder, and nothing starts by itself."""
    Path("deploy.toml").write_text(DEPLOY)
    await it.controller.pause_lane("default")
    return it


async def named(it: Tower) -> None:
    """Name the file."""
    await it.press("I")
    await it.shows("Task file")
    await it.type("deploy.toml\n")
    await it.shows("Parameters of deploy.toml", "TARGET", "NOTE", "none", "PATIENCE", "10m")


async def test_all_parameters_are_asked_for_at_once(it: Tower) -> None:
    await it.press("I")
    await it.type("deplo\n")
    await it.shows("there is no such file")
    await it.type("y.toml\n")
    await it.shows("Parameters of deploy.toml", "where to (staging, live)")
    await it.press("enter")
    await it.shows("TARGET needs a value: staging, live")
    await it.type("prod")
    await it.shows("there are staging, live")
    await it.press("ctrl+u", "down", "down")
    await it.hides("there are staging, live")
    await it.press("tab")
    await it.shows("may be left as it is")
    await it.type("!")
    await it.press("tab")
    await it.shows("how long it may take")
    await it.press("enter")
    await it.shows("1 task of deploy.toml added", "deploy live none!")
    assert it.row(1).task.policy.timeout == 600


async def test_values_that_make_the_file_wrong_are_asked_for_again(it: Tower) -> None:
    await named(it)
    await it.type("live")
    await it.press("shift+tab", "ctrl+u")
    await it.type("soon\n")
    await it.shows("deploy.toml:14", "'soon'", "Parameters of deploy.toml", "live")
    await it.press("shift+tab", "ctrl+u")
    await it.type("5m")
    await it.hides("deploy.toml:14")
    await it.press("enter")
    await it.shows("deploy live none")
    assert it.row(1).task.policy.timeout == 300


async def test_escape_leaves_it_without_a_task(it: Tower) -> None:
    await named(it)
    await it.type("live")
    await it.press("escape")
    await it.hides("Parameters of deploy.toml")
    await it.add("true")
    await it.word(1, "next")
    assert [row.task.title for row in it.shown.tasks] == ["true"]


async def test_a_file_without_parameters_asks_for_none(it: Tower) -> None:
    Path("plain.toml").write_text('[[task]]\nname = "one"\nrun = "true"\n')
    await it.press("I")
    await it.type("plain.toml\n")
    await it.shows("1 task of plain.toml added")
    await until(lambda: it.row(1).task.title == "one")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_form(looks: Callable[..., None], size: tuple[int, int]) -> None:
    """A parameter a line, with its default; under the first, in red, what is wrong with it; at the foot what the second is for."""
    wanted = (
        Parameter("TARGET", None, ("staging", "live"), "where to"),
        Parameter("RELEASE_NOTES_FILE", "docs/changelog.md", (), "what the announcement is made of"),
        Parameter("PATIENCE", "10m", (), ""),
    )

    def ask(app: TowerApp) -> None:
        app.push_screen(ParameterForm("deploy.toml", wanted))

    looks(worlds.busy(), size, *"prod", "tab", act=ask)
