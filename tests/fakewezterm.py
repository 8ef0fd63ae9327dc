"""A `wezterm` that answers as told, and recorded answers of the real one."""

import json
import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Any

from wzp_tui.mux.wezterm import WezTerm

RECORDED: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("data").joinpath("wezterm-cli.jsonl").read_text().splitlines()
]

FAKE = """\
#!/bin/sh
here=${0%/*}
mkdir "$here/busy" 2>/dev/null || echo "$*" >> "$here/overlaps"
while [ "$1" != cli ]; do shift; done
echo "$*" >> "$here/asked"
shift 2
if [ -f "$here/on/$1" ]; then . "$here/on/$1"; fi
rmdir "$here/busy" 2>/dev/null
exit ${code:-0}
"""


class Fake:
    """A `wezterm` that answers as told, and a socket on which "its mux" listens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "on").mkdir(parents=True)
        program = folder / "wezterm"
        program.write_text(FAKE)
        program.chmod(0o755)
        self.socket = str(Path(tempfile.mkdtemp(prefix="wzp-")) / "sock")
        self.environ = {**os.environ, "WEZTERM_EXECUTABLE_DIR": str(folder), "WEZTERM_UNIX_SOCKET": self.socket}
        self._mux: socket.socket | None = None
        self.says("list", listing(a_pane(0), a_pane(1, left_col=41)))
        self.says("list-clients", "[]")

    def runs(self) -> None:
        """(Re)start the mux: a socket with a new inode."""
        self.dies()
        self._mux = socket.socket(socket.AF_UNIX)
        self._mux.bind(self.socket + ".new")
        self._mux.listen(100)
        os.rename(self.socket + ".new", self.socket)

    def dies(self) -> None:
        """End the mux as `kill -9` does: the socket's file stays."""
        if self._mux:
            self._mux.close()

    def removed(self) -> None:
        self.dies()
        shutil.rmtree(os.path.dirname(self.socket))

    def does(self, subcommand: str, script: str) -> None:
        (self.folder / "on" / subcommand).write_text(script)

    def says(self, subcommand: str, stdout: str | bytes, stderr: str = "", code: int = 0) -> None:
        answer = self.folder / f"{subcommand}.out"
        answer.write_bytes(stdout if isinstance(stdout, bytes) else stdout.encode())
        answer.with_suffix(".err").write_text(stderr)
        self.does(subcommand, f'cat "$here/{subcommand}.out"; cat "$here/{subcommand}.err" >&2; code={code}')

    @property
    def asked(self) -> list[str]:
        """The calls so far, from the subcommand on."""
        log = self.folder / "asked"
        return [line.removeprefix("cli --no-auto-start ") for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def environment(self) -> dict[str, str]:
        """What a call left behind that was told to run `env > "$here/env"`."""
        return dict(line.split("=", 1) for line in (self.folder / "env").read_text().splitlines() if "=" in line)

    def mux(self, **options: Any) -> WezTerm:
        return WezTerm(environ=self.environ, **options)


def a_pane(number: int, **other: Any) -> dict[str, Any]:
    pane = {
        "window_id": 0,
        "tab_id": 0,
        "pane_id": number,
        "workspace": "default",
        "size": {"rows": 24, "cols": 40, "pixel_width": 0, "pixel_height": 0, "dpi": 0},
        "title": "sh",
        "cwd": "file:///usr/",
        "left_col": 0,
        "top_row": 0,
        "tab_title": "",
        "is_active": number == 0,
        "is_zoomed": False,
        "tty_name": f"/dev/pts/wzp-{number}",
    }
    return pane | other


def listing(*panes: dict[str, Any]) -> str:
    return json.dumps(panes, indent=2)
