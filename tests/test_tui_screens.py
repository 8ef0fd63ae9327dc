"""How each screen and each question of the tower looks. Each docstring says what one should see.

`pytest --snapshot-update tests/test_tui_screens.py` takes new pictures.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import worlds
from tests.looks import SIZES, app_of
from tests.support import until
from tests.tui import lines
from wzp_tui.controller import Snapshot
from wzp_tui.mux.embedded import Screen
from wzp_tui.tui.app import TowerApp
from wzp_tui.tui.screens.pane_full import PaneFull, PaneWatch
from wzp_tui.tui.widgets.header import Header

Looks = Callable[..., None]
MEDIUM, NARROW = SIZES[1:]
ids = {"ids": lambda size: f"{size[0]}x{size[1]}"}
sizes = pytest.mark.parametrize("size", SIZES, **ids)
ends = pytest.mark.parametrize("size", [SIZES[0], SIZES[-1]], **ids)
small = pytest.mark.parametrize("size", [MEDIUM, NARROW], **ids)
to_queued = "j" * 8
"""Keys that go from the first row of `busy` to #14, which waits."""


# -- the tower when something is wrong, or somebody was away -------------------------------------------------------------------


@sizes
def test_a_failed_run(looks: Looks, size: tuple[int, int]) -> None:
    """The log is open below, at the line that tells of the error; a red `!` stands before it."""
    looks(worlds.failed(), size)


@pytest.mark.parametrize("size", [SIZES[0], NARROW], **ids)
def test_no_pane_can_be_opened(looks: Looks, size: tuple[int, int]) -> None:
    """A red row says so; nothing is dimmed, since what is shown is true."""
    looks(worlds.degraded(), size)


@small
def test_another_tower_opens_the_panes(looks: Looks, size: tuple[int, int]) -> None:
    """The header says so, in lilac."""
    looks(worlds.looking_on(), size)


@sizes
def test_back_after_an_hour(looks: Looks, size: tuple[int, int]) -> None:
    """One line under the header: how long, how much came about of what, and where Enter goes."""
    now = [worlds.NOON - 62 * 60_000]

    def come_back(app: TowerApp) -> None:
        now[0] = worlds.NOON
        app.tower.tell_of_absence()
        app.tower.query_one(Header).refresh()

    looks(worlds.busy(), size, act=come_back, clock=lambda: now[0])


async def test_while_wezterm_is_silent_the_last_screen_stays(tmp_path: Path) -> None:
    app = app_of(worlds.busy(), str(tmp_path / "store"))
    async with app.run_test(size=MEDIUM) as pilot:
        await until(lambda: "Do you want to make this edit" in "\n".join(lines(app)))
        mux: Any = app.controller.mux
        mux.silent, before = True, mux.asked
        app.controller.snapshots.set(worlds.unreachable())
        await until(lambda: mux.asked > before + 1)
        await pilot.pause()
        shown = "\n".join(lines(app))
        assert "WezTerm unreachable" in shown
        assert "Do you want to make this edit" in shown
        await pilot.press("j")
        await until(lambda: "no answer within 5 s\n" in "\n".join(lines(app)))


# -- forms ---------------------------------------------------------------------------------------------------------------------


@sizes
def test_a_new_task(looks: Looks, size: tuple[int, int]) -> None:
    """What is typed, into which lane and folder it goes, and the keys; the list goes on above."""
    looks(worlds.busy(), size, "n", *"make test", "tab")


def test_a_new_task_that_is_none_yet(looks: Looks) -> None:
    """Under the line, in red, what is wrong with it."""
    looks(worlds.busy(), NARROW, "n", *"echo 'open")


def test_an_edit(looks: Looks) -> None:
    """The command of #14, and where it runs; no lane to choose."""
    looks(worlds.busy(), MEDIUM, *to_queued, "e")


@small
def test_assign(looks: Looks, size: tuple[int, int]) -> None:
    """Lanes with their use, new panes, idle shells; the lane that it has is selected."""
    looks(worlds.busy(), size, *to_queued, "a")


def test_the_name_of_a_new_lane(looks: Looks) -> None:
    """What is wrong with the name stands under it."""
    looks(worlds.busy(), MEDIUM, *to_queued, "L", "plus", *"a b")


# -- questions -----------------------------------------------------------------------------------------------------------------


def test_stop_where_it_is_narrow(looks: Looks) -> None:
    """The task is named; four answers, No selected."""
    looks(worlds.busy(), NARROW, "x")


def test_cancel(looks: Looks) -> None:
    """It waits, so there is only one way to cancel it."""
    looks(worlds.busy(), MEDIUM, *to_queued, "x")


def test_close_a_pane(looks: Looks) -> None:
    """The pane is named, and what becomes of it."""
    looks(worlds.first_start(), MEDIUM, "j", "x")


