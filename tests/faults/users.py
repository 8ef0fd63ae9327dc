"""Users of a queue who do whatever, in any order: they add, edit, assign, stop and undo; they change lanes, limit and series."""

import contextlib
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.clock import DAY, HOUR, MINUTE, set_clock
from tests.stores import a_task
from wzp_tui.controller.snapshot.join import Join
from wzp_tui.errors import NotFound, TransitionError, UsageError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Claim, NewSeries, Run, Seat, Spot, Task
from wzp_tui.store.lock import FileLock
from wzp_tui.store.sqlite import SqliteStore
from wzp_tui.store.wake import Fifo
from wzp_tui.tasks.backoff import Backoff, StartLimit
from wzp_tui.tasks.lane import DEFAULT
from wzp_tui.tasks.order import order_key
from wzp_tui.tasks.policy import Policy, Restart, Service
from wzp_tui.tasks.series import Overlap
from wzp_tui.tasks.task import After, Condition, Priority, State

LANES = (DEFAULT, "build")
SLOTS = 3
SEATS = [Seat(lane, slot) for lane in LANES for slot in range(1, SLOTS + 1)]
POLICIES = {
    "once": Policy(),
    "retries": Policy(retries=2, backoff=Backoff(5, 2, 300, 0)),
    "retry lost": Policy(retries=1, retry_lost=True, start_limit=StartLimit(2, 600)),
    "service": Policy(service=Service(Restart.ALWAYS), backoff=Backoff(1, 2, 60, 0.1)),
    "limited service": Policy(service=Service(Restart.ON_FAILURE), start_limit=StartLimit(3, 60)),
}
NAMES = st.sets(st.sampled_from(["a", "b", "c"]), max_size=2).map(lambda names: tuple(sorted(names)))
GLOBS = st.sets(st.sampled_from(["/x/**", "/x/y", "/z/*.py", "/z/**"]), max_size=2).map(lambda globs: tuple(sorted(globs)))
WHEN = st.sampled_from([0, 0, 0, MINUTE, HOUR])
DUE = st.sampled_from([None, None, HOUR, 2 * DAY])
SPOTS = ("", "first", "last", "before", "behind")
WAITS = (State.HELD, State.QUEUED)
PICK = st.integers(0, 1 << 16)
"""Which of those that there are."""


REFUSED = object()
"""The answer of a store that says no."""


class Hand(NamedTuple):
    """A run whose worker is played here."""

    claim: Claim
    run_lock: FileLock
    child_lock: FileLock


