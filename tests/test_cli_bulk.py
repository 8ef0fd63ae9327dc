"""Verbs for many tasks at once, and tasks like others."""

from wzp_tui.store import Store
from wzp_tui.tasks.task import After, Condition, State

from .cli import add, ok, wzp
from .stores import a_task, begun


def states(store: Store) -> dict[int, str]:
    return {task.id: str(task.state) for task in store.view().tasks}


def four() -> None:
    for number in range(1, 5):
        add("--title", f"job {number}", "--tag", "even" if number % 2 == 0 else "odd", "--", "true")


def test_a_verb_is_for_all_that_a_filter_finds(store: Store) -> None:
    four()
    dry = ok("task", "hold", "--filter", "tag:even", "--dry-run")
    assert sorted(dry.out.splitlines()) == ["#2 job 2: queued", "#4 job 4: queued"]
    assert "2 tasks; nothing was changed" in dry.err
    assert set(states(store).values()) == {"queued"}
    held = ok("task", "hold", "--filter", "tag:even")
    assert (sorted(held.out.splitlines()), "2 tasks" in held.err) == (["#2 held", "#4 held"], True)
    again = ok("task", "hold", "--filter", "job")
    assert "4 tasks match; 2 of them left alone, since this is for queued" in again.err
    assert set(states(store).values()) == {"held"}
    ok("task", "release", "--filter", "id:<3")
    ok("task", "cancel", "--filter", "state:held")
    assert states(store) == {1: "queued", 2: "queued", 3: "cancelled", 4: "cancelled"}
    assert [task["id"] for task in ok("task", "retry", "--filter", "is:ended tag:odd", "--json").json["tasks"]] == [3]
    assert states(store)[3] == "queued"


def test_the_first_of_the_list_is_next(store: Store) -> None:
    four()
    ok("task", "next", "--filter", "tag:even")
    ranks = {task.id: task.next_rank for task in store.view().tasks}
    assert ranks[2] > ranks[4] > ranks[1] == 0


def test_a_thousand_tasks_are_one_deed_and_few_commits(store: Store) -> None:
    """Also those that stop what runs: that cannot be taken back, all the rest is."""
    store.set_lane("default", 1)
    store.add_all([(a_task(), ())] * 1200)
    begun(store)
    before = states(store)
    cancelled = ok("task", "cancel", *map(str, before), "--json").json["tasks"]
    assert (len(cancelled), set(states(store).values())) == (1200, {"running", "cancelled"})
    undone = wzp("undo", "--json")
    assert (undone.json["was"], len(undone.json["tasks"]), undone.json["refused"]) == ("cancelled", 1199, ["#1: that cannot be undone"])
    assert set(states(store).values()) == {"running", "queued"}
    assert states(store) == before
    assert wzp("undo").code == 1, "it was one deed"


def test_many_are_assigned_at_once(store: Store) -> None:
    four()
    store.set_lane("build", 1)
    ok("task", "assign", "--filter", "tag:even", "--lane", "build")
    assert [task.lane for task in store.view().tasks] == ["default", "build", "default", "build"]
    ok("undo")
    assert {task.lane for task in store.view().tasks} == {"default"}


def test_ids_or_a_filter_and_nothing_else(store: Store) -> None:
    four()
    for wrong in ([], ["1", "--filter", "job"]):
        ran = wzp("task", "cancel", *wrong)
        assert (ran.code, "their ids, or --filter EXPR" in ran.err) == (2, True)
    assert wzp("task", "cancel", "--filter", "colour:red").code == 2
    none = ok("task", "cancel", "--filter", "tag:evn")
    assert "did you mean 'even'?" in none.err
    assert set(states(store).values()) == {"queued"}


def test_tags_of_many(store: Store) -> None:
    four()
    assert ok("task", "tag", "1", "2", "--add", "web", "--remove", "odd").out.splitlines() == ["#1 tags: web", "#2 tags: even web"]
    assert wzp("task", "tag", "1").code == 2
    assert wzp("task", "tag", "1", "--add", "two words").code == 2


def test_a_task_like_another_one_with_changes(store: Store) -> None:
    first = add("--", "true")
    id = add(
        *("--tag", "web", "--env", "A=1", "--after", f"{first}:ended", "--lock", "db", "--retries", "3", "--pane", "split"),
        *("--priority", "high", "--", "make", "test"),
    )
    ok("task", "cancel", str(id))
    clone = int(ok("task", "clone", str(id), "--tag", "again", "--retries", "1", "--hold", "--", "make", "docs").out)
    old, new = store.task(id), store.task(clone)
    assert (new.argv, new.title, new.tags, new.policy.retries, new.state) == (
        ("make", "docs"),
        "make docs",
        ("web", "again"),
        1,
        State.HELD,
    )
    assert (new.env, new.after, new.locks, new.place, new.lane, new.priority) == (
        *(old.env, (After(first, Condition.ENDED),), ("db",), "split", None, old.priority),
    )
    same = store.task(int(ok("task", "clone", str(id)).out))
    assert (same.argv, same.title, same.state) == (old.argv, old.title, State.QUEUED)
    assert wzp("task", "clone", "99").code == 2
