"""How the tower looks in each theme, without colours, in ASCII, with a wrong config file. The docstrings say what one should see."""

from collections.abc import Callable

import pytest

from tests import worlds
from wzp_tui.config import themes

BROKEN = (
    "config.toml:3: `glyphs = \"emoji\"`: must be 'unicode' or 'ascii'",
    'themes/mine.toml:5: `needs = "amber"`: is no colour; write #rrggbb, or ansi_red, ansi_bright_red …, ansi_default',
)


@pytest.mark.parametrize("theme", themes.names())
def test_every_theme(looks: Callable[..., None], theme: str) -> None:
    """Amber only for what needs you, red failed, blue running, lilac limited; where there are no tones, a line between the panels."""
    looks(worlds.busy(), (160, 45), theme=theme)


def test_a_sheet_in_the_terminals_own_colours(looks: Callable[..., None]) -> None:
    """The list is seen above the question."""
    looks(worlds.busy(), (80, 24), "x", theme="terminal")


def test_the_keys_in_the_sidebar_in_the_terminals_own_colours(looks: Callable[..., None]) -> None:
    """One row in reverse in the sidebar, where the keys go; the selected task underlined."""
    looks(worlds.busy(), (120, 30), "w", "j", "j", theme="terminal")


def test_without_colours(looks: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Badge, answer bar and selected row in reverse; all else in one colour, bold or dim. What the pane shows has no colours either."""
    monkeypatch.setenv("NO_COLOR", "1")
    looks(worlds.busy(), (160, 45))


def test_in_ascii(looks: Callable[..., None]) -> None:
    """Every sign is ASCII, in the pane, too, where it is one of ours; the columns stand as they did."""
    looks(worlds.busy(), (160, 45), glyphs="ascii", theme="contrast")


@pytest.mark.parametrize("size", [(120, 30), (45, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_wrong_config_file(looks: Callable[..., None], size: tuple[int, int]) -> None:
    """Under the header file and line in red, value and cure beside them; what is too much is counted."""
    looks(worlds.busy(), size, problems=BROKEN)


def test_other_columns(looks: Callable[..., None]) -> None:
    """Only ids, titles and states; a narrow sidebar, and nearly all the height for the list."""
    looks(worlds.busy(), (120, 30), theme="linen", columns=("id", "state"), sidebar_width=20, list_height=80)
