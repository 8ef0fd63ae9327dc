"""Is everything there that wzp-tui needs, and sound? It looks, and changes nothing but what `restore` is asked for."""

import asyncio
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from wzp_tui.clean import clean
from wzp_tui.errors import ConfigError, MuxError, StoreError, WzpError
from wzp_tui.paths import StoreFolder, config_file
from wzp_tui.store import backup
from wzp_tui.store.header import check_header
from wzp_tui.store.liveness import spooled_tokens
from wzp_tui.store.lock import is_held, read_holder

ROOM = 256 << 20
"""Bytes of disk below which logs and store are in danger."""
_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "lustre", "gpfs", "afs", "ceph", "fuse.sshfs", "fuse.rclone")
_PACKAGES = ("textual", "pydantic", "click", "bittty")


class Grade(StrEnum):
    """How it looks."""

    OK = "ok"
    NOTE = "note"
    """It works, and somebody may want to know."""
    BAD = "bad"


class Check(NamedTuple):
    """One thing that was looked at."""

    name: str
    grade: Grade
    text: str
    """What was found, and what to do where it is bad."""


def examine(folder: StoreFolder, environ: Mapping[str, str]) -> Iterator[Check]:
    """All checks, one after the other. Nothing is raised: what cannot be looked at is bad."""
    looks: tuple[Callable[[], Iterator[Check]], ...] = (
        _python,
        lambda: _folder(folder),
        lambda: _store(folder),
        lambda: _processes(folder),
        _config,
        lambda: _wezterm(environ),
        lambda: _terminal(environ),
    )
    for look in looks:
        try:
            yield from look()
        except (OSError, WzpError) as error:
            yield Check("doctor", Grade.BAD, clean(str(error)))


def restore(folder: StoreFolder, chosen: str = "") -> tuple[str, str]:
    """Put a backup in the place of the store, the youngest one where none is chosen; returns it, and where the old store is kept."""
    saved = backup.backups(folder)
    if not chosen and not saved:
        raise StoreError(f"there is no backup in {folder.backups}; nothing was changed")
    source = os.path.abspath(chosen) if chosen else saved[-1]
    if not os.path.isfile(source):
        raise StoreError(f"{source} is no backup; `wzp-tui doctor` names those there are")
    return source, backup.restore(folder, source)


def _python() -> Iterator[Check]:
    yield Check("python", Grade.OK, f"{sys.version.split()[0]} at {sys.executable}")
    missing = []
    found = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        yield Check("packages", Grade.BAD, f"{', '.join(missing)} not installed; install wzp-tui again")
    else:
        yield Check("packages", Grade.OK, ", ".join(found))
    guarded = "" if sqlite3.sqlite_version_info >= (3, 51, 3) else "; its WAL is guarded by write.lock"
    yield Check("sqlite", Grade.OK, sqlite3.sqlite_version + guarded)


def _folder(folder: StoreFolder) -> Iterator[Check]:
    if not os.path.isdir(folder):
        yield Check("folder", Grade.NOTE, f"{folder} is not there yet; the first task makes it")
        return
    found = os.stat(folder)
    if found.st_uid != os.geteuid():
        yield Check("folder", Grade.BAD, f"{folder} belongs to user id {found.st_uid}; choose another folder with WZP_STORE")
    elif stat.S_IMODE(found.st_mode) & 0o077:
        yield Check("folder", Grade.BAD, f"{folder} can be read by others; chmod 700 {folder}")
    else:
        yield Check("folder", Grade.OK, folder)
    kind = _file_system(folder)
    if kind in _NETWORK:
        yield Check("disk", Grade.BAD, f"{folder} lies on {kind}, where locks do not hold; put the store on a local disk (WZP_STORE)")
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        yield Check("disk", Grade.BAD, f"{free >> 20} MiB are free at {folder}; make room")
    elif kind not in _NETWORK:
        yield Check("disk", Grade.OK, f"{free >> 30} GiB free{f', {kind}' if kind else ''}")


