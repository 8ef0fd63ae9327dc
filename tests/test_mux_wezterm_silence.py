"""`wezterm cli` that is silent, slow, restarted or shared: each is a state that is shown and left again."""

import asyncio
import os
import pty
import socket
import stat
import subprocess
import sys
import textwrap
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from wzp_tui.errors import MuxRefused, MuxUnreachable, PaneGone
from wzp_tui.mux.wezterm import find_socket
from wzp_tui.mux.wezterm.sockets import find_program, listens
from wzp_tui.mux.wezterm.turns import Turns, lock_path

from .fakewezterm import RECORDED, Fake, a_pane, listing
from .support import until


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# --- when it does not answer -------------------------------------------------


async def test_a_mux_that_is_not_there_is_not_called(fake_wezterm: Fake) -> None:
    mux = fake_wezterm.mux()
    await mux.panes()
    asked = fake_wezterm.asked
    fake_wezterm.dies()
    with pytest.raises(MuxUnreachable, match="does not answer") as caught:
        await mux.panes()
    assert caught.value.exit_code == 3
    assert fake_wezterm.asked == asked
    fake_wezterm.runs()
    assert await mux.panes()
    assert mux.health.reachable


def test_a_mux_that_takes_no_more_connections_is_not_waited_for(fake_wezterm: Fake) -> None:
    path = fake_wezterm.socket + ".full"
    with ExitStack() as plugs, socket.socket(socket.AF_UNIX) as mux:
        mux.bind(path)
        mux.listen(0)
        with pytest.raises(BlockingIOError):  # noqa: PT012
            while True:
                plug = plugs.enter_context(socket.socket(socket.AF_UNIX))
                plug.setblocking(False)
                plug.connect(path)
        assert not listens(path)


async def test_a_call_that_hangs_ends_with_all_its_children(fake_wezterm: Fake) -> None:
    fake_wezterm.does("list", 'sleep 300 & echo $! > "$here/child"; wait')
    with pytest.raises(MuxUnreachable, match="within"):
        await fake_wezterm.mux(timeout=0.3).panes()
    child = int((fake_wezterm.folder / "child").read_text())
    await until(lambda: not _runs(child))


async def test_a_flood_is_cut_off(fake_wezterm: Fake) -> None:
    fake_wezterm.does("list", "yes")
    with pytest.raises(MuxUnreachable, match="longer than"):
        await fake_wezterm.mux().panes()
    fake_wezterm.does("list", "yes >&2")
    with pytest.raises(MuxUnreachable, match="longer than"):
        await fake_wezterm.mux().panes()


async def test_a_call_that_is_not_wanted_any_more_ends(fake_wezterm: Fake) -> None:
    fake_wezterm.does("list", 'echo $$ > "$here/child"; exec sleep 300')
    mux = fake_wezterm.mux()
    look = asyncio.create_task(mux.panes())
    note = fake_wezterm.folder / "child"
    child = int(await until(lambda: note.exists() and note.read_text().strip()))
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look
    await until(lambda: not _runs(child))
    (fake_wezterm.folder / "busy").rmdir()
    fake_wezterm.says("list", listing(a_pane(0)))
    assert await mux.panes()


async def test_a_wezterm_that_is_not_installed_is_said_to_be(fake_wezterm: Fake) -> None:
    fake_wezterm.environ |= {"WEZTERM_EXECUTABLE_DIR": "", "PATH": "/nonexistent"}
    with pytest.raises(MuxUnreachable, match="not found: put it on PATH"):
        await fake_wezterm.mux().panes()


