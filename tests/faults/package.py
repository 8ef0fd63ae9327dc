"""The package as a user has it: installed in an environment of its own, removed and upgraded while it runs."""

import re
import shutil
import subprocess
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

import wzp_tui

_SOURCE = Path(wzp_tui.__file__).parent
_SCHEMA = re.compile(r"^SCHEMA = (\d+)$", re.MULTILINE)


class Package:
    """A virtual environment with a copy of wzp-tui; what it depends on is borrowed from the one that runs this."""

    def __init__(self, folder: Path) -> None:
        venv = folder / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
        self.python = str(venv / "bin" / "python")
        self.version = _schema(_SOURCE)
        self._new = folder / "new"
        shutil.copytree(_SOURCE, self._new, ignore=shutil.ignore_patterns("__pycache__"))
        site = next(venv.glob("lib/python*/site-packages"))
        (site / "borrowed.pth").write_text("\n".join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *_paths()}))
        self._installed = site / "wzp_tui"
        self.install()

    def install(self) -> None:
        """Copy the newest version into the environment, over the one that is there."""
        unfinished = self._installed.with_suffix(".tmp")
        shutil.copytree(self._new, unfinished)
        while unfinished.exists():
            self.remove()
            with suppress(OSError):  # a program that was starting made the folder anew, for its bytecode
                unfinished.rename(self._installed)

    def remove(self) -> None:
        """Take it out of the environment, from under whatever runs."""
        if self._installed.exists():
            gone = self._installed.with_suffix(".gone")  # at once: a program that starts meanwhile writes its bytecode into the folder
            self._installed.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def upgrade(self) -> None:
        """Install a version that has one more migration: it adds a column to `task` and one to `run`."""
        self.version += 1
        header = self._new / "store" / "header.py"
        header.write_text(_SCHEMA.sub(f"SCHEMA = {self.version}", header.read_text()))
        name = f"extra_{self.version}"
        (self._new / "store" / "migrations" / f"{self.version:04}_{name}.sql").write_text(
            f"ALTER TABLE task ADD COLUMN {name} INTEGER NOT NULL DEFAULT 0;\nALTER TABLE run ADD COLUMN {name} TEXT NOT NULL DEFAULT '';\n"
        )
        self.install()


def _schema(package: Path) -> int:
    found = _SCHEMA.search((package / "store" / "header.py").read_text())
    assert found
    return int(found[1])


def _paths() -> set[str]:
    """Where this process found what it imported; the folder of the checkout is not among them."""
    return {path for path in sys.path if path.endswith("site-packages")}
