"""A pane inside the tower: looked at, typed into, scrolled back, copied from; with real programs on real ptys."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.pilot import Pilot

from tests.support import until
from wzp_tui.errors import MuxRefused
from wzp_tui.mux import NewTab, Program
from wzp_tui.mux.embedded import Embedded, plain_text
from wzp_tui.tui.widgets.pane_screen import PaneScreen
from wzp_tui.tui.widgets.pane_text import PaneText
from wzp_tui.tui.widgets.selecting import Selecting
from wzp_tui.tui.widgets.terminal import LEAVE, TerminalView


@pytest.fixture
async def mux() -> AsyncIterator[Embedded]:
    """Embedded panes of 10 rows and 40 columns."""
    it = Embedded(rows=10, cols=40)
    yield it
    await it.aclose()


async def shell(mux: Embedded, command: str) -> int:
    """A pane in which the shell runs this."""
    return await mux.open(Program(("/bin/sh", "-c", command), str(Path.home()), {"PS1": "$ ", "ENV": ""}), NewTab("w"))


class Host(App[None], inherit_bindings=False):
    """A tower with one pane, looked at or with the keys."""

    BINDINGS = [Binding("j,x,ctrl+c,escape", "spoil")]  # noqa: RUF012

    def __init__(self, mux: Embedded, pane: int, *, live: bool = False) -> None:
        super().__init__()
        self.messages: list[Message] = []
        self.spoiled = 0
        self.view: PaneScreen
        if live:
            self.view = PaneScreen(mux.screen(pane))
        else:
            self.view = TerminalView(
                mux.screen(pane), write=lambda data: mux.write(pane, data), resize=lambda rows, cols: mux.resize(pane, rows, cols)
            )

    def compose(self) -> ComposeResult:
        yield self.view

    def action_spoil(self) -> None:
        self.spoiled += 1

    def on_terminal_view_left(self, message: TerminalView.Left) -> None:
        self.messages.append(message)

    on_pane_screen_ended = on_terminal_view_refused = on_terminal_view_left  # type: ignore[assignment]


def rows_of(app: App[None]) -> list[str]:
    """What is on the screen."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def seen(app: App[None], text: str) -> Callable[[], bool]:
    """Whether this text is on the screen."""
    return lambda: any(text in row for row in rows_of(app))


async def wheel(pilot: Pilot[None], kind: type[events.MouseEvent], x: int = 0, y: int = 0, shift: bool = False) -> None:
    view = pilot.app.query_one(PaneScreen)
    event = kind(view, x, y, 0, 0, 0, shift, False, False, screen_x=x, screen_y=y)
    view.post_message(event)
    await pilot.pause()


async def test_a_pane_is_looked_at_without_being_resized(mux: Embedded) -> None:
    """The end of what it shows, cut at the right; its program is not told of another size."""
    pane = await shell(mux, "for i in 1 2 3 4 5 6 7 8; do echo line $i of a long text that does not fit; done; echo the end; sleep 60")
    app = Host(mux, pane, live=True)
    async with app.run_test(size=(20, 4)):
        await until(seen(app, "the end"))
        assert rows_of(app) == ["line 7 of a long tex", "line 8 of a long tex", "the end", ""]
        assert (mux.screen(pane).rows, mux.screen(pane).cols) == (10, 40)
        assert not app.view.can_focus


async def test_a_pane_gets_the_size_it_is_shown_in_and_every_key(mux: Embedded) -> None:
    pane = await shell(mux, 'stty size; while read line; do echo "<$line>"; stty size; done')
    app = Host(mux, pane)
    async with app.run_test(size=(50, 12)) as pilot:
        app.view.focus()
        await until(lambda: (mux.screen(pane).rows, mux.screen(pane).cols) == (12, 50))
        await pilot.press(*"jxq1!", "enter")
        await until(seen(app, "<jxq1!>"))
        await until(seen(app, "12 50"))
        assert app.spoiled == 0, "no binding of the app took a key"
        await pilot.resize_terminal(30, 5)
        await pilot.press("a", "enter")
        await until(seen(app, "5 30"))


async def test_control_keys_reach_the_program(mux: Embedded) -> None:
    pane = await shell(mux, "trap 'echo interrupted' INT; echo ready; while :; do sleep 0.05; done")
    app = Host(mux, pane)
    async with app.run_test(size=(40, 10)) as pilot:
        await until(seen(app, "ready"))
        app.view.focus()
        await pilot.press("ctrl+c")
        await until(seen(app, "interrupted"))
        assert app.is_running


