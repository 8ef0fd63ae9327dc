"""One call of `run`: puts the plan into its store, lets a controller work, tells what happens, and stops in good order."""

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from wzp_tui.clean import clean, clean_lines
from wzp_tui.cli.documents import task_documents
from wzp_tui.cli.output import note, paint, print_json
from wzp_tui.cli.progress import Progress
from wzp_tui.cli.waiting import end_words
from wzp_tui.controller import Controller, Snapshot, open_mux
from wzp_tui.errors import MuxError, TransitionError
from wzp_tui.inpane.log import last_lines
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Event, Store, View
from wzp_tui.tasks.parse import duration_words
from wzp_tui.tasks.task import LIVE, OPEN, After, Condition, State, Task
from wzp_tui.tasks.taskfile import TaskPlan

CTRL_C = 130
SHOWN_LINES = 10
"""The last lines of a failed task's log that are shown."""
_TICK = 1.0
_AT_ONCE = 1000


class _News(NamedTuple):
    events: tuple[Event, ...]
    view: View


class Running:
    """Runs a plan in a store of its own."""

    def __init__(self, folder: StoreFolder, plan: TaskPlan, jobs: int, mux: str, *, as_json: bool) -> None:
        self._folder, self._plan, self._jobs, self._as_json = folder, plan, jobs, as_json
        self._controller = Controller(folder, open_mux(mux), actor="run")
        self._progress = Progress(silent=as_json)
        self._begun = time.monotonic()
        self._seq = 0
        self._stops = 0
        self._told = ""
        self._interrupted = asyncio.Event()

    async def go(self) -> int:
        """Run to the end and return the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._interrupt)
        tasks: list[asyncio.Task[Any]] = []
        try:
            await self._controller.mux.panes()  # without its mux nothing would ever start
            await self._controller.ask(self._fill)
            tasks = [asyncio.create_task(work) for work in (self._controller.run(), self._stop_when_asked(), self._tick())]
            tasks.append(following := asyncio.create_task(self._follow()))
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks[:-1]:
                if task.done():
                    task.result()
            view = await following
            await self._close_lanes()
        finally:
            self._progress.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._controller.aclose()
        return self._end(view)

    def _fill(self, store: Store) -> None:
        for name in self._plan.open_lanes:
            store.set_lane(name, self._jobs)
        for name, slots in self._plan.lanes.items():
            store.set_lane(name, slots)
        store.add_all([(planned.task, planned.after) for planned in self._plan.tasks])

    # --- telling --------------------------------------------------------------

    async def _follow(self) -> View:
        async for snapshot in self._controller.snapshots:
            self._tell_trouble(snapshot)
            while True:
                news = await self._controller.ask(self._news)
                self._tell(news)
                if len(news.events) < _AT_ONCE:
                    break
            if all(task.state not in OPEN for task in news.view.tasks):
                return news.view
            if self._stops:
                await self._stop_all()
            elif _only_services_left(news.view):
                await self._controller.ask(lambda store: _stop_all(store, "stop"))
        raise AssertionError("snapshots never end")

    def _news(self, store: Store) -> _News:
        return _News(store.events_since(self._seq, _AT_ONCE), store.view(events=0))

    def _tell(self, news: _News) -> None:
        tasks = {task.id: task for task in news.view.tasks}
        for event in news.events:
            self._seq = event.seq
            if event.task in tasks:
                self._tell_event(event, tasks[event.task], news.view)
        counts = {word: sum(task.state in states for task in tasks.values()) for word, states in _COUNTED.items()}
        self._progress.status(" · ".join(f"{count} {word}" for word, count in counts.items() if count))

    def _tell_event(self, event: Event, task: Task, view: View) -> None:
        name = f"{task.name} {clean(task.title, 60)}"
        reason = clean(str(event.data.get("reason", "")))
        if event.kind == "run.started":
            self._progress.line(f"{name} {paint('started', 'running')}")
        elif event.kind == "run.orphaned":
            self._progress.line(f"{name} lost its worker; its command goes on, and nobody will see how it exits")
        elif event.kind != "task.state":
            return
        elif event.new == State.SKIPPED:
            word = "not needed" if is_as_it_should(task, {each.id: each for each in view.tasks}) else "skipped"
            self._progress.line(f"{name} {paint(word, 'faint')} after {reason.partition(' ')[0]}")
        elif event.new == State.SERVING:
            self._progress.line(f"{name} {paint('serves', 'running')}")
        elif event.new == State.QUEUED and event.old in LIVE:
            self._progress.line(f"{name} is tried again: {reason}")
        elif event.new not in OPEN:
            shown = task._replace(state=State(event.new or ""), reason=reason)
            self._progress.line(end_words(shown, view.runs.get(task.id)))
            if shown.state is State.FAILED:
                self._show_log(view, task)

    def _show_log(self, view: View, task: Task) -> None:
        run = view.runs.get(task.id)
        text = last_lines(self._folder.log(run.id), SHOWN_LINES).decode(errors="replace") if run else ""
        for line in clean_lines(text).splitlines():
            self._progress.line(f"    {line}")

    def _tell_trouble(self, snapshot: Snapshot) -> None:
        trouble = snapshot.trouble or ("" if snapshot.mux.reachable else snapshot.mux.reason)
        if trouble and trouble != self._told:
            self._progress.pause()
            note(trouble)
        self._told = trouble

    async def _tick(self) -> None:
        while self._progress.is_live:
            await asyncio.sleep(_TICK)
            self._progress.tick(duration_words(time.monotonic() - self._begun))
        await asyncio.Event().wait()

    # --- stopping -------------------------------------------------------------

    def _interrupt(self) -> None:
        self._stops += 1
        if self._stops == 1:
            self._progress.pause()
            note("stopping all tasks; Ctrl-C again kills them")
        self._interrupted.set()

    async def _stop_when_asked(self) -> None:
        while True:
            await self._interrupted.wait()
            self._interrupted.clear()
            await self._stop_all()

    async def _stop_all(self) -> None:
        kind = "stop" if self._stops == 1 else "kill"
        await self._controller.ask(lambda store: _stop_all(store, kind))

    async def _close_lanes(self) -> None:
        """WezTerm's panes outlive us, and so would the workers in them, which wait for tasks that never come."""
        if self._controller.mux.kind == "embedded":
            return
        try:
            await self._controller.close_lanes()
        except MuxError as error:
            note(f"panes of lanes are left open: {error}")

    # --- the end --------------------------------------------------------------

    def _end(self, view: View) -> int:
        if self._as_json:
            print_json({"store": str(self._folder), "tasks": task_documents(self._folder, view.tasks, view.runs)})
        elif self._stops:
            cancelled = [f"{task.name} {clean(task.title, 60)}" for task in view.tasks if task.state in (State.CANCELLED, State.SKIPPED)]
            note(f"cancelled: {', '.join(cancelled) or 'nothing, all had ended'}")
        bad = [task for task in view.tasks if task.state in (State.FAILED, State.LOST)]
        if bad and not self._as_json:
            first = bad[0]
            run = view.runs.get(first.id)
            log = f"; its log is {self._folder.log(run.id)}" if run and os.path.exists(self._folder.log(run.id)) else ""
            more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
            note(f"{first.name} {clean(first.title, 60)} {first.state}, {first.reason}{log}{more}")
        if self._stops:
            return CTRL_C
        tasks = {task.id: task for task in view.tasks}
        return 0 if all(is_as_it_should(task, tasks) for task in view.tasks) else 1


