"""What embedded panes show of real programs: editors, pagers, colours, floods."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from wzp_tui.mux import Program
from wzp_tui.mux.embedded import Embedded, plain_text

from .embedded import CAT, HERE, SH, gone, program, shell, shows
from .support import until


@pytest.fixture
async def mux() -> AsyncIterator[Embedded]:
    opened = Embedded()
    yield opened
    await opened.aclose()


# --- looking ----------------------------------------------------------------


async def test_a_coloured_run_keeps_its_colours(mux: Embedded) -> None:
    pane = await mux.open(shell(r"printf '\033[32mPASS\033[0m \033[1;38;5;208mslow\033[m \033[38;2;1;2;3;4mdeep\033[0m\n'; cat"), HERE)
    await shows(mux, pane, "deep")
    passed, _, slow, _, deep = mux.screen(pane).line(0)
    assert (passed.text, passed.style.fg) == ("PASS", 2)
    assert (slow.text, slow.style.fg, slow.style.bold) == ("slow", 208, True)
    assert (deep.text, deep.style.fg, deep.style.underline) == ("deep", (1, 2, 3), True)
    assert (await mux.text(pane)).splitlines()[0] == "PASS slow deep"
    coloured = (await mux.text(pane, escapes=True)).splitlines()[0]
    assert coloured == "\x1b[32mPASS\x1b[0m \x1b[1;38;5;208mslow\x1b[0m \x1b[4;38;2;1;2;3mdeep\x1b[0m"


async def test_vim_edits_a_file_follows_a_resize_and_gives_the_screen_back(mux: Embedded, tmp_path: Path) -> None:
    vim = program("vim", "-u", "NONE", "-i", "NONE", "-n", "-c", "set ruler", "notes.txt").argv
    pane = await mux.open(Program([SH, "-c", 'echo before; "$@"; echo after; cat', "sh", *vim], str(tmp_path), {"LC_ALL": "C.UTF-8"}), HERE)
    await until(lambda: mux.screen(pane).modes.alternate)
    await shows(mux, pane, "^~")
    await mux.press(pane, "ihello 漢字\x1b")
    await shows(mux, pane, "^hello 漢字$")
    mux.resize(pane, 30, 100)
    await until(lambda: plain_text(mux.screen(pane).line(28)).startswith("~") and "1,10-9" in plain_text(mux.screen(pane).line(29)))
    assert "before" not in await mux.text(pane, scrollback=100)
    await mux.press(pane, ":wq\r")
    await shows(mux, pane, "^after$")
    assert (await mux.text(pane)).splitlines()[:2] == ["before", "after"]
    assert not mux.screen(pane).modes.alternate
    assert (tmp_path / "notes.txt").read_text().strip() == "hello 漢字"


async def test_less_pages_with_the_keys_of_its_mode(mux: Embedded, tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("".join(f"line {number}\n" for number in range(1, 201)))
    pane = await mux.open(program("less", "lines", cwd=str(tmp_path)), HERE)
    await shows(mux, pane, "^line 23$")
    assert mux.screen(pane).modes.application_cursor
    await mux.press(pane, "\x1bOB")
    await shows(mux, pane, "^line 24$")
    await mux.press(pane, "G")
    await shows(mux, pane, "^line 200$")
    await mux.press(pane, "q")
    await gone(mux, pane)


async def test_htop_fills_the_screen_and_wants_the_mouse(mux: Embedded) -> None:
    pane = await mux.open(program("htop"), HERE)
    await shows(mux, pane, r"F1 ?Help")
    modes = mux.screen(pane).modes
    assert (modes.alternate, modes.mouse != "off", modes.mouse_encoding) == (True, True, "sgr")
    assert len({run.style for row in range(24) for run in mux.screen(pane).line(row)}) > 3, "in colours"
    await mux.press(pane, "q")
    await gone(mux, pane)


async def test_a_resize_is_told_to_the_program(mux: Embedded) -> None:
    pane = await mux.open(shell("trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done"), HERE)
    await shows(mux, pane, "ready")
    mux.resize(pane, 12, 50)
    await shows(mux, pane, "^12 50$")
    (listed,) = await mux.panes()
    assert (listed.rows, listed.cols) == (12, 50)
    mux.resize(pane, 0, 0)
    await shows(mux, pane, "1")


async def test_whoever_watches_a_screen_is_told_once_for_many_changes(mux: Embedded) -> None:
    pane = await mux.open(shell("read -r go; i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; cat"), HERE)
    screen = mux.screen(pane)
    told: list[int] = []
    stop = screen.watch(lambda: told.append(screen.revision))
    await mux.press(pane, "\r")
    await shows(mux, pane, "^line 1999$")
    assert told == sorted(set(told))
    assert len(told) < 1000
    stop()
    seen = len(told)
    await mux.send(pane, "quiet")
    await shows(mux, pane, "quiet")
    assert len(told) == seen


# --- flood ------------------------------------------------------------------


async def test_a_flood_does_not_hold_up_the_rest(mux: Embedded) -> None:
    flood = await mux.open(program("yes", "flood"), HERE)
    quiet = await mux.open(CAT, HERE)
    screen = mux.screen(flood)
    await until(lambda: screen.scrolled > 10_000)
    for number in range(20):
        before = screen.scrolled
        await mux.send(quiet, f"word {number}\n")
        await shows(mux, quiet, f"^word {number}$")
        assert screen.scrolled - before < 50_000, "a screen takes some ten thousand lines a second: the answer came between them"
    await shows(mux, flood, "skipped ⋯$")
    assert screen.history <= 2000
    await mux.press(flood, "\x03")
    await gone(mux, flood)


async def test_what_ends_a_flood_is_shown_in_full(mux: Embedded) -> None:
    flood = "yes | head -c 2000000"
    line = rf"i=0; {flood}; printf '\033[?2004h\033[31m'; {flood}; while [ $i -lt 50 ]; do echo last $i; i=$((i+1)); done; cat"
    pane = await mux.open(shell(line), HERE)
    await shows(mux, pane, "^last 49$")
    text = await mux.text(pane, scrollback=2000)
    assert [each for each in text.splitlines() if "last" in each] == [f"last {number}" for number in range(50)]
    assert mux.screen(pane).modes.bracketed_paste, "what was set in the midst of it holds"
    assert mux.screen(pane).line(0)[0].style.fg == 1


async def test_a_full_screen_program_after_a_flood_is_drawn_whole(mux: Embedded, tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("".join(f"line {number}\n" for number in range(1, 201)))
    less = program("less", "lines").argv
    pane = await mux.open(Program([SH, "-c", 'yes | head -c 3000000; "$@"', "sh", *less], str(tmp_path)), HERE)
    await shows(mux, pane, "^line 23$")
    assert plain_text(mux.screen(pane).line(0)) == "line 1"
    assert mux.screen(pane).modes.alternate


async def test_nothing_is_skipped_that_is_drawn_on_the_alternate_screen(mux: Embedded) -> None:
    draw = r"""printf '\033[?1049h\033[2;1Hfirst'; yes "$(printf '\033[5;1Hagain')" | head -c 300000; printf '\033[9;1Hdone'; cat"""
    flood = await mux.open(shell(f"yes | head -c 300000; {draw}"), HERE)
    screen = mux.screen(flood)
    marks: list[str] = []
    screen.watch(lambda: marks.extend(plain_text(screen.line(0)) for _ in "x" if screen.modes.alternate))
    quiet = await mux.open(CAT, HERE)
    await mux.send(quiet, "meanwhile")
    await shows(mux, quiet, "meanwhile")
    await until(lambda: plain_text(screen.line(8)) == "done")
    assert plain_text(screen.line(1)) == "first"
    assert "skipped" not in "".join(marks) + await mux.text(flood)
