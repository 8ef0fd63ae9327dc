"""The themes can be read: every role that is ever text has contrast on every ground that it is ever shown on."""

import pytest
from textual.color import Color
from textual.theme import Theme

from wzp_tui.config.themes import all_themes
from wzp_tui.tui.theming import textual_theme

FILES, PROBLEMS = all_themes()
FOUND = {name: textual_theme(file) for name, file in FILES.items()}
TEXT = ("text", "bright", "muted", "faint", "focus", "needs", "failed", "running", "done", "limited")
GROUNDS = ("ground", "bar")
SELECTIONS = ("selection", "selection-elsewhere")
COLOURED = [theme for theme in FOUND.values() if not any(str(value).startswith("ansi") for value in theme.variables.values())]


def contrast(theme: Theme, ink: str, ground: str) -> float:
    """The contrast ratio of WCAG, 1 to 21."""

    def luminance(role: str) -> float:
        def linear(value: float) -> float:
            return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

        red, green, blue = (linear(part) for part in Color.parse(theme.variables[role]).normalized)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(ink), luminance(ground)))
    return (light + 0.05) / (dark + 0.05)


def test_there_are_themes_for_day_and_night() -> None:
    assert not PROBLEMS
    assert sum(theme.dark for theme in FOUND.values()) >= 2
    assert sum(not theme.dark for theme in FOUND.values()) >= 2


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_every_text_can_be_read(theme: Theme) -> None:
    least = 7.0 if theme.name == "contrast" else 4.5
    weak = {f"{ink} on {ground}": round(contrast(theme, ink, ground), 2) for ink in TEXT for ground in GROUNDS}
    # on a selected row what is faint elsewhere is muted
    weak |= {f"{ink} on {ground}": round(contrast(theme, ink, ground), 2) for ink in TEXT if ink != "faint" for ground in SELECTIONS}
    weak |= {f"{ink} on needs-wash": round(contrast(theme, ink, "needs-wash"), 2) for ink in ("text", "bright", "muted", "needs", "focus")}
    weak["the badge"] = round(contrast(theme, "needs-ink", "needs"), 2)
    assert {where: ratio for where, ratio in weak.items() if ratio < least} == {}
