"""What a task file may hold. The docstrings are the reference (`docs/task-files.md`) and the words of the JSON Schema."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from wzp_tui.tasks.check import MAX_RETRIES
from wzp_tui.tasks.lane import MAX_SLOTS
from wzp_tui.tasks.series import MOST_KEPT
from wzp_tui.tasks.taskfile.kinds import (
    Backoff,
    CatchUp,
    Duration,
    Exits,
    Globs,
    LaneName,
    Moment,
    Name,
    Probe,
    Rule,
    Signal,
    StartLimit,
    Tag,
    Text,
    Variable,
)
from wzp_tui.toml_file import Path


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


class LaneEntry(_Model):
    """A lane: a named set of places, in which so many of its tasks run at once."""

    slots: Annotated[int, Field(ge=1, le=MAX_SLOTS)]
    """How many."""


class ServiceEntry(_Model):
    """What makes a service of a task: it serves instead of coming to an end."""

    restart: Literal["never", "on-failure", "always"] = "on-failure"
    """When it is started again after it ended. One that you stopped never is."""
    ready: Probe | None = None
    """It serves from the first good answer on; without a probe, at once. `"port:8080"`, `"port:HOST:8080"`, `"http://localhost:8080/ok"`,
    `"line:REGEX"` in what it prints, or `"command:LINE"`; before it, `"every=1s,within=5s,failures=30,"`: from one look to the next, the
    time for one answer, and how many in a row without a good one mean that it has failed."""
    alive: Probe | None = None
    """Asked while it serves; when it fails, the run ends. As `ready`, but `every=10s` and `failures=3` where it names none."""


class ParameterEntry(_Model):
    """A value that is given when the file is read. `${NAME}` in the texts of tasks stands for it."""

    default: Text | None = None
    """Its value where none is given. Without a default, a value must be given."""
    required: bool = True
    """`false`: it is empty where none is given."""
    choices: list[Text] = []
    """The values that it may have; without them, any."""
    help: Text = ""
    """What it is for, where it is asked for."""


class TaskEntry(_Model):
    """A task. It has either `run` or `argv`, and a name that the others can wait for."""

    name: Name
    """What `after` calls it; no two tasks of a file have the same."""
    title: Text = ""
    """What lists show; without it, the name."""
    run: Text | None = None
    """The command, as a line of the shell. It finds parameters in its environment: write `"$NAME"`."""
    argv: list[Text] | None = None
    """The command, as a program and its arguments, without a shell."""
    after: list[str] = []
    """The tasks that must be done first, by name. `"server:ready"`, `"build:failed"` or `"build:ended"` waits for something else in it."""
    lane: LaneName | None = None
    """The lane whose slots run it; without it, `default`."""
    pane: Literal["tab", "split"] | None = None
    """A pane of its own instead of a lane."""
    workspace: Name = "default"
    """The workspace it belongs to."""
    cwd: Text = "."
    """Its working directory, relative to the file."""
    env: dict[Variable, Text] = {}
    """Variables that it gets; they are stored with the task, and masked wherever it is shown."""
    env_names: list[Variable] = []
    """Variables that must be set where it starts; their values are not stored."""
    env_file: Text | None = None
    """A file of `K=V` lines, read when it starts; relative to the task file."""
    retries: Annotated[int, Field(ge=0, le=MAX_RETRIES)] = 0
    """How often it is tried again when it fails."""
    retry_lost: bool = False
    """Try it again, too, when nobody saw how it ended: the command may then have run twice."""
    retry_on: Exits = "any"
    """Try it again only when it fails in one of these ways: `"1-3,75,SIGTERM"`."""
    backoff: Backoff = "1s to 5m by 2"
    """The delay before the next attempt, and how it grows: the first, the longest, the factor, and `jitter 0.1`."""
    start_limit: StartLimit | None = None
    """Give up after so many starts in so long: `"5 in 10m"`."""
    success: Exits = "0"
    """Ways to end well: `"0,3,SIGTERM"`."""
    timeout: Duration | None = None
    """Stop it after this time: `"10m"`, `"90s"`, `"1h30m"`, or seconds."""
    quiet: Duration | None = None
    """Stop it when it prints nothing for so long."""
    stop_signal: Signal = "SIGTERM"
    """What asks it to stop."""
    stop_grace: Duration = 5.0
    """Time that it then has before it is killed."""
    service: ServiceEntry | None = None
    """It is a service; written as a table, `[task.service]`, under its task."""
    priority: Literal["high", "normal", "low"] = "normal"
    """How much it matters."""
    at: Moment | None = None
    """It starts not before this time: `"14:30"`, `"friday 9:00"`, `"2030-01-31 14:30"`, `"in 2h"`."""
    due: Moment | None = None
    """When it should be done; as that comes near, it goes before others."""
    every: Rule | None = None
    """It comes again, by an interval (`"10m"`) or a cron line (`"30 9 * * mon-fri"`). Not in a file that is run to its end."""
    overlap: Literal["skip", "queue"] | None = None
    """What happens when it comes while it is not over; without it, `"skip"`."""
    catch_up: CatchUp | None = None
    """How many are caught up that were missed: `"skip"`, `"one"`, `"all"`, or `"all(20)"`, the last 20; without it, none."""
    keep: Annotated[int, Field(ge=0, le=MOST_KEPT)] | None = None
    """How many of its done tasks stay in the lists; those before them are archived. Without it, 10."""
    hold: bool = False
    """It waits until it is released."""
    tags: list[Tag] = []
    """Words to find it by."""
    locks: list[Name] = []
    """Names that only one task under way may have."""
    touches: Globs = []
    """Path globs, relative to its working directory: tasks that may touch the same paths never run together."""


class FileModel(_Model):
    """A task file."""

    params: dict[Variable, ParameterEntry] = {}
    """Values that are given when the file is read, by name."""
    lanes: dict[LaneName, LaneEntry] = {}
    """Lanes, by name."""
    task: Annotated[list[TaskEntry], Field(min_length=1)]
    """The tasks."""


def known_keys(path: Path) -> Sequence[str]:
    """The keys that a table of the file may have."""
    if not path:
        return list(FileModel.model_fields)
    if path[0] == "task" and path[2:3] == ("service",):
        return list(ServiceEntry.model_fields)
    tables: dict[object, type[BaseModel]] = {"task": TaskEntry, "params": ParameterEntry, "lanes": LaneEntry}
    return list(tables[path[0]].model_fields)
