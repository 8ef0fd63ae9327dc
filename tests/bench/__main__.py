"""`python -m tests.bench [PART…]`: the numbers of the design beside their budgets.

A number is what this machine gave at this moment: run it on a quiet one. It ends with 1 where nothing was measured or a number could
not be taken; a number beyond its budget is shown as such and is no error.
"""

import argparse
import atexit
import importlib
import os
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from tests.bench.rows import NotMeasured, Row

PARTS = {
    "add": "`task add` beside a bare Python",
    "noops": "1,000 no-op tasks beside xargs -P4",
    "pueue": "the same beside pueue, where it is installed",
    "starts": "from queued to running, from exit to the next start",
    "tee": "output and keys through a worker beside a bare pane",
    "idle": "what 100 panes cost while nothing happens",
    "screens": "keys under floods, huge logs",
    "store": "the store alone, with 10,000 tasks and 100,000 archived ones",
    "tower": "the tower's first paint, and its keys with 10,000 tasks",
    "memory": "what a tower keeps after an hour's work and after a day's; ten minutes",
}
"""Modules beside this one; each has `rows()`, the measurements one after the other."""


def main() -> int:
    """Measure what was asked for."""
    parts = "\n".join(f"  {name:<10}{what}" for name, what in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=f"{__doc__}\n\n{parts}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="without one: all")
    asked = parser.parse_args().parts or [part for part in PARTS if part != "pueue" or shutil.which("pueued")]
    if unknown := set(asked) - PARTS.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    rows, failed = [], 0
    print(f"{'':<58}{'measured':>12}{'budget':>12}")
    for part in asked:
        try:
            _move_home()
            for row in importlib.import_module(f"tests.bench.{part}").rows():
                print(_line(row), flush=True)
                rows.append(row)
        except NotMeasured as error:
            failed += 1
            print(f"{part}: NOT MEASURED: {error}", flush=True)
        except Exception:
            failed += 1
            print(f"{part}: NOT MEASURED:", flush=True)
            traceback.print_exc(file=sys.stdout)
    beyond = sum(not row.ok for row in rows)
    print(f"{len(rows)} numbers, {beyond} beyond their budget; {failed} parts could not be measured")
    return 1 if failed or not rows else 0


def _move_home() -> None:
    """A home of its own for each part: nothing of the user's config or store has a part in it."""
    folder = Path(tempfile.mkdtemp(prefix="wzp-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in list(os.environ):
        if name.startswith(("WEZTERM_", "WZP_", "XDG_", "TEXTUAL")):
            del os.environ[name]
    for name, part in (("CONFIG", ".config"), ("DATA", ".local/share"), ("STATE", ".local/state"), ("CACHE", ".cache")):
        os.environ[f"XDG_{name}_HOME"] = str(folder / part)
    os.environ.update(HOME=str(folder), XDG_RUNTIME_DIR=str(folder))


def _line(row: Row) -> str:
    budget = f"{'≥' if row.least else '≤'} {row.budget:g}" if row.budget else ""
    return f"{row.name:<58}{row.value:>8.3g} {row.unit:<7}{budget:>8}  {'' if row.ok else 'BEYOND'}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
