"""Themes: colours by role, from `themes/*.toml` and the user's own folder, as Textual themes and as inks for painted lines."""

import os
import tomllib
from collections.abc import Iterator
from functools import lru_cache

from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.color import Color, ColorParseError
from textual.theme import Theme

from wzp_tui.errors import ConfigError
from wzp_tui.paths import config_dir

ROLES = (
    "ground bar selection selection-elsewhere hairline text bright muted faint focus needs-ink needs needs-wash failed running done limited"
).split()
DARK, LIGHT = "harbour", "chart"


class Inks:
    """The styles of one theme. `inks("failed")` is text of that role on the ground; every style has both colours."""

    def __init__(self, colors: dict[str, str]) -> None:
        self._colors = {role: Color.parse(color).rich_color for role, color in colors.items()}
        self._made: dict[tuple[str, str, bool, bool], Style] = {}

    def __call__(self, role: str, on: str = "ground", *, bold: bool = False, underline: bool = False) -> Style:
        """The style of a role, on the colour of another one."""
        wanted = (role, on, bold, underline)
        if wanted not in self._made:
            self._made[wanted] = Style(color=self._colors[role], bgcolor=self._colors[on], bold=bold, underline=underline)
        return self._made[wanted]


@lru_cache(maxsize=16)
def _inks(colors: tuple[tuple[str, str], ...]) -> Inks:
    return Inks(dict(colors))


def inks_of(theme: Theme) -> Inks:
    """The inks of a theme of ours."""
    return _inks(tuple((role, theme.variables[role]) for role in ROLES))


def ansi_of(theme: Theme) -> TerminalTheme:
    """The sixteen colours that programs in panes get: black, red, green, yellow, blue, magenta, cyan, white."""
    roles = ("hairline", "failed", "done", "needs", "running", "limited", "focus", "muted")
    bright = ("faint", "failed", "done", "needs", "running", "limited", "focus", "bright")
    triplets = {role: Color.parse(theme.variables[role]).rgb for role in ROLES}
    return TerminalTheme(triplets["ground"], triplets["text"], [triplets[role] for role in roles], [triplets[role] for role in bright])


def load(path: str) -> Theme:
    """Read a theme, or raise `ConfigError` naming what is wrong."""
    try:
        with open(path, "rb") as file:
            found = tomllib.load(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}; the theme is not used") from error
    name, dark, roles = found.get("name"), found.get("dark", True), found.get("roles")
    if not isinstance(name, str) or not isinstance(dark, bool) or not isinstance(roles, dict):
        raise ConfigError(f'{path}: a theme has name = "…", dark = true or false, and a table [roles]')
    if missing := [role for role in ROLES if role not in roles]:
        raise ConfigError(f"{path}: [roles] lacks {', '.join(missing)}; give each a colour")
    if unknown := sorted(roles.keys() - set(ROLES)):
        raise ConfigError(f"{path}: [roles] knows no {', '.join(unknown)}; there are: {', '.join(ROLES)}")
    for role, color in roles.items():
        try:
            Color.parse(str(color))
        except ColorParseError:
            raise ConfigError(f"{path}: {role} = {color!r} is no colour; write it as #rrggbb") from None
    return _theme(name, dark, {role: str(roles[role]) for role in ROLES})


def _theme(name: str, dark: bool, colors: dict[str, str]) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        primary=colors["focus"],
        secondary=colors["running"],
        accent=colors["focus"],
        warning=colors["needs"],
        error=colors["failed"],
        success=colors["done"],
        foreground=colors["text"],
        background=colors["ground"],
        surface=colors["bar"],
        panel=colors["selection-elsewhere"],
        text_alpha=1.0,
        variables={
            **colors,
            "input-cursor-background": colors["focus"],
            "input-cursor-foreground": colors["ground"],
            "input-selection-background": colors["selection"],
            "screen-selection-background": colors["selection"],
            "screen-selection-foreground": colors["bright"],
        },
    )


def bundled() -> str:
    """The folder of the themes that come with wzp-tui: in the package, or beside it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "themes")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "themes")


def files() -> Iterator[str]:
    """The theme files, those of the user last: one of the same name replaces a bundled one."""
    for folder in (bundled(), os.path.join(config_dir(), "themes")):
        if os.path.isdir(folder):
            yield from sorted(entry.path for entry in os.scandir(folder) if entry.name.endswith(".toml"))


def themes() -> tuple[dict[str, Theme], list[ConfigError]]:
    """All themes by name, and what was wrong with others."""
    found: dict[str, Theme] = {}
    problems = []
    for path in files():
        try:
            theme = load(path)
        except ConfigError as error:
            problems.append(error)
        else:
            found[theme.name] = theme
    return found, problems
