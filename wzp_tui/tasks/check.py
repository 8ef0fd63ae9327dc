"""What a task may be made of."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wzp_tui.errors import UsageError
from wzp_tui.tasks.policy import Policy
from wzp_tui.tasks.task import NewTask, Priority

PLACES = ("tab", "split", "shell")
MAX_RETRIES = 1000
TAG_LENGTH = 64


def check_task(new: NewTask) -> None:
    """Raise `UsageError` where a task could never be stored or started."""
    check_fields(new._asdict())


def check_fields(fields: Mapping[str, Any]) -> None:
    """Check those fields of a task that are named."""
    for name, value in fields.items():
        check = _CHECKS.get(name)
        if check is not None:
            check(name, value)


def _argv(name: str, value: Sequence[str]) -> None:
    if isinstance(value, str) or not value or not value[0]:
        raise UsageError("a task needs a command")
    for word in value:
        _word("the command", word)


def _word(name: str, value: str) -> None:
    if "\0" in value:
        raise UsageError(f"{name} contains a NUL character, which no program can be given")


def _text(name: str, value: str) -> None:
    _word(name, value)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{name} is not UTF-8, and cannot be stored; give it another name") from None


def _cwd(name: str, value: str) -> None:
    _text(name, value)
    if not value.startswith("/"):
        raise UsageError(f"cwd {value!r} is not absolute; give the whole path")


def _env(name: str, value: Mapping[str, str]) -> None:
    for key, content in value.items():
        if not key or "=" in key:
            raise UsageError(f"{key!r} cannot name a variable; a name is not empty and has no =")
        _word(f"variable {key}", key + content)


def _tags(name: str, value: Sequence[str]) -> None:
    for tag in value:
        check_tag(tag)


def check_tag(tag: str) -> str:
    """Return `tag`, where it can be one: a word that a filter can name, and a list show."""
    if not 0 < len(tag) <= TAG_LENGTH or not tag.isprintable() or tag[0] in "-#" or any(mark in ' ,"' for mark in tag):
        raise UsageError(f"{tag[:80]!r} is no tag; a tag is 1 to {TAG_LENGTH} printable characters without blanks, commas and quotes")
    return tag


def _place(name: str, value: str) -> None:
    if value not in PLACES:
        raise UsageError(f"place {value!r}: there are {', '.join(PLACES)}")


def _policy(name: str, value: Policy) -> None:
    for limit in ("timeout", "quiet"):
        _seconds(limit, getattr(value, limit))
    _seconds("the time until KILL", value.stop.grace)
    if not 0 <= value.retries <= MAX_RETRIES:
        raise UsageError(f"retries {value.retries}: there are 0 to {MAX_RETRIES}")
    if value.service and value.retries:
        raise UsageError("a service is restarted, never, on-failure or always; retries are for what comes to an end")


def _seconds(name: str, value: float | None) -> None:
    if value is not None and not (value > 0 and math.isfinite(value)):
        raise UsageError(f"{name} {value:g}: it is a time in seconds above 0")


def _priority(name: str, value: int) -> None:
    if value not in tuple(Priority):
        raise UsageError(f"priority {value}: there are {', '.join(f'{level.value} ({level.word})' for level in Priority)}")


_CHECKS: Mapping[str, Callable[[str, Any], None]] = {
    "argv": _argv,
    "cwd": _cwd,
    "env": _env,
    "env_file": _text,
    "place": _place,
    "policy": _policy,
    "priority": _priority,
    "tags": _tags,
    "workspace": _text,
}
