"""Embedded panes as their user meets them: real programs on real ptys."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from wzp_tui.errors import MuxRefused, PaneGone
from wzp_tui.mux import Beside, Mux, NewTab, Program
from wzp_tui.mux.embedded import Embedded, plain_text

from .embedded import CAT, HERE, SH, alive, gone, program, shell, shows
from .support import until


@pytest.fixture
async def mux() -> AsyncIterator[Embedded]:
    opened = Embedded()
    yield opened
    await opened.aclose()


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
    assert [client.pane for client in await mux.clients()] == [left]
    of = {pane.id: pane for pane in await mux.panes()}
    assert (of[left].active, of[first].active) == (True, False)


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
