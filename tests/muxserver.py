"""A real WezTerm mux server with a home of its own."""

import os
import shutil
import subprocess
from pathlib import Path

from wzp_tui.mux.wezterm.sockets import listens

from .support import wait_until


class MuxServer:
    """`wezterm-mux-server` in the test's home and runtime folder; stopped by its process id."""

    def __init__(self, home: Path, shell: str = "/bin/sh") -> None:
        self.home = home
        self.socket = os.path.join(os.environ["XDG_RUNTIME_DIR"], "wezterm", "sock")
        self.program = shutil.which("wezterm-mux-server") or ""
        self._shell = shell
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environ(self) -> dict[str, str]:
        """What a client needs to talk to it; also the server's own environment, but for the socket."""
        names = ("HOME", "PATH", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        return {name: os.environ[name] for name in names} | {"WEZTERM_UNIX_SOCKET": self.socket, "LANG": "C.UTF-8"}

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it listens."""
        config = self.home / "wezterm.lua"
        config.write_text(
            f"return {{ default_prog = {{ {self._shell!r} }}, exit_behavior = 'Close', initial_cols = 100, initial_rows = 30 }}\n"
        )
        env = self.environ | {"WEZTERM_CONFIG_FILE": str(config), "OF_THE_SERVER": "yes", "NO_COLOR": "1"}
        del env["WEZTERM_UNIX_SOCKET"]
        with open(self.home / "mux-server.log", "ab") as log:
            self._process = subprocess.Popen([self.program], env=env, cwd=self.home, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(lambda: listens(self.socket))

    def stop(self, *, kill: bool = False) -> None:
        """End it and wait for its end."""
        if self._process is None:
            return
        self._process.kill() if kill else self._process.terminate()
        self._process.wait(timeout=10)
        self._process = None
