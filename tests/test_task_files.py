"""Tasks from files into the queue, and from the queue into files."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wzp_tui.store import NewTask, Store
from wzp_tui.tasks.lane import Lane
from wzp_tui.tasks.parse import short_title
from wzp_tui.tasks.parse_policy import read_policy
from wzp_tui.tasks.task import After, Condition, Priority, State, Task, command_line
from wzp_tui.tasks.taskfile import load_task_file
from wzp_tui.tasks.taskfile.exporting import as_json, as_toml, exported

from .cli import add, ok, wzp
from .json_schema import violations
from .taskfile_page import schema

RELEASE = """
[params.VERSION]
help = "as in 1.2"
[lanes.build]
slots = 3
[[task]]
name = "test"
run = "make test"
after = ["compile"]
[[task]]
name = "compile"
title = "compile ${VERSION}"
argv = ["make", "VERSION=${VERSION}"]
lane = "build"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "release.toml").write_text(RELEASE)
    return tmp_path / "release.toml"


# -- import --------------------------------------------------------------------------------------------------------------------


def test_the_tasks_of_a_file_are_queued_with_its_lanes(file: Path, store: Store) -> None:
    add("--hold", "--", "true")
    assert ok("task", "import", str(file), "--param", "VERSION=1.2").out.splitlines() == ["#2 compile 1.2", "#3 test"]
    compile, test = store.task(2), store.task(3)
    assert (compile.argv, compile.lane, compile.cwd) == (("make", "VERSION=1.2"), "build", str(file.parent))
    assert (test.after, test.env, test.state) == ((After(2),), {"VERSION": "1.2"}, State.QUEUED)
    assert {lane.name: lane.slots for lane in store.lanes()} == {"default": 2, "build": 3}
    ok("lane", "set", "build", "--slots", "1")
    again = ok("task", "import", str(file), "--param", "VERSION=1.3", "--hold", "--json")
    assert [(task["id"], task["state"]) for task in again.json["tasks"]] == [(4, "held"), (5, "held")]
    assert "lane build keeps its 1 slots; the file says 3" in again.err
    assert store.lanes()[1].slots == 1


def test_nothing_is_queued_from_a_file_with_a_mistake(file: Path, store: Store) -> None:
    missing = wzp("task", "import", str(file))
    assert (missing.code, missing.err) == (2, f"wzp-tui: {file} needs --param VERSION=VALUE (as in 1.2)\n")
    assert wzp("task", "import", str(file), "--param", "VERSION").code == 2
    file.write_text(RELEASE + 'lane = "biuld"\n'.replace("lane", "lnae"))
    wrong = wzp("task", "import", str(file), "--param", "VERSION=1")
    assert (wrong.code, f"{file}:15: unknown key `lnae`" in wrong.err) == (2, True)
    file.write_text('[[task]]\nname = "a"\nrun = "true"\nlane = "biuld"\n')
    wrong = wzp("task", "import", str(file))
    assert (wrong.code, "there is no lane biuld" in wrong.err) == (2, True)
    assert store.view().tasks == ()
    assert [lane.name for lane in store.lanes()] == ["default"]


