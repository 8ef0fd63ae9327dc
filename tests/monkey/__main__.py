"""`python -m tests.monkey --events 20000 --seed 1`: the long run. It ends with 1 where a rule was broken, or the tower crashed."""

import argparse
import asyncio
import os
import random
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from tests.monkey.on_terminal import MonkeyOnTerminal
from tests.monkey.run import Monkey, Result, habitat


def main() -> int:
    """Let it play."""
    parser = argparse.ArgumentParser(prog="python -m tests.monkey", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000, metavar="N", help="keys, pastes, clicks and resizes (20000)")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 16), help="where chance begins")
    parser.add_argument("--terminal", action="store_true", help="at a real terminal, the tower a process of its own")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="wzp-monkey-"))
    live_in(folder)
    print(f"seed {asked.seed}, {asked.events} events, in {folder}", flush=True)
    monkey = MonkeyOnTerminal(folder, asked.seed) if asked.terminal else Monkey(folder, asked.seed)
    try:
        played = monkey.play(asked.events)
        result = played if isinstance(played, Result) else asyncio.run(played)
    except BaseException:
        traceback.print_exc()
        print(f"it crashed; what the monkey did last: {monkey.last}")
        return 1
    for line in result.broken:
        print(f"    {line}")
    print(told(result))
    if result.broken:
        print(f"what the monkey did last: {monkey.last}")
        return 1
    os.chdir("/")
    shutil.rmtree(folder)
    return 0


def live_in(folder: Path) -> None:
    """A home of its own, with nothing of the user's."""
    for name in list(os.environ):
        if name.startswith(("WEZTERM_", "WZP_", "XDG_", "TMUX")) or name == "NO_COLOR":
            del os.environ[name]
    home = folder / "home"
    home.mkdir()
    (folder / "run").mkdir(mode=0o700)
    os.environ.update(
        habitat(folder), HOME=str(home), XDG_RUNTIME_DIR=str(folder / "run"), TERM="xterm-256color", TEXTUAL_ANIMATIONS="none"
    )
    (folder / "work").mkdir()
    os.chdir(folder / "work")


def told(result: Result) -> str:
    """In two lines."""
    screens = ", ".join(f"{name} {times}" for name, times in result.screens.items())
    return (
        f"{result.whims} events in {result.seconds:.0f} s, {result.sessions} sessions, {result.tasks} tasks, "
        f"{result.stopped} stopped after a yes, {len(result.broken)} rules broken\nscreens: {screens}"
    )


if __name__ == "__main__":
    sys.exit(main())