async def test_one_key_leaves_and_pressed_twice_it_is_the_programs(mux: Embedded) -> None:
    pane = await shell(mux, "stty raw -echo; echo ready; dd bs=1 count=1 2>/dev/null | od -An -tx1; sleep 60")
    app = Host(mux, pane)
    async with app.run_test(size=(40, 10)) as pilot:
        await until(seen(app, "ready"))
        app.view.focus()
        await pilot.press(LEAVE, LEAVE)
        await until(seen(app, "1d"))
        assert app.messages == []
        await pilot.press(LEAVE)
        await until(lambda: [type(message) for message in app.messages] == [TerminalView.Left])
        await pilot.press(LEAVE, "q")
        await until(lambda: len(app.messages) == 2), "a key right after it leaves at once"


async def test_it_scrolls_back_and_stays_there_while_the_program_goes_on(mux: Embedded) -> None:
    pane = await shell(mux, "seq 1 100; read x; seq 101 150; sleep 60")
    app = Host(mux, pane)
    async with app.run_test(size=(40, 10)) as pilot:
        await until(seen(app, "100"))
        app.view.focus()
        await pilot.press("shift+pageup")
        assert rows_of(app)[1:] == [str(number) for number in range(84, 93)]
        assert rows_of(app)[0].startswith("83")
        assert rows_of(app)[0].endswith("↑ 9 lines back")
        mux.write(pane, b"\r")
        await until(lambda: plain_text(mux.screen(pane).line(8)) == "150")
        await until(lambda: rows_of(app)[0].endswith("60 lines back"))
        assert rows_of(app)[1:] == [str(number) for number in range(84, 93)]
        await wheel(pilot, events.MouseScrollUp)
        assert rows_of(app)[1] == "81"
        await pilot.resize_terminal(80, 10)
        await until(lambda: rows_of(app)[0].endswith("lines back · typing goes to the end"))
        await pilot.press("a")
        assert rows_of(app)[8] == "150", "a key is typed where the program is"


async def test_what_is_dragged_over_is_copied(mux: Embedded) -> None:
    pane = await shell(mux, "printf 'one two\\nthree 漢字 four\\nfive\\n'; sleep 60")
    app = Host(mux, pane)
    copied: list[str] = []
    async with app.run_test(size=(40, 10), message_hook=lambda message: copied.extend(_text(message))) as pilot:
        await until(seen(app, "five"))
        await pilot.mouse_down(TerminalView, offset=(4, 0))
        await pilot.hover(TerminalView, offset=(9, 1))
        await pilot.mouse_up(TerminalView, offset=(9, 1))
        await until(lambda: set(copied) == {"two\nthree 漢字"})
        assert app.clipboard == "two\nthree 漢字"


def _text(message: Message) -> list[str]:
    return [message.text] if isinstance(message, Selecting.Copied) else []


async def test_the_mouse_is_the_programs_if_it_asks(mux: Embedded) -> None:
    """Press, drag and release arrive as SGR; with Shift the mouse marks text instead."""
    script = "stty raw -echo; printf '\\033[?1002h\\033[?1006hready\\r\\n'; exec cat -v"
    pane = await shell(mux, script)
    app = Host(mux, pane)
    async with app.run_test(size=(60, 10)) as pilot:
        await until(seen(app, "ready"))
        await pilot.mouse_down(TerminalView, offset=(2, 3))
        await until(seen(app, "^[[<0;3;4M"))
        await pilot.mouse_up(TerminalView, offset=(5, 3))
        await until(seen(app, "^[[<0;6;4m"))
        await wheel(pilot, events.MouseScrollDown, 1, 1)
        await until(seen(app, "^[[<65;2;2M"))
        before = rows_of(app)
        await pilot.mouse_down(TerminalView, offset=(0, 0), shift=True)
        await pilot.hover(TerminalView, offset=(4, 0))
        await pilot.mouse_up(TerminalView, offset=(4, 0), shift=True)
        assert app.clipboard == "ready"
        assert rows_of(app) == before


async def test_the_wheel_moves_in_a_pager(mux: Embedded) -> None:
    pane = await shell(mux, "stty raw -echo; printf '\\033[?1049hready'; exec cat -v")
    app = Host(mux, pane)
    async with app.run_test(size=(60, 10)) as pilot:
        await until(seen(app, "ready"))
        await wheel(pilot, events.MouseScrollDown)
        await until(seen(app, "^[[B^[[B^[[B"))


