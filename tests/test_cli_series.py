"""Times and series on the command line and in task files."""

import time
from pathlib import Path

import pytest

from tests.cli import add, ok, wzp
from wzp_tui.errors import TaskFileError
from wzp_tui.store import NewSeries, Store
from wzp_tui.tasks.series import Overlap
from wzp_tui.tasks.task import State
from wzp_tui.tasks.taskfile import load_task_file

from .stores import a_task
from .workers import Workers, becomes

HOUR = 3_600_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


# --- at and due ---------------------------------------------------------------------------------


def test_a_task_says_when_it_starts_and_when_it_is_due(store: Store) -> None:
    id = add("--at", "in 2h", "--due", "in 3h", "--", "true")
    task = store.task(id)
    assert abs(task.not_before_ms - now_ms() - 2 * HOUR) < 60_000
    assert abs((task.due_ms or 0) - now_ms() - 3 * HOUR) < 60_000
    row = ok("task", "list").out.splitlines()[1]
    assert "later" in row
    assert "not before " in row
    assert " · due " in row
    shown = ok("task", "show", str(id)).out
    assert "\nat " in shown
    assert "\ndue " in shown
    why = ok("why", str(id)).out
    assert "kept  not before " in why
    assert ", in 1h59" in why
    assert "due  " in why


def test_both_are_changed_and_taken_away(store: Store) -> None:
    id = add("--", "true")
    assert ok("task", "edit", str(id), "--at", "in 1h", "--due", "in 2h").out == f"#{id} changed: at, due\n"
    document = ok("task", "show", str(id), "--json").json["task"]
    assert document["not_before"] < document["due"]
    ok("task", "edit", str(id), "--at", "none", "--due", "none")
    assert (store.task(id).not_before_ms, store.task(id).due_ms) == (0, None)


def test_what_is_past_due_says_so_everywhere(store: Store) -> None:
    id = store.add(a_task(due_ms=now_ms() - HOUR))
    assert "past due " in ok("task", "list").out
    assert ", past\n" in ok("task", "show", str(id)).out
    assert ", which is past" in ok("why", str(id)).out
    store.cancel(id)
    assert "past due" not in ok("task", "list").out


def test_a_time_that_is_past_or_none_is_refused() -> None:
    for option, text, said in (("--at", "yesterday", "is no time"), ("--due", "2020-01-01", "is past"), ("--every", "soon", "no duration")):
        ran = wzp("add", option, text, "--", "true")
        assert (ran.code, said in ran.err, len(ran.err.splitlines())) == (2, True, 1)


# --- series -------------------------------------------------------------------------------------


def test_add_every_makes_a_series_and_says_when_it_comes(store: Store) -> None:
    ran = ok(
        "add", "--every", "30 9 * * mon-fri", "--overlap", "queue", "--catch-up", "all(20)", "--title", "report", "--", "make", "report"
    )
    assert ran.out == "@1\n"
    assert "@1 comes at " in ran.err
    assert store.series()[0][2:5] == ("30 9 * * mon-fri", Overlap.QUEUE, 20)
    assert store.series()[0].task.argv == ("make", "report")
    row = ok("series", "list").out.splitlines()[1].split()
    assert row[:3] == ["@1", "report", "30"]
    assert "09:30" in row
    shown = ok("series", "show", "@1").out
    assert shown.count("\ncomes ") == 5
    assert "all(20)" in shown


def test_what_is_done_to_a_series(store: Store) -> None:
    id = store.add_series(NewSeries(a_task(), "1h"))
    assert ok("series", "pause", f"@{id}").out == f"@{id} is paused\n"
    assert "paused by you" in ok("series", "list").out
    assert ok("series", "resume", str(id)).out.startswith(f"@{id} comes at ")
    assert ok("series", "run", str(id)).out == f"@{id} adds #1\n"
    assert store.task(1).series == id
    assert f"series  @{id}, every 1h" in ok("why", "1").out
    ran = wzp("series", "remove", str(id), "7")
    assert (ran.code, ran.out, "no series @7" in ran.err) == (2, f"@{id} is removed\n", True)
    assert ok("series", "list").out.startswith("nothing comes again")


