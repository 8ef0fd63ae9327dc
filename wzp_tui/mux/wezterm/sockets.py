"""Which socket is WezTerm's, who listens there, and where the program is."""

import os
import shutil
import socket as sockets
import struct
import sys
from collections.abc import Iterator, Mapping

from wzp_tui.clean import clean
from wzp_tui.errors import MuxUnreachable

_CLASS = "org.wezfurlong.wezterm"


def find_program(environ: Mapping[str, str]) -> str:
    """The absolute path of `wezterm`: beside the program that runs our pane, else on PATH."""
    folders = (environ.get("WEZTERM_EXECUTABLE_DIR", ""), environ.get("PATH", ""))
    for folder in folders:
        if folder and (found := shutil.which("wezterm", path=folder)):
            return os.path.abspath(found)
    raise MuxUnreachable("the program `wezterm` was not found: put it on PATH")


def find_socket(environ: Mapping[str, str]) -> str:
    """The socket of our own pane's mux; outside WezTerm that of a running one, the way `wezterm cli` looks for it.

    The own pane's socket is never replaced by another mux's, also when nobody listens there any more.
    """
    if own := environ.get("WEZTERM_UNIX_SOCKET"):
        return own
    there = [os.path.realpath(path) for path in _published(environ) if os.path.exists(path)]
    if not there:
        raise MuxUnreachable("no running WezTerm was found: start it, or run this inside one of its panes")
    return next((path for path in there if listens(path)), there[0])


def _published(environ: Mapping[str, str]) -> Iterator[str]:
    """Where a GUI links to its socket, then the socket of a mux server."""
    home = environ.get("HOME") or os.path.expanduser("~")
    runtime = environ.get("XDG_RUNTIME_DIR")
    folder = os.path.join(runtime, "wezterm") if runtime else os.path.join(home, ".local/share/wezterm")
    if sys.platform == "darwin":
        yield os.path.join(folder, f"default-{_CLASS}")
    else:
        if wayland := environ.get("WAYLAND_DISPLAY"):
            yield os.path.join(folder, f"wayland-{wayland}-{_CLASS}")
        yield os.path.join(folder, f"x11-{environ.get('DISPLAY', ':0')}-{_CLASS}")
    yield os.path.join(folder, "sock")


def instance_of(socket: str) -> str:
    """Which mux, and which life of it: `SOCKET:INODE:CTIME_NS`."""
    try:
        found = os.stat(socket)
    except OSError as error:
        raise MuxUnreachable(f"WezTerm's socket {clean(socket)} cannot be seen ({error.strerror}): is WezTerm still running?") from None
    return f"{socket}:{found.st_ino}:{found.st_ctime_ns}"


def connect(socket: str) -> int:
    """Prove that a mux listens there, and return its process id, or 0 where the system does not tell.

    A failing `wezterm cli` leaves a log file behind; this leaves nothing.
    """
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as plug:
        plug.setblocking(False)  # a full backlog would block for ever
        try:
            plug.connect(socket)
            return _peer(plug)
        except (OSError, ValueError) as error:
            reason = clean(getattr(error, "strerror", None) or str(error))
            raise MuxUnreachable(f"WezTerm does not answer at {clean(socket)} ({reason}): is it still running?") from None


def listens(socket: str) -> bool:
    """Whether a mux listens there."""
    try:
        connect(socket)
    except MuxUnreachable:
        return False
    return True


def _peer(plug: sockets.socket) -> int:
    if not hasattr(sockets, "SO_PEERCRED"):
        return 0
    ucred = plug.getsockopt(sockets.SOL_SOCKET, sockets.SO_PEERCRED, struct.calcsize("iII"))
    return int(struct.unpack("iII", ucred)[0])
