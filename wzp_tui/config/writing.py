"""Changes to the config file: one setting at a time, comments kept, checked before anything is written."""

import fcntl
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import tomlkit
import tomlkit.exceptions

from wzp_tui.clean import clean
from wzp_tui.commands import BY_ID
from wzp_tui.config.loading import TABLES, Value, known_keys, settings_of, values
from wzp_tui.config.settings import LaneSettings, Settings
from wzp_tui.errors import ConfigError, UsageError
from wzp_tui.paths import config_file
from wzp_tui.toml_file import TomlFile, TomlProblem, nearest, toml_of

Key = tuple[str, ...]
"""Where a setting stands: `("ui", "theme")`, `("keys", "task.retry")`, `("lanes", "build", "slots")`, `("limit",)`."""


def key_of(name: str) -> Key:
    """The place of the setting that is called `ui.theme`, `keys.task.retry`, `lanes.build.slots` or `limit`. Raises `UsageError`."""
    table, _, rest = name.partition(".")
    match table:
        case "keys" if (id := rest.strip('"')) in BY_ID:
            return table, id
        case "lanes" if rest.count(".") == 1 and rest.partition(".")[2] in LaneSettings.model_fields:
            return table, *rest.split(".")
        case "limit" if not rest:
            return (table,)
        case _ if table in TABLES and rest in known_keys((table,)):
            return table, rest
    raise UsageError(f"there is no setting {clean(name, 100)!r}; {nearest(name, names())}")


def value_of(name: str) -> Value:
    """A setting in use; one that is not in the file has its default. Raises `UsageError`."""
    key = key_of(name)
    known = {value.name: value for value in values()}
    if key[0] == "keys":
        return known.get(".".join(key), Value(".".join(key), BY_ID[key[1]].keys, "default"))
    if name not in known:
        raise UsageError(f"{name} is not in the config file; `wzp-tui lane list` shows what all lanes have")
    return known[name]


def set_value(name: str, text: str) -> Any:
    """Write a setting and return its value. `text` is the value as people write it: `chart`, `3`, `id, state`. Raises `UsageError`."""
    key = key_of(name)
    value = _value(key, text)
    alone = _nested(key, value)
    if key[0] == "lanes":
        alone["lanes"][key[1]].setdefault("slots", 1)  # no lane is without; the file is looked at as a whole before it is written
    try:
        settings_of(TomlFile("", alone, {}))
    except ConfigError as error:
        raise UsageError(f"{name}: {str(error).split(': ', 1)[1]}") from error
    _change(lambda document: _put(document, key, value))
    return value


def unset(name: str) -> bool:
    """Take a setting out of the file, so that it has its default again; `False` where it was not there. Raises `UsageError`."""
    key = key_of(name)
    return _change(lambda document: _take_out(document, key))


def names() -> Iterator[str]:
    """What settings there are."""
    for table in TABLES:
        yield from (f"{table}.{name}" for name in known_keys((table,)))
    yield from (f"keys.{id}" for id in BY_ID)
    yield from (f"lanes.NAME.{name}" for name in LaneSettings.model_fields)
    yield "limit"


# -- values --------------------------------------------------------------------------------------------------------------------


def _value(key: Key, text: str) -> Any:
    """The value that a text stands for: a string for settings that are one, else TOML; a list may be written without brackets."""
    default = _default(key)
    try:
        written = tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        written = text
    if isinstance(default, tuple) and not isinstance(written, list):
        return [word.strip() for word in text.split(",") if word.strip()]
    return text if isinstance(default, str) and not isinstance(written, str) else written


def _default(key: Key) -> Any:
    if key[0] == "keys" or key[-1] == "workspace":
        return ""
    if key[0] in ("lanes", "limit"):
        return None
    return getattr(getattr(Settings(), key[0]), key[1])


def _nested(key: Key, value: Any) -> dict[str, Any]:
    for name in reversed(key):
        value = {name: value}
    found: dict[str, Any] = value
    return found


def _put(document: MutableMapping[str, Any], key: Key, value: Any) -> bool:
    for name in key[:-1]:
        if name not in document:
            document[name] = tomlkit.table()
        document = document[name]
        if not isinstance(document, MutableMapping):
            raise ConfigError(f"`{name}` is no table in {clean(config_file())}; mend it by hand")
    document[key[-1]] = value
    return True


def _take_out(document: MutableMapping[str, Any], key: Key) -> bool:
    for name in key[:-1]:
        found = document.get(name)
        if not isinstance(found, MutableMapping):
            return False
        document = found
    return document.pop(key[-1], None) is not None


# -- the file ------------------------------------------------------------------------------------------------------------------


def _change(change: Callable[[MutableMapping[str, Any]], bool]) -> bool:
    """Change the file, unless the change does nothing or would leave it wrong. Raises `ConfigError`."""
    path = os.path.realpath(config_file())  # a link to a folder of dotfiles stays one
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with _locked(os.path.dirname(path)):
            before = _read(path)
            document = tomlkit.parse(before)
            if not change(document):
                return False
            after = tomlkit.dumps(document)
            settings_of(toml_of(path, after.encode()))
            if after != before:
                _replace(path, after)
    except (TomlProblem, tomlkit.exceptions.TOMLKitError) as error:
        raise ConfigError(f"{clean(path)} cannot be changed; mend it first: {clean(str(error))}") from error
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"{clean(path)} cannot be changed: {getattr(error, 'strerror', None) or error}") from error
    return True


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _replace(path: str, text: str) -> None:
    """Put a new file, for the user alone, in the place of the old one, or leave that one as it was."""
    number, name = tempfile.mkstemp(prefix=".config-", dir=os.path.dirname(path))
    try:
        with open(number, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    """One writer at a time, of all our processes."""
    number = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
