"""TOML files as people write them: data, and the line of each key, so that an error can name it."""

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from wzp_tui.clean import clean

Path = tuple[str | int, ...]
"""Where something stands: `("task", 1, "timeout")`."""

LARGEST = 1 << 20
"""Bytes of a file. One that is larger is no file that a person wrote."""

_TOKEN = re.compile(
    r'(?P<string>"""(?:\\.|[^\\])*?"""(?!")|\'\'\'.*?\'\'\'(?!\')|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\n]*)|(?P<newline>\n)|(?P<mark>[\[\]{}=.,])|(?P<word>[^\s#\"'\[\]{}=.,]+)",
    re.DOTALL,
)


class TomlFile(NamedTuple):
    """A file that was read."""

    name: str
    """As the user named it."""
    data: dict[str, Any]
    lines: Mapping[Path, int]

    def line(self, path: Sequence[str | int]) -> int:
        """The line of a key or table, or of the nearest one around it."""
        for length in range(len(path), 0, -1):
            found = self.lines.get(tuple(path[:length]))
            if found is not None:
                return found
        return 1

    def problem(self, path: Sequence[str | int], text: str) -> str:
        """`FILE:LINE: text`, in one harmless line."""
        return clean(f"{self.name}:{self.line(path)}: {text}")


class TomlProblem(ValueError):
    """The file cannot be read; the message is `FILE:LINE: text`."""


def read_toml(path: str) -> TomlFile:
    """Read a file. Raises `TomlProblem`."""
    try:
        with open(path, "rb") as file:
            return toml_of(path, file.read(LARGEST + 1))
    except (OSError, ValueError) as error:
        if isinstance(error, TomlProblem):
            raise
        raise TomlProblem(f"{_name(path)}:1: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def toml_of(path: str, raw: bytes) -> TomlFile:
    """What stands in a file, or would. Raises `TomlProblem`."""
    name = _name(path)
    if len(raw) > LARGEST:
        raise TomlProblem(f"{name}:1: is larger than {LARGEST >> 20} MiB; this is no file that a person wrote")
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        return TomlFile(name, tomllib.loads(text), line_index(text))
    except UnicodeDecodeError as error:
        raise TomlProblem(f"{name}:{raw[: error.start].count(10) + 1}: is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        message = re.sub(r" \(at (line \d+, column \d+|end of document)\)$", "", str(error))
        at = re.search(r"at line (\d+)", str(error))
        raise TomlProblem(clean(f"{name}:{at[1] if at else max(1, len(text.splitlines()))}: is not TOML: {message}")) from error
    except RecursionError as error:
        raise TomlProblem(f"{name}:1: is nested too deeply") from error


def _name(path: str) -> str:
    return clean(path, 500).strip() or "(no name)"


def line_index(text: str) -> dict[Path, int]:
    """The line of each table and key of TOML that `tomllib` has accepted. What stands in inline tables and arrays is not told apart."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    keys: list[str] = []
    line, depth, in_value, brackets = 1, 0, False, 0
    for token in _TOKEN.finditer(text):
        word, kind = token[0], token.lastgroup
        if in_value:
            if word in ("[", "{"):
                depth += 1
            elif word in ("]", "}"):
                depth -= 1
            elif kind == "newline" and depth == 0:
                in_value, keys = False, []
        elif word == "[":
            brackets += 1
        elif word == "]":
            if brackets:
                table = _table(keys, counts, is_array=brackets == 2)
                found.setdefault(table, line)
                found.setdefault(tuple(part for part in table if isinstance(part, str)), line)
                brackets, keys = 0, []
        elif word == "=":
            found.setdefault((*table, *keys), line)
            in_value = True
        elif kind in ("word", "string"):
            keys.append(_key(word))
        line += word.count("\n")
    return found


def _table(keys: Sequence[str], counts: dict[Path, int], *, is_array: bool) -> Path:
    path: Path = ()
    for key in keys[:-1]:
        path += (key,)
        if path in counts:
            path += (counts[path],)
    path += (keys[-1],)
    if is_array:
        counts[path] = counts.get(path, -1) + 1
        path += (counts[path],)
    elif path in counts:
        path += (counts[path],)
    return path


def _key(word: str) -> str:
    if word[0] not in "\"'":
        return word
    return next(iter(tomllib.loads(f"{word} = 0"))) if "\n" not in word else word


def told(file: TomlFile, errors: Iterable[Mapping[str, Any]], known: Callable[[Path], Iterable[str]]) -> list[str]:
    """The errors that pydantic found, a line each, in the order of the file. `known`: the keys that a table may have."""
    problems = sorted(((file.line(error["loc"]), error) for error in errors), key=lambda pair: pair[0])
    return [file.problem(error["loc"], _words(error, known)) for _, error in problems]


def _words(error: Mapping[str, Any], known: Callable[[Path], Iterable[str]]) -> str:
    where: Path = tuple(part for part in error["loc"] if part != "[key]")
    key = where[-1] if where else ""
    match error["type"]:
        case "extra_forbidden":
            return unknown_key(str(key), known(where[:-1]))
        case "missing":
            return f"`{key}` is missing"
        case "value_error":
            message = str(error["ctx"]["error"])
        case _:
            message = error["msg"].replace("Input should be", "must be").replace("a valid integer", "an integer").replace("valid ", "")
            message = message[:1].lower() + message[1:]
    name = ".".join(str(part) for part in where if isinstance(part, str)) if not isinstance(key, str) else key
    return f"`{name}{_given(error)}`: {message}" if name else message


def _given(error: Mapping[str, Any]) -> str:
    """` = VALUE`, where the value is short and no secret."""
    value = error.get("input")
    if error["loc"][-1:] == ("[key]",) or not isinstance(value, str | int | float):
        return ""
    return f" = {json.dumps(value, ensure_ascii=False)[:60]}"


def unknown_key(key: str, known: Iterable[str]) -> str:
    """What to say of a key that has no meaning here."""
    return f"unknown key `{key}`; {nearest(key, known)}"


def nearest(name: str, known: Iterable[str]) -> str:
    """A cure for a name that is none: the one that was meant, or all that there are."""
    names = sorted(known)
    near = difflib.get_close_matches(name[:100], names, n=1)
    return f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(names)}"
