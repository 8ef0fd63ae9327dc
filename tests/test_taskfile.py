"""Task files: what they say, and everything that can be wrong with them, by file and line."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.errors import TaskFileError
from wzp_tui.tasks.backoff import Backoff, Exits, StartLimit
from wzp_tui.tasks.policy import Ask, Policy, Probe, Restart, Service, Stop
from wzp_tui.tasks.task import After, Priority
from wzp_tui.tasks.taskfile import TaskPlan, load_task_file


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = tmp_path / "project"
    (project / "sub").mkdir(parents=True)
    (project / "vars").write_text("A=1\n")
    monkeypatch.chdir(project)
    return project


def load(text: str) -> TaskPlan:
    Path("tasks.toml").write_text(text)
    return load_task_file("tasks.toml")


def problems(text: str) -> list[str]:
    with pytest.raises(TaskFileError) as caught:
        load(text)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_a_file_says_all_that_a_task_can_be(project: Path) -> None:
    plan = load("""
        [lanes.build]
        slots = 4
        [[task]]
        name = "compile"
        run  = "make -j2 && make check"
        [[task]]
        name = "test"
        title = "the tests"
        argv = ["make", "test"]
        after = ["compile"]
        lane = "build"
        workspace = "web"
        cwd = "sub"
        env = { CI = "1" }
        env_names = ["TOKEN"]
        env_file = "vars"
        retries = 2
        retry_lost = true
        timeout = "1h30m"
        priority = "high"
        tags = ["web", "nightly", "web"]
        hold = true
        [[task]]
        name = "agent"
        argv = ["true"]
        pane = "split"
        timeout = 90
    """)
    compile, test, agent = (planned.task for planned in plan.tasks)
    assert compile.argv == ("/bin/sh", "-c", "make -j2 && make check")
    assert (compile.title, compile.cwd, compile.lane) == ("compile", str(project), "default")
    assert (test.title, test.argv, test.cwd, test.lane, test.workspace) == (
        *("the tests", ("make", "test"), str(project / "sub"), "build", "web"),
    )
    assert (test.env, test.env_names, test.env_file) == ({"CI": "1"}, ("TOKEN",), str(project / "vars"))
    assert (test.policy.retries, test.policy.retry_lost, test.policy.timeout, test.priority) == (2, True, 5400.0, Priority.HIGH)
    assert (test.tags, test.hold) == (("web", "nightly"), True)
    assert (agent.lane, agent.place, agent.policy.timeout) == (None, "split", 90.0)
    assert [planned.after for planned in plan.tasks] == [(), (After(0),), ()]
    assert plan.lanes == {"build": 4}
    assert plan.open_lanes == ["default"]


def test_tasks_come_after_those_they_wait_for_and_else_in_the_order_of_the_file(project: Path) -> None:
    plan = load("""
        task = [
            {name = "ship", run = "x", after = ["test", "docs", "test"]},
            {name = "lint", run = "x"},
            {name = "test", run = "x", after = ["lint"]},
            {name = "docs", run = "x"},
        ]
    """)
    assert [(planned.name, planned.after) for planned in plan.tasks] == [
        ("lint", ()),
        ("test", (After(0),)),
        ("docs", ()),
        ("ship", (After(1), After(2))),
    ]


def test_paths_are_relative_to_the_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("tasks.toml").write_text('[[task]]\nname = "a"\nrun = "x"\ncwd = "sub"\n')
    monkeypatch.chdir("/")
    (planned,) = load_task_file(str(project / "tasks.toml")).tasks
    assert planned.task.cwd == str(project / "sub")


def test_all_problems_are_told_at_once_in_the_order_of_the_file(project: Path) -> None:
    assert problems("""[lanes.build]
slot = 4
[[task]]
name = "a"
run = "x"
retires = 2
priority = "urgent"
[[task]]
run = 7
timeout = "soon"
env = { "A B" = "1" }
[jobs]
""") == [
        "tasks.toml:1: `slots` is missing",
        "tasks.toml:2: unknown key `slot`; did you mean `slots`?",
        "tasks.toml:6: unknown key `retires`; did you mean `retries`?",
        "tasks.toml:7: `priority`: must be 'high', 'normal' or 'low'",
        "tasks.toml:8: `name` is missing",
        "tasks.toml:9: `run`: must be a string",
        "tasks.toml:10: `timeout`: 'soon' is no duration; write 90s, 10m, 1h30m or 2d",
        "tasks.toml:11: `A B`: 'A B' names no variable; write K or K=V, K with letters, digits and _",
        "tasks.toml:12: unknown key `jobs`; there are: lanes, params, task",
    ]


def test_what_a_model_cannot_say_is_told_at_once_too(project: Path) -> None:
    assert problems("""[[task]]
