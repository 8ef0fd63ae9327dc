"""A log on the screen, as its reader meets it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tests.support import until
from wzp_tui.errors import UsageError
from wzp_tui.tui.widgets.log_view import LogView


class Host(App[None]):
    """A log, full screen."""

    def __init__(self, path: Path, at_failure: bool = False) -> None:
        super().__init__()
        self.view = LogView(str(path), at_failure=at_failure)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.view
            yield Static(id="instead")

    def on_mount(self) -> None:
        self.query_one("#instead").display = False
        self.view.focus()


def rows_of(app: App[None]) -> list[str]:
    """What is on the screen, without the two columns of marks."""
    return [strip.text[2:].rstrip() for strip in app.screen._compositor.render_strips()]


def seen(app: App[None], text: str) -> Callable[[], bool]:
    return lambda: any(text in row for row in rows_of(app))


def numbered(count: int) -> str:
    return "".join(f"line {number}\n" for number in range(1, count + 1))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    path.write_text(numbered(100))
    return path


async def test_the_end_is_shown_and_followed(log: Path) -> None:
    app = Host(log)
    async with app.run_test(size=(30, 5)):
        await until(lambda: rows_of(app) == ["line 96", "line 97", "line 98", "line 99", "line 100"])
        with log.open("a") as file:
            file.write("line 101\nhalf")
        await until(lambda: rows_of(app)[-2:] == ["line 101", "half"])
        with log.open("a") as file:
            file.write(" whole\n")
        await until(lambda: rows_of(app)[-1] == "half whole")


async def test_what_is_to_be_shown_may_be_said_before_there_is_a_screen(log: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("another one\n")
    app = Host(log)
    app.view.show(str(tmp_path / "other"))
    async with app.run_test(size=(30, 5)):
        await until(lambda: rows_of(app)[0] == "another one")


async def test_who_reads_further_up_keeps_the_place(log: Path) -> None:
    app = Host(log)
    async with app.run_test(size=(30, 5)) as pilot:
        await pilot.press("pageup", "up")
        assert rows_of(app)[:2] == ["line 91", "line 92"]
        assert "89 %" in rows_of(app)[-1], "where the reader is"
        with log.open("a") as file:
            file.write("more\n" * 50)
        app.view.look()
        await pilot.pause()
        assert rows_of(app)[:2] == ["line 91", "line 92"]
        assert not app.view.following
        await pilot.press("end")
        assert rows_of(app) == ["more"] * 5
        assert app.view.following
        await pilot.press("up", "down")
        assert app.view.following, "down to the end is to follow again"
        await pilot.press("home")
        assert rows_of(app)[0] == "line 1"


async def test_it_is_scrolled_through_from_end_to_end(log: Path) -> None:
    app = Host(log)
    async with app.run_test(size=(30, 5)) as pilot:
        await pilot.press("home")
        tops = [rows_of(app)[0]]
        while not app.view.following:
            await pilot.press("pagedown")
            tops.append(rows_of(app)[0])
        assert tops == [*(f"line {number}" for number in range(1, 96, 4)), "line 96"]
        await pilot.press(*["pageup"] * 30)
        assert rows_of(app)[0] == "line 1"


async def test_a_log_shorter_than_the_screen_stands_at_the_top(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("one\ntwo\n")
    app = Host(path)
    async with app.run_test(size=(30, 5)) as pilot:
        await pilot.press("up", "pagedown", "home", "pageup")
        assert rows_of(app) == ["one", "two", "", "", ""]


async def test_a_log_is_cut_replaced_removed_and_comes_back(log: Path) -> None:
    app = Host(log)
    async with app.run_test(size=(30, 5)):
        await until(seen(app, "line 100"))
        log.write_text("cut\n")
        await until(lambda: rows_of(app)[0] == "cut")
        log.unlink()
        await until(seen(app, "removed"))
        assert rows_of(app)[0] == "cut"
        log.write_text("back\n")
        await until(lambda: rows_of(app) == ["back", "", "", "", ""])


async def test_a_log_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    app = Host(tmp_path / "log")
    async with app.run_test(size=(30, 5)):
        await until(seen(app, "No output yet."))
        (tmp_path / "log").write_text("begun\n")
        await until(lambda: rows_of(app) == ["begun", "", "", "", ""])


async def test_it_opens_where_it_failed_and_marks_what_failed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(numbered(50) + "Traceback (most recent call last):\n  boom()\nValueError: no\n" + numbered(50))
    app = Host(path, at_failure=True)
    async with app.run_test(size=(40, 9)):
        await until(seen(app, "Traceback"))
        assert rows_of(app)[3:6] == ["Traceback (most recent call last):", "  boom()", "ValueError: no"]
        marks = [strip.text[:2] for strip in app.screen._compositor.render_strips()]
        assert marks[3:6] == ["! ", "  ", "! "]


async def test_colours_stay_and_nothing_else_does(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"\x1b[32mgreen\x1b[0m \x1b]8;;file:///x\x07link\x1b]8;;\x07\x1b[2K\x9b\x00\n")
    app = Host(path)
    async with app.run_test(size=(40, 3)):
        await until(seen(app, "green link"))
        found = {segment.text: segment.style for segment in app.view.render_line(0)}
        assert found["green"].color.number == 2
        assert rows_of(app)[0] == "green link�␀"


async def test_long_lines_are_cut_moved_or_wrapped(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("0123456789" * 4 + "\nshort\n")
    app = Host(path)
    async with app.run_test(size=(22, 5)) as pilot:
        await until(lambda: rows_of(app)[:2] == ["0123456789012345678…", "short"])
        await pilot.press("right")
        assert rows_of(app)[0] == "8901234567890123456…"
        await pilot.press("left")
        app.view.action_toggle_wrap()
        await pilot.pause()
        assert rows_of(app) == ["01234567890123456789", "01234567890123456789", "short", "", ""]
        await pilot.resize_terminal(12, 3)
        await until(lambda: rows_of(app) == ["0123456789", "0123456789", "short"])
        await pilot.press("up")
        assert rows_of(app)[:2] == ["0123456789"] * 2
        await pilot.press("home", "end")
        assert rows_of(app)[-1] == "short"


async def test_a_pattern_is_looked_for_from_the_end_and_round_it(log: Path) -> None:
    """`/` goes to the nearest, `n` on, `N` back; the corner counts."""
    app = Host(log)
    async with app.run_test(size=(30, 6)) as pilot:
        await until(seen(app, "line 100"))
        app.view.search("line .*5$")
        await until(lambda: rows_of(app)[2] == "line 95")
        await until(seen(app, "10 of 10"))
        match = next(segment for segment in app.view.render_line(2) if segment.text == "line 95")
        assert match.style.bgcolor != app.view.rich_style.bgcolor
        app.view.next_match()
        await pilot.pause()
        assert rows_of(app)[2] == "line 85"
        assert "9 of 10" in rows_of(app)[-1]
        app.view.previous_match()
        app.view.previous_match()
        await pilot.pause()
        assert rows_of(app)[0] == "line 3", "behind the last comes the first"
        assert "1 of 10" in rows_of(app)[-1]
        app.view.stop_search()
        await pilot.pause()
        assert "of 10" not in rows_of(app)[-1]


async def test_what_is_not_found_and_what_is_no_pattern(log: Path) -> None:
    app = Host(log)
    async with app.run_test(size=(30, 5)):
        app.view.search("nowhere")
        await until(seen(app, "not found"))
        with pytest.raises(UsageError):
            app.view.search("(")


async def test_a_pattern_that_takes_for_ever_stops_no_key(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(numbered(100) + "a" * 60 + "!\n")
    app = Host(path)
    async with app.run_test(size=(40, 5)) as pilot:
        app.view.search("(a+)+$")
        await until(seen(app, "so far"))
        await pilot.press("home")
        assert rows_of(app)[0] == "line 1"
        app.view.search("line 7$")
        await until(seen(app, "1 of 1"))


async def test_what_is_dragged_over_is_copied(log: Path) -> None:
    app = Host(log)
    async with app.run_test(size=(30, 5)) as pilot:
        await until(seen(app, "line 100"))
        await pilot.mouse_down(LogView, offset=(7, 1))
        await pilot.hover(LogView, offset=(5, 3))
        await pilot.mouse_up(LogView, offset=(5, 3))
        assert app.clipboard == "97\nline 98\nline"
        app.view.select_nothing()
        app.view.copy_shown()
        assert app.clipboard.splitlines()[0] == "line 96"


async def test_a_log_that_nobody_sees_is_not_read(log: Path) -> None:
    app = Host(log)
    async with app.run_test(size=(30, 5)):
        await until(seen(app, "line 100"))
        app.view.display = False
        app.query_one("#instead").display = True
        await until(lambda: not app.view._shown)
        with log.open("a") as file:
            file.write("unseen\n")
        app.view.look()
        assert app.view._log is not None
        assert app.view._log.size == len(numbered(100))
        app.view.display = True
        await until(seen(app, "unseen"))


async def test_a_flood_does_not_hold_the_keys(log: Path) -> None:
    """50,000 lines a second into a followed log: its end is shown, and `home` shows its begin at once."""
    stop = threading.Event()

    def flood() -> None:
        with log.open("a") as file:
            while not stop.wait(0.02):
                file.write("flooded with words that say nothing at all\n" * 1000)
                file.flush()

    writer = threading.Thread(target=flood)
    app = Host(log)
    async with app.run_test(size=(80, 24)) as pilot:
        writer.start()
        try:
            await until(lambda: rows_of(app).count("flooded with words that say nothing at all") == 24)
            begun = time.monotonic()
            await pilot.press("home")
            await until(lambda: rows_of(app)[0] == "line 1")
            assert time.monotonic() - begun < 2
        finally:
            stop.set()
            writer.join()
