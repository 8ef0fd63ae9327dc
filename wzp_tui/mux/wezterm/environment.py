"""The environment of a call. A pane with a program inherits the caller's, so it is made of what a pane without one would get."""

import os
from collections.abc import Mapping

_DROPPED = frozenset(
    # of one shell or one pane, or WezTerm sets it anew
    "OLDPWD PWD SHLVL _ WEZTERM_PANE WEZTERM_UNIX_SOCKET SSH_CLIENT SSH_CONNECTION TERM COLORTERM TERM_PROGRAM TERM_PROGRAM_VERSION "
    "APPIMAGE APPDIR OWD WINDOWID VTE_VERSION WEZTERM_EXECUTABLE WEZTERM_EXECUTABLE_DIR WEZTERM_LOG".split()
)
_KEPT = frozenset("HOME PATH USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR DISPLAY WAYLAND_DISPLAY XAUTHORITY SSH_AUTH_SOCK".split())
_KEPT_PREFIXES = ("LC_", "XDG_", "DBUS_")


def pane_environment(socket: str, pid: int, environ: Mapping[str, str]) -> dict[str, str]:
    """What a pane of the mux with process `pid` starts with; where that cannot be read, the harmless part of our own."""
    theirs = _of_process(pid) if pid > 0 else None
    if theirs is None:
        return {name: value for name, value in environ.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)}
    server = not os.path.basename(socket).startswith("gui-sock-")
    dropped = _DROPPED | {"SSH_AUTH_SOCK"} if server else _DROPPED
    return {name: value for name, value in theirs.items() if name not in dropped}


def _of_process(pid: int) -> dict[str, str] | None:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            raw = file.read()
    except OSError:
        return None
    pairs = (os.fsdecode(entry).partition("=") for entry in raw.split(b"\0") if entry)
    found = {name: value for name, equals, value in pairs if name and equals}
    return found if "HOME" in found and "PATH" in found else None
