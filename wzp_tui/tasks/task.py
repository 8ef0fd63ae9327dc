"""A task: what is to be done, in which lane, after what, and in which state it is."""

from collections.abc import Mapping, Sequence
from enum import IntEnum, StrEnum
from typing import NamedTuple

from wzp_tui.errors import TransitionError
from wzp_tui.tasks.policy import Policy


class State(StrEnum):
    """The states of a task. A state is shown because a record proves it."""

    HELD = "held"
    QUEUED = "queued"
    RUNNING = "running"
    SERVING = "serving"
    ASKING = "asking"
    REVIEW = "review"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    LOST = "lost"


OPEN = frozenset({State.HELD, State.QUEUED, State.RUNNING, State.SERVING, State.ASKING, State.REVIEW})
"""States that will move on."""
LIVE = frozenset({State.RUNNING, State.SERVING, State.ASKING, State.REVIEW})
"""States with a run under way."""

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.HELD: frozenset({State.QUEUED, State.CANCELLED}),
    State.QUEUED: frozenset({State.HELD, State.RUNNING, State.CANCELLED, State.SKIPPED}),
    State.RUNNING: frozenset(
        {State.SERVING, State.ASKING, State.REVIEW, State.DONE, State.FAILED, State.CANCELLED, State.LOST, State.QUEUED}
    ),
    State.SERVING: frozenset({State.RUNNING, State.DONE, State.FAILED, State.CANCELLED, State.LOST, State.QUEUED}),
    State.ASKING: frozenset({State.RUNNING, State.REVIEW, State.DONE, State.FAILED, State.CANCELLED, State.LOST, State.QUEUED}),
    State.REVIEW: frozenset({State.RUNNING, State.DONE, State.FAILED, State.CANCELLED, State.LOST, State.QUEUED}),
    State.DONE: frozenset({State.QUEUED}),
    State.FAILED: frozenset({State.QUEUED}),
    State.CANCELLED: frozenset({State.QUEUED, State.HELD}),
    State.SKIPPED: frozenset({State.QUEUED, State.HELD}),
    State.LOST: frozenset({State.QUEUED}),
}


class Condition(StrEnum):
    """What a task may wait for in another one."""

    DONE = "done"
    FAILED = "failed"
    ENDED = "ended"
    """Done, failed, or whatever else: it will not run any more."""
    READY = "ready"
    """A service that serves."""


_ENDED = frozenset({State.DONE, State.FAILED, State.CANCELLED, State.SKIPPED, State.LOST})
MEETS: Mapping[Condition, frozenset[State]] = {
    Condition.DONE: frozenset({State.DONE}),
    Condition.FAILED: frozenset({State.FAILED, State.LOST}),
    Condition.ENDED: _ENDED,
    Condition.READY: frozenset({State.SERVING}),
}
"""The states of an earlier task in which one behind it may start. In any other ended state it never will: it is skipped."""


class After(NamedTuple):
    """What a task waits for."""

    task: int
    condition: Condition = Condition.DONE

    def met_by(self, state: State) -> bool:
        """The wait is over."""
        return state in MEETS[self.condition]

    def never_met_by(self, state: State) -> bool:
        """There is nothing to wait for any more."""
        return state in _ENDED and state not in MEETS[self.condition]

    @property
    def name(self) -> str:
        """As the user reads and writes it: `#12`, `#12 ready`."""
        return f"#{self.task}" if self.condition is Condition.DONE else f"#{self.task} {self.condition}"


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
    lane: str | None = ""
    """Empty: the lane of its workspace, else `default`. `None`: it gets a pane of its own."""
    place: str = "tab"
    """Where a task without a lane goes: `tab`, `split`, or `shell` (into a shell that is there)."""
    priority: Priority = Priority.NORMAL
    after: Sequence[After] = ()
    """What must come to pass first."""
    env: Mapping[str, str] = {}
    """Stored with the task, masked wherever it is shown."""
    env_names: Sequence[str] = ()
    """Variables that must be set where the task starts; their values are never stored."""
    env_file: str = ""
    """A file of `K=V` lines, read when the task starts."""
    hold: bool = False
    not_before_ms: int = 0
    """When it may start, in milliseconds of Unix time."""
    due_ms: int | None = None
    """When it should be done, in milliseconds of Unix time: as that comes near, it goes before others."""
    locks: Sequence[str] = ()
    """Names that only one task under way may have."""
    touches: Sequence[str] = ()
    """Path globs, absolute: no two tasks whose globs may meet are under way at once."""
    tags: Sequence[str] = ()
    """Words of the user, to find it by."""
    policy: Policy = Policy()
    """How it ends well, when it is tried again, how long it may take; and what makes a service of it."""


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
    created_ms: int
    queued_ms: int
    not_before_ms: int
    changed_ms: int
    """When the state was entered."""
    seen: bool
    """The user saw that it failed."""
    after: tuple[After, ...] = ()
    due_ms: int | None = None
    locks: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    series: int | None = None
    """The series that added it."""
    tick_ms: int | None = None
    """When that was to be."""
    policy: Policy = Policy()
    archived: bool = False
    """It is out of all lists."""
    waits_since_ms: int = 0
    """When the attempt ended that the next one waits after; 0 where the user said when it may start."""
    moved_ms: int = 0
    """The user moved it in its lane: so much later than by priority, due time and age; below 0: sooner."""

    @property
    def name(self) -> str:
        """As the user reads it: `#12`."""
        return f"#{self.id}"

    def is_early(self, now_ms: int) -> bool:
        """It may not start yet. A clock that shows less than when the wait for the next attempt began was set back: that wait is over."""
        return self.waits_since_ms <= now_ms < self.not_before_ms

    @property
    def needs_you(self) -> bool:
        """It waits for the user."""
        return self.state in (State.ASKING, State.REVIEW, State.LOST) or (self.state is State.FAILED and not self.seen)


def new_of(task: Task) -> NewTask:
    """A new task like this one. It waits for what this one waits for; the times are its own."""
    fields = {name: getattr(task, name) for name in NewTask._fields if name in Task._fields and name not in ("not_before_ms", "due_ms")}
    return NewTask(**fields)


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
