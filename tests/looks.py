"""`python -m tests.looks FOLDER [WORLD…]`: pictures of the tower in every form, to be looked at beside the target.

A world is written `busy`, `busy@terminal` in another theme, `busy@terminal+ascii` in ASCII, `busy:x` after keys.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from tests import worlds
from wzp_tui.config import Settings, UiSettings
from wzp_tui.controller import Controller, Snapshot
from wzp_tui.tui.app import TowerApp
from wzp_tui.tui.machine import Load

SIZES = ((160, 45), (80, 24), (45, 40))
WORLDS = ("busy", "first_start", "empty", "failed", "unreachable", "hostile")


def app_of(world: Snapshot, folder: str, theme: str = "harbour", problems: Sequence[str] = (), **ui: Any) -> TowerApp:
    """The tower, showing a world that stands still; `ui`: settings of its looks."""
    controller = Controller(folder, worlds.PictureMux())  # type: ignore[arg-type]
    controller.snapshots.set(world)
    return TowerApp(
        controller, Settings(ui=UiSettings(theme=theme, **ui)), problems, clock=worlds.clock, watch=False, load=lambda: Load(21, 41)
    )


async def picture(world: Snapshot, size: tuple[int, int], look: str, keys: Sequence[str], path: str) -> None:
    theme, _, glyphs = look.partition("+")
    with tempfile.TemporaryDirectory() as folder:
        app = app_of(world, folder, theme, glyphs=glyphs or "unicode")
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause(0.2)
            await pilot.press(*keys)
            await pilot.pause(0.2)
            svg = app.export_screenshot().replace("<svg ", '<svg xml:space="preserve" ', 1)
    with open(path + ".svg", "w") as file:
        file.write(svg)
    if shutil.which("rsvg-convert"):
        subprocess.run(["rsvg-convert", path + ".svg", "-o", path + ".png"], check=True)
        os.unlink(path + ".svg")


async def main(folder: str, chosen: Sequence[str]) -> None:
    os.makedirs(folder, exist_ok=True)
    for name in chosen or WORLDS:
        form, _, keys = name.partition(":")
        world, _, look = form.partition("@")
        for size in SIZES:
            for theme in [look] if look else ["harbour", "chart"]:
                path = os.path.join(folder, f"{name.replace(':', '-').replace(' ', '_')}-{theme}-{size[0]}x{size[1]}")
                await picture(getattr(worlds, world)(), size, theme, keys.split(), path)
                print(path)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