def test_series_are_documents(store: Store) -> None:
    made = ok("add", "--every", "1h", "--env", "TOKEN=secret", "--json", "--", "true").json["series"]
    assert (made["id"], made["every"], made["overlap"], made["catch_up"], made["missed"]) == (1, "1h", "skip", "skip", 0)
    assert made["task"]["env"] == {"TOKEN": "***"}
    assert len(made["upcoming"]) == 5
    assert ok("series", "list", "--json").json["series"] == [made]
    assert ok("series", "pause", "1", "--json").json["series"][0]["upcoming"] == []
    task = ok("series", "run", "1", "--json").json
    assert task["series"][0]["paused"]
    assert ok("series", "show", "1", "--json").json["series"]["tasks"] == [1]
    assert ok("task", "show", "1", "--json").json["task"]["series"] == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--every", "1h", "--due", "in 2h"), "a due time is one moment"),
        (("--every", "1h", "--after", "1"), "waits for no other task"),
        (("--every", "1h", "--wait"), "has no end"),
        (("--every", "1h", "--catch-up", "all"), "overlap = queue"),
        (("--every", "1h", "--catch-up", "some"), "skip, one, all"),
        (("--overlap", "queue"), "give --every"),
    ],
)
def test_what_makes_no_sense_for_a_series_is_told(store: Store, args: tuple[str, ...], said: str) -> None:
    add("--", "true")
    ran = wzp("add", *args, "--", "true")
    assert (ran.code, said in ran.err) == (2, True), ran
    assert not store.series()


def test_a_series_that_is_added_is_run_by_a_worker_that_waits(workers: Workers, store: Store, tmp_path: Path) -> None:
    workers.lane()
    ran = tmp_path / "ran"
    assert "nobody" not in ok("add", "--every", "1s", "--", "sh", "-c", f"echo x >> {ran}").err
    becomes_two = [becomes(store, id, State.DONE).tick_ms for id in _first(store, 2)]
    assert len(set(becomes_two)) == 2
    assert len(ran.read_text().split()) >= 2


def _first(store: Store, count: int) -> list[int]:
    from .support import wait_until

    return wait_until(lambda: len(store.view().tasks) >= count and [task.id for task in store.view().tasks][:count])


# --- task files ---------------------------------------------------------------------------------

FILE = """
[[task]]
name = "nightly"
run = "true"
every = "@daily"
overlap = "queue"
catch_up = "one"
keep = 7
[[task]]
name = "later"
run = "true"
at = "in 1h"
due = "in 2h"
"""


def test_a_task_file_says_times_and_what_comes_again(tmp_path: Path) -> None:
    file = tmp_path / "tasks.toml"
    file.write_text(FILE)
    nightly, later = load_task_file(str(file)).tasks
    assert nightly.series is not None
    assert nightly.series[1:] == ("0 0 * * *", Overlap.QUEUE, 1, 7)
    assert later.series is None
    assert later.task.due_ms is not None
    assert abs(later.task.due_ms - later.task.not_before_ms - HOUR) < 60_000


def test_run_ends_so_nothing_in_it_comes_again(tmp_path: Path) -> None:
    file = tmp_path / "tasks.toml"
    file.write_text(FILE)
    ran = wzp("run", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"{file}:5: `every`: what is run to its end cannot come again")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('every = "1h"\nafter = ["other"]', "4: `every`: what comes again waits for no other task"),
        ('every = "1h"\ndue = "in 1h"', "4: `every`: a due time is one moment"),
        ('every = "often"', "4: `every`: 'often' is no duration"),
        ('every = "1h"\ncatch_up = "all"', "4: `every`: more than one missed run"),
        ('overlap = "queue"', "4: `overlap` is for a task that comes again"),
        ("at = 14", "4: `at`: write it as"),
        ('at = "yesterday"', "4: `at`: 'yesterday' is no time"),
        ('every = "1h"\n[[task]]\nname = "b"\nrun = "x"\nafter = ["a"]', "8: `after`: 'a' comes again and is never over"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, lines: str, said: str) -> None:
    file = tmp_path / "tasks.toml"
    file.write_text(f'[[task]]\nname = "a"\nrun = "x"\n{lines}\n' + ('[[task]]\nname = "other"\nrun = "x"\n' if "other" in lines else ""))
    with pytest.raises(TaskFileError) as caught:
        load_task_file(str(file))
    assert caught.value.problems[0].startswith(f"{file}:{said}")


def test_how_many_done_tasks_stay_is_said_and_shown() -> None:
    assert ok("add", "--every", "1h", "--keep", "3", "--", "true").out == "@1\n"
    assert "3 done in the lists" in ok("series", "show", "1").out
    assert ok("series", "show", "1", "--json").json["series"]["keep"] == 3
    for wrong in (("--every", "1h", "--keep", "many"), ("--every", "1h", "--keep", "-1"), ("--keep", "3")):
        assert wzp("add", *wrong, "--", "true").code == 2
