"""Looking at tasks from the command line: lists, status, why, events, lanes, and recorded output."""

import json
import signal
import subprocess
from pathlib import Path

from wzp_tui.store import Store
from wzp_tui.tasks.task import State

from .cli import WZP, add, ok, on_terminal, wzp
from .workers import Workers, becomes


def test_json_has_the_names_of_the_models_and_masks_values(store: Store) -> None:
    add("--env", "PASSWORD=hunter2hunter2", "--timeout", "90s", "--", "true")
    found = ok("task", "list", "--json").json["tasks"]
    assert [task["id"] for task in found] == [1]
    assert found[0]["env"] == {"PASSWORD": "***"}
    assert found[0]["policy"] == {"timeout": 90.0}
    assert found[0]["created"].endswith("Z")
    assert found[0]["run"] is None
    for verb in (("task", "show", "1"), ("task", "show", "1", "--json"), ("task", "list"), ("why", "1"), ("events",)):
        assert "hunter2" not in ok(*verb).out


def test_a_run_is_nested_in_its_task(workers: Workers) -> None:
    id = add("--retries", "0", "--", "sh", "-c", "echo out; exit 3")
    workers.lane()
    becomes(workers.store, id, State.FAILED)
    run = ok("task", "show", str(id), "--json").json["task"]["run"]
    assert (run["exit"], run["signal"], run["attempt"], run["lane"], run["slot"]) == (3, None, 1, "default", 1)
    assert Path(run["log"]).read_bytes() == b"out\r\n"
    assert run["duration"] >= 0
    assert run["started"] <= run["ended"]


def test_lists_are_for_people(store: Store) -> None:
    assert ok("task", "list").out == "nothing is queued; `wzp-tui add -- make test` queues a command\n"
    add("--title", "compile", "--", "make")
    add("--title", "日本語", "--after", "1", "--priority", "high", "--", "make", "test")
    add("--title", "ship", "--hold", "--lane", "default", "--", "make", "ship")
    heads, *rows = ok("task", "list").out.splitlines()
    assert heads.split() == ["ID", "TITLE", "WHERE", "STATE", "REASON", "TIME"]
    assert [row.split()[:2] for row in rows] == [["#2", "↑"], ["#1", "compile"], ["#3", "ship"]]
    assert rows[0].split()[-4:-1] == ["waits", "after", "#1"]
    assert rows[1].index("default") == rows[0].index("default") + 3, "three characters, six cells"
    assert [line.split()[0] for line in ok("task", "list", "--state", "held").out.splitlines()[1:]] == ["#3"]
    assert ok("task", "list", "--workspace", "nowhere").out == "no task matches\n"


def test_a_list_is_filtered_as_in_the_tower(store: Store) -> None:
    add("--title", "compile", "--", "make")
    add("--title", "ship it", "--after", "1", "--priority", "high", "--", "make", "ship")
    for filter, ids in (
        ("make", []),
        ("command:make -ship", [1]),
        ("state:waits priority:high", [2]),
        ("after:1", [2]),
        ("age:<1h id:>1", [2]),
    ):
        assert [task["id"] for task in ok("task", "list", "--filter", filter, "--json").json["tasks"]] == ids
    assert ok("task", "list", "--filter", "lane:defalt").out == "no task matches: no lane named 'defalt'; did you mean 'default'?\n"
    wrong = wzp("task", "list", "--filter", "state:fialed")
    assert (wrong.code, wrong.out) == (2, "")
    assert "no state named 'fialed'; did you mean 'failed'?" in wrong.err


def test_colours_are_for_terminals_that_want_them(store: Store) -> None:
    add("--", "true")
    assert "\x1b" not in ok("task", "list").out
    shown = on_terminal("task", "list")
    assert shown.wait() == 0
    shown.shows("\x1b[2mID")
    shown.close()
    plain = on_terminal("task", "list", env={"NO_COLOR": "1"})
    assert plain.wait() == 0
    plain.shows("TITLE")
    assert "\x1b" not in plain.text
    plain.close()


def test_a_table_fits_the_terminal(store: Store) -> None:
    add("--title", "a title that is much too long for a narrow terminal " * 3, "--", "true")
    shown = on_terminal("task", "list", cols=60, env={"NO_COLOR": "1"})
    assert shown.wait() == 0
    shown.shows("#1")
    assert [line for line in shown.text.splitlines() if len(line) > 60] == []
    assert "…" in shown.text
    shown.close()


def test_status_is_one_line_and_zero_counts_vanish(store: Store) -> None:
    assert ok("status").out == "nothing is queued\n"
    add("--", "true")
    add("--", "true")
    add("--hold", "--", "true")
    assert ok("status").out == "2 queued · 1 held\n"
    assert ok("status", "--json").json["status"] == {"needs_you": 0, "failed": 0, "running": 0, "queued": 2, "held": 1, "tower": False}


def test_status_counts_what_failed_until_it_was_seen(workers: Workers) -> None:
    id = add("--", "false")
    workers.lane()
    becomes(workers.store, id, State.FAILED)
    assert ok("status").out == "1 failed\n"
    assert ok("task", "done", str(id)).out == "#1 seen\n"
    assert ok("status").out == "nothing is queued\n"


