"""What a worker knows of the mux that holds its pane: what its argv says, never an inherited `WEZTERM_*`."""

import os
import socket
from typing import NamedTuple

HANGUP_PAUSE = 0.2
"""Seconds after a hangup before the mux is asked: right after its death a mux still answered once in six."""


class PaneMux(NamedTuple):
    """The mux of our pane."""

    kind: str
    """`wezterm` or `embedded`."""
    instance: str
    """Of WezTerm: `SOCKET:INODE:CTIME_NS`."""

    def answers(self) -> bool:
        """This very life of WezTerm takes connections. An embedded mux cannot be asked: it says before it closes a pane."""
        path, _, identity = self.instance.partition(":") if self.kind != "wezterm" else _split(self.instance)
        if self.kind != "wezterm" or not _is(path, identity):
            return False
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1.0)
            try:
                client.connect(path)
            except OSError:
                return False
        return _is(path, identity)


def _split(instance: str) -> tuple[str, str, str]:
    path, inode, ctime = instance.rsplit(":", 2)
    return path, ":", f"{inode}:{ctime}"


def _is(path: str, identity: str) -> bool:
    try:
        found = os.stat(path)
    except OSError:
        return False
    return identity == f"{found.st_ino}:{found.st_ctime_ns}"
