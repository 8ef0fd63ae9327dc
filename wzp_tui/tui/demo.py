"""The tower of `wzp-tui demo`: on a store that nobody keeps, with one line that names the next key to try."""

import asyncio
import os
import re
import signal
import tempfile
from contextlib import suppress
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.screen import Screen
from textual.strip import Strip

from wzp_tui.commands import BY_ID
from wzp_tui.config import Settings, load_config
from wzp_tui.controller import Controller, Snapshot, open_mux
from wzp_tui.demo import Guide, Moment, clear_away, fill, stop_all
from wzp_tui.errors import ConfigError, StoreError
from wzp_tui.paths import StoreFolder, make_private_dir
from wzp_tui.program_log import open_log
from wzp_tui.tui import safe
from wzp_tui.tui.app import TowerApp
from wzp_tui.tui.bindings import shown_key
from wzp_tui.tui.guardian import guarded
from wzp_tui.tui.painting import Piece, strip
from wzp_tui.tui.screens.choose import yes_or_no
from wzp_tui.tui.screens.tower import TowerScreen
from wzp_tui.tui.widgets.header import Line

ROOM = 66
"""Columns from which on the line says more."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class GuideLine(Line):
    """The next key to try; goes on when Snapshots, or the screen on top, show that it was tried."""

    DEFAULT_CSS = "GuideLine { height: 1; }"

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.guide = Guide()

    def on_mount(self) -> None:
        self.app.screen_change_signal.subscribe(self, self._look)
        self._follow()

    @work(group="guide", exclusive=True)
    async def _follow(self) -> None:
        async for _ in self._controller.snapshots:
            self._look(self.app.screen)

    def _look(self, screen: Screen[object]) -> None:
        if self.guide.look(Moment(self._controller.snapshots.value, type(screen).__name__)):
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, ink, step = self.size.width, self.inks, self.guide.step
        pieces: list[Piece] = [(" ", ink("text", "selection"))]
        if self.guide.count:
            pieces.append((f"{self.guide.count}  ", ink("muted", "selection")))
        for at, text in enumerate(re.split(r"\{([a-z.]+)\}", step.words + (step.more if width >= ROOM else ""))):
            is_key = at % 2 == 1
            shown = shown_key(self.app, BY_ID[text]) if is_key else text
            pieces.append((shown, ink("focus" if is_key else "bright", "selection", bold=is_key)))
        return strip(pieces, width, ink("text", "selection"))


class DemoScreen(TowerScreen):
    """The tower with the line above it."""

    def compose(self) -> ComposeResult:
        yield GuideLine(self.controller)
        yield from super().compose()

    @work(group="question", exclusive=True)
    async def action_tower_close(self) -> None:
        snapshot: Snapshot | None = self.snapshot
        runs = len(snapshot.open_runs) if snapshot else 0
        notes = [("what runs in it is ended, and its folder is removed", "text")]
        if not runs or await self.app.push_screen_wait(yes_or_no("End the demo?", "End it", notes=notes)):
            self.app.exit()


class DemoApp(TowerApp):
    """The tower of the demo."""

    SCREEN: ClassVar[type[TowerScreen]] = DemoScreen

    def follow_settings(self) -> None:  # type: ignore[override]
        """Not here: the config folder would be made, to be watched."""

    async def keep_theme(self, name: str) -> None:
        """Not here: nothing of the demo stays."""


async def _demo(root: str, folder: str, settings: Settings) -> int:
    safe.install()
    open_log(StoreFolder(folder).program_log)
    controller = Controller(folder, open_mux("embedded"))
    try:
        work = make_private_dir(os.path.join(root, "work"))
        await controller.ask(lambda store: fill(store, work))
        app = DemoApp(controller, settings)
        await app.run_async()
        return app.return_code or 0
    finally:
        with suppress(StoreError):  # its folder goes anyway
            await controller.ask(stop_all)
        await controller.aclose()
        clear_away(root, folder)  # here too: the guardian may be killed


def _looks_and_keys() -> Settings:
    """Those of the user; their lanes are for their own store. What is wrong in the config file is told by the tower."""
    try:
        found = load_config()
    except ConfigError:
        return Settings()
    return Settings(ui=found.ui, keys=found.keys)


def run_demo() -> int:
    """Open the demo on this terminal and return its exit code. However it ends, nothing of it stays."""
    settings = _looks_and_keys()
    root = tempfile.mkdtemp(prefix="wzp-demo-")
    folder = os.path.join(root, "store")
    try:
        return guarded(folder, lambda: asyncio.run(_demo(root, folder, settings)), after="the demo is cleared away")
    finally:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it
        clear_away(root, folder)