async def test_pastes_and_the_focus_are_told_to_who_asks(mux: Embedded) -> None:
    pane = await shell(mux, "stty raw -echo; printf '\\033[?2004h\\033[?1004hready\\r\\n'; exec cat -v")
    app = Host(mux, pane)
    async with app.run_test(size=(60, 10)) as pilot:
        await until(seen(app, "ready"))
        app.set_focus(None)
        await pilot.pause()
        app.view.focus()
        await until(seen(app, "^[[I"))
        app.view.post_message(events.Paste("a\nb\x1b[201~c"))
        await until(seen(app, "^[[200~a"))
        await until(seen(app, "b[201~c^[[201~"))
        app.set_focus(None)
        await until(seen(app, "^[[O"))


async def test_colours_and_the_cursor_are_painted(mux: Embedded) -> None:
    pane = await shell(mux, "printf 'plain \\033[1;31mred\\033[0m \\033[48;2;1;2;3mrgb\\033[0m'; sleep 60")
    app = Host(mux, pane)
    async with app.run_test(size=(40, 10)):
        await until(seen(app, "rgb"))
        app.view.focus()
        await until(lambda: app.view.has_focus)
        segments = {segment.text: segment.style for segment in app.view.render_line(0)}
        assert segments["red"].bold
        assert segments["red"].color.number == 1
        assert tuple(segments["rgb"].bgcolor.triplet) == (1, 2, 3)
        assert [segment.style.reverse for segment in app.view.render_line(0).crop(13, 14)] == [True]


async def test_a_wide_character_stays_whole_under_the_cursor(mux: Embedded) -> None:
    pane = await shell(mux, "printf '漢字\\033[1;1H'; sleep 60")
    app = Host(mux, pane)
    async with app.run_test(size=(40, 10)):
        await until(seen(app, "漢字"))
        assert [segment.text for segment in app.view.render_line(0)][:2] == ["漢", "字"]


async def test_only_rows_that_changed_are_drawn(mux: Embedded) -> None:
    pane = await shell(mux, "stty -echo; seq 1 8; read x; printf '\\033[3;1HHERE'; sleep 60")
    app = Host(mux, pane)
    async with app.run_test(size=(40, 10)) as pilot:
        await until(seen(app, "8"))
        await until(lambda: app.view.painted == mux.screen(pane).revision)
        await pilot.pause()
        drawn: list[int] = []
        render = app.view.render_line
        app.view.render_line = lambda y: (drawn.append(y), render(y))[1]  # type: ignore[method-assign]
        mux.write(pane, b"\n")
        await until(seen(app, "HERE"))
        assert set(drawn) <= {2, 8, 9}, "the row that changed, and those the cursor left and entered"


async def test_a_flood_does_not_hold_the_keys(mux: Embedded) -> None:
    """`yes` without end: Ctrl-C ends it."""
    pane = await mux.open(Program(("/bin/sh", "-i"), str(Path.home()), {"PS1": "$ ", "ENV": ""}), NewTab("w"))
    app = Host(mux, pane)
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.focus()
        await until(seen(app, "$"))
        await pilot.press(*"yes", "enter")
        await until(lambda: rows_of(app).count("y") > 20)
        await pilot.press("ctrl+c")
        await until(lambda: plain_text(mux.screen(pane).line(23)) == "$")
        await pilot.press(*"echo w", "enter")
        await until(lambda: rows_of(app)[22] == "w")


async def test_the_end_of_the_program_is_told_once_and_its_screen_stays(mux: Embedded) -> None:
    pane = await shell(mux, "echo goodbye; read x")
    app = Host(mux, pane)
    async with app.run_test(size=(40, 10)) as pilot:
        await until(seen(app, "goodbye"))
        app.view.focus()
        await pilot.press("enter")
        await until(lambda: [type(message) for message in app.messages] == [TerminalView.Ended])
        assert seen(app, "goodbye")()
        await pilot.press("a")
        await until(lambda: isinstance(app.messages[-1], TerminalView.Refused)), "a key into an ended pane is not swallowed"
        assert len(app.messages) == 2


async def test_input_that_does_not_arrive_is_told(mux: Embedded) -> None:
    pane = await shell(mux, "echo ready; sleep 60")
    app = Host(mux, pane)

    def full(data: bytes) -> None:
        raise MuxRefused("it does not read")

    app.view._write = full
    async with app.run_test(size=(40, 10)) as pilot:
        await until(seen(app, "ready"))
        app.view.focus()
        await pilot.press("a")
        await until(lambda: [str(message.error) for message in app.messages if isinstance(message, TerminalView.Refused)])


