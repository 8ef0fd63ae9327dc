"""Waiting for tasks to end, asleep until somebody commits."""

import select
import time
from collections.abc import Iterable, Sequence

from wzp_tui.clean import clean
from wzp_tui.cli.output import note, paint, print_json, say
from wzp_tui.errors import WzpError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Run, Store, Task
from wzp_tui.store.wake import Fifo, watcher
from wzp_tui.tasks.parse import duration_words
from wzp_tui.tasks.task import OPEN, State

FALLBACK = 30.0
"""Seconds after which the store is looked at even if nobody woke us: a worker that dies tells nobody."""


class Watch:
    """A FIFO that wakes us at each commit; use it as a context."""

    def __init__(self, folder: StoreFolder) -> None:
        self._fifo: Fifo = watcher(folder)

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *_: object) -> None:
        self._fifo.close()

    def forget(self) -> None:
        """Forget the wakes so far; look at the store after this, then `sleep`."""
        self._fifo.drain()

    def sleep(self, seconds: float = FALLBACK) -> None:
        """Sleep until a commit, or for so long."""
        select.select([self._fifo.fd], [], [], max(0.0, seconds))


def wait(
    folder: StoreFolder, store: Store, ids: Sequence[int], *, timeout: float | None = None, as_json: bool = False, quiet: bool = False
) -> int:
    """Wait until these tasks have ended, tell each end, and return 0 when all are done. `quiet`: tell only what is not."""
    deadline = None if timeout is None else time.monotonic() + timeout
    waiting = dict.fromkeys(ids)
    ended: dict[int, Task] = {}
    held: set[int] = set()
    with Watch(folder) as watch:
        while True:
            watch.forget()
            store.settle()
            for id in list(waiting):
                task = store.task(id)
                if task.state not in OPEN:
                    del waiting[id]
                    ended[id] = task
                    if not as_json and not (quiet and task.state is State.DONE):
                        say(end_words(task, last_run(store, id)))
                elif task.state is State.HELD and id not in held:
                    held.add(id)
                    note(f"{task.name} is held; `wzp-tui task release {id}` lets it start")
            if not waiting:
                break
            left = FALLBACK if deadline is None else deadline - time.monotonic()
            if left <= 0:
                raise WzpError(f"{_names(waiting)} has not ended in time; it goes on, and `wzp-tui task wait` waits again")
            watch.sleep(min(FALLBACK, left))
    if as_json:
        from wzp_tui.cli.documents import task_document

        documents = [task_document(folder, ended[id], last_run(store, id)) for id in dict.fromkeys(ids)]
        print_json({"task": documents[0]} if quiet else {"tasks": documents})
    return 0 if all(task.state is State.DONE for task in ended.values()) else 1


def last_run(store: Store, id: int) -> Run | None:
    """The last attempt at a task."""
    runs = store.runs(id)
    return runs[-1] if runs else None


def end_words(task: Task, run: Run | None) -> str:
    """How a task ended: `#2 test failed exit 1 12s`."""
    words = [task.name, clean(task.title, 60), paint(str(task.state), _ROLES.get(task.state, "")), clean(task.reason, 200)]
    if run is not None and run.took_ms is not None:
        words.append(paint(duration_words(run.took_ms / 1000), "faint"))
    return " ".join(filter(None, words))


_ROLES = {State.DONE: "done", State.FAILED: "failed", State.LOST: "needs", State.CANCELLED: "faint", State.SKIPPED: "faint"}


def _names(ids: Iterable[int]) -> str:
    return ", ".join(f"#{id}" for id in ids)
