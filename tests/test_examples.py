"""The examples: they are right, and the pipeline of 34 tasks comes to its end, with services, probes, retries and locks."""

import shutil
import socket
from pathlib import Path

import pytest

from wzp_tui.tasks.taskfile import load_task_file, parameters_of

from .cli import Ran, wzp

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.name)
def test_an_example_is_right(path: Path) -> None:
    needed = {name: "a value" for name, each in parameters_of(str(path)).items() if each.default is None}
    assert load_task_file(str(path), needed).tasks


def pipeline(work: Path, *more: str) -> Ran:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    values = {"WORK": work, "PORT": port, "PACE": "0.02"}
    return wzp("run", str(EXAMPLES / "pipeline.toml"), *(f"--param={name}={value}" for name, value in values.items()), *more)


def test_the_pipeline_comes_to_its_end(tmp_path: Path) -> None:
    ran = pipeline(tmp_path / "work", "--json")
    assert ran.code == 0, ran.err
    tasks = {task["title"].partition(":")[0]: task for task in ran.json["tasks"]}
    states = {name: task["state"] for name, task in tasks.items()}
    assert len(states) == 34
    assert {name for name, state in states.items() if state == "cancelled"} == {"database", "queue", "server"}
    assert {name for name, state in states.items() if state == "skipped"} == {"roll back, if publishing failed"}
    assert {tasks[name]["run"]["attempt"] for name in ("fetch fixtures", "api orders")} == {2}
    spans = sorted((tasks[name]["run"]["started"], tasks[name]["run"]["ended"]) for name in ("compile-api", "compile-worker"))
    assert spans[0][1] <= spans[1][0]
    assert (tmp_path / "work/dist/release").read_text() == "api\nweb\nworker\n"


@pytest.mark.wezterm
def test_the_pipeline_comes_to_its_end_in_wezterm(tmp_path: Path, wezterm_mux: object) -> None:
    assert shutil.which("wezterm")
    ran = pipeline(tmp_path / "work", "--mux", "wezterm")
    assert ran.code == 0, ran.err
    assert "#34 roll back, if publishing failed not needed after #32" in ran.out
    assert "#15 server serves" in ran.out
