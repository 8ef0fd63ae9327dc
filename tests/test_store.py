"""What any store must do. Another implementation goes through the same tests: it needs an `opener` of its own."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from wzp_tui.errors import NotFound, TransitionError, UsageError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Claim, ExitRecord, NewTask, Seat, Store, Worker, open_store
from wzp_tui.store.events import now_ms
from wzp_tui.tasks.task import LIVE, OPEN, TRANSITIONS, Priority, State

Opener = Callable[[str], Store]

ME = Worker(1, "embedded:1:test", "/dev/pts/7", "slot.default.1")
FIRST, SECOND = Seat("default", 1), Seat("default", 2)


@pytest.fixture
def opener(folder: StoreFolder) -> Iterator[Opener]:
    """Opens the same store again and again, each time as somebody else."""
    opened: list[Store] = []

    def open_it(actor: str) -> Store:
        opened.append(open_store(folder, actor))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


@pytest.fixture
def store(opener: Opener) -> Store:
    return opener("test")


def a_task(**fields: Any) -> NewTask:
    return NewTask(**{"argv": ("true",), "cwd": "/", **fields})


_tokens = iter(range(1_000_000))


def begin(store: Store, seat: Seat = FIRST, ended: ExitRecord | None = None) -> Claim | None:
    return store.claim(seat, ME, f"{next(_tokens):016x}", ended)


def begun(store: Store, seat: Seat = FIRST) -> Claim:
    claim = begin(store, seat)
    assert claim is not None
    return claim


def end(store: Store, claim: Claim, exit: int | None = 0, **fields: Any) -> None:
    """End the run and begin no other."""
    store.claim(FIRST, ME, "", record(claim, exit, **fields))


def record(claim: Claim, exit: int | None = 0, **fields: Any) -> ExitRecord:
    return ExitRecord(claim.run.token, claim.run.id, claim.task.id, now_ms(), exit, **fields)


def ids(store: Store) -> list[int]:
    return [task.id for task in store.view().tasks]


# --- adding -------------------------------------------------------------------


def test_what_was_added_is_there_for_whoever_opens_the_store(store: Store, opener: Opener) -> None:
    new = a_task(
        argv=("make", "a b"),
        cwd="/srv/x",
        workspace="web",
        priority=Priority.HIGH,
        env={"CI": "1"},
        env_names=("TOKEN",),
        env_file="/srv/x/.env",
        timeout=1.5,
        retries=3,
        retry_lost=True,
        hold=True,
    )
    task = opener("another").task(store.add(new))
    for name, value in new._asdict().items():
        if name not in ("title", "hold", "after"):
            assert getattr(task, name) == value
    assert task.title == "make 'a b'"
    assert task.state is State.HELD
    assert store.view().tasks == (task,)


def test_a_shell_line_is_its_own_title(store: Store) -> None:
    assert store.task(store.add(a_task(argv=("/bin/sh", "-c", "make && ls")))).title == "make && ls"


def test_a_batch_is_added_whole_or_not_at_all(store: Store) -> None:
    first, second, third = store.add_all([(a_task(), ()), (a_task(), (0,)), (a_task(), (0, 1))])
    assert store.task(third).after == (first, second)
    with pytest.raises(UsageError):
        store.add_all([(a_task(), ()), (a_task(argv=()), ())])
    with pytest.raises(NotFound, match="#99"):
        store.add_all([(a_task(), ()), (a_task(after=(99,)), ())])
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
        ({"after": (7,)}, "after #7: there is no such task"),
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


def test_a_claim_begins_a_run_for_good(store: Store, opener: Opener) -> None:
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


def drained(store: Store) -> list[int]:
    """The tasks in the order in which one slot gets them, each of them done."""
    found = []
    while (claim := begin(store)) is not None:
        found.append(claim.task.id)
        end(store, claim)
    return found


def test_a_new_priority_moves_a_task(store: Store) -> None:
    first, second = store.add(a_task()), store.add(a_task())
    store.edit(second, priority=Priority.HIGH)
    assert drained(store) == [second, first]


def test_end_and_next_claim_are_one_step(store: Store, opener: Opener) -> None:
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


# --- dependencies ---------------------------------------------------------------


def test_a_task_waits_until_those_before_it_are_done(store: Store) -> None:
    first = store.add(a_task())
    second = store.add(a_task())
    last = store.add(a_task(after=(first, second), priority=Priority.HIGH))
    assert drained(store) == [first, second, last]


def test_what_can_never_run_is_skipped_and_comes_back_with_a_retry(store: Store) -> None:
    first = store.add(a_task())
    second = store.add(a_task(after=(first,)))
    third = store.add(a_task(after=(second,)))
    end(store, begun(store), 1)
    assert [(store.task(id).state, store.task(id).reason) for id in (second, third)] == [
        (State.SKIPPED, "#1 failed"),
        (State.SKIPPED, "#2 skipped"),
    ]
    late = store.add(a_task(after=(first,)))
    assert store.task(late).state is State.SKIPPED
    store.retry(first)
    assert {store.task(id).state for id in (first, second, third, late)} == {State.QUEUED}
    assert drained(store) == [first, second, third, late]


def test_a_task_that_waits_for_two_stays_skipped_until_both_may_be_done(store: Store) -> None:
    first, second = store.add(a_task()), store.add(a_task())
    both = store.add(a_task(after=(first, second)))
    store.cancel(first)
    store.cancel(second)
    store.retry(first)
    assert store.task(both).state is State.SKIPPED
    store.retry(second)
    assert store.task(both).state is State.QUEUED


def test_what_would_only_be_skipped_again_is_not_queued(store: Store) -> None:
    first = store.add(a_task())
    second = store.add(a_task(after=(first,)))
    store.cancel(first)
    with pytest.raises(TransitionError, match=f"#{second} cannot run: #{first} cancelled; retry that one first"):
        store.retry(second)
    store.hold(second)
    with pytest.raises(TransitionError, match="cannot run"):
        store.release(second)
    store.edit(second, after=())
    store.release(second)
    assert begun(store).task.id == second


def test_a_task_made_to_wait_for_what_failed_is_skipped(store: Store) -> None:
    first, second = store.add(a_task()), store.add(a_task())
    end(store, begun(store), 1)
    store.edit(second, after=(first,))
    assert (store.task(second).state, store.task(second).reason) == (State.SKIPPED, "#1 failed")


def test_who_waits_twice_for_a_failure_is_skipped_once(store: Store) -> None:
    first, late, early = (store.add(a_task()) for _ in range(3))
    store.edit(early, after=(first,))
    store.edit(late, after=(first, early))
    store.cancel(first)
    assert {store.task(id).state for id in (late, early)} == {State.SKIPPED}
    store.retry(first)
    assert {store.task(id).state for id in (late, early)} == {State.QUEUED}


def test_a_failure_that_is_tried_again_skips_nobody(store: Store) -> None:
    first = store.add(a_task(retries=1))
    second = store.add(a_task(after=(first,)))
    end(store, begun(store), 1)
    assert store.task(second).state is State.QUEUED


def test_a_circle_is_refused_with_its_ends_named(store: Store) -> None:
    first = store.add(a_task())
    second = store.add(a_task(after=(first,)))
    third = store.add(a_task(after=(second,)))
    with pytest.raises(UsageError, match=f"#{third} already waits for #{first}"):
        store.edit(first, after=(third,))
    with pytest.raises(UsageError, match="cannot wait for itself"):
        store.edit(first, after=(first,))
    assert drained(store) == [first, second, third]


def test_a_long_chain_ends_at_once(store: Store) -> None:
    """2,000 tasks, each after the one before; no recursion, no second per task."""
    store.add_all([(a_task(), (index - 1,) if index else ()) for index in range(2000)])
    end(store, begun(store), 1)
    states = [task.state for task in store.view().tasks]
    assert states.count(State.SKIPPED) == 1999


# --- what the user asks ---------------------------------------------------------


def test_a_held_task_starts_when_it_is_released(store: Store) -> None:
    task = store.add(a_task())
    store.hold(task)
    assert begin(store) is None
    store.release(task)
    assert begun(store).task.id == task


def test_a_waiting_task_is_cancelled_at_once_and_a_running_one_is_asked(store: Store) -> None:
    first, second = store.add(a_task()), store.add(a_task())
    claim = begun(store)
    assert store.cancel(second) == "cancelled"
    assert store.task(second).state is State.CANCELLED
    assert store.cancel(first) == "asked"
    assert store.task(first).state is State.RUNNING
    assert store.stop_asked(claim.run.id) == ("stop", 1)


def test_the_strongest_stop_stands_and_each_is_counted(store: Store) -> None:
    task = store.add(a_task())
    run = begun(store).run.id
    assert store.stop_asked(run) == ("", 0)
    for kind, stands in [("interrupt", "interrupt"), ("kill", "kill"), ("stop", "kill")]:
        store.stop(task, kind)
        assert store.stop_asked(run)[0] == stands
    assert store.stop_asked(run)[1] == 3
    with pytest.raises(UsageError, match="interrupt, stop, kill"):
        store.stop(task, "nicely")


def test_a_task_is_edited_until_it_starts(store: Store) -> None:
    before = store.add(a_task())
    task = store.add(a_task())
    store.edit(task, title="new", argv=("ls", "-l"), cwd="/srv", timeout=9.0, retries=2, workspace="web", after=(before,))
    found = store.task(task)
    assert (found.title, found.argv, found.cwd, found.timeout, found.retries, found.workspace, found.after) == (
        *("new", ("ls", "-l"), "/srv", 9.0, 2, "web"),
        (before,),
    )
    for wrong in ({"cwd": "x"}, {"timeout": -1}, {"argv": ()}, {"state": "done"}, {"after": (99,)}):
        with pytest.raises(UsageError):
            store.edit(task, **wrong)
    assert store.task(task) == found
    claim = begun(store)
    with pytest.raises(TransitionError):
        store.edit(claim.task.id, title="too late")


def test_a_held_task_goes_where_it_is_assigned(store: Store) -> None:
    task = store.add(a_task(hold=True))
    store.set_lane("build", 1)
    store.assign(task, lane="build")
    assert (store.task(task).lane, store.task(task).state) == ("build", State.QUEUED)
    store.assign(task, place="split")
    assert (store.task(task).lane, store.task(task).place) == (None, "split")
    with pytest.raises(NotFound):
        store.assign(task, lane="nowhere")
    begun(store, Seat(task=task))
    with pytest.raises(TransitionError):
        store.assign(task, lane="build")


def test_a_paused_lane_starts_nothing(store: Store) -> None:
    task = store.add(a_task())
    store.pause_lane("default", True)
    assert begin(store) is None
    assert store.lanes()[0].paused
    store.pause_lane("default", False)
    assert begun(store).task.id == task
    with pytest.raises(NotFound):
        store.pause_lane("nowhere", True)


def test_lanes_are_named_and_sized(store: Store) -> None:
    assert [(lane.name, lane.slots) for lane in store.lanes()] == [("default", 2)]
    store.set_lane("build", 4)
    store.set_lane("a-1", 1)
    store.set_lane("build", 3)
    assert [(lane.name, lane.slots) for lane in store.lanes()] == [("default", 2), ("a-1", 1), ("build", 3)]
    for name in ("", "../x", "A", "ü", "-a", "a" * 33, "a.b", "a\n"):
        with pytest.raises(UsageError, match="a lane is named with"):
            store.set_lane(name, 1)
    for slots in (0, -1, 257):
        with pytest.raises(UsageError, match="1 to 256 slots"):
            store.set_lane("build", slots)


@pytest.mark.parametrize("ask", ["task", "runs", "hold", "release", "do_next", "retry", "cancel", "done", "assign", "edit"])
def test_a_task_that_is_not_there_is_named(store: Store, ask: str) -> None:
    with pytest.raises(NotFound, match="#7"):
        getattr(store, ask)(7)


@pytest.mark.parametrize("ask", ["hold", "release", "do_next", "retry", "done", "assign"])
def test_what_a_running_task_cannot_do_is_refused_and_leaves_no_trace(store: Store, ask: str) -> None:
    task = store.add(a_task())
    begun(store)
    before = store.events_since(0)
    with pytest.raises(TransitionError, match=f"#{task} is running"):
        getattr(store, ask)(task)
    assert store.events_since(0) == before


def test_only_what_runs_can_be_stopped(store: Store) -> None:
    task = store.add(a_task())
    with pytest.raises(TransitionError, match="only a running task can be stopped"):
        store.stop(task, "kill")


# --- watching -------------------------------------------------------------------


def test_a_change_is_noticed_once(store: Store, opener: Opener) -> None:
    watcher = opener("watcher")
    assert watcher.changed()
    assert not watcher.changed()
    store.add(a_task())
    assert watcher.changed()
    assert not watcher.changed()
    watcher.add(a_task())
    assert watcher.changed()
    assert not watcher.changed()


def test_the_history_can_be_read_on_from_any_event(store: Store) -> None:
    for _ in range(5):
        store.add(a_task())
    events = store.events_since(0)
    assert [event.seq for event in events] == sorted(event.seq for event in events)
    assert store.events_since(events[2].seq) == events[3:]
    assert store.events_since(events[2].seq, limit=1) == events[3:4]
    assert store.view(events=2).events == events[-1:-3:-1]
    assert {event.actor for event in events} == {"test"}


def test_a_note_about_a_run_is_history(store: Store) -> None:
    task = store.add(a_task())
    claim = begun(store)
    store.note(claim.run.id, "run.stopped", signal=19)
    event = store.events_since(0)[-1]
    assert (event.kind, event.task, event.run, event.data) == ("run.stopped", task, claim.run.id, {"signal": 19})


def test_a_run_without_its_pane_says_so(store: Store) -> None:
    task = store.add(a_task())
    claim = begun(store)
    store.detach(claim.run.id)
    assert store.runs(task)[0].detached
    assert store.view().runs[task].detached


# --- whatever happens -------------------------------------------------------------


class History(RuleBasedStateMachine):
    """Whoever does whatever in any order: the history tells the states, and every look sees the same."""

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.folder = self.place.name + "/store"
        self.store, self.watcher = open_store(self.folder, "one"), open_store(self.folder, "two")
        self.running: dict[int, Claim] = {}
        self.count = 0

    @rule(data=st.data(), retries=st.integers(0, 2), hold=st.booleans(), priority=st.sampled_from(Priority))
    def add(self, data: st.DataObject, retries: int, hold: bool, priority: Priority) -> None:
        after = data.draw(st.sets(st.integers(1, self.count), max_size=3)) if self.count else set()
        self.count = self.store.add(a_task(retries=retries, hold=hold, priority=priority, after=tuple(after)))

    @rule(slot=st.integers(1, 2))
    def start(self, slot: int) -> None:
        expected = self.watcher.candidate(Seat("default", slot))
        claim = begin(self.store, Seat("default", slot))
        assert (claim.task.id if claim else None) == expected
        if claim is not None:
            self.running[slot] = claim

    @precondition(lambda self: self.running)
    @rule(data=st.data(), exit=st.sampled_from([0, 0, 1, None]), cancelled=st.booleans(), again=st.booleans())
    def finish(self, data: st.DataObject, exit: int | None, cancelled: bool, again: bool) -> None:
        slot = data.draw(st.sampled_from(sorted(self.running)))
        claim = self.running.pop(slot)
        ended = record(claim, exit, cancelled=cancelled)._replace(ended_ms=now_ms() - 60_000 * again)
        following = begin(self.store, Seat("default", slot), ended)
        if following is not None:
            self.running[slot] = following

    @precondition(lambda self: self.count)
    @rule(data=st.data(), ask=st.sampled_from(["hold", "release", "do_next", "retry", "cancel", "done"]))
    def ask(self, data: st.DataObject, ask: str) -> None:
        task = data.draw(st.integers(1, self.count))
        with contextlib.suppress(TransitionError):
            getattr(self.store, ask)(task)

    @precondition(lambda self: self.count)
    @rule(data=st.data())
    def wait_for_others(self, data: st.DataObject) -> None:
        task, after = data.draw(st.integers(1, self.count)), data.draw(st.sets(st.integers(1, self.count), max_size=4))
        with contextlib.suppress(TransitionError, UsageError):
            self.store.edit(task, after=tuple(after))

    @invariant()
    def the_history_tells_the_states(self) -> None:
        told: dict[int, str] = {}
        for event in self.store.events_since(0, 100_000):
            if event.kind in ("task.added", "task.state"):
                assert event.task is not None
                assert event.new is not None
                if event.kind == "task.state":
                    assert told[event.task] == event.old
                    assert State(event.new) in TRANSITIONS[State(event.old)]
                told[event.task] = event.new
        assert told == {task.id: task.state for task in self.watcher.view().tasks}

    @invariant()
    def whoever_looks_sees_the_same_and_it_makes_sense(self) -> None:
        view = self.store.view()
        assert view[:3] == self.watcher.view()[:3]
        states = {task.id: task.state for task in view.tasks}
        for task in view.tasks:
            assert (task.id in view.runs and view.runs[task.id].open) == (task.state in LIVE)
            if task.state is State.QUEUED:
                assert all(states[before] in OPEN | {State.DONE} for before in task.after)

    def teardown(self) -> None:
        with contextlib.closing(open_store(self.folder, "three")) as third:
            assert third.view()[:3] == self.watcher.view()[:3]
        for task in self.store.view().tasks:
            runs = self.store.runs(task.id)
            assert [run.attempt for run in runs] == list(range(1, len(runs) + 1))
            assert not any(run.open for run in runs[:-1])
        self.store.close()
        self.watcher.close()
        self.place.cleanup()


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
