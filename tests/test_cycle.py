"""Tasks that wait for each other for ever are found and named."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.tasks.cycle import cycle_words, find_cycle


def test_each_one_waits_for_the_next() -> None:
    cycle = find_cycle({4: [3], 3: [2], 2: [5], 5: [3]})
    assert cycle_words(cycle) == "these tasks wait for each other for ever; take one of them out of `after`: #2 → #5 → #3 → #2"


def test_a_task_that_waits_for_itself() -> None:
    assert cycle_words(find_cycle({1: [], 2: [1, 2]})) == "#2 cannot wait for itself"


def test_the_names_may_be_others() -> None:
    assert cycle_words(find_cycle({0: [1], 1: [0]}), "ab".__getitem__).endswith("a → b → a")


def test_a_long_cycle_is_found_whole() -> None:
    assert len(find_cycle({node: [node - 1] if node > 1 else [5000] for node in range(1, 5001)})) == 5001


@given(st.dictionaries(st.integers(1, 8), st.lists(st.integers(1, 8), max_size=3)))
def test_what_is_found_is_a_cycle_and_none_is_missed(waits: dict[int, list[int]]) -> None:
    cycle = find_cycle(waits)
    assert all(following in waits[node] for node, following in pairwise(cycle))
    if cycle:
        assert cycle[0] == cycle[-1] == min(cycle)
        assert len(set(cycle)) == len(cycle) - 1
    left = set(waits)
    while free := {node for node in left if not left.intersection(waits[node])}:
        left -= free
    assert bool(left) == bool(cycle)
