"""Settings: TOML into frozen models. Every value can say where it comes from."""

import os
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from wzp_tui.commands import BY_ID
from wzp_tui.errors import ConfigError, UsageError
from wzp_tui.paths import config_file
from wzp_tui.tasks.lane import MAX_SLOTS, check_lane_name
from wzp_tui.toml_file import Path, TomlFile, TomlProblem, read_toml, told, unknown_key

VARIABLES = {"theme": "WZP_THEME", "glyphs": "WZP_GLYPHS"}
"""Settings that a variable of the environment overrides."""


def _lane_name(name: str) -> str:
    try:
        return check_lane_name(name)
    except UsageError as error:
        raise ValueError(str(error)) from error


def _command(name: str) -> str:
    if name not in BY_ID:
        raise ValueError(unknown_key(name, BY_ID))
    return name


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class LaneSettings(_Model):
    """`[lanes.NAME]`."""

    slots: Annotated[int, Field(ge=1, le=MAX_SLOTS)]


class Settings(_Model):
    """All settings, with their defaults."""

    theme: Annotated[str, Field(min_length=1, max_length=100)] = "harbour"
    """The colours: a theme that is bundled, or one of `themes/` beside the file."""
    glyphs: Literal["unicode", "ascii"] = "unicode"
    """`ascii` where the font lacks the signs of states."""
    lanes: dict[Annotated[str, AfterValidator(_lane_name)], LaneSettings] = {}
    """Lanes that a tower makes when it opens."""
    keys: dict[Annotated[str, AfterValidator(_command)], str] = {}
    """Other keys for commands: `"task.retry" = "R"`."""


class Value(NamedTuple):
    """One setting in use."""

    name: str
    value: Any
    origin: str
    """`default`, `FILE:LINE`, or `$VARIABLE`."""


def load_config() -> Settings:
    """The settings in use; defaults where there is no file. Raises `ConfigError` with all that is wrong."""
    return _read()[0]


def values() -> tuple[Value, ...]:
    """All settings, each with where it comes from. Raises `ConfigError`."""
    return tuple(_values(*_read()))


def _read() -> tuple[Settings, TomlFile]:
    path = config_file()
    file = TomlFile(path, {}, {})
    if os.path.exists(path) or os.environ.get("WZP_CONFIG"):
        try:
            file = read_toml(path)
        except TomlProblem as error:
            raise ConfigError(str(error)) from error
    try:
        settings = Settings.model_validate(file.data)
    except ValidationError as error:
        raise ConfigError("\n".join(told(file, error.errors(include_url=False, include_input=False), _known))) from error
    return _overridden(settings), file


def _overridden(settings: Settings) -> Settings:
    given = {name: os.environ[variable] for name, variable in VARIABLES.items() if os.environ.get(variable)}
    try:
        return Settings.model_validate({**settings.model_dump(), **given})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        variable = VARIABLES[str(first["loc"][0])]
        raise ConfigError(f"${variable}: {first['msg'].replace('Input should be', 'must be')}") from error


def _known(path: Path) -> Sequence[str]:
    return list((Settings if not path else LaneSettings).model_fields)


def _values(settings: Settings, file: TomlFile) -> Iterator[Value]:
    def origin(*path: str) -> str:
        return f"{file.name}:{file.line(path)}" if path in file.lines else "default"

    for name in ("theme", "glyphs"):
        variable = VARIABLES[name]
        yield Value(name, getattr(settings, name), f"${variable}" if os.environ.get(variable) else origin(name))
    for lane, given in settings.lanes.items():
        yield Value(f"lanes.{lane}.slots", given.slots, origin("lanes", lane, "slots"))
    for command, keys in settings.keys.items():
        yield Value(f"keys.{command}", keys, origin("keys", command))
