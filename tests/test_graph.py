"""The text graph of what waits for what, read back from its lines."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.errors import UsageError
from wzp_tui.tasks import graph
from wzp_tui.tasks.cycle import find_cycle
from wzp_tui.tasks.graph import ASCII, BOX, Glyphs, Path, Row, critical_path, layout

Waits = dict[int, list[int]]

PIPELINE: Waits = {1: [], 2: [1], 3: [2], 4: [2], 5: [3, 4]}


def drawn(waits: Waits, glyphs: Glyphs = BOX, widest: int = graph.WIDEST) -> list[str]:
    return [f"{row.rails} #{row.node}" for row in layout(waits, glyphs, widest)]


def read(rows: list[Row], glyphs: Glyphs) -> dict[int, set[int]]:
    """What each node waits for, as a person reads it from the lines and the words beside them."""
    g, rails, waits = glyphs, dict[int, set[int]](), dict[int, set[int]]()
    for row in rows:
        cells, tail = row.rails[:-1], row.rails[-1]
        own = waits[row.node] = set(row.unseen)
        touched = [column for column, cell in enumerate(cells) if cell not in (" ", g.pass_by, g.across)]
        if tail == g.arrow and [cells[column] for column in touched] == [g.flow_in]:
            own |= rails[touched[0]]
            rails[touched[0]] = {row.node}
            continue
        for column in touched:
            if cells[column] == g.flow_in:
                rails[column].add(row.node)
            elif cells[column] in (g.begin, g.begin_left):
                rails[column] = {row.node}
            elif cells[column] in (g.leave, g.leave_left):
                own |= rails[column]
            else:
                own |= rails.pop(column)
    return waits


def test_a_pipeline_reads_from_above() -> None:
    assert drawn(PIPELINE) == ["╭── #1", "●─▸ #2", "├┬▸ #3", "╰●▸ #4", " ╰▸ #5"]
    assert drawn(PIPELINE, ASCII) == [".-- #1", "*-> #2", "+.> #3", "`*> #4", " `> #5"]
    assert graph.__doc__ is not None
    for line in drawn(PIPELINE):
        assert line in graph.__doc__


def test_a_chain_is_one_line_and_a_lone_task_has_none() -> None:
    assert drawn({1: [], 2: [1], 3: [2], 9: []}) == ["╭─ #1", "●▸ #2", "╰▸ #3", "   #9"]


def test_those_that_the_same_tasks_wait_for_share_a_line() -> None:
    assert drawn({1: [], 2: [], 3: [], 4: [1, 2, 3], 5: [1, 2, 3]}) == ["╭─ #1", "●─ #2", "●─ #3", "├▸ #4", "╰▸ #5"]


def test_chains_stay_together() -> None:
    assert [row.node for row in layout({1: [], 2: [], 11: [1], 12: [2], 21: [11], 22: [12]})] == [1, 11, 21, 2, 12, 22]


def test_a_task_stands_in_the_layer_below_the_last_that_it_waits_for() -> None:
    assert {row.node: row.layer for row in layout({**PIPELINE, 6: [1, 5], 7: []})} == {1: 0, 2: 1, 3: 2, 4: 2, 5: 3, 6: 4, 7: 0}
    assert {row.node: row.layer for row in layout({1: [], 2: [1], 3: [], 4: [2, 3]})} == {1: 0, 2: 1, 3: 0, 4: 2}


def test_tasks_that_are_not_shown_are_left_out() -> None:
    assert drawn({2: [1], 3: [1, 2]}) == ["╭─ #2", "╰▸ #3"]
    assert layout({}) == []


def test_what_finds_no_room_is_told_in_words() -> None:
    rows = layout({1: [], 2: [], 3: [], 4: [1], 5: [2], 6: [3], 7: [1, 2, 3]}, widest=2)
    assert all(len(row.rails) == 3 for row in rows)
    assert {row.node: row.unseen for row in rows if row.unseen} == {6: (3,), 7: (3,)}


def test_a_cycle_is_refused_by_its_names() -> None:
    with pytest.raises(UsageError, match="#2 → #3 → #2"):
        layout({1: [], 2: [1, 3], 3: [2], 4: [3]})
    with pytest.raises(UsageError, match="#1 cannot wait for itself"):
        critical_path({1: [1]}, {})


def test_the_critical_path_is_what_all_the_rest_waits_for() -> None:
    assert critical_path(PIPELINE, {1: 1, 2: 5, 3: 1, 4: 9, 5: 1}) == Path((1, 2, 4, 5), 16)
    assert critical_path({**PIPELINE, 6: []}, {6: 99}) == Path((6,), 99)
    assert critical_path({}, {}) == Path((), 0)


def test_ten_thousand_tasks_are_drawn_in_two_or_three_columns() -> None:
    chain = layout({node: [node - 1] if node > 1 else [] for node in range(1, 5001)})
    assert (chain[-1].layer, len(chain[0].rails)) == (4999, 2)
    thousand = list(range(1, 1001))
    fan = layout({**{node: [] for node in thousand}, **{node + 1000: thousand for node in thousand}})
    assert [row.rails for row in (fan[0], fan[1], fan[1000], fan[-1])] == ["╭─", "●─", "├▸", "╰▸"]
    assert len(critical_path({node: [node - 1] if node > 1 else [] for node in range(1, 5001)}, {}).nodes) == 5000


# --- laws ----------------------------------------------------------------------


@st.composite
def graphs(draw: st.DrawFn) -> Waits:
    """No cycle: each node waits for some of those before it, in an order that is mixed up then."""
    size = draw(st.integers(0, 12))
    waits = {node: sorted(draw(st.sets(st.integers(1, node - 1), max_size=4))) if node > 1 else [] for node in range(1, size + 1)}
    return {node: waits[node] for node in draw(st.permutations(list(waits)))}


@given(graphs(), st.sampled_from([BOX, ASCII]), st.integers(0, 5))
def test_the_lines_say_what_waits_for_what_and_nothing_else(waits: Waits, glyphs: Glyphs, widest: int) -> None:
    rows = layout(waits, glyphs, widest)
    assert read(rows, glyphs) == {node: set(before) for node, before in waits.items()}
    places = {row.node: place for place, row in enumerate(rows)}
    assert all(places[before] < places[node] for node in waits for before in waits[node])
    assert len({len(row.rails) for row in rows}) <= 1
    assert all(len(row.rails) <= widest + 1 for row in rows)


@given(st.dictionaries(st.integers(1, 8), st.lists(st.integers(1, 8), max_size=3)))
def test_a_graph_has_a_cycle_or_an_order(waits: Waits) -> None:
    if find_cycle(waits):
        with pytest.raises(UsageError, match="wait for"):
            layout(waits)
    else:
        assert sorted(row.node for row in layout(waits)) == sorted(waits)


@given(graphs(), st.lists(st.integers(0, 9), min_size=12, max_size=12))
def test_no_way_costs_more_than_the_critical_path(waits: Waits, costs: list[int]) -> None:
    cost = {node: costs[node - 1] for node in waits}
    path = critical_path(waits, cost)
    assert path.cost == sum(cost[node] for node in path.nodes)
    assert all(before in waits[node] for before, node in pairwise(path.nodes))
    longest: dict[int, int] = {}
    for node in sorted(waits):
        longest[node] = cost[node] + max((longest[before] for before in waits[node]), default=0)
    assert path.cost == max(longest.values(), default=0)
