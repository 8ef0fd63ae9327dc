"""`wzp-tui demo`: a workspace of harmless commands, five keys to try in it, and the end of both."""

import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from wzp_tui.controller import Snapshot, TaskRow
from wzp_tui.errors import StoreError, TransitionError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import NewTask, Store, open_store
from wzp_tui.store.lock import is_held
from wzp_tui.tasks.task import LIVE, OPEN, After, State, shell_line

WORKSPACE = "demo"
LANES = {"build": 2, "web": 1}
PATIENCE = 8.0
"""Seconds that workers have to end what they run."""

SERVER = """\
echo 'listening on http://localhost:5173'
page=0
while [ $page -lt 900 ]; do
  sleep 1
  page=$((page + 1))
  echo "GET /page/$page 200 in $((page * 7 % 30 + 3)) ms"
done"""
"""Would end by itself after a quarter of an hour."""
COMPILE = "for file in main parser lexer emitter driver; do echo \"cc -O2 -c $file.c\"; sleep 0.6; done; echo 'linked app (5 objects)'"
LINT = "sleep 0.5; echo 'checked 42 files'; echo 'no problems found'"
TEST = """\
echo 'running 12 tests'; sleep 1; echo '...........'; sleep 1
if [ -e fixed ]; then echo '12 passed in 2.03s'; exit 0; fi
touch fixed
echo 'FAILED test_upload.py::test_retries - AssertionError: expected 3 tries, found 2'
echo '1 failed, 11 passed in 2.02s'
exit 1"""
"""Fails the first time, so that there is something to run again."""
PACKAGE = "echo 'packing app.tar.gz'; sleep 1; echo '1.2 MB written'"
PUBLISH = "echo 'uploading app.tar.gz'; sleep 2; echo 'published 1.4.0 (not really)'"


def sample(folder: str) -> list[tuple[NewTask, Sequence[After]]]:
    """The tasks of the demo, as `Store.add_all` takes them. They run in `folder`."""

    def new(title: str, line: str, lane: str = "build", hold: bool = False) -> NewTask:
        return NewTask(shell_line(line), folder, title, workspace=WORKSPACE, lane=lane, hold=hold)

    return [
        (new("dev server", SERVER, "web"), ()),
        (new("compile", COMPILE), ()),
        (new("test", TEST), ()),
        (new("lint", LINT), ()),
        (new("package", PACKAGE), (After(1),)),
        (new("publish", PUBLISH, hold=True), ()),
    ]


_SERVER, _TEST, _PUBLISH = 1, 3, 6
"""Ids: those of a new store begin with 1."""
COUNT = 6


def fill(store: Store, folder: str) -> None:
    """Put the sample workspace into a new store."""
    for name, slots in LANES.items():
        store.set_lane(name, slots)
    store.add_all(sample(folder))


# -- the five keys -----------------------------------------------------------------------------------------------------------------


class Moment(NamedTuple):
    """What the guide sees."""

    snapshot: Snapshot
    screen: str
    """The class of the screen that is on top: `TowerScreen`, `Help`."""


class Step(NamedTuple):
    """A key to try. Words name keys by their commands, in braces."""

    words: str
    more: str
    """Shown where there is room."""
    is_done: Callable[[Moment], bool]


def _of(id: int, test: Callable[[TaskRow], bool]) -> Callable[[Moment], bool]:
    def is_done(moment: Moment) -> bool:
        row = moment.snapshot.task(id)
        return row is not None and test(row)

    return is_done


STEPS = (
    Step(
        "{task.new} adds a task",
        ": type `echo hello`, then Enter",
        lambda moment: any(row.task.id > COUNT for row in moment.snapshot.tasks),
    ),
    Step(
        "{task.assign} or {row.open} assigns the held task",
        ", publish: go to it with {move.down} and {move.up}",
        _of(_PUBLISH, lambda row: row.task.state is not State.HELD),
    ),
    Step(
        "{task.retry} runs the failed test again",
        ": go to it with {move.needs}",
        _of(_TEST, lambda row: row.run is not None and row.run.attempt > 1),
    ),
    Step(
        "{task.stop} stops the dev server",
        ": go to it, and choose how hard",
        _of(_SERVER, lambda row: row.task.state not in OPEN or (row.run is not None and row.run.stop != "")),
    ),
    Step("{tower.help} shows all keys", ", those of the selected row first", lambda moment: moment.screen == "Help"),
)
LAST = Step("That is all: {tower.close} ends the demo", ", and nothing of it stays", lambda moment: False)


class Guide:
    """Knows which key comes next."""

    def __init__(self, steps: Sequence[Step] = STEPS) -> None:
        self._steps = steps
        self.at = 0
        """How many steps are done."""

    @property
    def step(self) -> Step:
        """The one to try now."""
        return self._steps[self.at] if self.at < len(self._steps) else LAST

    @property
    def count(self) -> str:
        """`2 of 5`; `""` at the end."""
        return f"{self.at + 1} of {len(self._steps)}" if self.at < len(self._steps) else ""

    def look(self, moment: Moment) -> bool:
        """Go on past all that the user has done; `True` where that is news."""
        before = self.at
        while self.at < len(self._steps) and self._steps[self.at].is_done(moment):
            self.at += 1
        return self.at > before


# -- the end -----------------------------------------------------------------------------------------------------------------------


def clear_away(root: str, store_folder: str) -> None:
    """End all that runs on the demo's store, then remove its folder. It may be gone already."""
    folder = StoreFolder(store_folder)
    if os.path.exists(folder.db):
        with suppress(StoreError):  # whatever it is, the folder goes
            store = open_store(folder, "demo")
            try:
                _end_all(store, folder)
            finally:
                store.close()
    shutil.rmtree(root, ignore_errors=True)


def stop_all(store: Store) -> None:
    """Cancel what waits, and kill what runs. Before the panes are closed, since a run outlives its pane."""
    view = store.view(events=0)
    for task in view.tasks:
        with suppress(TransitionError):  # it has moved on meanwhile
            if task.state in OPEN and task.state not in LIVE:
                store.cancel(task.id)
            elif task.state in LIVE and view.runs[task.id].stop != "kill":
                store.stop(task.id, "kill")


def _end_all(store: Store, folder: StoreFolder) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(is_held(os.path.join(folder.locks, name)) for name in os.listdir(folder.locks)):
        stop_all(store)
        time.sleep(0.02)
