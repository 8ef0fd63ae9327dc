"""The filter: what it finds, what it says of a mistake, and how it goes on while it is typed."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import worlds
from wzp_tui.controller import Snapshot, TaskRow
from wzp_tui.controller.filter import FIELDS, completions, doubt, finished, parse
from wzp_tui.controller.filter.fields import FLAGS
from wzp_tui.controller.snapshot import MuxState
from wzp_tui.errors import UsageError
from wzp_tui.tasks.task import After, Priority, State

HOUR = 3600
SECOND = {"lane": "build", "after": (After(1),), "priority": Priority.HIGH, "due_ms": worlds.NOON + 60_000}
ROWS = (
    worlds.task(1, "make test", State.FAILED, "build/1", "exit 3", "2 failed", 2 * HOUR, lane="build", exit=3),
    worlds.task(
        2,
        "make docs",
        State.QUEUED,
        "build",
        "waits",
        "after #1",
        60,
        lane="build",
        after=(After(1),),
        priority=Priority.HIGH,
        due_ms=worlds.NOON + 60_000,
    ),
    worlds.task(3, "Fix login", State.REVIEW, "%7", "review", "", 600, lane=None, workspace="my docs"),
    worlds.task(4, "old, seen", State.FAILED, "web/1", "exit 1", "", 30 * HOUR, lane="web", exit=1, seen=True),
    worlds.task(
        5,
        "echo [/b] $(x)",
        State.DONE,
        "web2/1",
        "done",
        "",
        5,
        lane="web2",
        exit=0,
        line="printf hello",
        tags=("ci", "nightly"),
        locks=("db",),
    ),
)
PANES = (
    worlds.pane(7, "agent", 1, task=3),
    worlds.pane(8, "vim notes", 1, workspace="my docs", cwd="/src/docs"),
    worlds.pane(9, "python", 2, seat="build/2"),
)
WORLD = Snapshot(MuxState("wezterm", True, 0), ROWS, PANES, worlds.busy().lanes, ("api", "my docs"))


def found(text: str, *, begun: bool = False) -> str:
    match = parse(text, begun=begun).at(worlds.NOON)
    rows = [*ROWS, *PANES[1:]]
    return " ".join(each.task.name if isinstance(each, TaskRow) else each.pane.name for each in rows if match is None or match(each))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "#1 #2 #3 #4 #5 %8 %9"),
        ("make", "#1 #2"),
        ("MAKE -docs", "#1"),
        ('"make docs"', "#2"),
        ("make docs", "#2"),
        ("#2", "#2"),
        ("state:failed", "#1 #4"),
        ("state:failed,waits", "#1 #2 #4"),
        ("State:Failed -is:seen", "#1"),
        ("is:task -state:failed,done", "#2 #3"),
        ("lane:build", "#1 #2 %9"),
        ("lane:web", "#4"),
        ("lane:web*", "#4 #5"),
        ("is:task -lane:*", "#3"),
        ('workspace:"my docs"', "#3 %8"),
        ('workspace:api,"my docs" is:pane', "%8 %9"),
        ("is:needs", "#1 #3"),
        ("is:ended", "#1 #4 #5"),
        ("is:pane", "%8 %9"),
        ("priority:high", "#2"),
        ("age:>1h", "#1 #4"),
        ("age:>1h age:<=1d", "#1"),
        ("took:<9s is:ended", "#1 #4 #5"),
        ("due:<1h", "#2"),
        ("due:>1h", ""),
        ("tag:nightly", "#5"),
        ("tag:n*,x", "#5"),
        ("lock:*", "#5"),
        ("exit:3", "#1"),
        ("exit:>0", "#1 #4"),
        ("exit:0,1", "#4 #5"),
        ("id:#1", "#1"),
        ("id:>=4", "#4 #5"),
        ("after:1", "#2"),
        ("where:web*", "#4 #5"),
        ("command:printf", "#5"),
        ("folder:/src/docs", "%8"),
        ("[/b] $(x)", "#5"),
        ("-", ""),
        ("nowhere", ""),
    ],
)
def test_what_a_filter_finds(text: str, names: str) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("state:fialed", "no state named 'fialed'; did you mean 'failed'?"),
        ("state:purple", "no state named 'purple'; there are held, queued, running"),
        ("stat:failed", "no field named 'stat'; did you mean 'state'?"),
        ("make http://x", "no field named 'http'; as text it is written \"http://x\""),
        ("is:sene", "no is named 'sene'; did you mean 'seen'?"),
        ("age:1h", "age: is compared; write age:>1h or age:<10m"),
        ("age:>soon", "'soon' is no duration; write 90s, 10m, 1h30m or 2d"),
        ("exit:no", "exit:'no' is no number; write exit:3 or exit:>0"),
        ("lane:", "lane: needs a value"),
        ("state:failed,", "state: needs a value"),
        ("age:>", "'' is no duration"),
        ('lane:"my', "a quote is begun and not ended"),
    ],
)
def test_a_wrong_filter_says_what_is_wrong_and_what_to_write(text: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(text)
    assert str(error.value).startswith(says)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("is:task state:", "#1 #2 #3 #4 #5"),
        ("is:task state:fa", "#1 #4"),
        ("is:task state:failed,r", "#1 #3 #4"),
        ("lane:we", "#4 #5"),
        ("is:task age:>", "#1 #2 #3 #4 #5"),
        ("is:task -", "#1 #2 #3 #4 #5"),
        ('workspace:"my d', "#3 %8"),
    ],
)
def test_what_is_still_being_typed_stands_for_all_that_begin_so(text: str, names: str) -> None:
    assert found(text, begun=True) == names


def test_while_it_is_typed_only_the_last_word_need_not_be_whole() -> None:
    with pytest.raises(UsageError, match="no state named 'fa'"):
        parse("state:fa make", begun=True)
    with pytest.raises(UsageError, match="did you mean 'failed'"):
        parse("state:fial", begun=True)


def ways(text: str) -> list[str]:
    return [way.text for way in completions(text, WORLD)]


def test_fields_are_completed_and_then_the_values_that_are_there() -> None:
    assert ways("st") == ["state:"]
    assert ways("make -pri") == ["make -priority:"]
    assert ways("") == [f"{name}:" for name in FIELDS]
    assert ways("make ") == [f"make {name}:" for name in FIELDS]
    assert ways("state:") == ["state:queued", "state:review", "state:done", "state:failed", "state:waits"]
    assert ways("-state:F") == ["-state:failed"]
    assert "state:failed,failed" not in ways("state:failed,")
    assert ways("state:failed,r") == ["state:failed,review"]
    assert ways("tag:") == ["tag:ci", "tag:nightly"]
    assert ways("lane:we") == ["lane:web", "lane:web2"]
    assert "lane:agents" in ways("lane:"), "a lane without tasks is there, too"
    assert ways("workspace:my") == ['workspace:"my docs"']
    assert ways('workspace:api,"my') == ['workspace:api,"my docs"']
    assert ways("nothing") == ways("age:") == ways("nofield:x") == []


def test_a_completion_tells_how_many_rows_have_it() -> None:
    assert [(way.word, way.rows) for way in completions("lane:b", WORLD)] == [("build", 3)]
    assert [(way.word, way.rows) for way in completions("ag", WORLD)] == [("age:", None)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("state:fa", "state:failed"),
        ("make lane:we", "make lane:we*"),
        ("lane:web", "lane:web"),
        ("lane:we*", "lane:we*"),
        ("lane:nothing", "lane:nothing"),
        ('workspace:"my', 'workspace:"my docs"'),
        ("st", "st"),
        ("age:>1h", "age:>1h"),
        ("state:fa ", "state:fa "),
    ],
)
def test_a_filter_that_is_kept_shows_what_was_seen_while_it_was_typed(text: str, kept: str) -> None:
    assert finished(text, WORLD) == kept
    if kept != text:
        assert found(kept) == found(text, begun=True)


def test_a_name_that_nothing_has_is_doubted() -> None:
    assert doubt("lane:biuld", WORLD) == "no lane named 'biuld'; did you mean 'build'?"
    assert doubt("state:lost lane:build -workspace:nowhere", WORLD) == ""


SIGNS = ('"', "-", ":", ",", "*", ">", "<=", "#", "%", " ", "\t", "\x00")
PARTS = st.sampled_from((*SIGNS, "state:", "lane:", "age:", "exit:", "is:", "fa", "web", "1h", "é"))
NAMES = st.text(st.characters(exclude_characters='"*', exclude_categories=["Cs"]), min_size=1)


@given(st.lists(PARTS, max_size=9).map("".join))
def test_whatever_is_typed_is_understood_or_told_in_one_line(text: str) -> None:
    for begun in (False, True):
        said = ""
        try:
            found(text, begun=begun)
        except UsageError as error:
            said = str(error)
        assert said.isprintable()
    for way in completions(text, WORLD):
        if way.rows:
            assert completions(way.text, WORLD)[0].text == way.text, "what was taken is whole"
    finished(text, WORLD)
    doubt(text, WORLD)


@given(NAMES.filter(str.strip))
def test_any_name_can_be_asked_for_as_it_is_completed(name: str) -> None:
    row = worlds.task(1, "x", State.QUEUED, "x", "next", lane="build", workspace=name)
    world = Snapshot(MuxState("wezterm", True, 0), (row,))
    [way] = completions("workspace:", world)
    match = parse(way.text).at(0)
    assert match is not None
    assert match(row)
    assert doubt(way.text, world) == ""


def test_only_ages_change_with_time() -> None:
    assert parse("state:failed age:>1h").changes_with_time
    assert not parse("state:failed exit:>0").changes_with_time


def test_the_page_names_every_field_and_flag() -> None:
    page = (Path(__file__).parent.parent / "docs/filter.md").read_text()
    assert re.findall(r"^\| `([a-z]+)` \|", page, re.MULTILINE) == list(FIELDS)
    assert [flag for flag in FLAGS if f"`{flag}`" not in page] == []
    for example in re.findall(r"`([^`]+)`", page):
        if ":" in example and not example.startswith("wzp-tui"):
            parse(example)