async def test_after_three_failures_it_is_left_alone_and_found_again_by_itself(fake_wezterm: Fake) -> None:
    clock = Clock()
    mux = fake_wezterm.mux(monotonic=clock)
    await mux.panes()
    fake_wezterm.says("list", "garbage")
    for _ in range(3):
        clock.now += 1
        with pytest.raises(MuxUnreachable):
            await mux.panes()
    assert mux.health.since == 1001
    assert not mux.health.reachable
    asked = len(fake_wezterm.asked)

    clock.now += 29
    with pytest.raises(MuxUnreachable, match="asked again in 1 s"):
        await mux.panes()
    with pytest.raises(MuxUnreachable):
        await mux.close(1)
    assert len(fake_wezterm.asked) == asked

    clock.now += 1  # one probe, and rest again
    for _ in range(3):
        with pytest.raises(MuxUnreachable):
            await mux.panes()
    assert len(fake_wezterm.asked) == asked + 1

    fake_wezterm.says("list", listing(a_pane(0)))
    clock.now += 30
    assert await mux.panes()
    assert mux.health == (True, clock.now, "")


async def test_failures_with_an_answer_between_are_not_in_a_row(fake_wezterm: Fake) -> None:
    mux = fake_wezterm.mux(monotonic=Clock())
    for answer in (b"garbage", b"garbage", listing(a_pane(0)), b"garbage", b"garbage"):
        fake_wezterm.says("list", answer)
        with suppress(MuxUnreachable):
            await mux.panes()
    assert len(fake_wezterm.asked) == 5
    assert not mux.health.reachable
    fake_wezterm.says("list", listing(a_pane(0)))
    assert await mux.panes()


async def test_a_restarted_mux_is_asked_at_once(fake_wezterm: Fake) -> None:
    mux = fake_wezterm.mux()
    fake_wezterm.dies()
    for _ in range(4):
        with pytest.raises(MuxUnreachable):
            await mux.panes()
    fake_wezterm.runs()
    assert await mux.panes()


async def test_a_refusal_is_an_answer(fake_wezterm: Fake) -> None:
    fake_wezterm.says("kill-pane", "", RECORDED[18]["stderr"], 1)
    mux = fake_wezterm.mux()
    for _ in range(5):
        with pytest.raises(MuxRefused, match="domain name"):
            await mux.close(0)
    assert mux.health.reachable


# --- who is who --------------------------------------------------------------


async def test_ids_of_a_restarted_mux_are_not_believed(fake_wezterm: Fake) -> None:
    mux = fake_wezterm.mux()
    panes = await mux.panes()
    life = mux.instance
    fake_wezterm.runs()
    assert mux.instance != life
    for call in (mux.send(1, "rm -rf x"), mux.press(1, "\r"), mux.close(1)):
        with pytest.raises(PaneGone, match="restarted"):
            await call
    again = await mux.panes()
    assert [pane.id for pane in again] == [pane.id for pane in panes]
    with pytest.raises(PaneGone, match="restarted"):
        await mux.close(1, seen=panes[1])  # what the user saw was the pane before
    with pytest.raises(PaneGone):
        await mux.close(1, seen=again[1]._replace(tty="/dev/pts/another"))
    await mux.close(1, seen=again[1])
    assert [call for call in fake_wezterm.asked if call.startswith(("send", "kill"))] == ["kill-pane --pane-id 1"]


async def test_a_restart_in_the_middle_of_a_look_is_noticed(fake_wezterm: Fake) -> None:
    mux = fake_wezterm.mux()
    await mux.panes()
    fake_wezterm.does("list", 'touch "$here/started"; while [ ! -e "$here/go" ]; do sleep 0.01; done; cat "$here/list.out"')
    look = asyncio.create_task(mux.panes())
    await until((fake_wezterm.folder / "started").exists)
    fake_wezterm.runs()
    (fake_wezterm.folder / "go").touch()
    with pytest.raises(MuxUnreachable, match="restarted while"):
        await look


async def test_a_restart_in_the_middle_of_a_wish_ends_it(fake_wezterm: Fake) -> None:
    fake_wezterm.says("list", listing(a_pane(0, is_zoomed=True), a_pane(1)))
    fake_wezterm.does("zoom-pane", 'touch "$here/started"; while [ ! -e "$here/go" ]; do sleep 0.01; done')
    wish = asyncio.create_task(fake_wezterm.mux().focus(1))
    await until((fake_wezterm.folder / "started").exists)
    fake_wezterm.runs()
    (fake_wezterm.folder / "go").touch()
    with pytest.raises(PaneGone, match="restarted"):
        await wish
    assert not any(call.startswith("activate") for call in fake_wezterm.asked)


