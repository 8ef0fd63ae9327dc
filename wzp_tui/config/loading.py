"""The config file as settings, or all that is wrong with it."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from wzp_tui.config import keymap, themes
from wzp_tui.config.settings import ArchiveSettings, LaneSettings, LogSettings, MuxSettings, Settings, UiSettings
from wzp_tui.errors import ConfigError
from wzp_tui.paths import config_file
from wzp_tui.toml_file import Path, TomlFile, TomlProblem, nearest, read_toml, told

VARIABLES = {"theme": "WZP_THEME", "glyphs": "WZP_GLYPHS"}
"""Settings of `[ui]` that a variable of the environment overrides."""
TABLES: Mapping[str, type[BaseModel]] = {"ui": UiSettings, "mux": MuxSettings, "log": LogSettings, "archive": ArchiveSettings}
"""Tables with a fixed set of keys."""


class Value(NamedTuple):
    """One setting in use."""

    name: str
    value: Any
    origin: str
    """`default`, `FILE:LINE`, or `$VARIABLE`."""


def load_config() -> Settings:
    """The settings in use; defaults where there is no file. Raises `ConfigError` with all that is wrong, a line each."""
    return _overridden(settings_of(read_file()))


def values() -> tuple[Value, ...]:
    """All settings, each with where it comes from. Raises `ConfigError`."""
    file = read_file()
    return tuple(_values(_overridden(settings_of(file)), file))


def read_file() -> TomlFile:
    """The config file; an empty one where there is none. Raises `ConfigError`."""
    path = config_file()
    if not os.path.exists(path) and not os.environ.get("WZP_CONFIG"):
        return TomlFile(path, {}, {})
    try:
        return read_toml(path)
    except TomlProblem as error:
        raise ConfigError(str(error)) from error


def settings_of(file: TomlFile) -> Settings:
    """What a file says. Raises `ConfigError` with all that is wrong, a line each."""
    try:
        settings = Settings.model_validate(file.data)
    except ValidationError as error:
        raise ConfigError("\n".join(told(file, error.errors(include_url=False), known_keys))) from error
    wrong = [(("keys", id), f'`"{id}"`: {problem}') for id, problem in keymap.problems(settings.keys)]
    if problem := _theme_problem(settings.ui.theme):
        wrong.append((("ui", "theme"), f"`theme`: {problem}"))
    if wrong:
        raise ConfigError("\n".join(file.problem(path, text) for path, text in sorted(wrong, key=lambda each: file.line(each[0]))))
    return settings


def known_keys(path: Path) -> Iterable[str]:
    """The keys that the table at `path` may have."""
    match path:
        case ():
            return [*Settings.model_fields, *(f"{table}.{key}" for table, model in TABLES.items() for key in model.model_fields)]
        case ("lanes", _):
            return LaneSettings.model_fields
    return TABLES[str(path[0])].model_fields


def _theme_problem(name: str) -> str:
    """What is wrong with this choice of a theme, or `""`."""
    if name == themes.DARK or name in (names := themes.names()):
        return ""
    return f"there is no theme {name!r}; {nearest(name, names)}"


def _overridden(settings: Settings) -> Settings:
    given = {name: os.environ[variable] for name, variable in VARIABLES.items() if os.environ.get(variable)}
    try:
        ui = UiSettings.model_validate({**settings.ui.model_dump(), **given})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        variable = VARIABLES[str(first["loc"][0])]
        raise ConfigError(f"${variable}: {first['msg'].replace('Input should be', 'must be')}") from error
    if "theme" in given and (problem := _theme_problem(ui.theme)):
        raise ConfigError(f"$WZP_THEME: {problem}")
    return settings.model_copy(update={"ui": ui})


def _values(settings: Settings, file: TomlFile) -> Iterator[Value]:
    def origin(*path: str) -> str:
        return f"{file.name}:{file.line(path)}" if _holds(file.data, path) else "default"

    for table, model in TABLES.items():
        for name in model.model_fields:
            variable = VARIABLES.get(name, "") if table == "ui" else ""
            value = getattr(getattr(settings, table), name)
            yield Value(f"{table}.{name}", value, f"${variable}" if os.environ.get(variable) else origin(table, name))
    for lane, given in settings.lanes.items():
        for name in LaneSettings.model_fields:
            if (value := getattr(given, name)) is not None:
                yield Value(f"lanes.{lane}.{name}", value, origin("lanes", lane, name))
    if settings.limit is not None:
        yield Value("limit", settings.limit, origin("limit"))
    for command, keys in settings.keys.items():
        yield Value(f"keys.{command}", keys, origin("keys", command))


def _holds(data: Mapping[str, Any], path: Iterable[str]) -> bool:
    """There is something at `path`."""
    found: Any = data
    for name in path:
        if not isinstance(found, Mapping) or name not in found:
            return False
        found = found[name]
    return True
