"""Embedded panes as their user meets them: real programs on real ptys."""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from wzp_tui.errors import MuxRefused, PaneGone
from wzp_tui.mux import Beside, Mux, NewTab, Program
from wzp_tui.mux.embedded import Embedded, plain_text

from .support import until

SH = shutil.which("sh") or "/bin/sh"
CAT = Program([shutil.which("cat") or "/bin/cat"], "/")
HERE = NewTab("default")


@pytest.fixture
async def mux() -> AsyncIterator[Embedded]:
    opened = Embedded()
    yield opened
    await opened.aclose()


def shell(line: str, cwd: str = "/", **env: str) -> Program:
    return Program([SH, "-c", line], cwd, env)


def program(name: str, *arguments: str, cwd: str = "/") -> Program:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: what it draws is not looked at")
    return Program([found, *arguments], cwd)


async def shows(mux: Embedded, pane: int, pattern: str) -> re.Match[str]:
    """Wait until the pane's text, scrollback included, matches."""

    async def look() -> re.Match[str] | None:
        return re.search(pattern, await mux.text(pane, scrollback=2000), re.MULTILINE)

    return await until(look)  # type: ignore[return-value]


async def gone(mux: Embedded, pane: int) -> None:
    async def look() -> bool:
        return pane not in [each.id for each in await mux.panes()]

    await until(look)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# --- starting ---------------------------------------------------------------


async def test_it_is_a_mux(mux: Embedded) -> None:
    as_protocol: Mux = mux
    assert as_protocol.kind == "embedded"
    assert as_protocol.instance.startswith(f"embedded:{os.getpid()}:")
    assert as_protocol.instance != Embedded().instance
    assert as_protocol.own_pane is None


async def test_a_program_gets_a_terminal_of_its_own(mux: Embedded) -> None:
    pane = await mux.open(shell("tty; stty size; ps -o pgid= -o tpgid= -p $$; stty -a | grep -o iutf8; cat"), HERE)
    await shows(mux, pane, "iutf8")
    (listed,) = await mux.panes()
    tty, size, groups = (await mux.text(pane)).splitlines()[:3]
    assert tty == listed.tty
    assert size == "24 80" == f"{listed.rows} {listed.cols}"
    assert len(set(groups.split())) == 1, "it is in the foreground of its terminal"


async def test_a_program_starts_with_no_signal_ignored_or_blocked_and_no_file_open(mux: Embedded) -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    try:
        for name in ("USR1", "TERM"):
            pane = await mux.open(shell(f"kill -{name} $$; echo not reached"), HERE)
            screen = mux.screen(pane)
            await until(lambda screen=screen: screen.ended)
            assert plain_text(screen.line(0)) == ""
        pane = await mux.open(shell("ls /dev/fd | tr '\\n' ' '; echo .; cat"), HERE)
        assert len((await shows(mux, pane, r"^([0-9 ]*)\.$"))[1].split()) <= 4, "0 to 2, and the listing's own"
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.close(reading)
        os.close(writing)


async def test_a_program_learns_nothing_of_the_terminal_around_us(mux: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WEZTERM_PANE", "WEZTERM_UNIX_SOCKET", "TERM_PROGRAM", "TMUX", "COLUMNS", "KEPT"):
        monkeypatch.setenv(name, "foreign")
    pane = await mux.open(shell("env | grep -E 'foreign|TERM|MINE'; echo .; cat", MINE="1"), HERE)
    await shows(mux, pane, r"^\.$")
    told = (await mux.text(pane)).split(".\n")[0].split()
    assert sorted(told) == ["COLORTERM=truecolor", "KEPT=foreign", "MINE=1", "TERM=xterm-256color"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Program(["make"], "/"), "not an absolute path"),
        (Program(["/no/such/program"], "/"), "there is no such program"),
        (Program([SH], "/no/such/folder"), "there is no such folder"),
        (Program([SH, "a\0b"], "/"), "cannot start"),
    ],
)
async def test_what_cannot_start_is_refused_and_leaves_no_pane(mux: Embedded, wrong: Program, message: str) -> None:
    with pytest.raises(MuxRefused, match=message):
        await mux.open(wrong, HERE)
    assert await mux.panes() == ()


