"""The store: the truth about tasks and runs. Whoever asks, a task is claimed in one transaction, and what was acknowledged stays."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from wzp_tui.errors import WzpError
from wzp_tui.paths import StoreFolder
from wzp_tui.store.claim import Claim, Seat, Worker
from wzp_tui.store.events import Event
from wzp_tui.store.undone import Undone
from wzp_tui.tasks.lane import Lane
from wzp_tui.tasks.order import Board, Spot, board
from wzp_tui.tasks.run import ExitRecord, Run
from wzp_tui.tasks.series import NewSeries, Series
from wzp_tui.tasks.task import After, NewTask, Task

__all__ = [
    "Claim",
    "Event",
    "ExitRecord",
    "Lane",
    "NewSeries",
    "NewTask",
    "Run",
    "Seat",
    "Series",
    "Spot",
    "Store",
    "Task",
    "View",
    "Worker",
    "open_store",
]


T = TypeVar("T")


class View(NamedTuple):
    """The store at one moment."""

    tasks: tuple[Task, ...]
    """All that is not archived."""
    runs: dict[int, Run]
    """The last run of each of them, by task id."""
    lanes: tuple[Lane, ...]
    events: tuple[Event, ...]
    """The last of them, the newest first."""
    limit: int | None = None
    """How many runs there may be at once, of all lanes together."""
    series: tuple[Series, ...] = ()
    """The tasks that come again."""

    @property
    def board(self) -> Board:
        """What its queued tasks must look at before they start."""
        return board(self.tasks, self.runs.values(), self.lanes, self.limit)


class Store(Protocol):
    """What wzp-tui needs of a store. Every call may raise `StoreError`; one that names a task `NotFound` or `TransitionError`.

    A call that returns is committed, and those whom it concerns are woken.
    """

    actor: str
    """Who writes, for the history."""

    def view(self, events: int = 50) -> View:
        """One state of the whole store."""
        ...

    def task(self, id: int) -> Task:
        """One task."""
        ...

    def runs(self, task: int) -> tuple[Run, ...]:
        """The runs of a task, the first one first."""
        ...

    def durations(self, task: int) -> tuple[float, ...]:
        """The seconds that the last runs of this command took which ended well, under whatever id; the newest first, at most 20."""
        ...

    def recent_runs(self, tasks: Sequence[int] = (), *, since_ms: int = 0, limit: int = 1000) -> tuple[Run, ...]:
        """The runs of all tasks, or of these, that went on after `since_ms`; the last begun first."""
        ...

    def events_since(self, seq: int, limit: int = 1000) -> tuple[Event, ...]:
        """The history after an event, the oldest first."""
        ...

    def changed(self) -> bool:
        """Somebody committed since this was asked last, we or others; true when asked first."""
        ...

    def add(self, new: NewTask) -> int:
        """Add a task and return its id."""
        ...

    def add_all(self, batch: Sequence[tuple[NewTask, Sequence[After]]], new_lanes: Mapping[str, int] = {}) -> list[int]:
        """Add tasks in one transaction; each names the earlier ones of the batch that it waits for, by index in place of an id.

        `new_lanes`: the slots of lanes that are made where there are none of these names.
        """
        ...

    def each(self, ids: Iterable[int], act: Callable[[int], T]) -> Iterator[tuple[int, T | WzpError]]:
        """Do the same to many tasks as one deed, and yield what was answered for each, or why it was refused, once it is committed.

        They go in transactions of some hundred tasks: all that was done in one is there, or nothing of it.
        """
        ...

    def assign(self, id: int, *, lane: str | None = None, place: str = "tab") -> None:
        """Send a held or queued task into a lane, or into a pane of its own."""
        ...

    def edit(self, id: int, **fields: object) -> None:
        """Change a task that has not started."""
        ...

    def put_back(self, id: int, **fields: object) -> None:
        """Undo a change of a task that has not started: give it the state, lane, place, rank or edited fields of before, in one step."""
        ...

    def undo(self) -> Undone:
        """Take back the last thing that a user did to tasks, whoever it was. Raises `TransitionError` where there is none."""
        ...

    def hold(self, id: int) -> None:
        """Keep a queued task from starting, or a skipped one, which may be edited then."""
        ...

    def release(self, id: int, *, anyway: bool = False) -> None:
        """Let a held task start. `anyway`: a skipped one, too; what it waits for and can never be is waited for no more."""
        ...

    def do_next(self, id: int) -> None:
        """Put a task before all others of its lane."""
        ...

    def move(self, id: int, *, lane: str | None = None, workspace: str | None = None, spot: Spot | None = None) -> None:
        """Move a held or queued task: into a lane, into a workspace and its lane, to a spot in the order. It stays held or queued."""
        ...

    def retry(self, id: int) -> None:
        """Run an ended task again."""
        ...

    def cancel(self, id: int) -> str:
        """Cancel a task that waits, or ask its worker to stop it; returns `cancelled` or `asked`."""
        ...

    def stop(self, id: int, kind: str) -> None:
        """Ask the worker of a running task for `interrupt`, `stop` or `kill`."""
        ...

    def done(self, id: int) -> None:
        """Accept a task under review, or mark a failed one as seen."""
        ...

    def archive(self, id: int) -> None:
        """Put an ended task out of all lists; `retry` brings it back."""
        ...

    def bring_back(self, id: int) -> None:
        """Let an archived task stand in the lists again."""
        ...

    def history(
        self, text: str = "", *, archived: bool | None = None, before: int | None = None, limit: int = 50
    ) -> tuple[tuple[Task, Run | None], ...]:
        """Tasks with all words of the text in title, command, tags or failing line, of all time; the newest first, with their last runs.

        `archived`: only those that are, or are not. `before`: only those with a lower id, which the next page begins with.
        """
        ...

    def set_archive_days(self, days: int) -> None:
        """Say after how many days what ended is archived; 0: never."""
        ...

    def set_lane(self, name: str, slots: int | None = None, *, workspace: str | None = None, pause_on_failure: bool | None = None) -> None:
        """Make a lane, or change what is given; `workspace=""`: it belongs to none."""
        ...

    def pause_lane(self, name: str) -> None:
        """Let a lane start no more tasks."""
        ...

    def resume_lane(self, name: str) -> None:
        """Let a paused or draining lane go on."""
        ...

    def drain_lane(self, name: str) -> None:
        """Let a lane start no more tasks, and its workers end when they have nothing left to do."""
        ...

    def remove_lane(self, name: str) -> None:
        """Remove a lane. Raises `TransitionError` while tasks are in it that have not ended."""
        ...

    def set_limit(self, limit: int | None) -> None:
        """Let there be at most so many runs at once, of all lanes and panes together; `None`: as many as there are slots."""
        ...

    def add_series(self, new: NewSeries) -> int:
        """Add a task that comes again and return the id of its series."""
        ...

    def series(self) -> tuple[Series, ...]:
        """All series that were not removed."""
        ...

    def one_series(self, id: int) -> Series:
        """One of them."""
        ...

    def pause_series(self, id: int, paused: bool) -> None:
        """Let a series add no more tasks, or let it go on."""
        ...

    def remove_series(self, id: int) -> None:
        """End a series; the tasks that it added stay."""
        ...

    def run_series(self, id: int) -> int:
        """Add a task of a series now, beside its ticks, and return its id."""
        ...

    def tick(self, lane: str | None = None, *, quick: bool = False) -> int | None:
        """Add the tasks of series whose time has come, of one lane or of all: each once, whoever asks. Returns when the next one comes.

        `quick`: raise `StoreBusy` rather than wait long.
        """
        ...

    def lanes(self) -> tuple[Lane, ...]:
        """All lanes, `default` first."""
        ...

    def candidate(self, seat: Seat) -> int | None:
        """The task that this seat would claim now. It reads only."""
        ...

    def next_due_ms(self, seat: Seat) -> int | None:
        """When a task of this seat may start that waits for a time, or one may come by a tick of its lane's series."""
        ...

    def claim(self, seat: Seat, worker: Worker, token: str, ended: ExitRecord | None = None) -> Claim | None:
        """Take in the end of one run and begin the next, in one commit."""
        ...

    def detach(self, run: int) -> None:
        """Say that a run goes on without its pane."""
        ...

    def serving(self, run: int, ready_ms: int) -> None:
        """Say that a service serves since then."""
        ...

    def note(self, run: int, kind: str, **data: object) -> None:
        """Write an event about a run."""
        ...

    def open_run(self, seat: Seat) -> Run | None:
        """The run that fills this seat."""
        ...

    def stop_asked(self, run: int) -> tuple[str, int]:
        """The strongest stop that was asked for a run, and how often one was."""
        ...

    def settle(self) -> None:
        """Take in exit records left as files, and judge the runs whose workers are gone. Once a day a backup is made, too."""
        ...

    def back_up(self, older_than: float = 0.0) -> str | None:
        """Make a verified backup and return its path; `None` where the last one is younger than `older_than` seconds."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def open_store(folder: str, actor: str, notice: Callable[[str], None] | None = None, boot: str | None = None) -> Store:
    """The store of a folder: made where there is none, migrated where it is older.

    `notice` is told, in one line, who holds the store when it is locked for long; without it stderr is. `boot` names a boot of the
    machine that is not this one.
    """
    from wzp_tui.store.sqlite import SqliteStore

    return SqliteStore(StoreFolder(folder), actor, notice, boot)