async def test_a_pane_that_had_ended_is_shown_as_ended(mux: Embedded) -> None:
    first, second = await shell(mux, "echo first; read x"), await shell(mux, "echo second; read x")
    app = Host(mux, first)
    screen = mux.screen(second)
    async with app.run_test(size=(40, 10)):
        await until(seen(app, "first"))
        await mux.close(second)
        app.view.show(screen)
        await until(lambda: [type(message) for message in app.messages] == [TerminalView.Ended])


async def test_another_pane_is_shown_and_the_first_one_let_go(mux: Embedded) -> None:
    first, second = await shell(mux, "echo first; read x; echo late; sleep 60"), await shell(mux, "echo second; sleep 60")
    app = Host(mux, first, live=True)
    async with app.run_test(size=(40, 10)):
        await until(seen(app, "first"))
        app.view.show(mux.screen(second))
        await until(seen(app, "second"))
        mux.write(first, b"\n")
        await until(lambda: plain_text(mux.screen(first).line(2)) == "late")
        assert not seen(app, "late")()
        app.view.show(None)
        await until(lambda: rows_of(app) == [""] * 10)


async def test_a_storm_of_sizes_is_survived(mux: Embedded) -> None:
    pane = await shell(mux, "stty -echo; seq 1 300; read x; echo still here; exec sleep 60")
    app = Host(mux, pane)
    async with app.run_test(size=(40, 10)) as pilot:
        await until(seen(app, "300"))
        for cols, rows in [(1, 1), (500, 200), (2, 50), (0, 0), (40, 1), (1, 40), (80, 24)] * 3:
            await pilot.resize_terminal(cols, rows)
        await until(lambda: (mux.screen(pane).rows, mux.screen(pane).cols) == (24, 80))
        mux.write(pane, b"\n")
        await until(seen(app, "still here"))


@pytest.mark.skipif(not shutil.which("vim"), reason="NOT TESTED with vim: it is not on PATH")
async def test_vim_is_edited_in(mux: Embedded, tmp_path: Path) -> None:
    file = tmp_path / "notes"
    vim = Program((str(shutil.which("vim")), "-u", "NONE", "-N", str(file)), str(tmp_path))
    pane = await mux.open(vim, NewTab("w"))
    app = Host(mux, pane)
    async with app.run_test(size=(60, 15)) as pilot:
        app.view.focus()
        await until(seen(app, "~"))
        await pilot.press("i", *"hello", "enter", *"world", "up", "home", *"well ", "escape")
        await until(seen(app, "well hello"))
        await pilot.press("colon", *"wq", "enter")
        await until(lambda: any(isinstance(message, TerminalView.Ended) for message in app.messages))
    assert file.read_text() == "well hello\nworld\n"


class TextHost(App[None]):
    def compose(self) -> ComposeResult:
        yield PaneText()


async def test_the_answer_of_another_mux_is_shown_in_its_colours() -> None:
    """Its end; colours stay, links, titles and other sequences go."""
    app = TextHost()
    async with app.run_test(size=(20, 3)) as pilot:
        view = app.query_one(PaneText)
        link = "\x1b]8;;file:///etc/passwd\x07 link\x1b]8;;\x07"
        view.show(f"above\n\x1b[31mred\ngoes on\x1b[0m plain{link}\n\x1b]0;t\x07\x1b[2Jlast\x9b \u202e\n\n\n")
        await pilot.pause()
        assert rows_of(app) == ["red", "goes on plain link", "last� �"]
        colours = [next((segment.text.strip(), segment.style.color.number) for segment in view.render_line(row)) for row in (0, 1)]
        assert colours == [("red", 1), ("goes on", 1)]
        view.scroll_rows(-5)
        await pilot.pause()
        assert rows_of(app)[0] == "above"


async def test_text_that_did_not_change_is_not_drawn_again() -> None:
    app = TextHost()
    async with app.run_test(size=(20, 5)) as pilot:
        view = app.query_one(PaneText)
        view.show("one\ntwo\nthree")
        await pilot.pause()
        drawn: list[int] = []
        render = view.render_line
        view.render_line = lambda y: (drawn.append(y), render(y))[1]  # type: ignore[method-assign]
        view.show("one\nTWO\nthree")
        await until(lambda: "TWO" in rows_of(app))
        assert set(drawn) == {1}
