"""Keys, pastes, clicks and sizes at random, over a live store and real panes: no crash, and nothing is lost."""

import asyncio
import random
from pathlib import Path

import pytest
from textual import events
from textual.pilot import OutOfBounds

from tests.support import until
from tests.tui import Tower, tower
from wzp_tui.tasks.task import NewTask, shell_line

KEYS = [
    *["escape"] * 8,
    *"jkgGhlnaxrdHNeotLvwTuS./?b1234yisKp",
    "enter",
    "tab",
    "shift+tab",
    "space",
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
]
KEYS += ["ctrl+d", "ctrl+u", "ctrl+e", "ctrl+p", "ctrl+o", "ctrl+j", "ctrl+right_square_bracket", "backspace", "pageup", "pagedown"]
NAMES = {".": "full_stop", "/": "slash", "?": "question_mark"}
PASTES = ("hello", "two\nlines", "\x1b[31mred\x1b[0m", "[b]", "日本" * 50)
SIZES = ((160, 45), (80, 24), (45, 40), (45, 15), (20, 6), (250, 70), (1, 1))
LINES = (
    "true",
    "exit 3",
    "while :; do read again || exit; done",
    "echo hi; exit 1",
    "i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done",
)


async def anything(it: Tower, chance: random.Random) -> None:
    """One thing that a user, a cat or a broken terminal may do."""
    match chance.choices(("key", "paste", "size", "click"), (92, 2, 2, 4))[0]:
        case "key":
            key = chance.choice(KEYS)
            it.app.post_message(events.Key(NAMES.get(key, key), key if len(key) == 1 else None))
        case "paste":
            it.app.post_message(events.Paste(chance.choice(PASTES)))
        case "size":
            await it.pilot.resize_terminal(*chance.choice(SIZES))
        case "click":
            at = chance.randrange(it.app.size.width), chance.randrange(it.app.size.height)
            try:
                await it.pilot.click(offset=at, times=chance.choice((1, 1, 2)))
            except OutOfBounds:  # the terminal became smaller meanwhile
                return
    await asyncio.sleep(chance.choice((0.003, 0.012, 0.03)))


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_breaks_it(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))  # what is typed at random into a shell finds no program
    monkeypatch.setenv("SHELL", "/bin/sh")
    chance = random.Random(seed)
    async with tower(tmp_path / "store") as it:
        added = [await it.controller.add(NewTask(shell_line(line), "/")) for line in LINES]
        for _ in range(300):
            await anything(it, chance)
            if not it.app.is_running:  # it closed the tower: it was asked, and answered yes
                break
        await until(lambda: {row.task.id for row in it.controller.snapshots.value.tasks} >= set(added))
