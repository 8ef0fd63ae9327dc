"""`python -m tests.faults [FAULT…]`: the long run. It ends with a table, and with 1 where a rule was broken."""

import argparse
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.faults.strikes import FAULTS
from tests.faults.trial import Result, run


def main() -> int:
    """Run the trials that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=f"of {', '.join(FAULTS)}; without one: all")
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="trials of each fault (1)")
    parser.add_argument("--moments", type=int, default=20, metavar="N", help="strikes in a trial (20)")
    parser.add_argument("--tasks", type=int, default=50, metavar="N", help="tasks in a trial (50)")
    parser.add_argument("--longest", type=float, metavar="SECONDS", help="the longest task; short ones are struck while they start and end")
    parser.add_argument("--mux", choices=("embedded", "wezterm"), help="only on these panes")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 16), help="where chance begins")
    asked = parser.parse_args()
    if unknown := set(asked.faults) - FAULTS.keys():
        parser.error(f"there is no fault {', '.join(sorted(unknown))}; there are: {', '.join(FAULTS)}")
    if not sys.platform.startswith("linux"):
        parser.error("processes are counted in /proc: this runs on Linux")
    kinds = [asked.mux] if asked.mux else ["embedded", "wezterm"]
    if "wezterm" in kinds and not (shutil.which("wezterm") and shutil.which("wezterm-mux-server")):
        print("NOT TESTED against a real WezTerm: `wezterm` and `wezterm-mux-server` are not on PATH")
        kinds.remove("wezterm")
    print(f"seed {asked.seed}")
    broken = measured = 0
    for name in asked.faults or FAULTS:
        for kind in [kind for kind in FAULTS[name].muxes if kind in kinds]:
            for number in range(asked.rounds):
                result = _trial(name, kind, asked.seed + number, asked)
                print(_line(result), flush=True)
                for violation in result.violations:
                    print(f"    {violation}", flush=True)
                broken += bool(result.violations)
                measured += 1
    print(f"{measured} trials, {broken} with a broken rule")
    return 1 if broken or not measured else 0


def _trial(name: str, kind: str, seed: int, asked: argparse.Namespace) -> Result:
    folder = Path(tempfile.mkdtemp(prefix="wzp-"))
    os.environ.update(HOME=str(folder / "home"), XDG_RUNTIME_DIR=str(folder / "run"), NO_COLOR="1")
    for variable, part in (("CONFIG", ".config"), ("DATA", ".local/share"), ("STATE", ".local/state"), ("CACHE", ".cache")):
        os.environ[f"XDG_{variable}_HOME"] = str(folder / "home" / part)
    (folder / "home").mkdir()
    (folder / "run").mkdir(mode=0o700)
    result = run(name, kind, folder / "t", seed=seed, tasks=asked.tasks, moments=asked.moments, longest=asked.longest)
    if result.violations:
        print(f"what it left is in {folder}")
    else:
        shutil.rmtree(folder)
    return result


def _line(result: Result) -> str:
    states = "  ".join(f"{count} {state}" for state, count in sorted(result.states.items()))
    verdict = "ok" if not result.violations else f"{len(result.violations)} VIOLATIONS"
    return (
        f"{result.fault:<10}{result.kind:<10}{result.strikes:>3} strikes  {states}  {result.orphaned} orphaned"
        f"  {result.seconds:.0f} s  {verdict}"
    )


if __name__ == "__main__":
    sys.exit(main())
