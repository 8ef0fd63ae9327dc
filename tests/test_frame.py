"""What holds for the repository as a whole, before any of it runs."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import wzp_tui.cli

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TOP_LEVEL = {"pyproject.toml", "requirements.lock", "README.md", "PROGRESS.md", "LICENSE", "wzp_tui", "themes", "tests", "docs"}
ROLES = (
    "ground bar selection selection-elsewhere hairline text bright muted faint focus needs-ink needs needs-wash failed running done limited"
)


def tracked() -> list[str]:
    """The files of the repository, those not yet committed too."""
    command = ["git", "-C", str(ROOT), "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_top_level_holds_what_a_visitor_looks_for() -> None:
    found = {name.partition("/")[0] for name in tracked()}
    assert {name for name in found if not name.startswith(".")} <= TOP_LEVEL


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    folders = "|".join(("work", "root", "opt/wheels", re.escape(str(ROOT)[1:])))
    hosts = r"(?:files\.)?python" + r"hosted\.org|pypi\." + r"org|//registry\.|--index" + r"-url\s*=?\s*http"
    machine = re.compile(rf"(?<![\w.~$)}}-])/(?:{folders})/|{hosts}")
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name in tracked()
        for number, line in enumerate((ROOT / name).read_text(errors="replace").splitlines(), 1)
        if machine.search(line)
    ]
    assert found == []


def test_no_document_shows_a_folder_that_is_another_one_elsewhere() -> None:
    folder = re.compile(r"(?<![\w.~$)}-])/(?:tmp|home|Users|var)\b")
    shown = [name for name in tracked() if name == "README.md" or (name.startswith("docs/") and name.endswith((".md", ".toml", ".json")))]
    found = [f"{name}: {line.strip()[:120]}" for name in shown for line in (ROOT / name).read_text().splitlines() if folder.search(line)]
    assert found == []


def test_files_stay_small() -> None:
    long = {name: lines for name in tracked() if name.endswith(".py") and (lines := len((ROOT / name).read_text().splitlines())) > 400}
    assert long == {}


def test_readme_names_one_command_to_open_the_tower_and_one_to_test() -> None:
    commands = re.findall(r"^sh \.ci/setup && (\S+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert commands == [".venv/bin/wzp-tui", ".venv/bin/pytest"]


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert r"grep -E '^sh \.ci/setup && .*pytest' README.md" in script
    assert ".venv/bin/pytest" not in script, "the command has one home"
    assert "run: .ci/run" in (ROOT / ".github/workflows/ci.yml").read_text()


def test_the_lock_holds_what_the_project_asks_for() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    locked = {canonicalize_name(name): pin for name, pin in re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE)}
    asked = map(Requirement, [*PYPROJECT["project"]["dependencies"], *PYPROJECT["dependency-groups"]["dev"]])
    unmet = [str(each) for each in asked if locked.get(canonicalize_name(each.name), "") not in each.specifier]
    assert unmet == []
    assert re.findall(r"^\w.*\n(?! {4}--hash=sha256:)", lock, re.MULTILINE) == [], "every version has its hashes"
    assert "http" not in lock


@pytest.mark.parametrize("name", ["harbour", "chart"])
def test_a_theme_gives_every_role_a_colour(name: str) -> None:
    theme = tomllib.loads((ROOT / f"themes/{name}.toml").read_text())
    assert theme["name"] == name
    assert theme["dark"] is (name == "harbour")
    assert list(theme["roles"]) == ROLES.split()
    assert [colour for colour in theme["roles"].values() if not re.fullmatch(r"#[0-9a-f]{6}", colour)] == []


UI = {"textual"}
SLOW = UI | {"click", "pydantic", "rich"}


@pytest.mark.skipif(not hasattr(wzp_tui.cli, "main"), reason="there is no command line yet")
@pytest.mark.parametrize(
    ("verb", "unwanted"),
    [
        ("--version", UI),
        ("task list --json", UI),
        ("lane list", UI),
        ("doctor", UI),
        ("status", SLOW),
        ("add --title quick -- true", SLOW),
    ],
)
def test_a_verb_imports_only_what_it_needs(verb: str, unwanted: set[str]) -> None:
    code = "import sys; from wzp_tui.cli import main; sys.exit(main())"
    ran = subprocess.run([sys.executable, "-X", "importtime", "-c", code, *verb.split()], capture_output=True, text=True, timeout=60)
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.splitlines() if line.startswith("import time:")}
    assert "wzp_tui" in imported
    assert "Traceback" not in ran.stderr
    assert imported & unwanted == set()
