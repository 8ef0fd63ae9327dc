"""The list is patched by what changed; it is always the list that one would make from nothing."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.changes import CHANGES, IDS, RUNS, TASKS, World, a_pane, a_task, changed, mostly
from wzp_tui.controller import PaneRow, Section, Snapshot, TaskRow, ranked
from wzp_tui.controller.filter import parse
from wzp_tui.controller.snapshot.join import Join
from wzp_tui.store import Run, Task
from wzp_tui.tasks.task import State
from wzp_tui.tui.listing import SECTIONS, Blank, Heading, Listing, Row, View, key_of, section_of
from wzp_tui.tui.sorting import SORTS, URGENCY
from wzp_tui.tui.times import day_start_ms

DAY = 24 * 60 * 60 * 1000
NOW = day_start_ms(100 * DAY) + DAY - 2
"""Two milliseconds before midnight, so that time turns today into yesterday."""
VIEWS = st.builds(
    View,
    workspace=mostly(None, "api", "default"),
    filter=st.sampled_from(["", "", "state:queued", "2", "-lane:build", "age:<1h"]).map(parse),
    folded=st.frozensets(st.sampled_from([*SECTIONS])),
    kept=st.none() | IDS,
    headings=st.booleans(),
    spaced=st.booleans(),
    sort=mostly(URGENCY, *SORTS),
)


def listed(snapshot: Snapshot, view: View, now_ms: int) -> list[Row]:
    """The list by its plain definition."""
    match = view.filter.at(now_ms)
    free = [pane for pane in snapshot.panes if pane.task is None and not pane.own]
    rows: list[Row] = []
    for name, (title, role) in SECTIONS.items():
        found: list[TaskRow | PaneRow] = [
            row
            for row in (*snapshot.tasks, *free)
            if section_of(row, day_start_ms(now_ms)) == name
            and view.workspace in (None, row.task.workspace if isinstance(row, TaskRow) else row.pane.workspace)
            and (match is None or match(row))
        ]
        folded = name in view.folded and not view.filter.tests
        if found and rows and view.spaced:
            rows.append(Blank())
        if found and (view.headings or folded):
            note = "found in the tower, without a task" if name == "panes" and not snapshot.tasks else ""
            rows.append(Heading(name, title, len(found), role, folded, note))
        kept = [row for row in found if key_of(row) == ("task", view.kept) and row.task.state is not State.CANCELLED]  # type: ignore
        rows += kept if folded else sorted(found, key=lambda row: _rank(row, view.sort))
    return rows


def _rank(row: TaskRow | PaneRow, sort: str) -> Any:
    if isinstance(row, PaneRow):
        return {"age": row.pane.id, "title": row.pane.title.casefold(), "lane": row.seat or "~"}.get(sort, 0)
    return {"age": row.task.created_ms, "title": row.task.title.casefold(), "lane": (row.task.lane or "~", row.where)}.get(sort, 0)


@pytest.mark.parametrize("many", [0, 8], ids=["sorted in", "sorted anew"])
@settings(max_examples=100)
@given(
    tasks=st.lists(TASKS, min_size=3, max_size=4),
    runs=st.lists(RUNS, max_size=3),
    view=VIEWS,
    changes=st.lists(CHANGES | st.tuples(st.just("view"), VIEWS), max_size=12),
)
def test_a_patched_list_is_the_whole_one(
    many: int, tasks: Sequence[Task], runs: Sequence[Run], view: View, changes: Sequence[tuple[str, Any]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranked, "MANY", many)
        join, listing = Join(), Listing()
        ended = {task.id: task._replace(changed_ms=NOW) for task in tasks}
        world = World(ended, panes=tuple(map(a_pane, range(1, 5))), now_ms=NOW)
        for kind, what in (("view", view), *(("run", run) for run in runs), *changes):
            view = what if kind == "view" else view
            world = changed(world, kind, what) if kind != "view" else world
            snapshot = world.joined(join)
            listing.update(snapshot, view, world.now_ms)
            assert listing.rows == listed(snapshot, view, world.now_ms)
            keys = [key_of(row) for row in listing.rows]
            assert listing.passed == [index for index, key in enumerate(keys) if key is None]
            assert all(listing.index(key) == index for index, key in enumerate(keys) if key is not None)
            gone = [("task", 99), ("heading", "queued"), *(("task", id) for id in range(1, 5)), *(("pane", id) for id in range(1, 5))]
            assert all(listing.index(key) is None for key in gone if key not in keys)


def test_a_change_is_sorted_in_and_no_other_row_is_asked() -> None:
    asked: list[int] = []

    def test(row: TaskRow | PaneRow, now_ms: int) -> bool:
        asked.append(row.task.id if isinstance(row, TaskRow) else 0)
        return True

    view = View(filter=parse("")._replace(tests=((test, True),)))
    join, listing = Join(), Listing()
    world = World({id: a_held_task(id) for id in range(1, 1001)})
    listing.update(world.joined(join), view, 0)
    assert len(asked) == 1000
    asked.clear()
    snapshot = changed(world, "put", a_held_task(500, title="another")).joined(join)
    listing.update(snapshot, view, 0)
    assert asked == [500]
    assert [row.task.id for row in listing.rows if isinstance(row, TaskRow)] == [row.task.id for row in snapshot.tasks]
    assert snapshot.by_id[500].section is Section.QUEUED


def a_held_task(id: int, **fields: Any) -> Task:
    return a_task(id, State.HELD, queued_ms=id)._replace(**fields)
