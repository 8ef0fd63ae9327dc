"""Themes as Textual themes, and as inks for painted lines."""

from functools import cached_property

from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.theme import Theme

from wzp_tui.config.themes import ROLES, ThemeFile

SELECTED = ("selection", "needs", "failed")
"""Grounds that must be seen even where a theme does not tell them from the ground."""


class Inks:
    """The styles of one theme. `inks("failed")` is text of that role on the ground; every style has both colours.

    A theme need not have tones, as one of the terminal's own colours has not: what is selected is then painted in reverse, what is
    selected elsewhere underlined, and what is faint dimmed.
    """

    def __init__(self, colors: dict[str, str]) -> None:
        self._colors = {role: Color.parse(color).rich_color for role, color in colors.items()}
        self._reversed = {role for role in SELECTED if colors[role] == colors["ground"]}
        self._underlined = {"selection-elsewhere"} if colors["selection-elsewhere"] == colors["ground"] else set()
        self._dimmed = {role for role in ("muted", "faint") if colors[role] == colors["text"]}
        self._made: dict[tuple[str, str, bool, bool], Style] = {}

    def __call__(self, role: str, on: str = "ground", *, bold: bool = False, underline: bool = False) -> Style:
        """The style of a role, on the colour of another one."""
        wanted = (role, on, bold, underline)
        if wanted not in self._made:
            self._made[wanted] = self._make(*wanted)
        return self._made[wanted]

    def _make(self, role: str, on: str, bold: bool, underline: bool) -> Style:
        if on in self._reversed:  # all in one colour, or each piece would have a ground of its own
            return Style(color=self._colors["text"], bgcolor=self._colors["ground"], bold=bold, underline=underline, reverse=True)
        dim = role in self._dimmed and not bold
        underline = underline or on in self._underlined
        return Style(color=self._colors[role], bgcolor=self._colors[on], bold=bold, underline=underline, dim=dim)


class InkedTheme(Theme):
    """A theme that knows its inks: they are asked for with every piece of a line."""

    @cached_property
    def inks(self) -> Inks:
        """The styles of its roles."""
        return Inks({role: self.variables[role] for role in ROLES})


def inks_of(theme: Theme) -> Inks:
    """The inks of a theme of ours."""
    assert isinstance(theme, InkedTheme)
    return theme.inks


def is_toneless(theme: Theme) -> bool:
    """Its panels do not differ by a tone: they need a line between them."""
    return theme.variables["ground"] == theme.variables["bar"]


def ansi_of(theme: Theme) -> TerminalTheme:
    """The sixteen colours that programs in panes get: black, red, green, yellow, blue, magenta, cyan, white."""
    roles = ("hairline", "failed", "done", "needs", "running", "limited", "focus", "muted")
    bright = ("faint", "failed", "done", "needs", "running", "limited", "focus", "bright")
    triplets = {role: Color.parse(theme.variables[role]).rgb for role in ROLES}
    return TerminalTheme(triplets["ground"], triplets["text"], [triplets[role] for role in roles], [triplets[role] for role in bright])


def textual_theme(file: ThemeFile) -> InkedTheme:
    """A theme file as a theme of Textual."""
    colors = dict(file.roles)
    return InkedTheme(
        name=file.name,
        dark=file.dark,
        ansi=file.ansi,
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
            "ansi-background": colors["ground"],  # Textual's own widgets ask for these where `ansi` is true
            "ansi-foreground": colors["text"],
            "input-cursor-background": colors["focus"],
            "input-cursor-foreground": colors["ground"],
            "input-selection-background": colors["selection"],
            "screen-selection-background": colors["selection"],
            "screen-selection-foreground": colors["bright"],
        },
    )


PLAIN = textual_theme(ThemeFile(name="plain", ansi=True, roles=dict.fromkeys(ROLES, "ansi_default")))
"""What is shown with `NO_COLOR`."""
