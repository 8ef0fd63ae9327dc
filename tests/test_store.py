"""What any store must do with tasks and runs. Another implementation goes through the same tests; it needs an `opener` of its own."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.stores import FIRST, ME, SECOND, a_task, begin, begun, drained, end, ids, record
from wzp_tui.errors import NotFound, TransitionError, UsageError
from wzp_tui.store import Seat, Store
from wzp_tui.store.events import now_ms
from wzp_tui.tasks.policy import Policy
from wzp_tui.tasks.task import After, Priority, State

# --- adding -------------------------------------------------------------------


def test_what_was_added_is_there_for_whoever_opens_the_store(store: Store, opener: Callable[[str], Store]) -> None:
    new = a_task(
        argv=("make", "a b"),
        cwd="/srv/x",
        workspace="web",
        priority=Priority.HIGH,
        env={"CI": "1"},
        env_names=("TOKEN",),
        env_file="/srv/x/.env",
        policy=Policy(timeout=1.5, retries=3, retry_lost=True),
        hold=True,
    )
    task = opener("another").task(store.add(new))
    for name, value in new._asdict().items():
        if name not in ("title", "hold", "after", "lane"):
            assert getattr(task, name) == value
    assert task.title == "make 'a b'"
    assert task.state is State.HELD
    assert store.view().tasks == (task,)


def test_a_shell_line_is_its_own_title(store: Store) -> None:
    assert store.task(store.add(a_task(argv=("/bin/sh", "-c", "make && ls")))).title == "make && ls"


def test_a_batch_is_added_whole_or_not_at_all(store: Store) -> None:
    first, second, third = store.add_all([(a_task(), ()), (a_task(), (After(0),)), (a_task(), (After(0), After(1)))])
    assert store.task(third).after == (After(first), After(second))
    with pytest.raises(UsageError):
        store.add_all([(a_task(), ()), (a_task(argv=()), ())])
    with pytest.raises(NotFound, match="#99"):
        store.add_all([(a_task(), ()), (a_task(after=(After(99),)), ())])
    assert ids(store) == [first, second, third]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"argv": ()}, "needs a command"),
        ({"argv": ("",)}, "needs a command"),
        ({"argv": ("a", "b\0c")}, "NUL"),
        ({"cwd": "here"}, "not absolute"),
        ({"cwd": "/a\0b"}, "NUL"),
        ({"cwd": "/\udcff"}, "not UTF-8"),
        ({"workspace": "\udcff"}, "not UTF-8"),
        ({"env": {"A=B": "1"}}, "no ="),
        ({"env": {"": "1"}}, "no ="),
        ({"env": {"A": "\0"}}, "NUL"),
        ({"timeout": 0}, "timeout 0"),
        ({"timeout": -1}, "timeout -1"),
        ({"timeout": float("inf")}, "timeout inf"),
        ({"timeout": float("nan")}, "timeout nan"),
        ({"retries": -1}, "retries -1"),
        ({"retries": 2**70}, "retries 118"),
        ({"place": "window"}, "place 'window'"),
        ({"priority": 7}, "priority 7"),
        ({"lane": "nowhere"}, "no lane 'nowhere'"),
        ({"after": (After(7),)}, "after #7: there is no such task"),
    ],
)
def test_what_could_never_run_is_refused_in_one_line(store: Store, fields: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told) as refused:
        store.add(a_task(**fields))
    assert "\n" not in str(refused.value)
    assert ids(store) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x" * 10_000,
        "\x1b[2J\x07",
        "\x00",
        "[/b]",
        "'; DROP TABLE task;--",
        "‮ gpj.exe",
        "👩‍👩‍👧",
        "ü" * 300,
        "\udcff\ud800",
        "\r\n\t",
    ],
)
def test_a_title_is_kept_whatever_it_says(store: Store, text: str) -> None:
    """Showing it is another matter: that goes through `clean`."""
    title = store.task(store.add(a_task(title=text))).title
    assert title == (text.encode(errors="replace").decode() or "true")


@pytest.mark.parametrize("word", ["", "a b", "'", '"', "\\", "\n", "ü", "\udcff", "-rf", "$(id)", "x" * 100_000])
def test_an_argument_is_kept_byte_by_byte(store: Store, word: str) -> None:
    assert store.task(store.add(a_task(argv=("echo", word)))).argv == ("echo", word)


# --- claiming -----------------------------------------------------------------


def test_a_claim_begins_a_run_for_good(store: Store, opener: Callable[[str], Store]) -> None:
    task = store.add(a_task())
    claim = begun(store)
    seen = opener("another")
    assert seen.task(task).state is State.RUNNING
    assert seen.runs(task) == (claim.run,)
    assert (claim.run.attempt, claim.run.lane, claim.run.slot, claim.run.tty) == (1, "default", 1, "/dev/pts/7")
    assert seen.open_run(FIRST) == claim.run


def test_a_slot_has_one_run_and_a_task_too(store: Store) -> None:
    first, second, third = (store.add(a_task()) for _ in range(3))
    assert begun(store, FIRST).task.id == first
    assert begin(store, FIRST) is None
    assert begun(store, SECOND).task.id == second
    assert begin(store, SECOND) is None
    assert store.task(third).state is State.QUEUED


def test_a_slot_that_the_lane_does_not_have_gets_nothing(store: Store) -> None:
    store.add(a_task())
    assert begin(store, Seat("default", 3)) is None
    store.set_lane("default", 3)
    assert begin(store, Seat("default", 3)) is not None


def test_a_task_for_a_pane_of_its_own_is_left_alone_by_lanes(store: Store) -> None:
    task = store.add(a_task(lane=None))
    assert begin(store) is None
    claim = begun(store, Seat(task=task))
    assert claim.task.id == task
    assert store.open_run(Seat(task=task)) == claim.run


def test_a_pane_opened_for_a_task_leaves_it_to_the_lane_it_was_sent_to_since(store: Store) -> None:
    task = store.add(a_task(lane=None))
    store.assign(task, lane="default")
    assert begin(store, Seat(task=task)) is None
    assert begun(store).task.id == task


def test_looking_for_a_candidate_takes_nothing(store: Store) -> None:
    task = store.add(a_task())
    assert store.candidate(FIRST) == store.candidate(SECOND) == task
    assert store.task(task).state is State.QUEUED


def test_the_strongest_is_next(store: Store) -> None:
    low = store.add(a_task(priority=Priority.LOW))
    normal = [store.add(a_task()) for _ in range(3)]
    high = store.add(a_task(priority=Priority.HIGH))
    store.do_next(normal[1])
    store.do_next(normal[2])
    assert drained(store) == [normal[2], normal[1], high, normal[0], low]


def test_a_new_priority_moves_a_task(store: Store) -> None:
    first, second = store.add(a_task()), store.add(a_task())
    store.edit(second, priority=Priority.HIGH)
    assert drained(store) == [second, first]


def test_end_and_next_claim_are_one_step(store: Store, opener: Callable[[str], Store]) -> None:
    first, second = store.add(a_task()), store.add(a_task())
    watcher = opener("watcher")
    claim = begun(store)
    following = begin(store, ended=record(claim))
    assert following is not None
    assert following.task.id == second
    view = watcher.view()
    assert [(task.id, task.state) for task in view.tasks] == [(first, State.DONE), (second, State.RUNNING)]
    moves = [(event.task, event.new) for event in reversed(view.events) if event.kind == "task.state"]
    assert moves[-2:] == [(first, State.DONE), (second, State.RUNNING)]


def test_an_end_is_taken_in_once(store: Store) -> None:
    task = store.add(a_task(retries=5))
    claim = begun(store)
    end(store, claim, 3)
    before = (store.task(task), store.runs(task), store.events_since(0))
    end(store, claim, 3)
    end(store, claim, 0)
    assert (store.task(task), store.runs(task), store.events_since(0)) == before


def test_an_end_of_a_run_that_nobody_knows_changes_nothing(store: Store) -> None:
    store.add(a_task())
    claim = begun(store)
    before = store.events_since(0)
    assert store.claim(SECOND, ME, "", record(claim)._replace(token="unknown")) is None
    assert store.events_since(0) == before


# --- ends ---------------------------------------------------------------------


def test_an_exit_of_0_is_done(store: Store) -> None:
    task = store.add(a_task())
    end(store, begun(store))
    assert (store.task(task).state, store.task(task).reason) == (State.DONE, "")
    assert store.runs(task)[0].exit == 0


@pytest.mark.parametrize(
    ("fields", "state", "reason"),
    [
        ({"exit": 1}, State.FAILED, "exit 1"),
        ({"exit": None, "signal": 9}, State.FAILED, "killed by SIGKILL"),
        ({"exit": 0, "reason": "timeout after 10s"}, State.FAILED, "timeout after 10s"),
        ({"exit": None}, State.FAILED, "exit unknown"),
        ({"exit": 0, "cancelled": True, "reason": "pane closed"}, State.CANCELLED, "pane closed"),
        ({"exit": 3, "cancelled": True, "reason": "stopped by you"}, State.CANCELLED, "stopped by you"),
    ],
)
def test_a_bad_end_says_why(store: Store, fields: dict[str, Any], state: State, reason: str) -> None:
    task = store.add(a_task(retries=0))
    end(store, begun(store), **fields)
    assert (store.task(task).state, store.task(task).reason) == (state, reason)


def test_a_retry_waits_for_its_time(store: Store) -> None:
    task = store.add(a_task(retries=1))
    end(store, begun(store), 3)
    found = store.task(task)
    assert (found.state, found.reason) == (State.QUEUED, "exit 3, attempt 1 of 2")
    due = store.next_due_ms(FIRST)
    assert due == found.not_before_ms
    assert 0 < due - now_ms() <= 1000
    assert begin(store) is None


def test_retries_come_to_an_end(store: Store) -> None:
    task = store.add(a_task(retries=1))
    claim = begun(store)
    store.claim(FIRST, ME, "", record(claim, 3)._replace(ended_ms=now_ms() - 5000))
    end(store, begun(store), 4)
    assert (store.task(task).state, store.task(task).reason) == (State.FAILED, "exit 4")
    assert [run.exit for run in store.runs(task)] == [3, 4]
    store.retry(task)
    assert store.task(task).state is State.QUEUED
    end(store, begun(store), 5)
    assert store.task(task).reason == "exit 5, attempt 1 of 2"


def test_a_failure_needs_you_until_it_was_seen(store: Store) -> None:
    task = store.add(a_task())
    end(store, begun(store), 1)
    assert store.task(task).needs_you
    store.done(task)
    assert not store.task(task).needs_you
    store.retry(task)
    end(store, begun(store), 1)
    assert store.task(task).needs_you


# --- putting back -------------------------------------------------------------


def test_a_cancelled_task_is_put_back_with_its_place_in_the_queue_and_what_waits_for_it(store: Store) -> None:
    first, second = store.add(a_task()), store.add(a_task())
    third = store.add(a_task(after=(After(first),)))
    before = store.task(first)
    store.cancel(first)
    assert store.task(third).state is State.SKIPPED
    store.put_back(first, state=State.QUEUED)
    assert store.task(first)._replace(changed_ms=0) == before._replace(changed_ms=0)
    assert store.task(third).state is State.QUEUED
    assert begun(store).task.id == first
    assert store.task(second).state is State.QUEUED


def test_a_task_that_was_held_is_held_again_and_never_free_between(store: Store) -> None:
    store.set_lane("build", 1)
    held = store.add(a_task(hold=True))
    store.assign(held, lane="build")
    store.put_back(held, lane="default", place="tab", state=State.HELD)
    assert (store.task(held).lane, store.task(held).state) == ("default", State.HELD)
    seq = store.view().events[0].seq
    store.cancel(held)
    store.put_back(held, state=State.HELD)
    assert [event.new for event in store.events_since(seq) if event.kind == "task.state"] == ["cancelled", "held"]


def test_what_has_started_is_not_put_back(store: Store) -> None:
    task = store.add(a_task())
    store.hold(task)
    store.release(task)
    begin(store, FIRST)
    with pytest.raises(TransitionError, match="has not started"):
        store.put_back(task, state=State.HELD)
