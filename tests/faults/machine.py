"""`python -m tests.faults.machine [--examples N] [--steps N] [--seed N]`: whoever does whatever with the queue, in any order.

Users add, edit, stop and undo; lanes are paused, drained, widened; workers claim, end and die; the clock is set forth and back. After each
step the rules of `standing` and `oracle` hold; at the end everything comes to its end.
"""

import argparse
import contextlib
import os
import select
import sys
import time
from functools import partial

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from tests.clock import DAY, HOUR, MINUTE, SECOND
from tests.faults import ledger, oracle, standing
from tests.faults.users import PICK, REFUSED, SEATS, SLOTS, Hand, Users, seat_name
from wzp_tui.controller import MuxState, Snapshot
from wzp_tui.controller.snapshot.join import Join
from wzp_tui.store import Seat, View, Worker
from wzp_tui.store.lock import NOT_BEGUN, FileLock, write_durably
from wzp_tui.store.sqlite import SqliteStore
from wzp_tui.tasks import order
from wzp_tui.tasks.run import ExitRecord
from wzp_tui.tasks.task import LIVE, State

JUMPS = (SECOND, 10 * SECOND, 10 * MINUTE, HOUR, DAY, -SECOND, -HOUR, -DAY)


class Queue(Users):
    """Those users, and all who work with their queue."""

    # -- workers ---------------------------------------------------------------------------------------------------------------

    def seats(self) -> list[Seat]:
        own = [Seat(task=task.id) for task in self.watcher.view().tasks if task.lane is None and task.state is State.QUEUED]
        return [seat for seat in [*SEATS, *own] if seat not in self.hands]

    @rule(which=PICK)
    def claim(self, which: int) -> None:
        seats = self.seats()
        able = [seat for seat in seats if self.watcher.candidate(seat) is not None] or seats
        self.begin(able[which % len(able)])

    @rule()
    def everybody_claims(self) -> None:
        for seat in self.seats():
            self.begin(seat)

    def begin(self, seat: Seat, ended: ExitRecord | None = None) -> Hand | None:
        self.tokens += 1
        token = f"{self.tokens:016x}"
        run_lock, child_lock = FileLock.take(self.folder.run_lock(token)), FileLock.take(self.folder.child_lock(token), content=NOT_BEGUN)
        assert run_lock is not None
        assert child_lock is not None
        expected = standing.next_of(self.fresh(), seat, self.clock.now_ms) if ended is None else None
        claim = self.store.claim(seat, Worker(1, "m", "", seat_name(seat)), token, ended)
        if ended is None:
            assert (claim.task.id if claim else None) == expected, f"{seat} claimed {claim}, by the rules it is {expected}"
        if claim is None:
            for lock in (run_lock, child_lock):
                lock.release(unlink=True)
            return None
        under_way = [hand.claim.task.id for hand in (*self.hands.values(), *self.orphans.values())]
        assert claim.task.id not in under_way, f"{claim.task.name} is under way already"
        assert not [*standing.room(self.fresh(), claim.task)]
        child_lock.write(b'{"process": {"pid": 0, "start": "", "boot": ""}}')
        self.hands[seat] = Hand(claim, run_lock, child_lock)
        return self.hands[seat]

    def hand(self, which: int) -> tuple[Seat, Hand]:
        return list(self.hands.items())[which % len(self.hands)]

    @precondition(lambda self: self.hands)
    @rule(
        which=PICK, exit=st.sampled_from([0, 0, 1, None]), cancelled=st.booleans(), goes_on=st.booleans(), ran=st.sampled_from([0, MINUTE])
    )
    def end(self, which: int, exit: int | None, cancelled: bool, goes_on: bool, ran: int) -> None:
        """A command ends; its worker claims the next one in the same commit, or leaves."""
        seat, hand = self.hand(which)
        self.clock.move(ran)
        record = self.record(hand, exit, cancelled and exit != 0)
        del self.hands[seat]
        if goes_on:
            self.begin(seat, record)
        else:
            self.store.claim(seat, Worker(1, "m", "", seat_name(seat)), "", record)
            self.awake.add(seat)
        for lock in hand[1:]:
            lock.release()

    def record(self, hand: Hand, exit: int | None, cancelled: bool = False) -> ExitRecord:
        run = hand.claim.run
        self.exit_codes[run.id] = exit
        return ExitRecord(run.token, run.id, run.task, self.clock.now_ms, exit, cancelled=cancelled)

    @precondition(lambda self: self.hands)
    @rule(which=PICK)
    def serve(self, which: int) -> None:
        hand = self.hand(which)[1]
        if hand.claim.task.policy.service is not None:
            self.store.serving(hand.claim.run.id, self.clock.now_ms)
            assert self.watcher.task(hand.claim.task.id).state is State.SERVING

    @precondition(lambda self: self.hands)
    @rule(which=PICK, how=st.sampled_from(["recorded", "orphaned", "not begun", "lost"]), exit=st.sampled_from([0, 1]))
    def die(self, which: int, how: str, exit: int) -> None:
        """A worker dies: after the exit was written, while the command goes on, before it began, or with it."""
        seat, hand = self.hand(which)
        del self.hands[seat]
        if how == "recorded":
            record = self.record(hand, exit)
            write_durably(self.folder.record(record.token), record.dump())
        elif how == "not begun":
            hand.child_lock.write(NOT_BEGUN)
        hand.run_lock.release()
        if how == "orphaned":
            self.orphans[hand.claim.run.token] = hand
        else:
            hand.child_lock.release()
            self.dead[hand.claim.run.token] = hand.claim.run, {"recorded": "run.ended", "not begun": "run.void", "lost": "run.lost"}[how]

    @precondition(lambda self: self.orphans)
    @rule()
    def an_orphan_ends(self) -> None:
        token, hand = self.orphans.popitem()
        hand.child_lock.release()
        self.dead[token] = hand.claim.run, "run.lost"

    @rule()
    def settle(self) -> None:
        self.store.settle()
        told = {
            event.run: event.kind for event in self.store.events_since(0, 100_000) if event.kind in ("run.ended", "run.void", "run.lost")
        }
        for run, kind in self.dead.values():
            assert told.get(run.id) == kind, f"{run} should be told as {kind}"
        self.dead.clear()
        for token, hand in self.orphans.items():
            assert [run.orphaned for run in self.store.runs(hand.claim.task.id) if run.token == token] == [True]

    # -- the world -------------------------------------------------------------------------------------------------------------

    @rule(jump=st.sampled_from(JUMPS))
    def set_the_clock(self, jump: int) -> None:
        self.clock.move(jump)
        self.awake = {seat for seat in self.seats() if self.watcher.candidate(seat) is not None}

    @rule(restarted=st.booleans())
    def open_anew(self, restarted: bool) -> None:
        """Somebody else goes on; after a restart of the machine lanes with work are paused."""
        self.boots += restarted
        self.store.close()
        self.store = self.open("one", f"boot {self.boots}" if self.boots else None)
        self.watcher.close()
        self.watcher = self.open("two", f"boot {self.boots}" if self.boots else None)
        self.settle()

    # -- what holds ------------------------------------------------------------------------------------------------------------

    def fresh(self) -> View:
        """The store as somebody sees it who never saw it before."""
        with contextlib.closing(SqliteStore(self.folder, "fresh", boot="")) as fresh:
            return fresh.view()

    @invariant()
    def all_is_well(self) -> None:
        self.clock.move(1)
        view = self.watcher.view()
        now = self.clock.now_ms
        assert view[:3] == self.fresh()[:3] == self.store.view()[:3], (
            "a look that follows what changed sees something else than a first one"
        )
        found = ledger.read(self.folder)
        assert sorted(self.added) == sorted(found.tasks), "a task was acknowledged and is not there, or the other way"
        states = {id: State(row.state) for id, row in found.tasks.items()}
        assert [*oracle.history(found), *standing.apart(view), *standing.reasons(view, states, now)] == []
        history = self.watcher.events_since(0, 100_000)
        assert standing.Told.by(history) == standing.Told.of(view.lanes, view.limit)
        under_way = {hand.claim.run.id for hand in (*self.hands.values(), *self.orphans.values())} | {
            run.id for run, _ in self.dead.values()
        }
        assert {run.id for run in found.runs if run.open} == under_way
        assert {run.id: run.exit for run in found.runs if run.id in self.exit_codes and not run.open}.items() <= self.exit_codes.items()
        self.who_may_start_knows(view, now)
        patched, made = vars(self.seen(self.join, view)), vars(self.seen(Join(), view))
        wrong = {name: (patched[name], made[name]) for name in made if patched[name] != made[name]}
        assert not wrong, f"a tower that looks again and again shows other {wrong}"

    def who_may_start_knows(self, view: View, now: int) -> None:
        """A worker that sleeps was woken when a task came that it may claim, and the claim is what the rules say."""
        for seat in self.seats():
            task = self.watcher.candidate(seat)
            assert task == standing.next_of(view, seat, now), f"{seat}: the claim is #{task}"
            fifo = self.fifos.get(seat)
            if fifo is None:
                continue
            rung = bool(select.select([fifo.fd], [], [], 0)[0])
            fifo.drain()
            by_time = task is not None and self.watcher.task(task).not_before_ms > self.looked_ms
            assert task is None or rung or by_time or seat in self.awake, f"#{task} may start in {seat}, whose worker sleeps on"
            (self.awake.add if task is not None else self.awake.discard)(seat)
        self.looked_ms = now

    def seen(self, join: Join, view: View) -> Snapshot:
        return join.snapshot(view, (), {}, MuxState("embedded", True, 0), None, True, "", self.clock.now_ms)

    def teardown(self) -> None:
        try:
            if self.added and sys.exc_info()[0] is None:
                self.all_comes_to_an_end()
        finally:
            for hand in (*self.hands.values(), *self.orphans.values()):
                for lock in hand[1:]:
                    lock.release()
            self.exits.close()

    def all_comes_to_an_end(self) -> None:
        """Nobody adds, holds or pauses any more: nothing waits for ever."""
        for series in self.store.series():
            self.store.remove_series(series.id)
        for lane in self.store.lanes():
            self.store.set_lane(lane.name, SLOTS, pause_on_failure=False)
            self.store.resume_lane(lane.name)
        self.store.set_limit(None)
        while self.orphans:
            self.an_orphan_ends()
        for _ in range(20 * len(self.added) + 20):
            self.settle()
            self.all_is_well()
            for task in self.store.view().tasks:
                if task.state is State.HELD and self.ask("task.state", partial(self.store.release, task.id)) is REFUSED:
                    self.ask(None, partial(self.store.cancel, task.id))  # what it waits for can never be
            if any([self.begin(seat) for seat in self.seats()]):
                for which in range(len(self.hands)):
                    self.serve(which)
                continue
            if self.hands:
                self.end(0, None if self.hand(0)[1].claim.task.policy.service else 0, True, False, 0)  # nobody restarts a service for ever
                continue
            waits = [task.not_before_ms - self.clock.now_ms for task in self.store.view().tasks if task.state is State.QUEUED]
            if not any(wait > 0 for wait in waits):
                break
            self.clock.move(min(wait for wait in waits if wait > 0))
        view, now = self.store.view(), self.clock.now_ms
        left = [task for task in view.tasks if task.state in LIVE | {State.QUEUED}]
        for id in self.added:
            assert [run.attempt for run in self.store.runs(id)] == list(range(1, len(self.store.runs(id)) + 1))
        assert not left, [(task.name, task.state, order.obstacle(task, view.board, now)) for task in left]


def main() -> int:
    """Many examples, one seed after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.machine", description=__doc__)
    parser.add_argument("--examples", type=int, default=300, metavar="N", help="sequences of a seed (300)")
    parser.add_argument("--steps", type=int, default=60, metavar="N", help="steps of a sequence (60)")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="seeds, one after the other (1)")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(2), "big"), help="the first of them")
    asked = parser.parse_args()
    for number in range(asked.seed, asked.seed + asked.seeds):
        begun = time.monotonic()
        how = settings(
            max_examples=asked.examples,
            stateful_step_count=asked.steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(seed(number)(Queue), settings=how)
        print(f"seed {number}: {asked.examples} sequences of up to {asked.steps} steps in {time.monotonic() - begun:.0f} s, ok", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
