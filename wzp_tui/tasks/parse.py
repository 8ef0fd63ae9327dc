"""What people write for an id, a duration, a priority or a variable, and read. What reads raises `UsageError`."""

import os
import re
import time
from collections.abc import Iterable

from wzp_tui.clean import clean
from wzp_tui.errors import UsageError
from wzp_tui.tasks.check import MAX_RETRIES
from wzp_tui.tasks.task import After, Condition, Priority

TITLE_LENGTH = 200
NAME_LENGTH = 128
MAX_DURATION = 366 * 86400.0
OWN_PANES = ("tab", "split")
"""Where a task goes that gets a pane of its own."""

# Not compiled here: most calls need none of them.
_ID = r"#?([1-9][0-9]{0,17})"
_DURATION = r"(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)s?)?"
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]{0,127}"


def parse_id(text: str) -> int:
    """The id of a task: `12` or `#12`."""
    found = re.fullmatch(_ID, text)
    if not found:
        raise UsageError(f"{shown(text)} is no task; write its id, as 12 or '#12'")
    return int(found[1])


def parse_after(text: str) -> After:
    """What a task waits for: `12`, `12:failed`, `12:ended` or `12:ready`."""
    id, colon, condition = text.partition(":")
    return After(parse_id(id), parse_condition(condition) if colon else Condition.DONE)


def parse_condition(text: str) -> Condition:
    """`done`, `failed`, `ended` or `ready`."""
    try:
        return Condition(text)
    except ValueError:
        raise UsageError(f"{shown(text)} is nothing to wait for; there are: {', '.join(Condition)}") from None


def parse_duration(text: str) -> float:
    """Seconds: `90`, `90s`, `10m`, `1h30m`, `2d`."""
    found = re.fullmatch(_DURATION, text)
    if not text or not found:
        raise UsageError(f"{shown(text)} is no duration; write 90s, 10m, 1h30m or 2d")
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return check_duration(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def check_duration(seconds: float) -> float:
    """Return `seconds`, where they are more than none and at most a year."""
    if not 0 < seconds <= MAX_DURATION:
        raise UsageError(f"{seconds:g} seconds is no duration to wait for; it lies between 0 and a year")
    return seconds


def parse_priority(text: str) -> Priority:
    """`low`, `normal` or `high`."""
    try:
        return Priority[text.upper()]
    except KeyError:
        raise UsageError(f"{shown(text)} is no priority; there are: high, normal, low") from None


def parse_retries(text: str) -> int:
    """A number of retries."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) > MAX_RETRIES:
        raise UsageError(f"{shown(text)} is no number of retries; write 0 to {MAX_RETRIES}")
    return int(text)


def parse_variables(given: list[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """`K=V` texts as values, and `K` texts as names of variables that must be set where the task starts."""
    values: dict[str, str] = {}
    names: list[str] = []
    for text in given:
        name, equals, value = text.partition("=")
        check_variable(name)
        if equals:
            values[name] = value
        else:
            names.append(name)
    return values, tuple(names)


def check_variable(name: str) -> str:
    """Return `name`, where it can name an environment variable."""
    if not re.fullmatch(_VARIABLE, name):
        raise UsageError(f"{shown(name)} names no variable; write K or K=V, K with letters, digits and _")
    return name


def check_name(text: str, what: str) -> str:
    """Return `text`, where it can be a name: printable, not blank, not too long."""
    if not text.strip() or text != clean(text) or len(text) > NAME_LENGTH:
        raise UsageError(f"{what} {shown(text)}: a {what} is 1 to {NAME_LENGTH} printable characters")
    return text


def short_title(text: str) -> str:
    """A title as it is kept: one harmless line that fits a list."""
    title = " ".join(clean(text, TITLE_LENGTH * 4).split())
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1] + "…"


def check_folder(path: str) -> str:
    """Return the absolute path of an existing folder."""
    full = os.path.abspath(os.path.expanduser(path)) if "\0" not in path else path
    if "\0" in path or not os.path.isdir(full):
        raise UsageError(f"{shown(path if path.startswith('~') else full)} is no folder; make it, or choose another working directory")
    return check_utf8(full, "folder")


def check_file(path: str, what: str) -> str:
    """Return the absolute path of an existing file."""
    path = os.path.abspath(os.path.expanduser(path)) if "\0" not in path else path
    if "\0" in path or not os.path.isfile(path):
        raise UsageError(f"{what} {shown(path)} is not there")
    return check_utf8(path, what)


def check_utf8(text: str, what: str) -> str:
    """Return `text`, where it is UTF-8; other bytes reach us as surrogates, which the store does not keep."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{what} {shown(text)} has a name that is not UTF-8; rename it") from None
    return text


def check_command(argv: list[str]) -> tuple[str, ...]:
    """Return the argv of a command that can be given to the system."""
    if not argv or not argv[0]:
        raise UsageError("a task needs a command; write it after --, as in: wzp-tui add -- make test")
    if any("\0" in argument for argument in argv):
        raise UsageError("a command cannot hold NUL characters")
    return tuple(argv)


def nearest(text: str, names: Iterable[str]) -> str:
    """`; did you mean …?`, where a name is near enough; `""` elsewhere."""
    from difflib import get_close_matches

    near = get_close_matches(text[:NAME_LENGTH], list(names), n=1)
    return f"; did you mean {shown(near[0])}?" if near else ""


def shown(text: str) -> str:
    """Foreign text inside a message: quoted, clean and short."""
    return repr(clean(text, 80))


def moment_words(at_ms: int, now_ms: int) -> str:
    """A time by the clock of this machine, as short as it is clear: `14:00`, `Tue 14:00`, `2027-01-31 14:00`."""
    at, days = time.localtime(at_ms / 1000), (at_ms - now_ms) / 86_400_000
    if abs(days) < 1 and at.tm_yday == time.localtime(now_ms / 1000).tm_yday:
        return time.strftime("%H:%M", at)
    return time.strftime("%a %H:%M" if 0 <= days < 6 else "%Y-%m-%d %H:%M", at)


def duration_words(seconds: float) -> str:
    """A duration in few cells: `0.4s`, `41s`, `24m`, `1h12`, `3d`."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    if seconds < 60:
        return f"{seconds:.0f}s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h{minutes:02}"
    return f"{hours // 24}d"
