"""What `wzp-tui wezterm` does to WezTerm's config: finds it, adds our line, takes it out again.

The edit is one whole line before a final `return NAME`; any other config is put between two whole lines. `without(with_helper(text))`
is `text`, byte for byte. Text is decoded with `surrogateescape` and keeps its line ends.
"""

import contextlib
import difflib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from wzp_tui.clean import clean
from wzp_tui.errors import UsageError, WzpError

MARK = "-- added by wzp-tui; `wzp-tui wezterm undo` takes it out"
"""Ends each of our lines."""
_CALL = "pcall(function() require('wzp').apply_to_config({name}) end)"
"""`pcall`: a config that travels to a machine without `wzp.lua` still loads there."""
_HEAD = f"return (function(config) {_CALL.format(name='config')} return config end)((function(...) {MARK}"
_TAIL = f"end)(...)) {MARK}"
_STARTS = ("pcall(", "return (")
FRESH = f"""\
local wezterm = require 'wezterm'
local config = wezterm.config_builder()
{_CALL.format(name="config")} {MARK}
return config
"""
"""The config of a user who had none."""

_BOM = "\ufeff"
_TOKEN = re.compile(
    r"(?P<blank>\s+|--\[(?P<c>=*)\[.*?\](?P=c)\]|--[^\n]*)"
    r"|\[(?P<s>=*)\[.*?\](?P=s)\]"
    r'|"(?:\\.|[^"\\])*"'
    r"|'(?:\\.|[^'\\])*'"
    r"|[A-Za-z_]\w*"
    r"|.",
    re.DOTALL,
)
_KEYWORDS = frozenset("end false nil true".split())


# -- the text ----------------------------------------------------------------------------------------------------------------------


def is_set_up(text: str) -> bool:
    """Our line is in this config, and not commented out."""
    return any(line.lstrip(f"{_BOM} \t").startswith(_STARTS) for line in text.split("\n") if _is_marked(line))


def with_helper(text: str) -> str:
    """This config with our line in it; one that has it already is returned as it is."""
    if is_set_up(text):
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    found = _final_return(text)
    if found is None:
        start = len(_BOM) if text.startswith(_BOM) else 0
        body = text[start:]
        last = f"{_TAIL}{end}" if body.endswith("\n") else f"{end}{_TAIL}"
        return f"{text[:start]}{_HEAD}{end}{body}{last}"
    at, indent, name = found
    return f"{text[:at]}{indent}{_CALL.format(name=name)} {MARK}{end}{text[at:]}"


def without(text: str) -> str:
    """This config without our lines."""
    start = _BOM if text.startswith(_BOM) else ""
    lines = text.removeprefix(_BOM).split("\n")
    if lines[-1].endswith(MARK) and len(lines) > 1:  # the end of the file had no line break before us
        lines.pop()
        lines[-1] = lines[-1].removesuffix("\r" if lines[0].endswith("\r") else "")
    return start + "\n".join(line for line in lines if not _is_marked(line))


def _is_marked(line: str) -> bool:
    return line.removesuffix("\r").endswith(MARK)


def _final_return(text: str) -> tuple[int, str, str] | None:
    """Where the line of a final `return NAME` starts, its indentation, and the name."""
    tokens = [match for match in _TOKEN.finditer(text) if match["blank"] is None]
    while tokens and tokens[-1][0] == ";":
        tokens.pop()
    if len(tokens) < 2 or tokens[-2][0] != "return":
        return None
    name = tokens[-1][0]
    at = text.rfind("\n", 0, tokens[-2].start()) + 1
    indent = text[at : tokens[-2].start()]
    if not re.fullmatch(r"[A-Za-z_]\w*", name) or name in _KEYWORDS or indent.strip(" \t"):
        return None
    return at, indent, name


# -- the files ---------------------------------------------------------------------------------------------------------------------


class Files(NamedTuple):
    """Where things are, or will be."""

    config: str
    """The one that WezTerm loads."""
    module: str
    """Our `wzp.lua`, where `require` finds it."""

    @property
    def backup(self) -> str:
        """The config as it was before."""
        return f"{self.config}.before-wzp-tui"


