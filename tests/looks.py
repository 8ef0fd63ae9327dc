"""`python -m tests.looks FOLDER [WORLD…]`: pictures of the tower in every form, to be looked at beside the target.

A world is written `busy`, `busy@terminal` in another theme, `busy@terminal+ascii` in ASCII, `busy:x` after keys.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from textual.pilot import Pilot

from tests import worlds
from tests.still import still
from tests.svg import svg_of
from wzp_tui.config import Settings, UiSettings
from wzp_tui.controller import Controller, Snapshot
from wzp_tui.store import Run
from wzp_tui.tui.app import TowerApp
from wzp_tui.tui.machine import Load
from wzp_tui.tui.times import Clock
from wzp_tui.tui.widgets.header import CURVE, Header

SIZES = ((160, 45), (80, 24), (45, 40))
WORLDS = ("busy", "first_start", "empty", "failed", "unreachable", "hostile")
CPU = (9, 14, 31, 12, 8, 46, 34, 21)
T = TypeVar("T")


class PictureStore:
    """Knows the runs of a world."""

    def __init__(self, world: Snapshot) -> None:
        self._runs = [row.run for row in world.tasks if row.run]

    def durations(self, task: int) -> tuple[float, ...]:
        return ()

    def recent_runs(self, tasks: Sequence[int], **how: Any) -> Sequence[Run]:
        return [run for run in self._runs if not tasks or run.task in tasks]


class PictureController(Controller):
    """Shows a world that stands still, with its logs."""

    def __init__(self, folder: str, world: Snapshot) -> None:
        super().__init__(folder, worlds.PictureMux())  # type: ignore[arg-type]
        self._store = PictureStore(world)
        self.snapshots.set(world)
        os.makedirs(os.path.join(folder, "logs"), exist_ok=True)
        for run, text in worlds.LOGS.items():
            with open(self.folder.log(run), "w") as file:
                file.write(text)

    async def ask(self, what: Callable[[Any], T]) -> T:
        return what(self._store)


def app_of(
    world: Snapshot, folder: str, theme: str = "harbour", problems: Sequence[str] = (), clock: Clock = worlds.clock, **ui: Any
) -> TowerApp:
    """The tower, showing a world; `ui`: settings of its looks."""
    os.makedirs(worlds.source(), exist_ok=True)
    loads = iter([Load(cpu, 41) for cpu in CPU])
    return TowerApp(
        PictureController(folder, world),
        Settings(ui=UiSettings(theme=theme, motion=False, **ui)),
        problems,
        clock=clock,
        watch=False,
        load=lambda: next(loads, None),
    )


async def at_rest(pilot: Pilot[Any], *keys: str, act: Callable[[TowerApp], object] | None = None) -> None:
    """`act` on the tower, press these keys, and wait until the screen stands still."""
    app: Any = pilot.app
    header = app.tower.query_one(Header)
    for _ in range(CURVE):
        header.measure()
    await still(pilot)
    if act is not None:
        act(app)
        await still(pilot)
    if keys:
        await pilot.press(*keys)
        await still(pilot)


async def picture(world: Callable[[], Snapshot], size: tuple[int, int], theme: str, keys: Sequence[str], says: str = "", **ui: Any) -> str:
    """The SVG of a world in this size and theme, after these keys."""
    with at_home() as home:
        app = app_of(world(), os.path.join(home, "store"), theme, **ui)
        async with app.run_test(size=size, notifications=True) as pilot:
            await at_rest(pilot, *keys)
            return svg_of(app, says)


@contextmanager
def at_home() -> Iterator[str]:
    """A home of its own, for the folders that a picture shows."""
    before = os.environ.get("HOME", "/")
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = home
        try:
            yield home
        finally:
            os.environ["HOME"] = before


async def main(folder: str, chosen: Sequence[str]) -> None:
    os.makedirs(folder, exist_ok=True)
    for name in chosen or WORLDS:
        form, _, keys = name.partition(":")
        world, _, look = form.partition("@")
        for size in SIZES:
            for themed in [look] if look else ["harbour", "chart"]:
                theme, _, glyphs = themed.partition("+")
                svg = await picture(getattr(worlds, world), size, theme, keys.split(), glyphs=glyphs or "unicode")
                path = os.path.join(folder, f"{name.replace(':', '-').replace(' ', '_')}-{themed}-{size[0]}x{size[1]}")
                with open(path + ".svg", "w") as file:
                    file.write(svg)
                if shutil.which("rsvg-convert"):
                    subprocess.run(["rsvg-convert", path + ".svg", "-o", path + ".png"], check=True)
                    os.unlink(path + ".svg")
                print(path)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