name = "a"
[[task]]
name = "b"
run = "x"
argv = ["x"]
cwd = "nowhere"
env_file = "none"
[[task]]
name = "a"
run = " "
after = ["c", "bb"]
lane = "x"
pane = "tab"
[[task]]
name = "d"
argv = [""]
""") == [
        "tasks.toml:1: task `a` needs either `run`, a shell line, or `argv`, a list of words",
        "tasks.toml:6: task `b` needs either `run`, a shell line, or `argv`, a list of words",
        f"tasks.toml:7: `cwd`: there is no folder {project}/nowhere",
        f"tasks.toml:8: `env_file`: there is no file {project}/none",
        "tasks.toml:11: `run` is empty",
        "tasks.toml:14: `lane` and `pane` exclude each other: a task runs in a lane, or in a pane of its own",
        "tasks.toml:17: `argv` is empty",
        "tasks.toml:10: there is a task `a` already, in line 2",
        "tasks.toml:12: `after`: there is no task 'c'",
        "tasks.toml:12: `after`: there is no task 'bb'; did you mean 'b'?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "tasks.toml:1: `task` is missing"),
        ("task = []", "tasks.toml:1: `task`: list should have at least 1 item after validation, not 0"),
        ("\n[task]\nname = 'a'", "tasks.toml:2: a task is written with two brackets: [[task]]"),
        ("a = \n", "tasks.toml:1: is not TOML: Invalid value"),
        ("[[task]]\nname = 'a'\nrun = 'x", "tasks.toml:3: is not TOML: "),
        ('[[task]]\nname = "a"\nname = "b"', "tasks.toml:3: is not TOML: Cannot overwrite a value"),
        ('[[task]]\nname = "a"\nrun = "x"\nafter = ["a"]', "tasks.toml:4: a cannot wait for itself"),
        ('[[task]]\nname = "a"\nrun = "x\\u0000"', "tasks.toml:3: `run`: cannot hold NUL characters"),
        ('[[task]]\nname = "a"\nrun = "x"\nlane = "../x"', "tasks.toml:4: `lane`: lane '../x': a lane is named with a-z"),
        ('[[task]]\nname = "a"\nrun = "x"\nretries = true', "tasks.toml:4: `retries`: must be an integer"),
        ('[[task]]\nname = "a"\nrun = "x"\ntimeout = 0', "tasks.toml:4: `timeout`: 0 seconds is no duration to wait for"),
        ('[[task]]\nname = "a"\nrun = "x"\ntimeout = nan', "tasks.toml:4: `timeout`: nan seconds is no duration to wait for"),
        ('[[task]]\nname = "\\u001b[2J"\nrun = "x"', "tasks.toml:2: `name`: name '': a name is 1 to 128 printable characters"),
        ("a = " + "[" * 5000, "tasks.toml:1: "),
    ],
)
def test_a_wrong_file_is_named_by_line(project: Path, text: str, said: str) -> None:
    found = problems(text)
    assert len(found) == 1
    assert found[0].startswith(said)
    assert found[0].isprintable()


def test_a_cycle_is_named(project: Path) -> None:
    assert problems("""[[task]]
