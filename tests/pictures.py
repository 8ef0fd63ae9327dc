"""`python -m tests.pictures [NAME…]` makes the pictures of README and docs, from the tower as it is."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests import worlds
from tests.looks import picture
from wzp_tui.controller import Snapshot

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
AGAIN = "python -m tests.pictures"
BROKEN = 'config.toml:14: `lanes.build.slots = "four"`: must be a whole number'


class Picture(NamedTuple):
    """A picture, and what one sees on it."""

    name: str
    says: str
    world: Callable[[], Snapshot]
    size: tuple[int, int]
    theme: str = "harbour"
    keys: Sequence[str] = ()
    problems: Sequence[str] = ()


TOWER = "The tower: two tasks need an answer, one failed, five run, five wait; under the list the screen of the agent that asks."
WIDE = (126, 45)
PICTURES = (
    Picture("tower-dark", TOWER, worlds.busy, WIDE),
    Picture("tower-light", TOWER, worlds.busy, WIDE, "chart"),
    Picture("failed", "A failed task: its log is open where the error begins.", worlds.failed, (110, 30)),
    Picture("narrow", "The tower in 45 columns.", worlds.busy, (45, 40)),
    Picture("help", "The help: the keys of the selected row come first.", worlds.busy, (100, 34), keys=["question_mark"]),
    Picture("themes", "A theme is seen while it is looked at.", worlds.busy, (110, 30), keys=["T", "down"]),
    Picture("wrong-config", "A mistake in the config file is named until it is mended.", worlds.busy, (110, 24), problems=[BROKEN]),
)
BY_NAME = {picture.name: picture for picture in PICTURES}


def path_of(name: str) -> Path:
    """Where a picture lies."""
    return FOLDER / f"{name}.svg"


async def drawn(which: Picture) -> str:
    """The picture, made now."""
    return await picture(which.world, which.size, which.theme, which.keys, which.says, problems=which.problems)


async def main(names: Sequence[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in names or BY_NAME:
        path_of(name).write_text(await drawn(BY_NAME[name]), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
