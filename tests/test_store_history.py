"""What any store must keep, whoever does whatever in any order."""

import contextlib
import tempfile

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.stores import a_task, begin, record
from wzp_tui.errors import TransitionError, UsageError
from wzp_tui.store import Claim, Seat, open_store
from wzp_tui.store.events import now_ms
from wzp_tui.tasks.task import LIVE, OPEN, TRANSITIONS, After, Priority, State


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
        self.count = self.store.add(a_task(retries=retries, hold=hold, priority=priority, after=tuple(map(After, after))))

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
            self.store.edit(task, after=tuple(map(After, after)))

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
                assert all(states[before] in OPEN | {State.DONE} for before, _ in task.after)

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