name = "a"
run = "x"
[[task]]
name = "b"
run = "x"
after = ["a", "d"]
[[task]]
name = "c"
run = "x"
after = ["b"]
[[task]]
name = "d"
run = "x"
after = ["c"]
""") == ["tasks.toml:7: these tasks wait for each other for ever; take one of them out of `after`: b → d → c → b"]


def test_files_that_cannot_be_read(project: Path) -> None:
    for make, said in {
        lambda: None: "tasks.toml:1: cannot be read: No such file or directory",
        lambda: os.mkdir("tasks.toml"): "tasks.toml:1: cannot be read: Is a directory",
    }.items():
        make()
        with pytest.raises(TaskFileError, match=said):
            load_task_file("tasks.toml")
    os.rmdir("tasks.toml")
    Path("tasks.toml").write_bytes(b"# \n\xff")
    with pytest.raises(TaskFileError, match=r"tasks.toml:2: is not UTF-8"):
        load_task_file("tasks.toml")
    Path("tasks.toml").write_bytes(b"#" * (2 << 20))
    with pytest.raises(TaskFileError, match=r"tasks.toml:1: is larger than 1 MiB"):
        load_task_file("tasks.toml")


def test_windows_files_and_byte_order_marks_are_read(project: Path) -> None:
    Path("tasks.toml").write_bytes('\ufeff[[task]]\r\nname = "a"\r\nrun = "x"\r\n'.encode())
    assert [planned.name for planned in load_task_file("tasks.toml").tasks] == ["a"]


@given(waits=st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=1, max_size=8))
def test_every_plan_is_in_order_or_its_cycle_is_one(tmp_path_factory: pytest.TempPathFactory, waits: list[list[int]]) -> None:
    file = tmp_path_factory.mktemp("plan") / "tasks.toml"
    known = [[before for before in befores if before < len(waits)] for befores in waits]
    file.write_text("".join(f'[[task]]\nname = "t{n}"\nrun = "x"\nafter = {[f"t{b}" for b in known[n]]}\n' for n in range(len(known))))
    try:
        plan = load_task_file(str(file))
    except TaskFileError as error:
        problem = error.problems[0].removesuffix(" cannot wait for itself")
        names = problem.rpartition(": ")[2].split(" → ") if " → " in problem else [problem.rpartition(": ")[2]] * 2
        assert names[0] == names[-1]
        for name, before in pairwise(names):
            assert int(before[1:]) in known[int(name[1:])]
    else:
        assert sorted(planned.name for planned in plan.tasks) == sorted(f"t{n}" for n in range(len(known)))
        for index, planned in enumerate(plan.tasks):
            assert all(before.task < index for before in planned.after)
            assert {plan.tasks[before].name for before, _ in planned.after} == {f"t{b}" for b in known[int(planned.name[1:])]}


def test_a_policy_is_written_as_it_is_on_the_command_line(project: Path) -> None:
    plan = load("""
        [[task]]
        name = "server"
        run = "serve"
        success = "0,SIGTERM"
        retry_on = "75"
        backoff = "5s to 1m by 3 jitter 0"
        start_limit = "5 in 10m"
        quiet = "5m"
        stop_signal = "int"
        stop_grace = 20
        [task.service]
        restart = "always"
        ready = "http://localhost:8080/ok"
        alive = "every=5s,within=1s,failures=2,port:8080"
        [[task]]
        name = "plain"
        run = "true"
    """)
    server, plain = (planned.task.policy for planned in plan.tasks)
    assert server == Policy(
        success=Exits(frozenset({0}), frozenset({15})),
        retry_on=Exits(frozenset({75})),
        backoff=Backoff(5, 3, 60, 0),
        start_limit=StartLimit(5, 600),
        quiet=300,
        stop=Stop(2, 20),
        service=Service(
            Restart.ALWAYS,
            Probe(Ask.HTTP, "http://localhost:8080/ok", 1, 5, 30),
            Probe(Ask.PORT, "8080", 5, 1, 2),
        ),
    )
    assert plain == Policy()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('backoff = "soon"', "tasks.toml:4: `backoff`: 'soon' is no duration"),
        ('retry_on = "300"', "tasks.toml:4: `retry_on`: exit codes '300'"),
        ('start_limit = "often"', "tasks.toml:4: `start_limit`: start limit 'often': write how often and in what time"),
        ('stop_signal = "SIGNOTHING"', "tasks.toml:4: `stop_signal`: 'SIGNOTHING' is no signal"),
        ('[task.service]\nready = "8080"', "tasks.toml:5: `ready`: probe '8080': write port:8080"),
        ('[task.service]\nreddy = "8080"', "tasks.toml:5: unknown key `reddy`; did you mean `ready`?"),
        ("retries = 2\n[task.service]", "tasks.toml:4: `retries`: a service is restarted as `restart` says"),
    ],
)
def test_what_is_wrong_in_a_policy_is_told_by_line(project: Path, line: str, told: str) -> None:
    (found,) = problems(f'[[task]]\nname = "a"\nrun = "x"\n{line}\n')
    assert found.startswith(told)
