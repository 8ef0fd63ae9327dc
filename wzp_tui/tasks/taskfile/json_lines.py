"""A task file as JSON, with the line of each key."""

import json
import re
from typing import Any

from wzp_tui.clean import clean
from wzp_tui.toml_file import LARGEST, Path, TomlFile, TomlProblem

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[\[\]{},:\n]|[^\s\[\]{},:"]+')


def read_json(path: str) -> TomlFile:
    """Read a file. Raises `TomlProblem`."""
    name = clean(path, 500).strip() or "(no name)"
    try:
        with open(path, "rb") as file:
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise TomlProblem(f"{name}:1: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(raw) > LARGEST:
        raise TomlProblem(f"{name}:1: is larger than {LARGEST >> 20} MiB; this is no file that a person wrote")
    try:
        text = raw.decode("utf-8-sig")
        data = json.loads(text)
    except UnicodeDecodeError as error:
        raise TomlProblem(f"{name}:{raw[: error.start].count(10) + 1}: is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise TomlProblem(clean(f"{name}:{error.lineno}: is not JSON: {error.msg}")) from error
    except (RecursionError, ValueError) as error:
        raise TomlProblem(f"{name}:1: is nested too deeply, or holds a number that is too long") from error
    if not isinstance(data, dict):
        raise TomlProblem(f'{name}:1: must be a table: {{"task": [...]}}')
    return TomlFile(name, data, line_index(text))


def line_index(text: str) -> dict[Path, int]:
    """The line of each key and item of JSON that `json` has accepted."""
    found: dict[Path, int] = {}
    around: list[list[Any]] = []  # of each open table its key, or `None` before there is one; of each open list its index
    line = 1
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word == "\n":
            line += 1
        elif word in ("]", "}"):
            around.pop()
        elif word == "," and around:
            around[-1][0] = around[-1][0] + 1 if around[-1][1] else None
        elif word != ":":
            if around and around[-1][0] is None:
                around[-1][0] = json.loads(word)
            found.setdefault(tuple(each[0] for each in around), line)
            if word in ("[", "{"):
                around.append([0, True] if word == "[" else [None, False])
    return found