def _file_system(path: str) -> str:
    """The kind of file system, where Linux tells it; `""` elsewhere."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return ""
    real = os.path.realpath(path) + "/"
    best, kind = "", ""
    for line in lines:
        left, _, right = line.partition(" - ")
        point = left.split()[4].replace("\\040", " ").rstrip("/") + "/"
        if real.startswith(point) and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind


def _store(folder: StoreFolder) -> Iterator[Check]:
    saved = backup.backups(folder)
    if os.path.exists(folder.db):
        try:
            check_header(folder.db)
            backup.verify(folder.db)
        except StoreError as error:
            cure = f"; `wzp-tui doctor --restore` takes back {saved[-1]}" if saved else ""
            yield Check("store", Grade.BAD, f"{error}{cure}")
        else:
            yield Check("store", Grade.OK, f"{folder.db} is sound")
    elif saved:
        yield Check("store", Grade.BAD, f"{folder.db} is gone; `wzp-tui doctor --restore` takes back {saved[-1]}")
    else:
        yield Check("store", Grade.OK, "none yet")
    if saved:
        yield Check("backups", Grade.OK, f"{len(saved)}, the youngest {saved[-1]}")


def _processes(folder: StoreFolder) -> Iterator[Check]:
    if not os.path.isdir(folder.locks):
        return
    workers = sum(name.startswith(("slot.", "task.")) and is_held(os.path.join(folder.locks, name)) for name in os.listdir(folder.locks))
    tower = "a tower is open" if is_held(folder.tower_lock) else "no tower is open"
    yield Check("at work", Grade.OK, f"{tower}, {workers} worker{'' if workers == 1 else 's'}")
    if is_held(folder.write_lock):
        pid = read_holder(folder.write_lock).decode("ascii", "replace").strip()
        yield Check("lock", Grade.NOTE, f"process {clean(pid)} is writing to the store now; if it is stopped, continue or end it")
    if waiting := len(spooled_tokens(folder)):
        yield Check("spool", Grade.NOTE, f"{waiting} exit records wait for the store; the next look at the tasks takes them in")


def _config() -> Iterator[Check]:
    from wzp_tui.config import load_config

    path = config_file()
    try:
        load_config()
    except ConfigError as error:
        for problem in str(error).split("\n"):
            yield Check("config", Grade.BAD, problem)
    else:
        yield Check("config", Grade.OK, path if os.path.exists(path) else f"none at {path}; all settings have their defaults")


def _wezterm(environ: Mapping[str, str]) -> Iterator[Check]:
    from wzp_tui.mux.wezterm import WezTerm
    from wzp_tui.mux.wezterm.sockets import find_program

    inside = bool(environ.get("WEZTERM_PANE"))
    try:
        program = find_program(environ)
    except MuxError as error:
        yield Check("wezterm", Grade.BAD if inside else Grade.NOTE, f"{error}; without it the tower has embedded panes only")
        return

    async def count() -> int:
        mux = WezTerm(environ=environ)
        try:
            return len(await mux.panes())
        finally:
            await mux.aclose()

    try:
        panes = asyncio.run(count())
    except MuxError as error:
        yield Check("wezterm", Grade.BAD if inside else Grade.NOTE, str(error))
    else:
        yield Check("wezterm", Grade.OK, f"{program} answers, {panes} pane{'' if panes == 1 else 's'}")


def _terminal(environ: Mapping[str, str]) -> Iterator[Check]:
    encoding = sys.stdout.encoding
    if encoding.lower().replace("-", "") != "utf8":
        yield Check("terminal", Grade.BAD, f"text is {encoding} here, and signs will be missing; set LANG to a UTF-8 locale")
        return
    kind = environ.get("TERM", "")
    if kind in ("", "dumb"):
        yield Check("terminal", Grade.NOTE, f"TERM={kind or 'nothing'}: the tower needs a terminal that can move its cursor")
    else:
        yield Check("terminal", Grade.OK, f"TERM={clean(kind)}, {encoding}")