def test_run_takes_parameters_and_json(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    file.write_text(json.dumps({"params": {"WORD": {}}, "task": [{"name": "say", "run": 'test "$WORD" = "a; exit 3"'}]}))
    assert wzp("run", str(file)).code == 2
    assert wzp("run", str(file), "--param", "WORD=a; exit 3").code == 0
    assert wzp("run", str(file), "--param", "WORD=b").code == 1


# -- export --------------------------------------------------------------------------------------------------------------------


def test_what_is_exported_is_imported_again(tmp_path: Path, store: Store) -> None:
    ok("lane", "set", "build", "--slots", "4")
    first = add("--title", "compile", "--lane", "build", "--tag", "web", "--env", "TOKEN=secret", "--", "make", "-j2")
    add("--title", "test", "--after", f"{first}:ended", "--timeout", "10m", "--hold", "--", "sh", "-c", "make test")
    add("--", "true")
    for format in ("toml", "json"):
        file = tmp_path / f"saved.{format}"
        ran = ok("task", "export", "--filter", "id:<3", "--format", format)
        assert "secret" not in ran.out
        assert "values of variables are left out" in ran.err
        file.write_text(ran.out)
        ids = [int(line.split()[0][1:]) for line in ok("task", "import", str(file)).out.splitlines()]
        compile, test = map(store.task, ids)
        assert (compile.title, compile.argv, compile.lane, compile.tags) == ("compile", ("make", "-j2"), "build", ("web",))
        assert (compile.env, compile.env_names) == ({}, ("TOKEN",))
        assert (test.after, test.policy.timeout, test.state) == ((After(compile.id, Condition.ENDED),), 600.0, State.HELD)
    assert 'TOKEN" = "secret"' in ok("task", "export", "--with-env").out


def test_times_are_kept_and_what_comes_again_becomes_a_series(tmp_path: Path, store: Store) -> None:
    add("--at", "in 2h", "--due", "in 3h", "--title", "later", "--", "true")
    file = tmp_path / "later.toml"
    file.write_text(ok("task", "export").out + '\n[[task]]\nname = "tick"\nrun = "true"\nevery = "10m"\n')
    assert ok("task", "import", str(file)).out.splitlines() == ["#2 later", "@1 tick"]
    assert [getattr(store.task(2), name) // 1000 for name in ("not_before_ms", "due_ms")] == [
        getattr(store.task(1), name) // 1000 for name in ("not_before_ms", "due_ms")
    ]
    file.write_text(file.read_text() + '[[task]]\nname = "b"\nrun = "true"\nafter = ["tick"]\n')
    refused = wzp("task", "import", str(file))
    assert (refused.code, "'tick' comes again and is never over" in refused.err) == (2, True)


def test_series_come_back_from_a_file(tmp_path: Path, store: Store) -> None:
    ok("lane", "set", "build", "--slots", "3")
    add_again = ("--lane", "build", "--tag", "nightly", "--lock", "db", "--timeout", "5m", "--priority", "high", "--env", "A=1")
    ok("add", "--every", "30 2 * * *", "--catch-up", "one", "--title", "back up", *add_again, "--", "sh", "-c", "make backup")
    ok(
        "add",
        "--every",
        "10m",
        "--overlap",
        "queue",
        "--catch-up",
        "all(5)",
        "--hold",
        "--keep",
        "0",
        "--title",
        "back up",
        "--",
        "make",
        "check",
    )
    ok("add", "--every", "1h", "--at", "in 3h", "--", "true")
    before = store.series()
    assert [series.paused for series in before] == [False, True, False]
    for format in ("toml", "json"):
        file = tmp_path / f"saved.{format}"
        file.write_text(ok("task", "export", "--format", format, "--with-env").out)
        for series in store.series():
            store.remove_series(series.id)
        assert [line.partition(" ")[2] for line in ok("task", "import", str(file)).out.splitlines()] == ["back up", "back up", "true"]
        after = store.series()
        assert [series.task for series in after] == [series.task for series in before]
        rules = [[(each.every, each.overlap, each.catch_up, each.paused, each.keep) for each in found] for found in (before, after)]
        assert rules[0] == rules[1]
        assert after[2].next_ms == before[2].next_ms, "one that has not begun begins then"


def test_a_filter_chooses_series_by_what_their_tasks_are_made_of(store: Store) -> None:
    ok("add", "--every", "1h", "--tag", "nightly", "--title", "back up", "--", "make", "backup")
    ok("add", "--every", "1h", "--title", "check", "--", "true")
    add("--tag", "nightly", "--title", "a task", "--", "true")

    def exported_titles(filter: str) -> list[str]:
        return [entry["title"] if "title" in entry else entry["name"] for entry in json.loads(export(filter).out)["task"]]

    def export(filter: str) -> Any:
        return ok("task", "export", "--format", "json", "--filter", filter)

    assert exported_titles("tag:nightly") == ["a task", "back up"]
    assert exported_titles("series:2") == ["check"]
    assert exported_titles("-state:done -tag:nightly") == ["check"]
    assert exported_titles("state:queued") == ["a task"]
    assert exported_titles("command:backup") == ["back up"]
    assert "nothing to export" in wzp("task", "export", "--filter", "state:failed").err


def test_a_wait_for_what_is_not_exported_is_told() -> None:
    first = add("--", "true")
    add("--after", str(first), "--title", "second", "--", "true")
    ran = ok("task", "export", "--filter", "second")
    assert "#2 waits for #1, which is not exported" in ran.err
    assert "after" not in ran.out


def test_nothing_to_export_is_an_error() -> None:
    assert "nothing to export" in wzp("task", "export", "--filter", "nothing-like-it").err
    assert wzp("task", "export", "--filter", "colour:red").code == 2


def test_a_command_that_is_not_utf_8_goes_into_json(tmp_path: Path, store: Store) -> None:
    add("--title", "odd", "--", "echo", b"\xff")
    refused = wzp("task", "export")
    assert (refused.code, "take --format json" in refused.err) == (2, True)
    (tmp_path / "odd.json").write_text(ok("task", "export", "--format", "json").out)
    ok("task", "import", str(tmp_path / "odd.json"))
    assert store.task(2).argv == store.task(1).argv == ("echo", "\udcff")


SCHEMA_TEXT = schema()
_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
_words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
_commands = st.one_of(
    st.lists(_texts, min_size=1, max_size=4).filter(lambda argv: bool(argv[0])).map(tuple), _texts.map(lambda line: ("/bin/sh", "-c", line))
)
_policies = st.sampled_from(
    [
        {},
        {"timeout": 90.0, "retries": 3, "retry_lost": True, "retry_on": "1-3,SIGTERM", "backoff": "2s to 5m by 3", "quiet": 10.0},
        {"success": "0,3", "start_limit": "5 in 10m", "stop_signal": "SIGINT", "stop_grace": 30.0},
        {"service": {"restart": "always", "ready": "port:8080", "alive": "every=2s,within=1s,failures=2,command:test -e 'x' && true"}},
    ]
).map(read_policy)
_tasks = st.builds(
    NewTask,
    argv=_commands,
    cwd=st.sampled_from([os.path.realpath(tempfile.gettempdir()), "/"]),
    title=_texts.map(short_title),
    workspace=_words,
    lane=st.sampled_from([None, "default", "build"]),
    place=st.sampled_from(["tab", "split"]),
    priority=st.sampled_from(Priority),
    after=st.just(()),
    env_file=st.just(""),
    not_before_ms=st.just(0),
    due_ms=st.none(),
    env=st.dictionaries(st.sampled_from("ABC"), _texts),
    env_names=st.lists(st.sampled_from("DEF"), unique=True).map(tuple),
    policy=_policies,
    hold=st.booleans(),
    locks=st.lists(_words, unique=True, max_size=2).map(lambda names: tuple(sorted(names))),
    touches=st.lists(st.sampled_from(["/srv/**", "/a b/*.py"]), unique=True).map(lambda globs: tuple(sorted(globs))),
    tags=st.lists(_words, unique=True, max_size=2).map(tuple),
)
_batches = st.lists(
    st.tuples(_tasks, st.lists(st.tuples(st.integers(0, 9), st.sampled_from(Condition)), max_size=2)), min_size=1, max_size=6
)


def _stored(id: int, new: NewTask, after: tuple[After, ...]) -> Task:
    """The task as the store would have it."""
    fields = {name: value for name, value in new._asdict().items() if name in Task._fields}
    times = dict.fromkeys(("created_ms", "queued_ms", "changed_ms"), 0)
    state = State.HELD if new.hold else State.QUEUED
    argv = tuple(new.argv)
    return Task(
        **{**fields, **times, "argv": argv, "title": new.title or short_title(command_line(argv)) or "?", "after": after},
        **{"id": id, "state": state, "reason": "", "next_rank": 0, "seen": False},
    )


@given(batch=_batches, format=st.sampled_from(["toml", "json"]))
@settings(max_examples=100, deadline=None)
def test_whatever_the_queue_holds_comes_back_from_a_file(batch: list[Any], format: str) -> None:
    waits = [
        tuple({before: After(before, condition) for before, condition in waits if before < number}.values())
        for number, (_, waits) in enumerate(batch)
    ]
    before = [_stored(number, new, waits[number]) for number, (new, _) in enumerate(batch)]
    data = exported(before, [Lane("build", 4, False)], 0, with_env=True).data
    assert not violations(data, json.loads(SCHEMA_TEXT))
    with tempfile.NamedTemporaryFile(suffix=f".{format}") as file:
        file.write((as_json(data) if format == "json" else as_toml(data)).encode())
        file.flush()
        plan = load_task_file(file.name)
    assert [planned.after for planned in plan.tasks] == waits
    back = [_stored(number, planned.task, planned.after) for number, planned in enumerate(plan.tasks)]
    assert [task._replace(place="") if task.lane else task for task in back] == [
        task._replace(place="") if task.lane else task for task in before
    ]
