"""`wzp-tui run`: a task file to its end, with real workers on embedded panes."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from wzp_tui.paths import StoreFolder, runs_dir, store_dir
from wzp_tui.store import open_store

from .cli import WZP, ok, on_terminal, wzp
from .support import wait_until
from .workers import lines

BUILD = """
[lanes.build]
slots = 2
[[task]]
name = "compile"
run = "echo compiling"
[[task]]
name = "test"
run = "echo one; echo two; exit 3"
after = ["compile"]
lane = "build"
[[task]]
name = "ship"
run = "true"
after = ["test"]
[[task]]
name = "docs"
argv = ["true"]
lane = "other"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    return project


def test_all_done_is_exit_0(project: Path) -> None:
    (project / "all.toml").write_text(BUILD.replace("exit 3", "exit 0"))
    ran = ok("run", "all.toml", "--jobs", "2")
    told = [re.sub(r" [\d.]+s$", "", line) for line in ran.out.splitlines()]
    assert sorted(told) == sorted(
        f"#{n} {name} {word}" for n, name in enumerate(["compile", "test", "ship", "docs"], 1) for word in ("started", "done")
    )
    assert told.index("#1 compile done") < told.index("#2 test started") < told.index("#2 test done") < told.index("#3 ship started")
    assert ran.err == ""


def test_a_failure_is_named_with_its_exit_and_its_log(project: Path) -> None:
    (project / "all.toml").write_text(BUILD)
    ran = wzp("run", "all.toml")
    assert ran.code == 1
    told = ran.out.splitlines()
    failed = next(number for number, line in enumerate(told) if line.startswith("#2 test failed exit 3"))
    assert told[failed + 1 : failed + 3] == ["    one", "    two"]
    assert "#3 ship skipped after #2" in told
    last = ran.err.splitlines()[-1]
    found = re.fullmatch(r"wzp-tui: #2 test failed, exit 3; its log is (\S+\.log)", last)
    assert found, last
    assert Path(found[1]).read_bytes() == b"one\r\ntwo\r\n"


def test_the_users_queue_is_left_alone_and_the_runs_store_is_kept(project: Path) -> None:
    (project / "my file.toml").write_text(BUILD)
    document = wzp("run", "my file.toml", "--json").json
    assert [task["state"] for task in document["tasks"]] == ["done", "failed", "skipped", "done"]
    assert document["tasks"][1]["run"]["exit"] == 3
    assert re.fullmatch(re.escape(runs_dir()) + r"/\d{8}T\d{6}Z-my-file", document["store"])
    store = open_store(document["store"], "test")
    assert {lane.name: lane.slots for lane in store.lanes()}["build"] == 2
    assert {lane.name: lane.slots for lane in store.lanes()}["other"] == os.cpu_count()
    store.close()
    assert not os.path.exists(StoreFolder(store_dir()).db)


def test_the_last_twenty_stores_are_kept_and_none_that_is_at_work(project: Path) -> None:
    (project / "a.toml").write_text('[[task]]\nname = "a"\nrun = "true"\n')
    base = Path(runs_dir())
    for day in range(1, 29):
        StoreFolder(base / f"202601{day:02}T000000Z-a").make()
    (base / "of somebody else").mkdir()
    held = subprocess.Popen(["flock", str(base / "20260101T000000Z-a/tower.lock"), "sleep", "60"])
    try:
        wait_until(lambda: (base / "20260101T000000Z-a/tower.lock").exists())
        ok("run", "a.toml")
        kept = sorted(path.name for path in base.iterdir())
        assert kept[0] == "20260101T000000Z-a"
        assert len(kept) == 1 + 20 + 1
        assert kept[-1] == "of somebody else"
    finally:
        held.kill()
        held.wait()


