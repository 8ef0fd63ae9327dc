"""The command line, called as a program."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .workers import PtyProcess

WZP = (sys.executable, "-m", "wzp_tui")


class Ran(NamedTuple):
    """What a call left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document that was printed."""
        document = json.loads(self.out)
        assert document["version"] == 1
        return document


def wzp(*args: str | bytes, cwd: str | Path | None = None, env: Mapping[str, str] | None = None, stdin: str = "") -> Ran:
    """Call `wzp-tui` and wait for its end."""
    ran = subprocess.run([*WZP, *args], capture_output=True, cwd=cwd, env={**os.environ, **(env or {})}, input=stdin.encode(), timeout=60)
    return Ran(ran.returncode, ran.stdout.decode(errors="surrogateescape"), ran.stderr.decode(errors="surrogateescape"))


def ok(*args: str | bytes, **how: Any) -> Ran:
    """Call `wzp-tui`, which must succeed."""
    ran = wzp(*args, **how)
    assert ran.code == 0, ran
    return ran


def add(*args: str | bytes, **how: Any) -> int:
    """Queue a task and return its id."""
    return int(ok("add", *args, **how).out)


def on_terminal(*args: str, cols: int = 80, env: Mapping[str, str] | None = None) -> PtyProcess:
    """Call `wzp-tui` on a terminal."""
    return PtyProcess([*WZP, *args], env={**os.environ, **(env or {})}, cols=cols, cwd=os.getcwd())