def is_as_it_should(task: Task, tasks: Mapping[int, Task]) -> bool:
    """It is done; a service that was stopped at the end; or it was not needed, since it waits for a failure that did not come."""
    if task.state is State.SKIPPED:
        waits = [(after, tasks[after.task]) for after in task.after if after.task in tasks]
        return any(after.never_met_by(before.state) and _went_well(after, before, tasks) for after, before in waits)
    return task.state is State.DONE or (task.policy.service is not None and task.state is State.CANCELLED)


def _went_well(after: After, before: Task, tasks: Mapping[int, Task]) -> bool:
    return before.state is State.DONE if after.condition is Condition.FAILED else is_as_it_should(before, tasks)


_COUNTED = {
    "running": LIVE,
    "queued": frozenset({State.QUEUED, State.HELD}),
    "failed": frozenset({State.FAILED, State.LOST}),
    "done": frozenset({State.DONE}),
}


def _only_services_left(view: View) -> bool:
    """The work is done for which the services of the file were there. A file of services alone runs until it is stopped."""
    work = [task for task in view.tasks if not task.policy.service]
    return bool(work) and all(task.state not in OPEN for task in work)


def _stop_all(store: Store, kind: str) -> None:
    """Cancel what waits, and stop what runs, once in each way."""
    runs = store.view(events=0).runs
    for task in store.view(events=0).tasks:
        if task.state not in OPEN:
            continue
        try:
            if task.state not in LIVE:
                store.cancel(task.id)
            elif runs[task.id].stop not in (kind, "kill"):
                store.stop(task.id, kind)
        except TransitionError:
            pass  # it has moved on meanwhile; the next news shows where to
