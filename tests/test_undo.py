"""Undo by the command line: what one command did to tasks is taken back, or it is told why not."""

import pytest

from wzp_tui.errors import TransitionError
from wzp_tui.store import Store
from wzp_tui.store.sqlite import SqliteStore
from wzp_tui.tasks.task import After, Condition, State

from .cli import add, ok, wzp
from .stores import a_task, begun, end


def test_a_whole_command_is_undone_and_then_the_one_before(store: Store) -> None:
    for number in (1, 2, 3):
        add("--title", f"job {number}", "--", "true")
    ok("task", "hold", "3")
    ok("task", "cancel", "--filter", "id:<3")
    assert ok("undo").out.splitlines() == ["undone: #1 job 1 was cancelled", "undone: #2 job 2 was cancelled"]
    assert [store.task(id).state for id in (1, 2, 3)] == [State.QUEUED, State.QUEUED, State.HELD]
    assert ok("undo").out == "undone: #3 job 3 was held\n"
    assert store.task(3).state is State.QUEUED
    nothing = wzp("undo")
    assert (nothing.code, "there is nothing to undo" in nothing.err) == (1, True)


def test_every_field_of_an_edit_comes_back(store: Store) -> None:
    first = add("--", "true")
    id = add("--after", f"{first}:ended", "--tag", "web", "--priority", "low", "--timeout", "5m", "--title", "old", "--", "make")
    before = store.task(id)
    ok(
        "task",
        "edit",
        str(id),
        "--title",
        "new",
        "--after-none",
        "--tag",
        "x",
        "--untag",
        "web",
        "--priority",
        "high",
        "--timeout",
        "1h",
        "--",
        "ls",
    )
    assert store.task(id) != before
    assert ok("undo", "--json").json == {"version": 1, "was": "edited", "tasks": [id], "refused": []}
    after = store.task(id)
    assert after == before
    assert after.after == (After(first, Condition.ENDED),)
    assert wzp("undo").code == 1, "an undo is no deed that can be undone"


def test_assign_next_tags_seen_and_archive_are_undone(store: Store) -> None:
    store.set_lane("build", 1)
    id = add("--hold", "--", "true")
    before = store.task(id)
    ok("task", "assign", str(id), "--lane", "build")
    ok("undo")
    assert (store.task(id).lane, store.task(id).state) == ("default", State.HELD)
    ok("task", "next", str(id))
    ok("undo")
    assert store.task(id).next_rank == before.next_rank
    ok("task", "release", str(id))
    end(store, begun(store), 1)
    ok("task", "done", str(id))
    ok("task", "tag", str(id), "--add", "web")
    ok("task", "archive", str(id))
    assert "archived" in ok("undo").out
    assert store.view().tasks[0].tags == ("web",)
    ok("undo")
    assert (store.task(id).tags, store.task(id).seen) == ((), True)
    ok("undo")
    assert not store.task(id).seen


def test_what_has_started_meanwhile_is_told_once_and_what_was_before_can_be_undone(store: Store) -> None:
    first, second = add("--title", "one", "--", "true"), add("--title", "two", "--hold", "--", "true")
    ok("task", "edit", str(second), "--title", "renamed")
    ok("task", "next", str(first))
    begun(store)
    refused = wzp("undo")
    assert (refused.code, f"not undone: #{first} is running" in refused.err) == (1, True)
    assert ok("undo").out == "undone: #2 two was edited\n"


def test_a_stop_cannot_be_undone(store: Store) -> None:
    id = add("--", "true")
    begun(store)
    ok("task", "stop", str(id))
    refused = wzp("undo")
    assert (refused.code, "cannot be undone" in refused.err) == (1, True)


def test_what_the_tower_took_back_is_not_taken_back_again(store: SqliteStore) -> None:
    id = store.add(a_task())
    store.hold(id)
    store.put_back(id, state=State.QUEUED)
    with pytest.raises(TransitionError, match="nothing to undo"):
        store.undo()


def test_what_was_skipped_before_it_was_held_is_skipped_again(store: Store) -> None:
    first = store.add(a_task())
    second = store.add(a_task(after=(After(first),)))
    store.cancel(first)
    store.hold(second)
    store.undo()
    assert (store.task(second).state, store.task(second).reason) == (State.SKIPPED, f"#{first} cancelled")
