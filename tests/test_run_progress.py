"""How far a run is: on the command line, from what it prints and from what earlier runs took."""

from pathlib import Path

import pytest

from wzp_tui.logs.progress import RunProgress
from wzp_tui.store import Store
from wzp_tui.tasks.task import State

from .cli import add, ok
from .stores import FIRST, ME, a_task, begun, end, record
from .support import wait_until
from .tui import tower
from .workers import Workers, becomes

MINUTE = 60_000


def test_what_a_command_prints_is_followed_as_it_grows(tmp_path: Path) -> None:
    log = tmp_path / "log"
    run = RunProgress(str(log), 0)
    run.look()
    assert run.words(0) == ""
    with log.open("a") as file:
        file.write("collected 517 items\ntest_a.py ....... [ 11%]\n")
        file.flush()
        run.look()
        assert run.words(0) == "11 %"
        file.write("test_b.py ....... [ 41%]\n")
        file.flush()
        run.look()
        assert run.words(0) == "41 %"


def test_a_flood_is_read_from_its_end_and_a_cut_log_anew(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("[1/9]\n" + "noise\n" * 100_000 + "[7/9] linking\n")
    run = RunProgress(str(log), 0)
    run.look()
    assert run.words(0) == "77 % · 7 of 9"
    log.write_text("[2/9] compiling\n")
    run.look()
    assert run.words(0) == "22 % · 2 of 9"


def test_earlier_runs_of_the_same_command_say_how_long_it_may_take(store: Store) -> None:
    for minutes in (4, 5, 6):
        store.add(a_task(argv=("make", "test")))
        claim = begun(store)
        store.claim(FIRST, ME, "", record(claim)._replace(ended_ms=claim.run.started_ms + minutes * MINUTE))
    store.add(a_task(argv=("make", "docs")))
    end(store, begun(store))
    task = store.add(a_task(argv=("make", "test")))
    assert store.durations(task) == (360.0, 300.0, 240.0)
    run = begun(store).run
    progress = RunProgress("/nowhere", run.started_ms, store.durations(task))
    assert progress.words(run.started_ms + 2 * MINUTE) == "3m left"
    assert progress.words(run.started_ms + 9 * MINUTE) == ""


def test_the_command_line_says_how_far_a_task_is(workers: Workers, tmp_path: Path) -> None:
    id = add("--", "sh", "-c", f"printf '[212/517] compiling\\n'; while ! [ -e {tmp_path}/go ]; do sleep 0.02; done")
    workers.lane()
    wait_until(lambda: "41 % · 212 of 517" in ok("task", "list").out)
    assert "progress   41 % · 212 of 517" in ok("task", "show", str(id)).out
    found = ok("task", "show", str(id), "--json").json["task"]["progress"]
    assert (found["done"], found["total"]) == (212, 517)
    (tmp_path / "go").touch()
    becomes(workers.store, id, State.DONE)
    assert ok("task", "show", str(id), "--json").json["task"]["progress"] is None


async def test_the_tower_says_how_far_a_task_is_and_follows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with tower(tmp_path / "store") as it:
        await it.add('for n in 1 2; do echo "[$n/2] linking"; while ! [ -e go$n ]; do sleep 0.02; done; done')
        await it.shows("50 % · 1 of 2")
        (tmp_path / "go1").touch()
        await it.shows("100 % · 2 of 2")
        (tmp_path / "go2").touch()
        await it.word(1, "done")
        await it.hides("2 of 2")
