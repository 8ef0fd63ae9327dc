"""How the tower looks, at one moment that never passes. Each docstring says what one should see.

`pytest --snapshot-update tests/test_tui_pictures.py` takes new pictures; `python -m tests.looks FOLDER` makes PNGs to look at.
"""

from collections.abc import Callable

import pytest

from tests import worlds
from tests.looks import SIZES

sizes = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


@sizes
def test_busy(looks: Callable[..., None], size: tuple[int, int]) -> None:
    """Two amber rows on top, one red, five blue, five waiting; the live screen of the first below, and its answer bar."""
    looks(worlds.busy(), size)


@sizes
def test_busy_and_light(looks: Callable[..., None], size: tuple[int, int]) -> None:
    """The same on paper."""
    looks(worlds.busy(), size, theme="chart")


@sizes
def test_first_start(looks: Callable[..., None], size: tuple[int, int]) -> None:
    """The panes that were found, "Nothing is queued." and four keys."""
    looks(worlds.first_start(), size)


@sizes
def test_empty(looks: Callable[..., None], size: tuple[int, int]) -> None:
    """Nothing but "Nothing is queued." and four keys."""
    looks(worlds.empty(), size)


@sizes
def test_unreachable(looks: Callable[..., None], size: tuple[int, int]) -> None:
    """A red row under the header, with its age; list and sidebar dim."""
    looks(worlds.unreachable(), size)


@sizes
def test_names_that_try_to_break_out(looks: Callable[..., None], size: tuple[int, int]) -> None:
    """Every column stands; no colour, no markup and no control character of the names is obeyed."""
    looks(worlds.hostile(), size)


def test_why(looks: Callable[..., None]) -> None:
    """The facts of #11, the exit code in red."""
    looks(worlds.busy(), (120, 44), "j", "j", "v")


def test_the_drawer(looks: Callable[..., None]) -> None:
    """The sidebar lies over the list; the focus bar is in it."""
    looks(worlds.busy(), (80, 24), "w")


def test_stop(looks: Callable[..., None]) -> None:
    """Four ways to answer; No is selected."""
    looks(worlds.busy(), (80, 24), "x")


def test_help(looks: Callable[..., None]) -> None:
    """What can be done with the selected row comes first."""
    looks(worlds.busy(), (100, 40), "question_mark")


def test_marked_and_filtered(looks: Callable[..., None]) -> None:
    """Three rows match, two of them are marked, the filter stands in the header."""
    looks(worlds.busy(), (120, 44), "slash", *"claude", "enter", "space", "space")


@sizes
def test_a_filter_is_typed(looks: Callable[..., None], size: tuple[int, int]) -> None:
    """What is still missing stands behind the cursor in grey; above it the ways to go on, each with its number of rows."""
    looks(worlds.busy(), size, "slash", *"-state:")


def test_a_filter_with_a_mistake(looks: Callable[..., None]) -> None:
    """In red, what is wrong and what may have been meant; the list shows what was understood before."""
    looks(worlds.busy(), (45, 40), "slash", *"lane:build state:fialed")


@pytest.mark.parametrize("size", [(160, 45), (45, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_jump(looks: Callable[..., None], size: tuple[int, int]) -> None:
    """A letter before each row of list and sidebar, two before the last ones; all else in them steps back."""
    looks(worlds.busy(), size, "f")


@sizes
def test_a_new_task_in_full(looks: Callable[..., None], size: tuple[int, int]) -> None:
    """A field a line; under folder and timeout, in red, what is wrong with them; help and keys at the foot."""
    looks(worlds.busy(), size, "n", "m", "ctrl+e", "tab", "tab", "x", "tab", "tab", "tab", "tab", "x")


def test_send(looks: Callable[..., None]) -> None:
    """The task and its pane are named above the line to type."""
    looks(worlds.busy(), (80, 24), "s", "y")


def test_sorted(looks: Callable[..., None]) -> None:
    """`by title` in the header; the sections stay, the rows in each are sorted, the cursor is on #12."""
    looks(worlds.busy(), (120, 44), "S", "S")
