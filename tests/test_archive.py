"""The archive: what is over goes out of all lists, and is found again."""

import sqlite3
from pathlib import Path

import pytest

from wzp_tui.errors import TransitionError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store, archive, open_store, rows
from wzp_tui.tasks.task import After, State

from .cli import add, ok, wzp
from .stores import a_task, begun, end, ids

DAY = 24 * 3600 * 1000


def ended(store: Store, exit: int = 0, **fields: object) -> int:
    id = store.add(a_task(**fields))
    end(store, begun(store), exit)
    return id


def grow_old(folder: Path, days: float) -> None:
    """Let everything that ended have ended so many days earlier."""
    with sqlite3.connect(StoreFolder(str(folder)).db) as connection:
        connection.execute("UPDATE task SET changed_ms = changed_ms - ?", (int(days * DAY),))
    connection.close()


def settled(folder: Path) -> list[int]:
    """The tasks of the lists after the sweep that each newly opened store begins with."""
    store = open_store(str(folder), "sweeper")
    try:
        store.settle()
        return ids(store)
    finally:
        store.close()


def test_what_is_archived_is_in_no_list_and_a_retry_brings_it_back(store: Store) -> None:
    first, second = ended(store), ended(store)
    store.view()
    store.archive(first)
    assert ids(store) == [second]
    assert store.task(first).archived
    assert [task.id for task, _ in store.history(archived=True)] == [first]
    store.retry(first)
    assert (ids(store), store.task(first).state) == ([first, second], State.QUEUED)


def test_what_may_run_again_is_in_the_lists_again(store: Store) -> None:
    """Else it would run, and nobody would see it."""
    cancelled = store.add(a_task())
    store.cancel(cancelled)
    store.archive(cancelled)
    with pytest.raises(TransitionError, match="only a queued or skipped task can be held"):
        store.hold(cancelled)
    assert ids(store) == []
    first = ended(store, exit=1)
    skipped = store.add(a_task(after=(After(first),)))
    store.archive(skipped)
    store.release(skipped, anyway=True)
    assert ids(store) == [first, skipped]


def test_what_is_open_or_awaited_is_not_archived(store: Store) -> None:
    first = ended(store)
    second = store.add(a_task(after=(After(first),), hold=True))
    with pytest.raises(TransitionError, match="only a task that has ended"):
        store.archive(second)
    with pytest.raises(TransitionError, match=f"#{second} waits for it"):
        store.archive(first)
    store.cancel(second)
    store.archive(first)
    assert ids(store) == [second]


def test_a_retry_leaves_archived_followers_in_the_archive(store: Store) -> None:
    first = ended(store, exit=1)
    second = store.add(a_task(after=(After(first),)))
    assert store.task(second).state is State.SKIPPED
    store.archive(second)
    store.retry(first)
    assert store.task(second).state is State.SKIPPED


def test_what_ended_long_ago_goes_by_itself_but_not_what_needs_you_or_is_awaited(tmp_path: Path) -> None:
    store = open_store(str(tmp_path), "test")
    done, failed, seen, awaited = ended(store), ended(store, exit=1), ended(store, exit=1), ended(store)
    store.done(seen)
    waiting = store.add(a_task(after=(After(awaited),), hold=True))
    grow_old(tmp_path, 29)
    assert settled(tmp_path) == [done, failed, seen, awaited, waiting]
    grow_old(tmp_path, 2)
    assert settled(tmp_path) == [failed, awaited, waiting]
    assert ids(store) == [failed, awaited, waiting], "a tower that is open sees it go"
    store.close()


def test_the_days_are_set_and_none_is_never(tmp_path: Path) -> None:
    store = open_store(str(tmp_path), "test")
    id = ended(store)
    grow_old(tmp_path, 5)
    store.set_archive_days(0)
    assert settled(tmp_path) == [id]
    store.set_archive_days(3)
    assert settled(tmp_path) == []
    store.close()


