"""What changed between two Snapshots, in lines that can be read aloud. Pure; foreign text comes out clean."""

import time
from collections.abc import Iterator
from dataclasses import replace

from wzp_tui.clean import clean
from wzp_tui.cli.series import remark
from wzp_tui.controller import PaneRow, Section, Snapshot, TaskRow
from wzp_tui.controller.filter import Filter, parse
from wzp_tui.controller.filter.of_series import for_series
from wzp_tui.store import Series
from wzp_tui.store.events import now_ms
from wzp_tui.tasks.parse import duration_words, moment_words
from wzp_tui.tasks.task import LIVE, State

ALL = parse("")
"""The filter that leaves everything."""
MOST_OVER = 20
"""So many tasks that are over are told one by one."""
_CURRENT = (Section.NEEDS_YOU, Section.FAILED, Section.RUNNING, Section.QUEUED)


def describe(before: Snapshot, after: Snapshot, wanted: Filter = ALL) -> list[str]:
    """One line a change, each with the time of day. What moves all the time, as progress and places in a queue, is no change.

    Of tasks, panes and series those that the filter means, or meant before; how much needs you is told in any case.
    """
    clock = time.strftime("%H:%M", time.localtime(after.taken_ms / 1000))
    old = _narrowed(before, wanted)
    new = _narrowed(after, wanted, also=frozenset(row.task.id for row in old.tasks))
    lines = [*_changes(old, new)]
    if (said := _counts(after)) != _counts(before):
        lines.append(said or "nothing needs you any more")
    return [f"{clock} {line}" for line in lines]


def describe_all(now: Snapshot, wanted: Filter = ALL) -> list[str]:
    """What there is: all that is not over and comes again, how much needs you, and what is wrong.

    With a filter the last tasks that are over, too.
    """
    counts, now = _counts(now), _narrowed(now, wanted)
    lines = [*_troubles(Snapshot(now.mux, opens_panes=True), now)]
    if not now.mux.reachable:
        lines.append(_mux_words(now))
    lines += [task_line(row) for row in now.tasks if row.section in _CURRENT]
    if wanted.tests:
        over = [task_line(row) for row in now.tasks if row.section not in _CURRENT]
        lines += over[:MOST_OVER] + ([f"and {len(over) - MOST_OVER} more that are over"] if len(over) > MOST_OVER else [])
    lines += map(series_line, now.series)
    lines += [f"lane {row.lane.name}: {row.lane.words()}" for row in now.lanes if not row.lane.starts]
    lines += [_pane_line(row) for row in now.panes if _is_users(row, now)]
    return [*lines, counts or "nothing needs you"]


def task_line(row: TaskRow) -> str:
    """A task as one line: `#12 make test: running in build/1`."""
    return f"{row.task.name} {clean(row.task.title, 200)}: {clean(_task_words(row), 400)}"


def series_line(series: Series) -> str:
    """A series as one line: `@3 back up: every 10m, next at 14:30`."""
    rule = series.every if " " in series.every else f"every {series.every}"
    next = "" if series.due_ms is None else f"next at {moment_words(series.due_ms, now_ms())}"
    words = ", ".join(filter(None, (rule, next, remark(series))))
    return f"{series.name} {clean(series.task.title, 200)}: {clean(words, 400)}"


def _narrowed(now: Snapshot, wanted: Filter, also: frozenset[int] = frozenset()) -> Snapshot:
    """What a filter leaves of it, and the tasks that are named."""
    match = wanted.at(now.taken_ms)
    if match is None:
        return now
    tasks = tuple(row for row in now.tasks if row.task.id in also or match(row))
    series = tuple(filter(for_series(wanted.text), now.series))
    return replace(now, tasks=tasks, panes=tuple(filter(match, now.panes)), series=series)


def _changes(before: Snapshot, after: Snapshot) -> Iterator[str]:
    if (before.mux.reachable, before.mux.reason) != (after.mux.reachable, after.mux.reason):
        yield _mux_words(after)
    yield from _troubles(before, after)
    known = {row.task.id: row for row in before.tasks}
    for row in sorted(after.tasks, key=lambda row: row.task.id):
        old = known.get(row.task.id)
        if old is row or (old is not None and _state(old) == _state(row)):
            continue
        if old is None or old.task.title == row.task.title or _state(old)[1:] != _state(row)[1:]:
            yield task_line(row)
        else:
            yield f"{row.task.name} {clean(old.task.title, 200)} is now called {clean(row.task.title, 200)}"
    yield from _series(before, after)
    yield from _lanes(before, after)
    yield from _panes(before, after)


