"""What the mux shows and what the store says, joined into one `Snapshot`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from wzp_tui.controller.ranked import Ranked
from wzp_tui.controller.snapshot import LaneRow, MuxState, PaneRow, Section, Snapshot, TaskRow, urgency
from wzp_tui.controller.snapshot.holders import Holders
from wzp_tui.controller.snapshot.queues import Queues
from wzp_tui.controller.snapshot.words import words
from wzp_tui.panes import Pane
from wzp_tui.store import Lane, Run, Task, View
from wzp_tui.tasks.task import State


class Join:
    """Joins again and again. A row is made anew when something that it tells of is another one; all others are the same objects."""

    def __init__(self) -> None:
        self._view = View((), {}, (), ())
        self._tasks: dict[int, Task] = {}
        self._queues = Queues()
        self._open: dict[int, Run] = {}
        """The runs that have not ended, by task."""
        self._workspaces: Counter[str] = Counter()
        self._panes: Mapping[tuple[str, str], Pane] = {}
        self._rows: dict[int, TaskRow] = {}
        self._list = Ranked(urgency)

    @property
    def due_ms(self) -> int | None:
        """When the next task is told in other words, or may start."""
        return self._queues.due_ms

    def snapshot(
        self,
        view: View,
        panes: Sequence[Pane],
        holders: Holders,
        mux: MuxState,
        own_pane: int | None,
        opens_panes: bool,
        trouble: str,
        now_ms: int,
    ) -> Snapshot:
        """One frozen value of all."""
        changed = self._take(view)
        busy = Counter(run.lane for run in self._open.values())
        stale = self._queues.patch(changed, view.lanes, busy, view.limit, now_ms)
        self._make(stale | self._take_panes(panes), now_ms)
        return Snapshot(
            mux=mux,
            tasks=tuple(self._list),
            panes=self._pane_rows(panes, holders, own_pane),
            lanes=_lane_rows(view.lanes, busy, self._queues.queued, holders),
            workspaces=tuple(sorted({pane.workspace for pane in panes} | {name for name, tasks in self._workspaces.items() if tasks})),
            events=view.events,
            series=view.series,
            opens_panes=opens_panes,
            trouble=trouble,
            ready={lane: queue for lane, queue in self._queues.ready.items() if queue},
            limit=view.limit,
            taken_ms=now_ms,
        )

    # -- what is another one than before ---------------------------------------------------------------------------------------

    def _take(self, view: View) -> dict[int, Task | None]:
        """Learn the tasks and their runs; returns those that changed."""
        if view is self._view:
            return {}
        before, runs, runs_before = self._tasks, view.runs, self._view.runs
        self._view, self._tasks = view, {task.id: task for task in view.tasks}
        changed: dict[int, Task | None] = {
            id: task for id, task in self._tasks.items() if before.get(id) is not task or runs.get(id) is not runs_before.get(id)
        }
        changed |= dict.fromkeys(before.keys() - self._tasks.keys())
        for id, task in changed.items():
            if old := before.get(id):
                self._workspaces[old.workspace] -= 1
            if task:
                self._workspaces[task.workspace] += 1
            self._open.pop(id, None)
            if task and (run := runs.get(id)) and run.open:
                self._open[id] = run
        return changed

    def _take_panes(self, panes: Sequence[Pane]) -> set[int]:
        before, self._panes = self._panes, {(pane.mux, pane.tty): pane for pane in panes if pane.tty}
        return set() if self._panes == before else set(self._open)

    # -- rows ------------------------------------------------------------------------------------------------------------------

    def _make(self, stale: Iterable[int], now_ms: int) -> None:
        gone, come = [], []
        for id in stale:
            old, task = self._rows.get(id), self._tasks.get(id)
            new = self._row(task, now_ms) if task else None
            if new == old:
                continue
            if old:
                gone.append(old)
            if new:
                come.append(new)
                self._rows[id] = new
            else:
                del self._rows[id]
        self._list.patch(gone, come)

    def _row(self, task: Task, now_ms: int) -> TaskRow:
        run = self._view.runs.get(task.id)
        pane = self._panes.get((run.mux, run.tty)) if run and run.open and not run.detached else None
        word, reason = words(task, run, self._queues, now_ms)
        return TaskRow(
            task=task,
            run=run,
            section=_section(task),
            word=word,
            reason=reason,
            where=_where(task, run, pane),
            pane=pane.id if pane else None,
            since_ms=run.started_ms if run and run.open else task.changed_ms,
        )

    def _pane_rows(self, panes: Sequence[Pane], holders: Holders, own_pane: int | None) -> tuple[PaneRow, ...]:
        tasks = {(run.mux, run.tty): id for id, run in self._open.items() if not run.detached}
        seats = {(holder.mux, holder.tty): f"{lane}/{slot}" for (lane, slot), holder in holders.items()}
        return tuple(
            PaneRow(
                pane,
                tasks.get((pane.mux, pane.tty)) if pane.tty else None,
                seats.get((pane.mux, pane.tty), ""),
                pane.id == own_pane,
            )
            for pane in panes
        )


def _lane_rows(
    lanes: Sequence[Lane], busy: Mapping[str | None, int], queued: Mapping[str | None, int], holders: Holders
) -> tuple[LaneRow, ...]:
    workers = Counter(name for name, _ in holders)
    return tuple(LaneRow(lane, busy.get(lane.name, 0), workers[lane.name], queued.get(lane.name, 0)) for lane in lanes)


def _section(task: Task) -> Section:
    if task.state in (State.FAILED, State.LOST) and not task.seen:
        return Section.FAILED if task.state is State.FAILED else Section.NEEDS_YOU
    if task.state in (State.ASKING, State.REVIEW):
        return Section.NEEDS_YOU
    if task.state in (State.RUNNING, State.SERVING):
        return Section.RUNNING
    return Section.QUEUED if task.state in (State.QUEUED, State.HELD) else Section.DONE


def _where(task: Task, run: Run | None, pane: Pane | None) -> str:
    if run and run.lane and (run.open or task.state not in (State.QUEUED, State.HELD)):
        return f"{run.lane}/{run.slot}"
    if pane:
        return pane.name
    return task.lane or task.place
