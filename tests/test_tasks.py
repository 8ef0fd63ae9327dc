"""The rules of tasks: which state follows which, what is next, what becomes of a task whose run ended."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.errors import TransitionError
from wzp_tui.tasks import order
from wzp_tui.tasks.lane import Lane
from wzp_tui.tasks.run import ExitRecord
from wzp_tui.tasks.task import LIVE, OPEN, TRANSITIONS, After, Condition, Priority, State, Task, check_transition, command_line, shell_line

ENDED = set(State) - OPEN

A_TASK = Task(
    id=1,
    title="a task",
    state=State.QUEUED,
    reason="",
    workspace="default",
    lane="default",
    place="tab",
    priority=Priority.NORMAL,
    next_rank=0,
    argv=("true",),
    cwd="/",
    env={},
    env_names=(),
    env_file="",
    created_ms=0,
    queued_ms=0,
    not_before_ms=0,
    changed_ms=0,
    seen=False,
)


def record(**fields: object) -> ExitRecord:
    return ExitRecord("token", 1, 1, 1000)._replace(**fields)  # type: ignore[arg-type]


# --- states -------------------------------------------------------------------


def test_every_pair_of_states_is_allowed_or_an_error_that_names_what_is() -> None:
    for old in State:
        for new in State:
            if new in TRANSITIONS[old]:
                check_transition(1, old, new)
            else:
                with pytest.raises(TransitionError, match=f"#1 is {old} and cannot become {new}; from there"):
                    check_transition(1, old, new)


def test_the_table_makes_sense() -> None:
    assert set(TRANSITIONS) == set(State)
    assert not any(state in TRANSITIONS[state] for state in State)
    assert all(TRANSITIONS[state] <= {State.QUEUED, State.HELD} for state in ENDED)  # an end is left by starting anew only
    assert all(TRANSITIONS[state] >= ENDED - {State.SKIPPED} for state in LIVE)
    assert {old for old in State if State.RUNNING in TRANSITIONS[old]} == {State.QUEUED, State.SERVING, State.ASKING, State.REVIEW}
    reached = {State.HELD}
    while (more := reached.union(*(TRANSITIONS[state] for state in reached))) != reached:
        reached = more
    assert reached == set(State)


@pytest.mark.parametrize(
    ("state", "seen", "needs"),
    [
        (State.ASKING, False, True),
        (State.REVIEW, False, True),
        (State.LOST, False, True),
        (State.FAILED, False, True),
        (State.FAILED, True, False),
        (State.RUNNING, False, False),
        (State.DONE, False, False),
        (State.SKIPPED, False, False),
    ],
)
def test_what_needs_you(state: State, seen: bool, needs: bool) -> None:
    assert A_TASK._replace(state=state, seen=seen).needs_you is needs


# --- order ---------------------------------------------------------------------

DAY = order.AGE_PER_LEVEL_MS


def in_order(*tasks: Task) -> list[int]:
    return [task.id for task in sorted(tasks, key=order.order_key)]


def test_do_next_goes_before_priority_and_priority_before_age() -> None:
    old = A_TASK._replace(id=1, queued_ms=0)
    high = A_TASK._replace(id=2, queued_ms=1000, priority=Priority.HIGH)
    low = A_TASK._replace(id=3, queued_ms=500, priority=Priority.LOW)
    first = A_TASK._replace(id=4, queued_ms=2000, priority=Priority.LOW, next_rank=1)
    before_that = A_TASK._replace(id=5, queued_ms=3000, priority=Priority.LOW, next_rank=2)
    assert in_order(old, high, low, first, before_that) == [5, 4, 2, 1, 3]


def test_the_older_of_equals_is_next() -> None:
    assert in_order(A_TASK._replace(id=7), A_TASK._replace(id=3), A_TASK._replace(id=9, queued_ms=-1)) == [9, 3, 7]


def test_what_waits_long_rises_so_nothing_starves() -> None:
    low = A_TASK._replace(id=1, priority=Priority.LOW, queued_ms=0)
    fresh = A_TASK._replace(id=2, priority=Priority.HIGH, queued_ms=2 * DAY + 1)
    assert in_order(fresh, low) == [1, 2]
    assert in_order(fresh._replace(queued_ms=2 * DAY - 1), low) == [2, 1]


@given(st.lists(st.tuples(st.sampled_from(Priority), st.integers(0, 10 * DAY), st.integers(0, 2)), max_size=8))
def test_waiting_never_changes_the_order(kinds: list[tuple[Priority, int, int]]) -> None:
    """Whatever comes later: of two that wait, the one before stays before. So an index can keep the order."""
    tasks = [A_TASK._replace(id=id, priority=p, queued_ms=at, next_rank=n) for id, (p, at, n) in enumerate(kinds)]
    all_of_them = in_order(*tasks)
    for gone in range(len(tasks)):
        assert in_order(*(task for task in tasks if task.id != gone)) == [id for id in all_of_them if id != gone]


def test_what_is_due_soon_goes_before_what_waits_longer() -> None:
    long_waiting = A_TASK._replace(id=1, queued_ms=10 * DAY)
    due_in_an_hour = A_TASK._replace(id=2, queued_ms=10 * DAY + 1000, due_ms=10 * DAY + 3600_000)
    due_sooner = A_TASK._replace(id=3, queued_ms=10 * DAY + 2000, due_ms=10 * DAY + 1800_000)
    due_next_week = A_TASK._replace(id=4, queued_ms=10 * DAY + 3000, due_ms=17 * DAY)
    assert in_order(due_next_week, long_waiting, due_in_an_hour, due_sooner) == [3, 2, 1, 4]


# --- what keeps a task -----------------------------------------------------------


def on(*others: Task, **fields: object) -> order.Board:
    return order.board(others, (), [Lane("default", 2, False)])._replace(**fields)  # type: ignore[arg-type]


def kept(task: Task, board: order.Board, now_ms: int = 100) -> str:
    found = order.obstacle(task, board, now_ms)
    return "" if found is None else f"{found.word}: {found.reason}"


def task(id: int, state: State, **fields: object) -> Task:
    return A_TASK._replace(id=id, state=state, **fields)  # type: ignore[arg-type]


def test_a_task_is_ready_when_it_is_due_and_all_before_it_are_done() -> None:
    last = A_TASK._replace(id=7, after=(After(5), After(6)), not_before_ms=100)
    assert kept(last, on(task(5, State.DONE), task(6, State.RUNNING))) == "waits: after #6"
    done = on(task(5, State.DONE), task(6, State.DONE))
    assert order.is_ready(last, done, 100)
    assert kept(last, done, 40).startswith("later: not before ")
    assert kept(last._replace(reason="exit 1, attempt 1 of 3", waits_since_ms=20), done, 40) == "retries: exit 1, attempt 1 of 3"
    assert not order.is_ready(last._replace(state=State.HELD), done, 100)


def test_what_went_into_the_archive_is_not_waited_for() -> None:
    """Else the task would have been skipped."""
    assert order.is_ready(A_TASK._replace(after=(After(5),)), on(), 100)


@pytest.mark.parametrize("condition", Condition)
@pytest.mark.parametrize("state", State)
def test_each_state_meets_a_condition_never_meets_it_or_is_waited_out(condition: Condition, state: State) -> None:
    wait = After(5, condition)
    assert not (wait.met_by(state) and wait.never_met_by(state))
    if state in ENDED:
        assert wait.met_by(state) or wait.never_met_by(state)
    if not wait.met_by(state):
        assert kept(A_TASK._replace(after=(wait,)), on(task(5, state))) == f"waits: after {wait.name}"


def test_a_condition_is_named_where_it_is_another_one_than_done() -> None:
    assert [After(5, condition).name for condition in Condition] == ["#5", "#5 failed", "#5 ended", "#5 ready"]


def test_one_task_at_a_time_has_a_lock() -> None:
    mine = A_TASK._replace(locks=("cache", "db"))
    assert kept(mine, on(task(12, State.RUNNING, locks=("db",)))) == "locked: #12 has the lock db"
    assert not kept(mine, on(task(12, State.RUNNING, locks=("web",)), task(13, State.QUEUED, locks=("db",))))


def test_tasks_that_may_touch_the_same_paths_do_not_run_together() -> None:
    mine = A_TASK._replace(cwd="/home/me/project", touches=("/home/me/project/db/**",))
    other = task(12, State.SERVING, touches=("/home/me/project/db/schema.sql",))
    assert kept(mine, on(other)) == "locked: touches db/** like #12"
    assert not kept(mine, on(other._replace(touches=("/home/me/project/web/**",))))


def test_a_paused_lane_a_full_lane_and_the_limit_of_all_keep_whoever_is_there() -> None:
    assert order.lane_obstacle(A_TASK, on()) is None
    assert order.lane_obstacle(A_TASK, on(busy={"default": 2})) == ("full", "default is full", ())
    assert order.lane_obstacle(A_TASK, on(lanes={"default": Lane("default", 2, True)})) == ("paused", "default is paused", ())
    assert order.lane_obstacle(A_TASK, on(limit=3, busy={"build": 2, None: 1})) == ("full", "3 runs are the limit", ())


# --- records and words ------------------------------------------------------------


@given(
    exit=st.none() | st.integers(0, 255),
    signal=st.none() | st.integers(1, 64),
    reason=st.text(),
    cancelled=st.booleans(),
    dropped=st.integers(0, 2**60),
)
def test_a_record_comes_back_as_it_was(exit: int | None, signal: int | None, reason: str, cancelled: bool, dropped: int) -> None:
    ended = ExitRecord("0123", 7, 9, 1_700_000_000_000, exit, signal, reason, cancelled, dropped)
    assert ExitRecord.load(ended.dump()) == ended
    assert json.loads(ended.dump())["version"] == 1


@given(st.binary() | st.from_regex(rb'\{"token": .{0,20}\}') | st.recursive(st.none(), st.lists).map(lambda v: json.dumps(v).encode()))
def test_what_is_no_record_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        ExitRecord.load(data)


def test_a_command_is_shown_as_a_person_would_type_it() -> None:
    assert command_line(("make", "-j2", "a b", "it's")) == """make -j2 'a b' 'it'"'"'s'"""
    assert command_line(shell_line("make && ls *.py")) == "make && ls *.py"