class Change(NamedTuple):
    """A file to write; `None` stands for no file."""

    path: str
    before: str | None
    after: str | None

    def diff(self) -> str:
        """What changes, as a unified diff of clean lines."""
        before, after = ((text or "").splitlines() for text in (self.before, self.after))
        old, new = ("/dev/null" if text is None else self.path for text in (self.before, self.after))
        return "\n".join(clean(line) for line in difflib.unified_diff(before, after, old, new, lineterm=""))


def find_files(environ: Mapping[str, str]) -> Files:
    """WezTerm's own rules: `$WEZTERM_CONFIG_FILE`, `~/.wezterm.lua`, then the config folders."""
    home = environ.get("HOME") or os.path.expanduser("~")
    base = environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    folders = [base, *filter(None, environ.get("XDG_CONFIG_DIRS", "").split(":"))]
    module = os.path.join(base, "wezterm", "wzp.lua")
    if named := environ.get("WEZTERM_CONFIG_FILE"):
        if not os.path.exists(named):
            raise UsageError(f"WEZTERM_CONFIG_FILE names {clean(named)}, which is not there; unset it, or make the file")
        return Files(os.path.abspath(named), module)
    candidates = [os.path.join(home, ".wezterm.lua"), *(os.path.join(folder, "wezterm", "wezterm.lua") for folder in folders)]
    return Files(next(filter(os.path.exists, candidates), candidates[1]), module)


class Status(NamedTuple):
    """How it stands."""

    files: Files
    config: str | None
    module: str | None

    @property
    def line(self) -> bool:
        """The config has our line."""
        return self.config is not None and is_set_up(self.config)

    @property
    def is_set_up(self) -> bool:
        """All is there, and of this version."""
        return self.line and self.module == shipped()


def look(environ: Mapping[str, str]) -> Status:
    """How it stands now."""
    files = find_files(environ)
    return Status(files, read(files.config), read(files.module))


def setup_changes(now: Status) -> list[Change]:
    """What `setup` will write; nothing where all is there."""
    if now.module is not None and not _is_ours(now.module):
        raise UsageError(f"{clean(now.files.module)} is there and not wzp-tui's; rename it, and its `require`")
    config = FRESH if now.config is None else with_helper(now.config)
    wanted = [Change(now.files.module, now.module, shipped()), Change(now.files.config, now.config, config)]
    return [change for change in wanted if change.before != change.after]


def undo_changes(now: Status) -> list[Change]:
    """What `undo` will write; nothing where nothing of ours is there."""
    changes = []
    if now.config is not None and MARK in now.config:
        backup = read(now.files.backup)
        changes.append(Change(now.files.config, now.config, None if now.config == FRESH else without(now.config)))
        if backup is not None and backup == changes[0].after:
            changes.append(Change(now.files.backup, backup, None))
    if now.module is not None and _is_ours(now.module):
        changes.append(Change(now.files.module, now.module, None))
    return changes


def shipped() -> str:
    """Our `wzp.lua`."""
    with open(os.path.join(os.path.dirname(__file__), "wzp.lua"), encoding="utf-8", newline="") as file:
        return file.read()


def _is_ours(module: str) -> bool:
    return module.startswith("-- wzp-tui's part of WezTerm")


def read(path: str) -> str | None:
    """The text of a file, `None` where there is none."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WzpError(f"cannot read {clean(path)}: {error.strerror}; nothing was changed") from error


def write(changes: list[Change], files: Files) -> None:
    """Write all changes, each file whole or not at all. A config is kept in `files.backup` before our line comes in."""
    for change in changes:
        with _told(change, files):
            if change.path == files.config and change.before is not None and change.after is not None and is_set_up(change.after):
                _replace(files.backup, change.before, like=change.path)
            if change.after is None:
                os.unlink(change.path)
            else:
                _replace(change.path, change.after, like=change.path)


def _replace(path: str, text: str, *, like: str) -> None:
    path = os.path.realpath(path)  # a link into somebody's dotfiles stays one
    os.makedirs(os.path.dirname(path), exist_ok=True)
    there = os.path.exists(like)
    if there and not os.stat(like).st_mode & 0o200:
        raise PermissionError(13, "it is marked read-only")
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "x", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if there:
            shutil.copystat(like, temporary)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def _told(change: Change, files: Files) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        cure = "make it writable"
        if change.path == files.config and change.after is not None and is_set_up(change.after):
            cure += f", or put this before its `return config`: {_CALL.format(name='config')}"
        raise WzpError(f"cannot write {clean(change.path)}: {error.strerror}; {cure}") from error