def test_a_lane(looks: Looks) -> None:
    """How many slots it has and how they are used; pause, other numbers, another lane."""
    looks(worlds.busy(), MEDIUM, *to_queued, "L")


def test_copy(looks: Looks) -> None:
    """What of the task goes into the clipboard."""
    looks(worlds.busy(), NARROW, "y")


@small
def test_close_the_tower_where_panes_are_its_own(looks: Looks, size: tuple[int, int]) -> None:
    """Which panes end, in red, and which runs go on; No is selected."""
    looks(worlds.embedded(), size, "q")


# -- finding -------------------------------------------------------------------------------------------------------------------


@sizes
def test_the_palette(looks: Looks, size: tuple[int, int]) -> None:
    """The commands that fit what was typed, the best first, each with its key."""
    looks(worlds.busy(), size, "ctrl+p", *"st")


@small
def test_a_theme_is_looked_at(looks: Looks, size: tuple[int, int]) -> None:
    """All is in the colours of linen, which the cursor stands on."""
    looks(worlds.busy(), size, "T", "down")


@small
def test_help_of_a_failed_row(looks: Looks, size: tuple[int, int]) -> None:
    """What can be done with it comes first."""
    looks(worlds.failed(), size, "question_mark")


# -- logs ----------------------------------------------------------------------------------------------------------------------


@sizes
def test_a_log_on_the_whole_screen(looks: Looks, size: tuple[int, int]) -> None:
    """Which task, how it ended, its output from the error on, and the keys."""
    looks(worlds.failed(), size, "o")


def test_a_log_is_searched(looks: Looks) -> None:
    """All that was found is marked, the current one most."""
    looks(worlds.failed(), MEDIUM, "o", "slash", *"high", "enter")


def test_lines_of_a_log_are_marked(looks: Looks) -> None:
    """Two lines in reverse, and the keys that do something with them."""
    looks(worlds.failed(), MEDIUM, "o", "space", "space", "j")


@sizes
def test_all_logs(looks: Looks, size: tuple[int, int]) -> None:
    """The line that tells of an error, with time and task; under them the run of the selected one."""
    looks(worlds.busy(), size, "O")


@small
def test_save(looks: Looks, size: tuple[int, int]) -> None:
    """Which lines, how, into which file; the keys that change it."""
    looks(worlds.failed(), size, "o", "s")


# -- panes ---------------------------------------------------------------------------------------------------------------------


@small
def test_a_pane_of_another_workspace(looks: Looks, size: tuple[int, int]) -> None:
    """Its screen; the last line says which it is, why it is shown here, and how to leave."""

    def watch(app: TowerApp) -> None:
        why = "it stands in workspace api, which WezTerm does not show now"
        app.push_screen(PaneWatch(app.controller, 12, "Fix login redirect", why))

    looks(worlds.busy(), size, act=watch)


def full(world: Snapshot, size: tuple[int, int], looks: Looks, name: str, drawn: str, *keys: str) -> None:
    """A pane that fills the screen, with what its program has drawn."""
    screen = Screen(size[1] - 1, size[0])
    screen.feed(drawn.replace("\n", "\r\n").encode())

    class Panes:
        def screen(self, pane: int) -> Screen:
            return screen

        def write(self, pane: int, data: bytes) -> None: ...

        def resize(self, pane: int, rows: int, cols: int) -> None:
            screen.resize(rows, cols)

    looks(world, size, *keys, act=lambda app: app.push_screen(PaneFull(Panes(), 12, name)))  # type: ignore[arg-type]


@ends
def test_a_pane_that_fills_the_screen(looks: Looks, size: tuple[int, int]) -> None:
    """Its screen in its colours, the cursor behind what it says last; in the last line which it is, how to scroll, how to leave."""
    full(worlds.embedded(), size, looks, "Fix login redirect", worlds.SCREEN.rstrip("\n"))


@ends
def test_a_pane_whose_task_has_failed(looks: Looks, size: tuple[int, int]) -> None:
    """The end of its output, how it ended in red, and the two keys."""
    held = "\x1b[31mexit 1\x1b[0m \x1b[2m·\x1b[0m Enter closes \x1b[2m·\x1b[0m r retries"
    full(worlds.embedded(), size, looks, "npm audit", f"{worlds.LOGS[11]}\n{held}")


@ends
def test_a_pane_is_scrolled_back(looks: Looks, size: tuple[int, int]) -> None:
    """Older lines; at the top, in reverse, how many are below, and with room how to go to them."""
    full(worlds.embedded(), size, looks, "pytest -x", "\n".join(f"line {number}" for number in range(1, 201)), "alt+pageup")


def test_why_where_it_is_narrow(looks: Looks) -> None:
    """The facts of #11, each whole, on as many lines as it takes."""
    looks(worlds.busy(), NARROW, "j", "j", "v")