def test_the_own_pane_is_proven_by_its_tty_and_never_touched(fake_wezterm: Fake) -> None:
    script = textwrap.dedent("""
        import asyncio, os, sys
        from wzp_tui.errors import MuxRefused
        from wzp_tui.mux.wezterm import WezTerm

        async def main():
            mux = WezTerm()
            assert mux.own_pane is None
            await mux.panes()
            refused = 0
            for call in (mux.send(1, "x"), mux.press(1, "\\r"), mux.close(1)):
                try:
                    await call
                except MuxRefused as error:
                    assert "itself" in str(error)
                    refused += 1
            return mux.own_pane, refused

        print(asyncio.run(main()), file=open(sys.argv[1], "w"))
    """)
    ours, inner = pty.openpty()
    fake_wezterm.says("list", listing(a_pane(0), a_pane(1, left_col=41, tty_name=os.ttyname(inner))))
    said = fake_wezterm.folder / "said"
    # a stale WEZTERM_PANE names another pane: the tty decides
    subprocess.run(
        [sys.executable, "-c", script, str(said)], stdin=inner, env=fake_wezterm.environ | {"WEZTERM_PANE": "0"}, timeout=60, check=True
    )
    assert said.read_text() == "(1, 3)\n"
    # without a terminal nothing is proven
    subprocess.run(
        [sys.executable, "-c", script, str(said)],
        stdin=subprocess.DEVNULL,
        stdout=-3,
        stderr=-3,
        env=fake_wezterm.environ,
        timeout=60,
        check=True,
    )
    assert said.read_text() == "(None, 0)\n"
    os.close(ours)
    os.close(inner)


async def test_a_pane_that_does_not_read_gets_no_more(fake_wezterm: Fake) -> None:
    ours, inner = pty.openpty()
    fake_wezterm.says("list", listing(a_pane(0, tty_name=os.ttyname(inner))))
    os.write(ours, b"typed ahead\n" * 100)
    mux = fake_wezterm.mux()
    with pytest.raises(MuxRefused, match="does not read"):
        await mux.press(0, "\r")
    with pytest.raises(MuxRefused, match="does not read"):
        await mux.send(0, "x")
    assert not any(call.startswith("send") for call in fake_wezterm.asked)
    for _ in range(100):
        os.read(inner, 4096)  # a line at a time
    await mux.press(0, "\r")
    os.close(ours)
    os.close(inner)