def _state(row: TaskRow) -> tuple[object, ...]:
    """What makes a change of a task."""
    state = row.task.state
    asked = row.reason if state in (State.ASKING, State.REVIEW) else ""
    unusual = row.word if state in LIVE and row.word != state else ""
    detached = row.run is not None and row.run.open and row.run.detached
    waits = row.word == "waits"
    return (
        row.task.title,
        state,
        row.run.id if row.run else 0,
        unusual,
        asked,
        detached,
        waits,
        row.task.lane,
        row.task.place,
        row.task.seen,
    )


def _task_words(row: TaskRow) -> str:
    task, run, reason = row.task, row.run, row.reason
    of_reason = f": {reason}" if reason else ""
    match task.state:
        case State.QUEUED:
            return f"queued in {row.where}, {row.word}{of_reason}" if task.lane else f"queued for a pane of its own, {row.word}{of_reason}"
        case State.RUNNING | State.SERVING if row.word == task.state:
            return f"{row.word} {'without a pane' if run and run.detached else f'in {row.where}'}"
        case State.ASKING:
            return f"asks{of_reason}"
        case State.REVIEW:
            return f"ended its turn{of_reason}"
        case State.DONE if run and run.took_ms is not None:
            return f"done after {duration_words(run.took_ms / 1000)}"
        case State.FAILED:
            return f"failed, {row.word}{of_reason}{', seen' if task.seen else ''}"
    return f"{row.word}{of_reason}"


def _counts(now: Snapshot) -> str:
    needs = sum(row.section is Section.NEEDS_YOU for row in now.tasks)
    failed = sum(row.section is Section.FAILED for row in now.tasks)
    words = [f"{needs} need{'s' if needs == 1 else ''} you"] if needs else []
    return ", ".join([*words, f"{failed} failed"] if failed else words)


def _mux_words(now: Snapshot) -> str:
    name = "WezTerm" if now.mux.kind == "wezterm" else "the mux"
    return f"{name} answers again" if now.mux.reachable else f"{name} is unreachable: {clean(now.mux.reason, 400)}"


def _troubles(before: Snapshot, after: Snapshot) -> Iterator[str]:
    if before.trouble != after.trouble:
        yield f"trouble: {clean(after.trouble, 400)}" if after.trouble else "the trouble is over"
    if before.opens_panes != after.opens_panes:
        yield "this tower opens the panes" if after.opens_panes else "another tower opens the panes; this one takes over when it ends"


def _series(before: Snapshot, after: Snapshot) -> Iterator[str]:
    known = {series.id: series for series in before.series}
    for series in after.series:
        old = known.pop(series.id, None)
        if old is None or (old.paused, old.reason, bool(old.missed)) != (series.paused, series.reason, bool(series.missed)):
            yield series_line(series)
    yield from (f"{series.name} {clean(series.task.title, 200)}: removed" for series in known.values())


def _lanes(before: Snapshot, after: Snapshot) -> Iterator[str]:
    known = {row.lane.name: row.lane for row in before.lanes}
    for row in after.lanes:
        lane, old = row.lane, known.get(row.lane.name)
        if old is None or old.slots != lane.slots:
            yield f"lane {lane.name}: {lane.slots} slot{'' if lane.slots == 1 else 's'}"
        if old is not None and old.words() != lane.words():
            yield f"lane {lane.name}: {lane.words() or 'goes on'}"


def _panes(before: Snapshot, after: Snapshot) -> Iterator[str]:
    if not after.mux.reachable:
        return
    old = {(row.pane.mux, row.pane.id): row for row in before.panes}
    new = {(row.pane.mux, row.pane.id): row for row in after.panes}
    yield from (_pane_line(row) for key, row in new.items() if key not in old and _is_users(row, after))
    yield from (f"pane {row.pane.name} is closed" for key, row in old.items() if key not in new and _is_users(row, before))


def _is_users(row: PaneRow, now: Snapshot) -> bool:
    """Not one of a worker, which is told by what runs in it; a worker that starts, or has ended, is known by the name of its tab."""
    named_by_us = row.pane.tab_title.startswith("#") or any(row.pane.tab_title == lane.lane.name for lane in now.lanes)
    return row.task is None and not row.seat and not row.own and not named_by_us


def _pane_line(row: PaneRow) -> str:
    return f"pane {row.pane.name} {clean(row.pane.title, 100)} is open in workspace {clean(row.pane.workspace, 100)}"
