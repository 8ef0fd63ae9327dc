"""How the tower looks in each theme, without colours, in ASCII, with a wrong config file. The docstrings say what one should see."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import worlds
from tests.looks import app_of
from tests.still import still
from tests.support import until
from wzp_tui.config import themes
from wzp_tui.tui.app import TowerApp
from wzp_tui.tui.screens.palette import Palette

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


@pytest.mark.parametrize("theme", ["terminal", "no colours"])
async def test_rows_of_a_silent_wezterm_are_dim_where_colours_cannot_do_it(
    theme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "no colours":
        monkeypatch.setenv("NO_COLOR", "1")
    app = app_of(worlds.busy(), str(tmp_path), theme if theme == "terminal" else "harbour")
    async with app.run_test(size=(160, 45)) as pilot:
        await still(pilot)
        assert not dim(app, "pytest -x")
        assert not dim(app, "claude #12")
        app.controller.snapshots.set(worlds.unreachable())
        await until(lambda: dim(app, "pytest -x") and dim(app, "claude #12") and dim(app, "make this edit to auth.py?"))
        await until(lambda: not dim(app, "WezTerm unreachable"))
        app.controller.snapshots.set(worlds.busy())
        await until(lambda: not dim(app, "pytest -x"))


def dim(app: TowerApp, text: str) -> bool:
    """The first piece with this text is dim."""
    strips = app.screen._compositor.render_strips()
    found = [segment.style for strip in strips for segment in strip if text in segment.text]
    assert found, f"{text!r} is not shown"
    return bool(found[0] and found[0].dim)


async def test_an_empty_no_color_is_no_wish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    app = app_of(worlds.busy(), str(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await still(pilot)
        strips = app.screen._compositor.render_strips()
        [failed, *_] = [segment.style for strip in strips for segment in strip if "1 failed" in segment.text]
        assert failed is not None
        assert failed.color is not None
        red, green, blue = failed.color.get_truecolor()
        assert red > green + 50 > blue
        await pilot.press("T")
        await until(lambda: isinstance(app.screen, Palette))


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