def test_tasks_of_all_time_are_found_by_their_words(store: Store) -> None:
    docs = ended(store, argv=("make", "docs"), tags=("web",))
    site = ended(store, title="Site für alle")
    ended(store)
    store.archive(docs)

    def found(text: str, **how: object) -> list[int]:
        return [task.id for task, _ in store.history(text, **how)]  # type: ignore[arg-type]

    assert found("MAKE docs") == found("web") == found("web", archived=True) == [docs]
    assert found("web", archived=False) == []
    assert found("SITE FÜR") == [site]
    assert found("make site") == []
    assert found("", limit=2) == [3, 2]
    assert found("", limit=2, before=2) == [1]


# -- by the command line -------------------------------------------------------------------------------------------------------


def test_a_story_of_the_archive() -> None:
    for number in (1, 2, 3):
        add("--title", f"job {number}", "--tag", "nightly", "--", "make", f"target{number}")
    ok("task", "cancel", "1", "2")
    told = ok("task", "archive", "--filter", "tag:nightly")
    assert sorted(told.out.splitlines()) == ["#1 archived", "#2 archived"]
    assert "3 tasks match; 1 of them left alone" in told.err
    assert "job 1" not in ok("task", "list").out
    assert [task["id"] for task in ok("task", "list", "--archived", "--json").json["tasks"]] == [2, 1]
    assert [task["id"] for task in ok("task", "list", "--archived", "--filter", "id:1", "--json").json["tasks"]] == [1]
    page = ok("task", "search", "nightly", "--limit", "2", "--json").json
    assert ([task["id"] for task in page["tasks"]], [task["archived"] for task in page["tasks"]], page["more"]) == (
        [3, 2],
        [False, True],
        True,
    )
    assert "target1" not in ok("task", "search", "nothing", "like", "it").out
    assert "--before 2 shows the next ones" in ok("task", "search", "target", "--limit", "2").err
    assert "job 1" in ok("task", "search", "target", "--before", "2").out
    ok("task", "retry", "1")
    assert "job 1" in ok("task", "list").out
    ok("task", "archive", "--undo", "2")
    assert "job 2" in ok("task", "list").out
    assert wzp("task", "archive", "3").code == 1


# -- a hundred thousand --------------------------------------------------------------------------------------------------------


def plan(connection: sqlite3.Connection, sql: str, values: tuple[object, ...] = ()) -> str:
    return "\n".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values))


def test_lists_read_nothing_of_the_archive(store: Store, folder: Path) -> None:
    ended(store)
    connection = sqlite3.connect(StoreFolder(str(folder)).db)
    looked = [
        plan(connection, f"SELECT id FROM task {rows.SHOWN}"),
        plan(connection, rows.LATEST_RUNS),
        plan(connection, rows.beside_sql("task_after", "before, condition", None)),
        plan(connection, rows.beside_sql("task_lock", "name", None)),
        plan(connection, archive.OLD, (0,)),
    ]
    connection.close()
    for steps in looked:
        assert "SCAN" not in steps, steps


def test_a_large_archive_costs_a_look_nothing(store: Store, folder: Path) -> None:
    ended(store)
    with sqlite3.connect(StoreFolder(str(folder)).db) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(task)") if row[1] not in ("id", "archived", "series", "tick_ms")]
        names = ", ".join(columns)
        many = "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
        connection.execute(f"INSERT INTO task ({names}, archived) {many} SELECT {names}, 1 FROM n, task WHERE task.id = 1")
    steps = [0]

    def counted() -> None:
        steps[0] += 1

    connection.set_progress_handler(counted, 1000)
    assert len(rows.tasks(connection)) == 1
    assert len(rows.latest_runs(connection)) == 1
    assert connection.execute(archive.OLD, (0,)).fetchone() is None
    assert steps[0] < 10, f"{steps[0]} thousand steps of SQLite"
    connection.close()
