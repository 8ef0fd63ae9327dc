"""The filter over the rows of a Snapshot."""

import pytest

from wzp_tui.controller.filtering import compile_filter, complete
from wzp_tui.controller.snapshot import PaneRow, Section, TaskRow
from wzp_tui.errors import UsageError
from wzp_tui.panes import Pane
from wzp_tui.tasks.task import Priority, State, Task


def row(id: int, title: str, state: State = State.QUEUED, lane: str = "default", *, word: str = "", since: int = 0) -> TaskRow:
    task = Task(
        *(id, title, state, "", "api", lane, "tab", Priority.NORMAL, 0, ("true",), "/", {}, (), "", None),
        *(0, False, 0, 0, 0, 0, False),
    )
    return TaskRow(task, None, Section.QUEUED, word or str(state), "", lane, None, since)


ROWS: list[TaskRow | PaneRow] = [
    row(1, "make test", State.FAILED, "build", word="exit 1"),
    row(2, "make docs", State.QUEUED, "build"),
    row(12, "Fix login", State.REVIEW, "agents", since=2000),
    PaneRow(Pane(4, "mux", 0, 0, "docs", "vim notes", "/x", "", 24, 80, 0, 0, True, False), None, "", False),
]


def found(text: str) -> list[str]:
    match = compile_filter(text, now_ms=3_601_000)
    return [each.task.name if isinstance(each, TaskRow) else each.pane.name for each in ROWS if match(each)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["#1", "#2", "#12", "%4"]),
        ("make", ["#1", "#2"]),
        ("MAKE -docs", ["#1"]),
        ("state:failed", ["#1"]),
        ("state:failed,review", ["#1", "#12"]),
        ("lane:build state:queued", ["#2"]),
        ("-lane:build is:task", ["#12"]),
        ("id:#1", ["#1"]),
        ("is:needs", ["#1", "#12"]),
        ("is:pane", ["%4"]),
        ("workspace:docs", ["%4"]),
        ('"fix login"', ["#12"]),
        ("is:task age:<2h -age:<1h", ["#1", "#2"]),
        ("[/b] $(x)", []),
    ],
)
def test_what_a_filter_finds(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(("text", "cure"), [("stat:failed", "there are state"), ("age:soon", "age:>10m")])
def test_a_wrong_filter_says_what_there_is(text: str, cure: str) -> None:
    with pytest.raises(UsageError, match=cure):
        compile_filter(text)


def test_completion_knows_keys_and_the_values_that_are_there() -> None:
    assert complete("st", ROWS) == ["state:"]
    assert complete("make lane:", ROWS) == ["make lane:agents", "make lane:build"]
    assert complete("-state:f", ROWS) == ["-state:failed"]
    assert complete("state:failed,r", ROWS) == ["state:failed,review"]
    assert complete("free text ", ROWS) == []
