"""A task: what is to be done, in which lane, after what, and in which state it is."""

from collections.abc import Mapping, Sequence
from enum import IntEnum, StrEnum
from typing import NamedTuple

from wzp_tui.errors import TransitionError


class State(StrEnum):
    """The states of a task. A state is shown because a record proves it."""

    HELD = "held"
    QUEUED = "queued"
    RUNNING = "running"
    ASKING = "asking"
    REVIEW = "review"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    LOST = "lost"


OPEN = frozenset({State.HELD, State.QUEUED, State.RUNNING, State.ASKING, State.REVIEW})
"""States that will move on."""
LIVE = frozenset({State.RUNNING, State.ASKING, State.REVIEW})
"""States with a run under way."""
NEVER_DONE = frozenset({State.FAILED, State.CANCELLED, State.SKIPPED, State.LOST})
"""States that a dependent does not wait for any longer: it is skipped."""

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.HELD: frozenset({State.QUEUED, State.CANCELLED}),
    State.QUEUED: frozenset({State.HELD, State.RUNNING, State.CANCELLED, State.SKIPPED}),
    State.RUNNING: frozenset({State.ASKING, State.REVIEW, State.DONE, State.FAILED, State.CANCELLED, State.LOST, State.QUEUED}),
    State.ASKING: frozenset({State.RUNNING, State.REVIEW, State.DONE, State.FAILED, State.CANCELLED, State.LOST, State.QUEUED}),
    State.REVIEW: frozenset({State.RUNNING, State.DONE, State.FAILED, State.CANCELLED, State.LOST, State.QUEUED}),
    State.DONE: frozenset({State.QUEUED}),
    State.FAILED: frozenset({State.QUEUED}),
    State.CANCELLED: frozenset({State.QUEUED, State.HELD}),
    State.SKIPPED: frozenset({State.QUEUED, State.HELD}),
    State.LOST: frozenset({State.QUEUED}),
}


class Priority(IntEnum):
    """How much a task matters; `do next` is stronger than any."""

    LOW = 0
    NORMAL = 1
    HIGH = 2

    @property
    def word(self) -> str:
        """`low`, `normal` or `high`."""
        return self.name.lower()


class NewTask(NamedTuple):
    """A task that was not added yet."""

    argv: Sequence[str]
    cwd: str
    """Absolute."""
    title: str = ""
    """Empty: the command line."""
    workspace: str = "default"
    lane: str | None = "default"
    """`None`: it gets a pane of its own."""
    place: str = "tab"
    """Where a task without a lane goes: `tab`, `split`, or `shell` (into a shell that is there)."""
    priority: Priority = Priority.NORMAL
    after: Sequence[int] = ()
    """Ids of tasks that must be done first."""
    env: Mapping[str, str] = {}
    """Stored with the task, masked wherever it is shown."""
    env_names: Sequence[str] = ()
    """Variables that must be set where the task starts; their values are never stored."""
    env_file: str = ""
    """A file of `K=V` lines, read when the task starts."""
    timeout: float | None = None
    """Seconds, of monotonic time."""
    retries: int = 0
    retry_lost: bool = False
    """Run again when the run was lost: the command may then have run twice."""
    hold: bool = False


class Task(NamedTuple):
    """A task of the store. Times are milliseconds of Unix time."""

    id: int
    title: str
    state: State
    reason: str
    """Why it is in this state, in words: `exit 1`, `pane closed`, `#12 failed`. Empty where the state says all."""
    workspace: str
    lane: str | None
    place: str
    priority: Priority
    next_rank: int
    """Above 0: do next, the highest first."""
    argv: tuple[str, ...]
    cwd: str
    env: dict[str, str]
    env_names: tuple[str, ...]
    env_file: str
    timeout: float | None
    retries: int
    retry_lost: bool
    created_ms: int
    queued_ms: int
    not_before_ms: int
    changed_ms: int
    """When the state was entered."""
    seen: bool
    """The user saw that it failed."""
    after: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """As the user reads it: `#12`."""
        return f"#{self.id}"

    @property
    def needs_you(self) -> bool:
        """It waits for the user."""
        return self.state in (State.ASKING, State.REVIEW, State.LOST) or (self.state is State.FAILED and not self.seen)


def check_transition(task: int, old: State, new: State) -> None:
    """Raise `TransitionError` where a task may not go from `old` to `new`."""
    if new not in TRANSITIONS[old]:
        may = ", ".join(sorted(TRANSITIONS[old]))
        raise TransitionError(f"#{task} is {old} and cannot become {new}; from there it can become: {may}")


SHELL = ("/bin/sh", "-c")


def shell_line(line: str) -> tuple[str, ...]:
    """The argv that runs a shell line."""
    return (*SHELL, line)


def command_line(argv: Sequence[str]) -> str:
    """A command as a person would type it."""
    if tuple(argv[:2]) == SHELL and len(argv) == 3:
        return argv[2]
    import shlex

    return shlex.join(argv)