def test_why_names_what_a_task_waits_for(store: Store) -> None:
    store.set_lane("build", 1)
    add("--title", "compile", "--lane", "build", "--", "make")
    add("--lane", "build", "--after", "1", "--", "make", "test")
    add("--lane", "build", "--", "make", "docs")
    ok("lane", "pause", "build")
    assert "#1 compile, which is queued" in ok("why", "2").out
    third = ok("why", "3").out
    assert "build is paused by you  `wzp-tui lane resume build`" in third
    assert "2nd in build, behind #1" in third
    assert "no tower and no worker is there to take it" in third
    facts = ok("why", "#3", "--json").json["why"]["facts"]
    assert {"name", "text", "source", "at", "cure"} == facts[0].keys()


def test_why_tells_how_a_task_ended_and_where_its_log_is(workers: Workers) -> None:
    id = add("--", "sh", "-c", "echo no; exit 4")
    workers.lane()
    becomes(workers.store, id, State.FAILED)
    told = ok("why", str(id)).out
    assert "failed: exit 4" in told
    assert f"log  {workers.folder.log(1)}" in told
    assert "not yet  `wzp-tui task done 1`" in told


def test_events_are_told_in_order_and_followed_as_json_lines(store: Store) -> None:
    add("--", "true")
    ok("task", "hold", "1")
    assert [line.split()[2] for line in ok("events").out.splitlines()] == ["task.added", "task.state"]
    assert [event["new"] for event in ok("events", "--json").json["events"]] == ["queued", "held"]
    assert [event["seq"] for event in ok("events", "--since", "1", "--json").json["events"]] == [2]
    follower = subprocess.Popen([*WZP, "events", "--follow", "--json", "--last", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert follower.stdout is not None
    try:
        assert json.loads(follower.stdout.readline())["event"]["new"] == "held"
        ok("task", "release", "1")
        told = json.loads(follower.stdout.readline())
        assert (told["version"], told["event"]["kind"], told["event"]["new"]) == (1, "task.state", "queued")
        follower.send_signal(signal.SIGINT)
        assert follower.wait(10) == 130
        assert follower.stderr is not None
        assert follower.stderr.read() == b""
    finally:
        follower.kill()
        follower.communicate()


# --- recorded output ---


def test_a_log_is_raw_in_a_pipe_and_harmless_on_a_terminal(workers: Workers) -> None:
    script = r"printf '\033[31mred\033[0m \033]52;c;AAAA\007\033[2Jx\n10%%\r100%%\n\377\n'"
    id = add("--", "sh", "-c", script)
    workers.lane()
    becomes(workers.store, id, State.DONE)
    piped = subprocess.run([*WZP, "task", "log", str(id)], capture_output=True, check=True).stdout
    assert piped == b"\x1b[31mred\x1b[0m \x1b]52;c;AAAA\x07\x1b[2Jx\r\n10%\r100%\r\n\xff\r\n"
    shown = on_terminal("task", "log", str(id))
    assert shown.wait() == 0
    shown.shows("100%")
    assert shown.text == "\x1b[31mred\x1b[0m x\r\n100%\r\n\ufffd\r\n\x1b[0m"
    shown.close()


def test_follow_goes_through_all_attempts(store: Store, workers: Workers, tmp_path: Path) -> None:
    """Also where the next one has ended before it looks again."""
    seen = tmp_path / "seen"
    id = add("--retries", "1", "--", "sh", "-c", f"echo try; while ! test -e {seen}; do sleep 0.05; done; exit 1")
    following = subprocess.Popen([*WZP, "task", "log", str(id), "-f"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    workers.lane()
    assert following.stdout is not None
    assert following.stdout.readline() == "try\n"
    following.send_signal(signal.SIGSTOP)
    seen.touch()
    becomes(store, id, State.FAILED)
    following.send_signal(signal.SIGCONT)
    out, err = following.communicate(timeout=30)
    assert (following.returncode, out) == (0, "try\n")
    assert err == "wzp-tui: #1 attempt 2\n"
    assert ok("task", "log", str(id), "--attempt", "1").out.count("try") == 1
    assert "#1 has no attempt 3; there are 1 to 2" in wzp("task", "log", str(id), "--attempt", "3").err


def test_a_task_that_has_not_run_has_no_log(store: Store) -> None:
    add("--", "true")
    ran = wzp("task", "log", "1")
    assert (ran.code, ran.err) == (2, "wzp-tui: #1 has not run yet; `wzp-tui task log 1 -f` waits for it\n")


# --- lanes ---


def test_lanes_are_made_paused_and_listed(store: Store) -> None:
    assert ok("lane", "set", "build", "--slots", "4").out == "lane build has 4 slots\n"
    assert ok("lane", "pause", "build").out == "lane build is paused\n"
    add("--lane", "build", "--", "true")
    assert ok("lane", "list").out.splitlines()[1:] == ["default  2      0      0", "build    4      0      1       paused by you"]
    (document,) = ok("lane", "resume", "build", "--json").json["lanes"]
    assert (document["name"], document["slots"], document["state"], document["taken"], document["queued"]) == ("build", 4, "", 0, 1)
    missing = wzp("add", "--lane", "nope", "--", "true")
    assert (missing.code, missing.err) == (2, "wzp-tui: there is no lane 'nope'; `wzp-tui lane set nope --slots 2` makes it\n")
