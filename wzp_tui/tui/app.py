"""The tower as an app: themes, keys, and the Controller at work behind the screen."""

import asyncio
import signal
from collections.abc import Sequence
from functools import partial
from pathlib import PurePath
from typing import ClassVar

from textual import events, work
from textual._styles_cache import StylesCache
from textual.binding import BindingType

from wzp_tui.config import Settings, load_config
from wzp_tui.controller import Controller, open_mux
from wzp_tui.controller.going import marked
from wzp_tui.errors import ConfigError
from wzp_tui.paths import StoreFolder
from wzp_tui.program_log import open_log
from wzp_tui.tui import safe
from wzp_tui.tui.alt_keys import teach_alt
from wzp_tui.tui.burst import Burst
from wzp_tui.tui.guardian import guarded
from wzp_tui.tui.in_order import edits_in_order
from wzp_tui.tui.machine import Machine
from wzp_tui.tui.own_tty import say_to_terminal
from wzp_tui.tui.preferences import Preferences
from wzp_tui.tui.screens.tower import TowerScreen
from wzp_tui.tui.times import Clock, now_ms
from wzp_tui.tui.widgets.header import Meter


class TowerApp(Preferences, inherit_bindings=False):
    """Shows what a Controller says. With `watch=False` its Snapshots come from elsewhere, as in a picture of a moment."""

    TITLE = "wzp-tui"
    BINDINGS: ClassVar[list[BindingType]] = []
    CSS_PATH: ClassVar[list[str | PurePath] | None] = ["app.tcss", "screens/tower.tcss"]  # that of a default screen is not loaded by itself
    ENABLE_COMMAND_PALETTE = False  # it has one of its own
    ALLOW_SELECT = False  # so have its widgets; Textual's crashes on one that has just gone
    SCREEN: ClassVar[type[TowerScreen]] = TowerScreen

    def __init__(
        self,
        controller: Controller,
        settings: Settings,
        problems: Sequence[str] = (),
        *,
        clock: Clock = now_ms,
        load: Meter | None = None,
        watch: bool = True,
    ) -> None:
        super().__init__(settings, problems)
        teach_alt()
        self.controller, self._watch = controller, watch
        self.tower = self.SCREEN(controller, clock, load or Machine().load)
        self._burst = Burst(partial(self.call_later, super().on_event), self._drafted)

    def get_default_screen(self) -> TowerScreen:
        """The tower's one screen; others lie on it."""
        return self.tower

    def on_mount(self) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self.exit)
        self.settings_changed.subscribe(self, self._use)
        self.screen_change_signal.subscribe(self, _forget_painted)
        if self._watch:
            self._work()
            self._use(self.settings)
            self.follow_settings()

    def _use(self, settings: Settings) -> None:
        self.tower.use_settings()
        self.tower.ask(None, self.controller.use(settings))

    @work(group="controller", exclusive=True)
    async def _work(self) -> None:
        await self.controller.run()

    # -- keys and pastes -------------------------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Hold back printable keys of the tower's own screen for a moment: in a burst they are a paste."""
        if isinstance(event, events.Key | events.MouseDown | events.Paste) and not event.is_forwarded and self.tower.is_there(event):
            return
        is_key = isinstance(event, events.Key) and not event.is_forwarded
        if is_key and await edits_in_order(self, event):  # type: ignore[arg-type]
            return
        if not (is_key and self._takes_no_text and self._burst.take(event)):  # type: ignore[arg-type]
            await super().on_event(event)

    @property
    def _takes_no_text(self) -> bool:
        return self.screen is self.tower and self.focused is not self.tower.filter.input

    def on_unmount(self) -> None:
        self._burst.forget()

    def on_paste(self, event: events.Paste) -> None:
        """A paste is a draft of a new task."""
        if self.screen is self.tower:
            self._drafted(event.text)

    def _drafted(self, text: str) -> None:
        self.tower.draft(text.strip())


def _forget_painted(_: object) -> None:
    """Let closed screens go: Textual keeps what a thousand widgets painted as keys of this cache."""
    StylesCache.get_inner_outer.cache_clear()


def _settings() -> tuple[Settings, list[str]]:
    """Those of the config file. With a wrong one the tower opens on the defaults, and names what is wrong."""
    try:
        return load_config(), []
    except ConfigError as error:
        return Settings(), str(error).split("\n")


async def _tower(folder: str, mux_kind: str) -> int:
    safe.install()
    open_log(StoreFolder(folder).program_log)
    controller = Controller(folder, open_mux(mux_kind))
    try:
        app = TowerApp(controller, *_settings())
        with marked(controller.mux, say_to_terminal):
            await app.run_async()
        return app.return_code or 0
    finally:
        await controller.aclose()


def run_tower(store_folder: str, mux_kind: str = "") -> int:
    """Open the tower on this terminal and return its exit code. `mux_kind`: `wezterm`, `embedded`, or `""` for what fits."""
    return guarded(store_folder, lambda: asyncio.run(_tower(store_folder, mux_kind)))