def test_tasks_have_the_callers_environment_and_the_folder_of_the_file(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub/a.toml").write_text('[[task]]\nname = "a"\nrun = "pwd; echo $GREETING $CI"\nenv = { CI = "1" }\n')
    ran = ok("run", "sub/a.toml", "--json", env={"GREETING": "hello"})
    assert Path(ran.json["tasks"][0]["run"]["log"]).read_text().split() == [str(project / "sub"), "hello", "1"]


def test_a_task_is_tried_again_and_said_so(project: Path) -> None:
    (project / "a.toml").write_text('[[task]]\nname = "a"\nrun = "test -e once || { touch once; exit 5; }"\nretries = 1\n')
    told = [re.sub(r" [\d.]+s$", "", line) for line in ok("run", "a.toml").out.splitlines()]
    assert told == ["#1 a started", "#1 a is tried again: exit 5, attempt 1 of 2", "#1 a started", "#1 a done"]


def test_services_of_a_file_serve_its_tasks_and_end_with_them(project: Path) -> None:
    (project / "a.toml").write_text("""
        [[task]]
        name = "server"
        run = "sleep 0.2; echo listening; while :; do sleep 0.05; done"
        [task.service]
        restart = "always"
        ready = "line:^listening"
        [[task]]
        name = "client"
        run = "true"
        after = ["server:ready"]
    """)
    ran = ok("run", "a.toml")
    told = [re.sub(r" [\d.]+s$", "", line) for line in ran.out.splitlines()]
    assert told[:4] == ["#1 server started", "#1 server serves", "#2 client started", "#2 client done"]
    assert told[4].startswith("#1 server cancelled")


def test_a_wrong_file_is_exit_2_with_lines_that_an_editor_understands(project: Path) -> None:
    (project / "a.toml").write_text('[[task]]\nname = "a"\nrunn = "x"\n')
    ran = wzp("run", "a.toml")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == ["a.toml:3: unknown key `runn`; did you mean `run`?"]
    assert wzp("run", "none.toml").err == "none.toml:1: cannot be read: No such file or directory\n"
    assert not os.path.exists(runs_dir()), "nothing was begun"


def test_ctrl_c_stops_in_good_order_and_says_what_was_cancelled(project: Path) -> None:
    (project / "loop.sh").write_text("trap 'echo bye > end; exit 0' TERM; touch up; while :; do sleep 0.05; done")
    (project / "a.toml").write_text(
        '[lanes.default]\nslots = 1\n[[task]]\nname = "a"\nargv = ["sh", "loop.sh"]\n[[task]]\nname = "b"\nrun = "true"\n'
    )
    ran = subprocess.Popen([*WZP, "run", "a.toml"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    wait_until((project / "up").exists)
    os.killpg(ran.pid, signal.SIGINT)
    out, err = ran.communicate(timeout=30)
    assert ran.returncode == 130
    assert lines(project / "end") == ["bye"], "it had the time to clean up"
    assert err.splitlines() == ["wzp-tui: stopping all tasks; Ctrl-C again kills them", "wzp-tui: cancelled: #1 a, #2 b"]
    assert "#2 b started" not in out


def test_a_second_ctrl_c_kills(project: Path) -> None:
    (project / "a.toml").write_text('[[task]]\nname = "a"\nrun = "trap \'\' INT TERM HUP; touch up; while :; do sleep 0.05; done"\n')
    ran = subprocess.Popen([*WZP, "run", "a.toml"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    wait_until((project / "up").exists)
    os.killpg(ran.pid, signal.SIGINT)
    assert ran.stderr is not None
    ran.stderr.readline()
    os.killpg(ran.pid, signal.SIGINT)
    _, err = ran.communicate(timeout=30)
    assert (ran.returncode, err) == (130, "wzp-tui: cancelled: #1 a\n")
    (folder,) = Path(runs_dir()).iterdir()
    assert ok("task", "show", "1", "--json", env={"WZP_STORE": str(folder)}).json["task"]["run"]["stop"] == "kill"


def test_on_a_terminal_the_state_is_shown_below(project: Path) -> None:
    (project / "a.toml").write_text('[[task]]\nname = "a"\nrun = "until test -e go; do sleep 0.05; done"\n')
    shown = on_terminal("run", "a.toml", env={"NO_COLOR": "1"})
    shown.shows("1 running")
    (project / "go").touch()
    assert shown.wait() == 0
    wait_until(lambda: "#1 a done" in shown.text)
    assert "\r\x1b[2K#1 a done" in shown.text
    shown.close()


def test_a_tower_without_a_screen_runs_the_queue_until_it_is_ended(project: Path) -> None:
    tower = subprocess.Popen([*WZP, "tower", "--headless", "--mux", "embedded"], stderr=subprocess.PIPE, text=True)
    try:
        assert tower.stderr is not None
        assert "the tower is open, process " in tower.stderr.readline()
        waited = ok("add", "--wait", "--pane", "tab", "--", "sh", "-c", "echo hi")
        assert waited.err == ""
        assert ok("status", "--json").json["status"]["tower"] is True
        assert ok("task", "log", "1").out == "hi\r\n"
        tower.send_signal(signal.SIGTERM)
        assert tower.wait(20) == 0
    finally:
        tower.kill()
        tower.communicate()


def test_a_tower_makes_the_lanes_of_the_config_file(isolated: Path) -> None:
    (isolated / ".config/wzp-tui").mkdir(parents=True)
    (isolated / ".config/wzp-tui/config.toml").write_text("[lanes.build]\nslots = 3\n")
    tower = subprocess.Popen([*WZP, "tower", "--headless", "--mux", "embedded"], stderr=subprocess.PIPE, text=True)
    try:
        wait_until(
            lambda: (
                {"build": 3}.items()
                <= {lane["name"]: lane["slots"] for lane in json.loads(ok("lane", "list", "--json").out)["lanes"]}.items()
            )
        )
        tower.send_signal(signal.SIGINT)
        assert tower.wait(20) == 0
    finally:
        tower.kill()
        tower.communicate()


def test_without_wezterm_its_panes_are_unreachable(project: Path) -> None:
    (project / "a.toml").write_text('[[task]]\nname = "a"\nrun = "true"\n')
    env = {"PATH": "/usr/bin:/bin"}
    for verb in (
        ["pane", "list"],
        ["pane", "text", "%1"],
        ["run", "a.toml", "--mux", "wezterm"],
        ["tower", "--headless", "--mux", "wezterm"],
    ):
        ran = wzp(*verb, env=env)
        assert (ran.code, ran.out) == (3, ""), ran
        assert ran.err.startswith("wzp-tui: ")
        assert ran.err.count("\n") == 1


def test_what_waits_for_a_failure_that_does_not_come_is_not_needed(project: Path) -> None:
    (project / "alarm.toml").write_text(
        '[[task]]\nname = "test"\nrun = "true"\n[[task]]\nname = "alarm"\nrun = "true"\nafter = ["test:failed"]\n'
        '[[task]]\nname = "calm"\nrun = "true"\nafter = ["alarm"]\n'
    )
    ran = ok("run", "alarm.toml")
    assert "#2 alarm not needed after #1" in ran.out
    assert "#3 calm not needed after #2" in ran.out


def test_what_failed_is_cleaned_up_and_the_exit_still_tells_of_it(project: Path) -> None:
    (project / "clean.toml").write_text(
        '[[task]]\nname = "test"\nrun = "false"\n[[task]]\nname = "clean"\nrun = "touch cleaned"\nafter = ["test:failed"]\n'
    )
    assert wzp("run", "clean.toml").code == 1
    assert (project / "cleaned").exists()
