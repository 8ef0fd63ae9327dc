"""What tests of embedded panes share: programs, and waiting for what they show."""

import os
import re
import shutil

import pytest

from wzp_tui.mux import NewTab, Program
from wzp_tui.mux.embedded import Embedded

from .support import until

SH = shutil.which("sh") or "/bin/sh"
CAT = Program([shutil.which("cat") or "/bin/cat"], "/")
HERE = NewTab("default")


def shell(line: str, cwd: str = "/", **env: str) -> Program:
    return Program([SH, "-c", line], cwd, env)


def program(name: str, *arguments: str, cwd: str = "/") -> Program:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: what it draws is not looked at")
    return Program([found, *arguments], cwd)


async def shows(mux: Embedded, pane: int, pattern: str) -> re.Match[str]:
    """Wait until the pane's text, scrollback included, matches."""

    async def look() -> re.Match[str] | None:
        return re.search(pattern, await mux.text(pane, scrollback=2000), re.MULTILINE)

    return await until(look)  # type: ignore[return-value]


async def gone(mux: Embedded, pane: int) -> None:
    async def look() -> bool:
        return pane not in [each.id for each in await mux.panes()]

    await until(look)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
