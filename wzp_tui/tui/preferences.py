"""The settings at work in an app: looks and keys that change while it is open."""

import asyncio
import os
from collections.abc import Sequence

from textual import work
from textual.app import App
from textual.filter import LineFilter, Monochrome
from textual.message_pump import MessagePump
from textual.signal import Signal
from textual.theme import Theme

from wzp_tui.config import Settings, UiSettings, load_config, themes
from wzp_tui.config.watching import changes
from wzp_tui.errors import ConfigError
from wzp_tui.tui import theming
from wzp_tui.tui.bindings import textual_keymap
from wzp_tui.tui.in_ascii import InAscii
from wzp_tui.tui.looks import ASCII, UNICODE, Glyphs

DEFAULTS = Settings()


def settings_of(node: MessagePump) -> Settings:
    """What the user wants of the app of this widget."""
    return node.app.settings if isinstance(node.app, Preferences) else DEFAULTS


def ui_of(node: MessagePump) -> UiSettings:
    """How it shall look."""
    return settings_of(node).ui


class Preferences(App[None], inherit_bindings=False):
    """An app that looks and listens as its settings say, and follows the config file and the user's own themes."""

    def __init__(self, settings: Settings, problems: Sequence[str] = ()) -> None:
        self.colorless = bool(os.environ.get("NO_COLOR"))
        """The user wants no colours, whatever the theme."""
        super().__init__(ansi_color=True if self.colorless else None)
        self.no_color = self.colorless  # Textual takes an empty NO_COLOR for a wish, too
        self.settings = settings
        """Those in use."""
        self.problems = list(problems)
        """What is wrong in the config file, `FILE:LINE: text` each; the settings before it are in use."""
        self.theme_problems: Sequence[str] = []
        """What is wrong in the themes."""
        self.settings_changed: Signal[Settings] = Signal(self, "settings changed")
        """The settings, or what is wrong with them, are others now."""
        self._in_ascii = InAscii()
        self.theme = self._load_themes(first=True)
        self._use_keys_and_motion()

    @property
    def glyphs(self) -> Glyphs:
        """The signs in use."""
        return ASCII if self.settings.ui.glyphs == "ascii" else UNICODE

    @property
    def keymap(self) -> dict[str, str]:
        """The user's keys, by the id of the command."""
        return self.settings.keys

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = [each for each in super().get_line_filters() if self.colorless or not isinstance(each, Monochrome)]
        return [*filters, self._in_ascii] if self.glyphs is ASCII else filters

    # -- following -------------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, self._color_panes)
        self._color_panes(self.current_theme)

    @work(group="settings", exclusive=True)
    async def follow_settings(self) -> None:
        """Show changes of the config file and of themes from now on."""
        try:
            async for _ in changes():
                self.reload()
        except OSError as error:
            self.problems.append(f"changes of the config file are not seen: {error.strerror or error}")
            self.settings_changed.publish(self.settings)

    def reload(self) -> None:
        """Read file and themes again. What cannot be read leaves what was, and is told."""
        before = self.settings
        try:
            self.settings, self.problems = load_config(), []
        except ConfigError as error:
            self.problems = str(error).split("\n")
        theme = self._load_themes()
        if self.settings.ui.theme != before.ui.theme:  # or a theme that is only tried would go
            self.theme = theme
        self._use_keys_and_motion()
        self.settings_changed.publish(self.settings)
        self.repaint()

    async def keep_theme(self, name: str) -> None:
        """Show this theme from now on. Raises `ConfigError`."""
        from wzp_tui.config.writing import set_value

        await asyncio.to_thread(set_value, "ui.theme", name)

    def repaint(self) -> None:
        """Paint all anew: lines that are painted by hand do not know that the style sheet changed."""
        for screen in self.screen_stack:
            for widget in screen.walk_children(with_self=True):
                widget.refresh()

    def _use_keys_and_motion(self) -> None:
        self.set_keymap(textual_keymap(self.keymap))
        self.animation_level = "full" if self.settings.ui.motion and os.environ.get("TEXTUAL_ANIMATIONS") != "none" else "none"

    # -- themes ----------------------------------------------------------------------------------------------------------------

    def _load_themes(self, first: bool = False) -> str:
        """Take in the theme files and return the name of the theme to show. One that cannot be read any more stays as it was."""
        found, self.theme_problems = themes.all_themes()
        ours = {name: theming.textual_theme(file) for name, file in found.items()}
        if self.colorless:
            ours = {theming.PLAIN.name: theming.PLAIN}
        shown = self.available_themes
        for theme in ours.values():
            if theme != shown.get(theme.name):
                self.register_theme(theme)
        if first:
            for name in shown.keys() - ours.keys():
                self.unregister_theme(name)
        elif ours.get(self.theme, self.current_theme) != shown[self.theme]:
            self._color_panes(self.current_theme)
        wished = theming.PLAIN.name if self.colorless else self.settings.ui.theme
        return wished if wished in self.available_themes else themes.DARK

    def _color_panes(self, theme: Theme) -> None:
        """The sixteen colours of programs are those of the theme. Textual applies the style sheet anew with them."""
        self.ansi_theme_dark = self.ansi_theme_light = theming.ansi_of(theme)
