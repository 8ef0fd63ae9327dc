"""Waiting tasks are moved: in the order of their lane, to other lanes and workspaces; and back by undo."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clock import DAY, HOUR, Clock, set_clock
from tests.stores import a_store, a_task, begun, drained, end
from wzp_tui.errors import NotFound, TransitionError, UsageError
from wzp_tui.store import Store
from wzp_tui.tasks.order import Spot, order_key
from wzp_tui.tasks.task import Priority, State

from .cli import add, ok, wzp


@pytest.fixture
def clock() -> Iterator[Clock]:
    with set_clock() as clock:
        yield clock


def five(store: Store) -> None:
    """Queued in the same millisecond, as those of a file are."""
    store.add_all([(a_task(title=f"job {number}"), ()) for number in range(1, 6)])


def order(store: Store, lane: str = "default") -> list[int]:
    """Those that wait in a lane, the next first."""
    return [task.id for task in sorted((task for task in store.view().tasks if task.lane == lane), key=order_key)]


@pytest.mark.parametrize(
    ("id", "spot", "expected"),
    [
        (4, Spot("before", 2), [1, 4, 2, 3, 5]),
        (4, Spot("before", 1), [4, 1, 2, 3, 5]),
        (1, Spot("before", 5), [2, 3, 4, 1, 5]),
        (2, Spot("behind", 4), [1, 3, 4, 2, 5]),
        (5, Spot("behind", 1), [1, 5, 2, 3, 4]),
        (3, Spot("before", 4), [1, 2, 3, 4, 5]),
        (3, Spot("first"), [3, 1, 2, 4, 5]),
        (3, Spot("last"), [1, 2, 4, 5, 3]),
        (5, Spot("last"), [1, 2, 3, 4, 5]),
    ],
)
def test_a_task_is_moved_and_claimed_there(store: Store, clock: Clock, id: int, spot: Spot, expected: list[int]) -> None:
    five(store)
    store.move(id, spot=spot)
    assert order(store) == expected
    assert drained(store) == expected


def test_who_is_moved_beside_a_task_that_is_to_be_next_is_among_the_next_too(store: Store, clock: Clock) -> None:
    five(store)
    store.do_next(3)
    store.move(5, spot=Spot("behind", 3))
    store.move(4, spot=Spot("before", 3))
    assert order(store) == [4, 3, 5, 1, 2]
    store.move(3, spot=Spot("before", 1))
    assert order(store) == [4, 5, 3, 1, 2]


def test_what_would_go_before_its_neighbour_goes_before_it_too(store: Store, clock: Clock) -> None:
    five(store)
    clock.move(HOUR)
    low = store.add(a_task(priority=Priority.LOW))
    store.move(low, spot=Spot("before", 5))
    assert order(store) == [1, 2, 3, 4, low, 5]
    urgent = store.add(a_task(priority=Priority.HIGH))
    assert order(store) == [urgent, 1, 2, 3, 4, low, 5]


def test_a_new_priority_gives_a_task_its_place_anew_and_undo_the_one_before(store: Store, clock: Clock) -> None:
    five(store)
    store.move(4, spot=Spot("before", 2))
    store.edit(4, title="job four")
    assert order(store) == [1, 4, 2, 3, 5]
    store.edit(4, priority=Priority.HIGH)
    assert order(store) == [4, 1, 2, 3, 5]
    store.undo()
    assert order(store) == [1, 4, 2, 3, 5]


def test_a_task_that_is_tried_again_keeps_its_place_and_one_that_the_user_retries_is_new(store: Store, clock: Clock) -> None:
    five(store)
    store.move(5, spot=Spot("before", 1))
    store.edit(5, title="job five")
    end(store, begun(store), 1)
    clock.move(HOUR)
    store.retry(5)
    assert (store.task(5).moved_ms, order(store)) == (0, [1, 2, 3, 4, 5])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from(["before", "behind", "first", "last", "undo", "hold", "release"])),
        max_size=25,
    )
)
def test_whatever_is_moved_the_order_is_that_of_a_list(moves: list[tuple[int, int, str]]) -> None:
    """Also where all were queued in one millisecond, where some are held, and where moves are taken back."""
    with set_clock(), a_store() as store:
        ids = store.add_all([(a_task(), ())] * 7)
        before: list[list[int]] = []
        for which, other, how in moves:
            id, target, now = ids[which], ids[other], order(store)
            if how == "undo":
                if before:
                    store.undo()
                    assert order(store) == before.pop()
                continue
            if how in ("hold", "release"):
                if (store.task(id).state is State.QUEUED) == (how == "hold"):
                    getattr(store, how)(id)
                    before.append(now)
                continue
            if id == target and how in ("before", "behind"):
                continue
            store.move(id, spot=Spot(how, target if how in ("before", "behind") else 0))
            expected = [each for each in now if each != id]
            at = {"first": 0, "last": 6}.get(how, expected.index(target) + (how == "behind") if target in expected else 0)
            expected.insert(at, id)
            assert order(store) == expected
            before.append(now)


# --- lanes and workspaces -----------------------------------------------------------------------


def test_into_another_lane_where_it_waits_as_long_as_it_did(store: Store, clock: Clock) -> None:
    five(store)
    store.set_lane("build", 1)
    clock.move(HOUR)
    later = store.add(a_task(lane="build"))
    store.hold(2)
    store.move(2, lane="build")
    assert (store.task(2).lane, store.task(2).state) == ("build", State.HELD)
    assert order(store, "build") == [2, later], "it is older"
    store.undo()
    assert order(store) == [1, 2, 3, 4, 5]


def test_beside_a_task_of_another_lane(store: Store, clock: Clock) -> None:
    five(store)
    store.set_lane("build", 1)
    first, second = (store.add(a_task(lane="build")) for _ in range(2))
    store.move(3, spot=Spot("behind", first))
    assert (order(store, "build"), order(store)) == ([first, 3, second], [1, 2, 4, 5])
    with pytest.raises(UsageError, match=f"#{first} waits in lane build, not in default"):
        store.move(1, lane="default", spot=Spot("before", first))


def test_into_a_workspace_and_its_lane(store: Store) -> None:
    store.set_lane("api", 1, workspace="api")
    store.set_lane("build", 1)
    plain, chosen, own = store.add(a_task()), store.add(a_task(lane="build")), store.add(a_task(lane=None))
    for id in (plain, chosen, own):
        store.move(id, workspace="api")
    assert [(store.task(id).workspace, store.task(id).lane) for id in (plain, chosen, own)] == [
        ("api", "api"),
        ("api", "api"),
        ("api", None),
    ]
    store.move(plain, workspace="web")
    assert (store.task(plain).workspace, store.task(plain).lane) == ("web", "default"), "a lane of another workspace is left"
    store.move(chosen, workspace="web", lane="build")
    store.move(chosen, workspace="docs")
    assert (store.task(chosen).workspace, store.task(chosen).lane) == ("docs", "build"), "a lane of nobody stays"


def test_what_cannot_be_moved_is_told_and_nothing_is_changed(store: Store) -> None:
    five(store)
    own = store.add(a_task(lane=None))
    begun(store)
    for id, spot, wrong in (
        (1, Spot("first"), "#1 is running; only a held or queued task can be moved"),
        (2, Spot("before", 1), "#1 is running; a task can be moved only before one that waits"),
        (2, Spot("behind", own), "waits for a pane of its own"),
        (own, Spot("first"), "has no place in a lane"),
    ):
        with pytest.raises(TransitionError, match=wrong):
            store.move(id, spot=spot)
    with pytest.raises(UsageError, match="cannot be moved before itself"):
        store.move(2, spot=Spot("before", 2))
    for wrong in ({"lane": "nowhere"}, {"spot": Spot("before", 99)}):
        with pytest.raises(NotFound):
            store.move(2, **wrong)  # type: ignore[arg-type]
    assert order(store)[1:] == [2, 3, 4, 5]


def test_undo_moves_back_also_what_gave_way_unless_it_has_started(store: Store, clock: Clock) -> None:
    five(store)
    store.move(3, spot=Spot("behind", 1))
    store.move(5, spot=Spot("behind", 1))
    assert order(store) == [1, 5, 3, 2, 4]
    assert begun(store).task.id == 1
    assert store.undo().tasks == (5,)
    assert store.undo().tasks == (3,)
    assert order(store)[1:] == [2, 3, 4, 5]
    clock.move(DAY)
    assert drained(store) == []


# --- by the command line ------------------------------------------------------------------------


def test_several_are_moved_in_the_order_given(store: Store) -> None:
    for number in range(1, 6):
        add("--title", f"job {number}", "--tag", "odd" if number % 2 else "even", "--", "true")
    assert ok("task", "move", "5", "4", "--before", "2").out.splitlines() == ["#5 moved before #2", "#4 moved before #2"]
    assert order(store) == [1, 5, 4, 2, 3]
    ok("task", "move", "3", "1", "--behind", "4")
    assert order(store) == [5, 4, 3, 1, 2]
    ok("undo")
    assert order(store) == [1, 5, 4, 2, 3]
    ok("task", "move", "--filter", "tag:even", "--last")
    assert order(store) == [1, 5, 3, 4, 2]
    ok("task", "move", "4", "2", "--first")
    assert order(store) == [4, 2, 1, 5, 3]
    store.set_lane("build", 1)
    assert ok("task", "move", "1", "3", "--lane", "build", "--workspace", "api").out == (
        "#1 moved to lane build, to workspace api\n#3 moved to lane build, to workspace api\n"
    )
    assert order(store, "build") == [1, 3]
    assert "1st" in ok("why", "1").out or "next in build" in ok("why", "1").out


def test_one_says_where_to_and_only_once(store: Store) -> None:
    add("--", "true")
    assert "say where to" in wzp("task", "move", "1").err
    assert "exclude each other" in wzp("task", "move", "1", "--first", "--last").err
    assert (wzp("task", "move", "1", "--before", "1").code, wzp("task", "move", "1", "--behind", "7").code) == (2, 2)
