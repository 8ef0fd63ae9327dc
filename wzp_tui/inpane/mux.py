"""What a worker knows of the mux that holds its pane: what its argv says, never an inherited `WEZTERM_*`."""

import os
import re
import socket
from typing import NamedTuple

from wzp_tui.errors import UsageError

HANGUP_PAUSE = 0.2
"""Seconds after a hangup before the mux is asked: right after its death a mux still answered once in six."""
_WEZTERM = re.compile(r"(/.*):(\d+):(\d+)", re.DOTALL)


class PaneMux(NamedTuple):
    """The mux of our pane."""

    kind: str
    """`wezterm` or `embedded`."""
    instance: str
    """Of WezTerm: `SOCKET:INODE:CTIME_NS`."""

    def check(self) -> None:
        """Raise `UsageError` where this names no mux."""
        if self.kind not in ("wezterm", "embedded") or (self.kind == "wezterm" and not _WEZTERM.fullmatch(self.instance)):
            raise UsageError(f"{self.kind} {self.instance!r} is no mux; a worker is started by the tower")

    def answers(self) -> bool:
        """This very life of WezTerm takes connections. An embedded mux cannot be asked: it says before it closes a pane."""
        found = _WEZTERM.fullmatch(self.instance) if self.kind == "wezterm" else None
        if found is None:
            return False
        path, inode, ctime = found[1], int(found[2]), int(found[3])
        if not _is(path, inode, ctime):
            return False
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1.0)
            try:
                client.connect(path)
            except OSError:
                return False
        return _is(path, inode, ctime)


def _is(path: str, inode: int, ctime_ns: int) -> bool:
    try:
        found = os.stat(path)
    except OSError:
        return False
    return (found.st_ino, found.st_ctime_ns) == (inode, ctime_ns)