async def test_a_file_that_is_no_program_is_refused_by_its_reason(mux: Embedded, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_bytes(b"\x7fELF, and then nothing")
    wrong.chmod(0o700)
    with pytest.raises(MuxRefused, match="Exec format error"):
        await mux.open(Program([str(wrong)], "/"), HERE)


async def test_an_opening_that_is_given_up_leaves_no_process(mux: Embedded, tmp_path: Path) -> None:
    opening = asyncio.ensure_future(mux.open(shell(f"echo $$ > {tmp_path}/pid; exec cat"), HERE))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert await mux.panes() == ()
    await shows(mux, await mux.open(shell("echo later; cat"), HERE), "later")
    assert not (tmp_path / "pid").exists() or not alive(int((tmp_path / "pid").read_text()))


# --- places -----------------------------------------------------------------


async def test_panes_stand_in_tabs_windows_and_workspaces(mux: Embedded) -> None:
    told: list[None] = []
    mux.watch(lambda: told.append(None))
    first = await mux.open(CAT, NewTab("api", "lane build"))
    second = await mux.open(CAT, NewTab("api"))
    other = await mux.open(CAT, NewTab("web"))
    left = await mux.open(CAT, Beside(first, "left"))
    panes = await mux.panes()
    assert [(pane.id, pane.workspace) for pane in panes] == [(left, "api"), (first, "api"), (second, "api"), (other, "web")]
    of = {pane.id: pane for pane in panes}
    assert of[left].tab == of[first].tab != of[second].tab
    assert of[first].window == of[second].window != of[other].window
    assert of[left].tab_title == "lane build"
    assert [pane.id for pane in panes if pane.active] == [first, second, other], "what opens does not take the focus"
    assert await mux.clients() == ()

    await mux.focus(left)
    await mux.set_tab_title(second, "tests\x1b[31m")
    await mux.zoom(left, True)
    await mux.rename_workspace("web", "site")
    assert [client.pane for client in await mux.clients()] == [left]
    of = {pane.id: pane for pane in await mux.panes()}
    assert (of[left].active, of[left].zoomed, of[first].active) == (True, True, False)
    assert (of[second].tab_title, of[other].workspace) == ("tests", "site")

    await mux.move_to_new_tab(left)
    of = {pane.id: pane for pane in await mux.panes()}
    assert of[left].tab != of[first].tab
    assert of[left].window == of[first].window
    assert all(pane.active for pane in of.values())
    assert len(told) == 9, "each change was told"


async def test_a_pane_that_is_not_there_is_said_to_be_gone(mux: Embedded) -> None:
    pane = await mux.open(CAT, HERE)
    await mux.close(pane)
    for call in (mux.send(pane, "x"), mux.text(pane), mux.focus(pane), mux.close(pane), mux.open(CAT, Beside(pane))):
        with pytest.raises(PaneGone, match=f"%{pane}"):
            await call


async def test_title_and_folder_follow_the_program(mux: Embedded, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    pane = await mux.open(shell(r"cd deep; printf '\033]0;one\007\033]2;two\302\233 \342\200\256three\007'; cat", str(tmp_path)), HERE)
    await until(lambda: mux.screen(pane).title)
    (listed,) = await mux.panes()
    assert listed.title == "two\ufffd \ufffdthree", "a title cannot drive our terminal, nor turn its text round"
    if os.path.isdir("/proc/self"):
        assert listed.cwd == str(tmp_path / "deep")

    pane = await mux.open(shell(r"printf '\033]7;file:///some%%20where\007'; cat"), HERE)
    await until(lambda: mux.screen(pane).cwd == "/some where")
    pane = await mux.open(shell(r"printf '\033]7;file://elsewhere.example/srv\007ready'; cat"), HERE)
    await shows(mux, pane, "ready")
    assert mux.screen(pane).cwd == "", "a folder of another machine is none of ours"


# --- talking ----------------------------------------------------------------


async def test_what_is_sent_is_pasted_and_not_submitted(mux: Embedded) -> None:
    pane = await mux.open(shell(r"stty raw -echo; printf ready; dd bs=1 count=9 2>/dev/null | od -An -c; cat"), HERE)
    await shows(mux, pane, "ready")
    await mux.send(pane, "a\x1b[201~b\n\x03c")
    await shows(mux, pane, r"a +\[ +2 +0 +1 +~ +b +\\r +c")

    pane = await mux.open(shell(r"stty raw -echo; printf '\033[?2004h'; printf ready; dd bs=1 count=15 2>/dev/null | od -An -c; cat"), HERE)
    await shows(mux, pane, "ready")
    await mux.send(pane, "x\ny")
    await shows(mux, pane, r"033 +\[ +2 +0 +0 +~ +x +\\n +y +033 +\[ +2 +0 +1 +~")


async def test_control_keys_reach_the_program(mux: Embedded) -> None:
    pane = await mux.open(shell("trap 'echo interrupted' INT; echo ready; while :; do sleep 0.05; done"), HERE)
    await shows(mux, pane, "ready")
    await mux.press(pane, "\x03")
    await shows(mux, pane, "interrupted")


async def test_a_question_of_the_program_is_answered(mux: Embedded) -> None:
    ask = r"stty raw -echo; printf '\033[5;7H\033[6n'; dd bs=1 count=6 2>/dev/null | od -An -c; cat"
    pane = await mux.open(shell(ask), HERE)
    await shows(mux, pane, r"033 +\[ +5 +; +7 +R")


async def test_input_for_a_program_that_does_not_read_waits_or_is_refused_but_never_blocks(mux: Embedded) -> None:
    pane = await mux.open(shell("stty raw -echo; echo ready; read -r line </dev/null; while [ ! -e go ]; do sleep 0.02; done; wc -c"), HERE)
    await shows(mux, pane, "ready")
    for _ in range(15):
        mux.write(pane, b"x" * 64 * 1024)
    with pytest.raises(MuxRefused, match="does not read"):
        mux.write(pane, b"x" * 128 * 1024)
    other = await mux.open(CAT, HERE)
    await mux.send(other, "alive")
    await shows(mux, other, "alive")


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


# --- ending -----------------------------------------------------------------


async def test_a_pane_ends_with_its_program_and_its_last_words_stay_readable(mux: Embedded) -> None:
    pane = await mux.open(shell("sleep 60 & echo $!; read -r go; echo the end"), HERE)
    sleeper = int((await shows(mux, pane, r"^(\d+)$"))[1])
    screen = mux.screen(pane)
    try:
        await mux.press(pane, "\r")
        await gone(mux, pane)
        await until(lambda: screen.ended)
        assert "the end" in [plain_text(line) for line in screen.lines(0, screen.rows)]
    finally:
        if alive(sleeper):
            os.kill(sleeper, signal.SIGKILL)


async def test_the_end_is_also_seen_where_the_system_has_no_pidfd(mux: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    pane = await mux.open(shell("read -r go"), HERE)
    await mux.press(pane, "\r")
    await gone(mux, pane)
    pane = await mux.open(CAT, HERE)
    await mux.close(pane)
    assert await mux.panes() == ()


async def test_closing_a_pane_ends_all_that_has_it_as_its_terminal(mux: Embedded) -> None:
    pane = await mux.open(shell("echo $$; sh -c 'echo $$; exec sleep 60'"), HERE)
    pids = [int(found) for found in (await shows(mux, pane, r"^(\d+)\n(\d+)$")).groups()]
    await mux.close(pane)
    assert await mux.panes() == ()
    await until(lambda: not any(map(alive, pids)))


@pytest.mark.skipif(not hasattr(signal, "sigwaitinfo"), reason="this system does not tell who sent a signal")
async def test_a_program_can_see_that_it_was_closed_and_by_whom(mux: Embedded, tmp_path: Path) -> None:
    wait = (
        "import signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP]); print('ready', flush=True); "
        "open(sys.argv[1], 'w').write(str(signal.sigwaitinfo([signal.SIGHUP]).si_pid))"
    )
    pane = await mux.open(Program([sys.executable, "-I", "-c", wait, str(tmp_path / "sender")], "/"), HERE)
    await shows(mux, pane, "ready")
    await mux.close(pane)
    assert (tmp_path / "sender").read_text() == str(os.getpid()), "not the kernel, as when we die"


async def test_a_stopped_program_ends_too(mux: Embedded) -> None:
    pane = await mux.open(shell("echo $$; kill -STOP $$; cat"), HERE)
    pid = int((await shows(mux, pane, r"^(\d+)$"))[1])
    await mux.close(pane)
    await until(lambda: not alive(pid))


async def test_a_program_that_ignores_the_hangup_loses_its_pane_and_lives_on(mux: Embedded, caplog: pytest.LogCaptureFixture) -> None:
    pane = await mux.open(shell("trap '' HUP; echo $$; while :; do sleep 0.1; done"), HERE)
    pid = int((await shows(mux, pane, r"^(\d+)$"))[1])
    try:
        await asyncio.wait_for(mux.close(pane), 10)
        assert await mux.panes() == ()
        assert alive(pid)
        assert "ignores the hangup" in caplog.text
    finally:
        os.kill(pid, signal.SIGKILL)
    await until(lambda: not alive(pid))


async def test_all_panes_end_with_the_mux() -> None:
    mux = Embedded()
    pids = []
    for _ in range(3):
        pane = await mux.open(shell("echo $$; exec cat"), HERE)
        pids.append(int((await shows(mux, pane, r"^(\d+)$"))[1]))
    flood = await mux.open(program("yes"), HERE)
    await until(lambda: mux.screen(flood).scrolled)
    await mux.aclose()
    assert not any(map(alive, pids))
    assert await mux.panes() == ()
    with pytest.raises(MuxRefused, match="closed"):
        await mux.open(CAT, HERE)
    await mux.aclose()


async def test_a_quiet_pane_costs_nothing(mux: Embedded) -> None:
    pane = await mux.open(CAT, HERE)
    await mux.send(pane, "x")
    await shows(mux, pane, "x")
    woken: list[None] = []
    loop = asyncio.get_running_loop()
    before = loop.time()
    selector = loop._selector  # type: ignore[attr-defined]  # what the loop waits on: nothing else tells that it sleeps
    select = selector.select
    selector.select = lambda timeout=None: (woken.append(None), select(timeout))[1]
    try:
        await asyncio.sleep(0.3)
    finally:
        selector.select = select
    assert loop.time() - before >= 0.3
    assert len(woken) <= 3