class Users(RuleBasedStateMachine):
    """One store, two who have it open, and all who work with it."""

    def __init__(self) -> None:
        super().__init__()
        self.exits = contextlib.ExitStack()
        self.clock = self.exits.enter_context(set_clock())
        self.folder = StoreFolder(self.exits.enter_context(tempfile.TemporaryDirectory()) + "/store")
        self.store, self.watcher = self.open("one"), self.open("two")
        self.join = Join()
        self.hands: dict[Seat, Hand] = {}
        self.orphans: dict[str, Hand] = {}
        """Runs whose worker has died while the command goes on."""
        self.dead: dict[str, tuple[Run, str]] = {}
        """Runs whose worker and command have ended, and of which the store does not know yet; and what it should call that."""
        self.added: list[int] = []
        self.exit_codes: dict[int, int | None] = {}
        """What was recorded of runs, by run."""
        self.before: dict[int, dict[str, object]] = {}
        """Tasks as they were, for undo."""
        self.boots = self.tokens = self.looked_ms = 0
        self.fifos = {seat: self.exits.enter_context(contextlib.closing(Fifo(self.folder.fifo(seat_name(seat))))) for seat in SEATS}
        self.awake: set[Seat] = set()
        """Idle seats that have looked, or were woken, since a task came for them."""

    def open(self, actor: str, boot: str | None = None) -> SqliteStore:
        return self.exits.enter_context(contextlib.closing(SqliteStore(self.folder, actor, boot=boot)))

    # -- users -----------------------------------------------------------------------------------------------------------------

    def ask(self, kind: str | None, act: Callable[[], Any]) -> Any:
        """Do something. Acknowledged, it stands in the history as an event of this kind; refused, it changed nothing."""
        seq = self.seq()
        try:
            answer = act()
        except (TransitionError, UsageError, NotFound):
            assert self.seq() == seq, "it was refused, and something was written"
            return REFUSED
        assert kind is None or kind in {event.kind for event in self.watcher.events_since(seq)}, f"{kind} was acknowledged, and is not told"
        return answer

    def seq(self) -> int:
        latest = self.watcher.view().events
        return latest[0].seq if latest else 0

    @initialize(tasks=st.integers(0, 6), limit=st.sampled_from([None, 1, 2, 3]))
    def two_lanes_with_work(self, tasks: int, limit: int | None) -> None:
        self.store.set_lane("build", 1)
        self.store.set_lane(DEFAULT, SLOTS)
        self.store.set_limit(limit)
        self.added += self.store.add_all([(a_task(), ())] * tasks)

    @rule(
        policy=st.sampled_from(list(POLICIES)),
        lane=st.sampled_from([*LANES, DEFAULT, None]),
        priority=st.sampled_from(Priority),
        hold=st.booleans(),
        when=WHEN,
        due=DUE,
        locks=NAMES,
        touches=GLOBS,
        waits=st.lists(st.tuples(PICK, st.sampled_from(Condition)), max_size=2),
    )
    def add(self, policy: str, waits: list[tuple[int, Condition]], when: int, due: int | None, **fields: Any) -> None:
        after = {self.some(number): condition for number, condition in waits if self.added}
        task = a_task(
            **fields,
            policy=POLICIES[policy],
            after=tuple(After(*wait) for wait in after.items()),
            not_before_ms=self.clock.now_ms + when if when else 0,
            due_ms=self.clock.now_ms + due if due else None,
        )
        id = self.ask("task.added", lambda: self.store.add(task))
        if id is not REFUSED:
            self.added.append(id)

    def some(self, number: int) -> int:
        return self.added[number % len(self.added)]

    @precondition(lambda self: self.added)
    @rule(
        which=PICK,
        verb=st.sampled_from(
            [
                *("hold:task.state", "release:task.state", "do_next:task.next", "retry:task.state", "retry:task.state"),
                *("cancel:", "done:", "archive:", "bring_back:"),
            ]
        ),
    )
    def ask_for(self, which: int, verb: str) -> None:
        name, _, kind = verb.partition(":")
        id = self.some(which)
        self.remember(id)
        answer = self.ask(kind or None, partial(getattr(self.store, name), id))
        if name == "cancel" and answer is not REFUSED:
            assert (self.watcher.task(id).state is State.CANCELLED) == (answer == "cancelled")

    @precondition(lambda self: self.added)
    @rule(which=st.lists(PICK, min_size=2, max_size=8), verb=st.sampled_from(["hold", "release", "do_next", "cancel", "retry", "archive"]))
    def ask_for_many(self, which: list[int], verb: str) -> None:
        """Each is answered by itself: who is refused is as before."""
        ids = list(dict.fromkeys(map(self.some, which)))
        before = {id: self.watcher.task(id) for id in ids}
        answers = dict(self.store.each(ids, getattr(self.store, verb)))
        assert list(answers) == ids
        changed = {id for id in ids if self.watcher.task(id) != before[id]}
        refused = {id for id, answer in answers.items() if isinstance(answer, Exception)}
        assert not changed & refused - {id for id in refused if self.skipped_or_back(id, before[id].state)}

    def skipped_or_back(self, id: int, before: State) -> bool:
        """What it waits for has ended, or waits again: it went with that."""
        return {before, self.watcher.task(id).state} == {State.SKIPPED, State.QUEUED}

    @precondition(lambda self: self.added)
    @rule(which=PICK, waits=st.lists(st.tuples(PICK, st.sampled_from(Condition)), max_size=3))
    def wait_for_others(self, which: int, waits: list[tuple[int, Condition]]) -> None:
        after = {self.some(number): condition for number, condition in waits}
        id = self.some(which)
        self.remember(id)
        self.ask("task.edited", lambda: self.store.edit(id, after=tuple(After(*wait) for wait in after.items())))

    @precondition(lambda self: self.added)
    @rule(which=PICK, locks=NAMES, touches=GLOBS, when=WHEN, due=DUE, priority=st.sampled_from(Priority), what=PICK)
    def edit(self, which: int, what: int, when: int, due: int | None, **fields: object) -> None:
        fields |= {"not_before_ms": self.clock.now_ms + when if when else 0, "due_ms": self.clock.now_ms + due if due else None}
        name = sorted(fields)[what % len(fields)]
        id = self.some(which)
        self.remember(id)
        self.ask("task.edited", lambda: self.store.edit(id, **{name: fields[name]}))

    @precondition(lambda self: self.added)
    @rule(which=PICK, lane=st.sampled_from([*LANES, None]))
    def assign(self, which: int, lane: str | None) -> None:
        id = self.some(which)
        self.remember(id)
        self.ask("task.assigned", lambda: self.store.assign(id, lane=lane))

    @precondition(lambda self: self.added)
    @rule(
        which=PICK, other=PICK, lane=st.sampled_from([*LANES, None, None]), what=st.sampled_from(["", "first", "last", "before", "behind"])
    )
    def move(self, which: int, other: int, lane: str | None, what: str) -> None:
        """What is moved stands there, and nothing else has changed its order."""
        id, target = self.some(which), self.some(other) if what in ("before", "behind") else 0
        self.remember(id)
        before = self.lines(id)
        answer = self.ask("task.moved", lambda: self.store.move(id, lane=lane, spot=Spot(what, target) if what else None))
        if answer is REFUSED:
            return
        assert self.lines(id) == before, "others were moved, too"
        line = [task.id for task in self.in_line(self.watcher.task(id).lane)]
        if target:
            assert line.index(id) == line.index(target) + (1 if what == "behind" else -1)
        elif what == "first":
            assert line[0] == id
        elif what == "last":
            assert line[-1] == id

    def in_line(self, lane: str | None) -> list[Task]:
        return sorted((task for task in self.watcher.view().tasks if task.lane == lane and task.state in WAITS), key=order_key)

    def lines(self, without: int) -> dict[str, list[int]]:
        return {lane: [task.id for task in self.in_line(lane) if task.id != without] for lane in LANES}

    def remember(self, id: int) -> None:
        task = self.watcher.task(id)
        if task.state in WAITS:
            names = ("state", "lane", "place", "next_rank", "moved_ms", "priority", "due_ms", "not_before_ms", "locks", "touches", "after")
            self.before[id] = {name: getattr(task, name) for name in names}

    @precondition(lambda self: self.before)
    @rule(which=PICK)
    def put_back(self, which: int) -> None:
        id = sorted(self.before)[which % len(self.before)]
        fields = self.before.pop(id)
        self.ask("task.put_back", lambda: self.store.put_back(id, **fields))

    @rule()
    def undo(self) -> None:
        self.ask(None, self.store.undo)

    @precondition(lambda self: self.hands)
    @rule(which=PICK, kind=st.sampled_from(["interrupt", "stop", "kill"]))
    def stop(self, which: int, kind: str) -> None:
        claim = self.hand(which)[1].claim
        self.ask("run.stop", lambda: self.store.stop(claim.task.id, kind))

    # -- lanes, series ---------------------------------------------------------------------------------------------------------

    @rule(lane=st.sampled_from(LANES), verb=st.sampled_from(["pause_lane", "resume_lane", "resume_lane", "drain_lane", "remove_lane"]))
    def change_lane(self, lane: str, verb: str) -> None:
        self.ask(None, lambda: getattr(self.store, verb)(lane))

    @rule(lane=st.sampled_from(LANES), slots=st.integers(1, SLOTS), pause=st.sampled_from([None, None, True, False]))
    def set_lane(self, lane: str, slots: int, pause: bool | None) -> None:
        self.ask(None, lambda: self.store.set_lane(lane, slots, pause_on_failure=pause))

    @rule(limit=st.sampled_from([None, 1, 2, 3]))
    def set_limit(self, limit: int | None) -> None:
        self.ask(None, lambda: self.store.set_limit(limit))

    @rule(every=st.sampled_from(["10m", "1h", "@daily"]), overlap=st.sampled_from(Overlap), catch_up=st.integers(0, 1), locks=NAMES)
    def add_series(self, every: str, overlap: Overlap, catch_up: int, locks: tuple[str, ...]) -> None:
        self.ask("series.added", lambda: self.store.add_series(NewSeries(a_task(locks=locks), every, overlap, catch_up)))

    @precondition(lambda self: self.watcher.series())
    @rule(which=PICK, verb=st.sampled_from(["run", "pause", "resume", "remove"]))
    def change_series(self, which: int, verb: str) -> None:
        series = self.watcher.series()
        id = series[which % len(series)].id
        match verb:
            case "run":
                task = self.ask("task.added", lambda: self.store.run_series(id))
                self.added += [task] if task is not REFUSED else []
            case "remove":
                self.ask("series.removed", lambda: self.store.remove_series(id))
            case _:
                self.ask(None, lambda: self.store.pause_series(id, verb == "pause"))

    @rule()
    def tick(self) -> None:
        seq = self.seq()
        self.ask(None, self.store.tick)
        self.added += [event.task for event in self.watcher.events_since(seq) if event.kind == "task.added" and event.task]


def seat_name(seat: Seat) -> str:
    """What the FIFO of its worker is called."""
    return f"slot.{seat.lane}.{seat.slot}" if seat.task is None else f"task.{seat.task}.1"