def test_the_socket_is_that_of_our_pane_else_of_a_running_wezterm(tmp_path: Path, fake_wezterm: Fake) -> None:
    assert find_socket({"WEZTERM_UNIX_SOCKET": "/gone/sock"}) == "/gone/sock"
    with pytest.raises(MuxUnreachable, match="no running WezTerm"):
        find_socket({"XDG_RUNTIME_DIR": str(tmp_path), "WEZTERM_UNIX_SOCKET": ""})
    folder = tmp_path / "wezterm"
    folder.mkdir()
    (folder / "sock").touch()
    environ = {"XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":3"}
    assert find_socket(environ) == str(folder / "sock")
    link = "default-org.wezfurlong.wezterm" if sys.platform == "darwin" else "x11-:3-org.wezfurlong.wezterm"
    (folder / link).symlink_to(fake_wezterm.socket)
    assert find_socket(environ) == os.path.realpath(fake_wezterm.socket)


def test_the_program_is_the_one_of_our_wezterm(fake_wezterm: Fake, tmp_path: Path) -> None:
    assert find_program(fake_wezterm.environ) == str(fake_wezterm.folder / "wezterm")
    assert find_program({"WEZTERM_EXECUTABLE_DIR": str(tmp_path), "PATH": str(fake_wezterm.folder)}) == str(fake_wezterm.folder / "wezterm")


# --- turns -------------------------------------------------------------------

LOOKS = """
import asyncio
from wzp_tui.mux.wezterm import WezTerm

async def main():
    mux = WezTerm()
    for _ in range(4):
        await asyncio.gather(mux.panes(), mux.focus(1))

asyncio.run(main())
"""


def test_two_processes_never_have_calls_in_flight_at_once(fake_wezterm: Fake) -> None:
    fake_wezterm.does("list", 'sleep 0.03; cat "$here/list.out"')
    processes = [subprocess.Popen([sys.executable, "-c", LOOKS], env=fake_wezterm.environ) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert len(fake_wezterm.asked) == 2 * 4 * 3
    assert not (fake_wezterm.folder / "overlaps").exists()


async def test_the_users_wish_goes_before_looks_that_wait(fake_wezterm: Fake) -> None:
    fake_wezterm.does("kill-pane", 'touch "$here/started"; while [ ! -e "$here/go" ]; do sleep 0.01; done')
    mux = fake_wezterm.mux()
    running = asyncio.create_task(mux.close(0))
    await until((fake_wezterm.folder / "started").exists)
    looks = [asyncio.create_task(mux.clients()) for _ in range(3)]
    await asyncio.sleep(0)
    wish = asyncio.create_task(mux.focus(1))
    await asyncio.sleep(0)
    (fake_wezterm.folder / "go").touch()
    await asyncio.gather(running, wish, *looks)
    assert [call.split()[0] for call in fake_wezterm.asked] == ["list", "kill-pane", "list", "activate-pane", *["list-clients"] * 3]


async def test_looks_keep_their_distance_also_between_towers(fake_wezterm: Fake) -> None:
    loop = asyncio.get_running_loop()
    one, other = fake_wezterm.mux(), fake_wezterm.mux()
    ends = []
    for mux in (one, other, one):
        await mux.panes()
        ends.append(loop.time())
    assert ends[1] - ends[0] > 0.14
    assert ends[2] - ends[1] > 0.14


async def test_a_look_that_is_given_up_while_it_waits_keeps_nobody_waiting(fake_wezterm: Fake) -> None:
    mux = fake_wezterm.mux()
    looks = [asyncio.create_task(mux.panes()) for _ in range(4)]
    await asyncio.sleep(0)
    for look in looks[1:3]:
        look.cancel()
    assert await looks[0]
    assert await looks[3]


async def test_a_turn_that_comes_too_late_is_passed_on(fake_wezterm: Fake) -> None:
    turns = Turns(lock_path(fake_wezterm.socket))

    async def wish() -> None:
        async with turns.take(look=False):
            raise AssertionError("it was given up")

    async with turns.take(look=False):
        waiting = asyncio.create_task(wish())
        await asyncio.sleep(0)
    waiting.cancel()  # the turn is already its own
    async with asyncio.timeout(10), turns.take(look=False):
        assert waiting.cancelled()


async def test_a_process_that_keeps_the_turn_is_not_waited_for_for_ever(fake_wezterm: Fake) -> None:
    mux, other = fake_wezterm.mux(), fake_wezterm.mux()
    other._cli._turns._patience = 0.1
    async with mux._cli.turn():
        with pytest.raises(MuxUnreachable, match="busy"):
            await other.panes()
        with pytest.raises(MuxUnreachable, match="busy"):
            await other.close(1)
    assert await other.panes()


def test_the_lock_is_ours_alone(fake_wezterm: Fake) -> None:
    asyncio.run(_look(fake_wezterm))
    folder = Path(os.environ["XDG_RUNTIME_DIR"], "wzp-tui")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(lock.stat().st_mode) for lock in folder.glob("mux-*.lock")] == [0o600]


async def test_where_no_lock_can_be_made_nothing_is_asked(fake_wezterm: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    (fake_wezterm.folder / "file").touch()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(fake_wezterm.folder / "file"))
    with pytest.raises(MuxUnreachable, match="cannot lock"):
        await fake_wezterm.mux().panes()
    assert fake_wezterm.asked == []


async def _look(fake_wezterm: Fake) -> None:
    await fake_wezterm.mux().panes()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and ") Z " in status.read_text())
