"""What can be set. The docstrings are the reference (`docs/configuration.md`) and the words of the JSON Schema."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from wzp_tui.commands import BY_ID
from wzp_tui.config.keymap import normal_keys
from wzp_tui.errors import UsageError
from wzp_tui.tasks.lane import MAX_LIMIT, MAX_SLOTS, check_lane_name
from wzp_tui.toml_file import nearest

Column = Literal["id", "priority", "where", "state", "reason", "time"]


def _lane_name(name: str) -> str:
    try:
        return check_lane_name(name)
    except UsageError as error:
        raise ValueError(str(error)) from error


def _command(name: str) -> str:
    if name not in BY_ID:
        raise ValueError(f"no command has this id; {nearest(name, BY_ID)}")
    return name


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


class UiSettings(_Model):
    """How the tower looks."""

    theme: Annotated[str, Field(min_length=1, max_length=100)] = "harbour"
    """The colours: a bundled theme, or one of your own. The key `T` shows each while you choose, and keeps the chosen one here."""
    glyphs: Literal["unicode", "ascii"] = "unicode"
    """`ascii` where the font lacks the signs of states and lines; then every sign of the tower is ASCII."""
    motion: bool = True
    """`false`: nothing blinks or glides."""
    columns: Annotated[tuple[Column, ...], Field(strict=False)] = get_args(Column)
    """The columns of the list beside the title. Their places are fixed; where there is no room, *where* goes first, then *reason*."""
    sidebar_width: Annotated[int, Field(ge=16, le=60)] = 29
    """The width of the sidebar, in cells."""
    list_height: Annotated[int, Field(ge=20, le=80)] = 55
    """The most that the list takes of the height, in percent; the rest is the detail's."""


class MuxSettings(_Model):
    """How often WezTerm is asked, in seconds. What you do is always asked for at once."""

    look: Annotated[float, Field(ge=0.2, le=60)] = 1.0
    """Between two looks at the panes while something happens."""
    quiet: Annotated[float, Field(ge=1, le=600)] = 5.0
    """The most between two looks at the panes while nothing happens."""
    screen: Annotated[float, Field(ge=0.1, le=60)] = 0.5
    """Between two looks at the screen of the pane that the detail shows."""

    @model_validator(mode="after")
    def _in_order(self) -> "MuxSettings":
        if self.quiet < self.look:
            raise ValueError(f"`quiet` ({self.quiet:g}) must not be less than `look` ({self.look:g})")
        return self


class LogSettings(_Model):
    """What is recorded."""

    cap: Annotated[int, Field(ge=1, le=4096)] = 64
    """The most that is recorded of one run, in MiB. Of what comes after it only the last 256 KiB are kept, behind a mark."""


class ArchiveSettings(_Model):
    """What becomes of ended tasks. `wzp-tui task search` finds them for ever."""

    after_days: Annotated[int, Field(ge=0, le=3650)] = 30
    """Days after which what ended goes out of all lists; 0: never. What needs you stays, and what an open task waits for."""


class LaneSettings(_Model):
    """A lane: a named set of places, in which so many of its tasks run at once."""

    slots: Annotated[int, Field(ge=1, le=MAX_SLOTS)]
    """How many."""
    pause_on_failure: bool | None = None
    """The first failure of one of its tasks, after its retries, pauses the lane. What is not set is as the lane has it."""
    workspace: Annotated[str, Field(max_length=100)] | None = None
    """Its panes open in this workspace, and tasks of it go into this lane where no lane is named. `""` takes that back."""


LaneName = Annotated[str, AfterValidator(_lane_name)]
CommandId = Annotated[str, AfterValidator(_command)]
Keys = Annotated[str, AfterValidator(normal_keys), Field(max_length=200)]


class Settings(_Model):
    """All settings, with their defaults."""

    ui: UiSettings = UiSettings()
    """How the tower looks."""
    mux: MuxSettings = MuxSettings()
    """How often WezTerm is asked, in seconds. What you do is always asked for at once."""
    log: LogSettings = LogSettings()
    """What is recorded."""
    archive: ArchiveSettings = ArchiveSettings()
    """What becomes of ended tasks."""
    lanes: dict[LaneName, LaneSettings] = {}
    """Lanes, by name. The tower makes them when it opens, and when they change here; one that is taken away here stays in the store."""
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] | None = None
    """How many runs there are at most at once, of all lanes and panes together; none as long as nothing says so."""
    keys: dict[CommandId, Keys] = {}
    """Other keys for commands, by the id of the command: `"task.retry" = "R"`. Several are written with commas, none as `""`."""
