"""What must hold while a monkey is at the keyboard. Each rule returns what breaks it, in words."""

from collections.abc import Iterator, Mapping, Sequence

from tests.monkey.charges import Noted
from tests.monkey.watch import Watch
from wzp_tui.store import Event, Run, View
from wzp_tui.store.process import process
from wzp_tui.tasks.task import LIVE, State

SPARED = frozenset({"SIGINT", "SIGQUIT", "SIGTSTP"})
"""Signals that a key typed into a pane may send."""


def kept(acknowledged: Sequence[int], view: View) -> Iterator[str]:
    """Every acknowledged task is there."""
    there = {task.id for task in view.tasks}
    yield from (f"#{id} was acknowledged and is not there" for id in acknowledged if id not in there)


def confirmed(events: Sequence[Event], watch: Watch, spared: set[int], closed: bool) -> Iterator[str]:
    """Nothing was stopped that the monkey did not confirm. `spared`: what the keeper ended; `closed`: the tower closed its panes."""
    may = watch.stopped | spared
    for event in events:
        if event.kind == "run.stop" and event.task not in may and not (watch.closed and event.actor.startswith("tower")):
            yield f"#{event.task}: {event.new} was asked for by {event.actor}, and nobody confirmed that"
        if event.kind == "task.state" and event.new == State.CANCELLED and event.task not in may:
            reason = event.data.get("reason", "")
            if not (reason == "pane closed" and (watch.closed or closed)):
                yield f"#{event.task} was cancelled ({reason}), and nobody confirmed that"


def once(runs: Mapping[int, Run], noted: Mapping[int, Sequence[Noted]], witnesses: set[int]) -> Iterator[str]:
    """A witness began once a run, and goes on while it is called running."""
    for id, lines in noted.items():
        begun = [line for line in lines if line.what == "begin"]
        if len(begun) != 1:
            yield f"run {id} of #{lines[0].task} began {len(begun)} times"
        run = runs.get(id)
        pid, _, start = begun[0].detail.partition(":")
        alive = process(int(pid)).start == start
        if run is None:
            continue  # not the last one of its task
        if run.open and not alive:
            yield f"run {id} of #{run.task} is called open, and its process is gone"
        if not run.open and alive:
            yield f"run {id} of #{run.task} is called ended, and its process goes on"
    for run in runs.values():
        if run.task in witnesses and not run.open and not run.stop and run.reason != "pane closed":
            yield f"run {run.id} of witness #{run.task} ended by itself: exit {run.exit}, signal {run.signal}, {run.reason}"


def typed(lines: Sequence[Noted], panes: Mapping[int, int], watch: Watch) -> Iterator[str]:
    """Nothing was typed into a witness, and no signal came, but while the monkey's keys were for its pane."""
    for line in lines:
        meant = watch.was_for(panes.get(line.run), line.at)
        if line.what == "input" and not meant:
            yield f"#{line.task} got {line.detail} bytes at {line.at}, while no key was meant for it"
        if line.what == "signal" and line.task not in watch.stopped and not (meant and line.detail in SPARED) and not watch.closed:
            yield f"#{line.task} got {line.detail} at {line.at}, which nobody asked for"


def moved(view: View) -> Iterator[str]:
    """A task is live exactly while a run of it is open."""
    for task in view.tasks:
        run = view.runs.get(task.id)
        if (task.state in LIVE) != (run is not None and run.open):
            yield f"#{task.id} is {task.state}, its last run is {'open' if run and run.open else 'not open'}"
