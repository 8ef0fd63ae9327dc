"""The mux protocol against a real WezTerm mux server."""

import asyncio
import os
import shutil
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from wzp_tui.errors import MuxRefused, MuxUnreachable, PaneGone, UsageError
from wzp_tui.mux import Beside, NewTab, Program
from wzp_tui.mux.wezterm import WezTerm
from wzp_tui.panes import Pane

from .muxserver import MuxServer
from .support import until

pytestmark = pytest.mark.wezterm

CAT = Program([shutil.which("cat") or "/bin/cat"], "/usr")
SH = shutil.which("sh") or "/bin/sh"


def shell(script: str, cwd: str = "/", **env: str) -> Program:
    return Program([SH, "-c", script], cwd, env)


@pytest.fixture
def mux(wezterm_mux: MuxServer) -> WezTerm:
    return WezTerm(environ=os.environ | wezterm_mux.environ)


async def one(mux: WezTerm, pane: int) -> Pane:
    return next(found for found in await mux.panes() if found.id == pane)


async def shows(mux: WezTerm, pane: int, text: str) -> str:
    async def look() -> str:
        screen = await mux.text(pane)
        assert text in screen
        return screen

    return await until(look)


async def test_a_tab_opens_beside_the_others_of_its_workspace(mux: WezTerm) -> None:
    (first,) = await mux.panes()
    pane = await mux.open(CAT, NewTab("default", title="-lane [b]build"))
    opened = await one(mux, pane)
    assert (opened.window, opened.workspace, opened.cwd, opened.tab_title) == (first.window, "default", "/usr", "-lane [b]build")
    assert opened.tab != first.tab
    assert opened.tty
    assert await mux.clients() == ()


async def test_a_new_workspace_opens_as_large_as_what_is_there(mux: WezTerm) -> None:
    (first,) = await mux.panes()
    pane = await one(mux, await mux.open(CAT, NewTab("-api")))
    assert pane.workspace == "-api"
    assert pane.window != first.window
    assert (pane.cols, pane.rows) == (first.cols, first.rows)
    another = await one(mux, await mux.open(CAT, NewTab("-api")))
    assert another.window == pane.window


async def test_a_split_leaves_the_focus_where_it_was(mux: WezTerm) -> None:
    (first,) = await mux.panes()
    for side in ("right", "left", "top", "bottom"):
        pane = await mux.open(CAT, Beside(first.id, side, 40))
        panes = {found.id: found for found in await mux.panes()}
        assert panes[first.id].active
        assert not panes[pane].active
        old, new = panes[first.id], panes[pane]
        if side in ("right", "left"):
            assert (new.left > old.left) == (side == "right")
        else:
            assert (new.top > old.top) == (side == "bottom")


async def test_pasted_text_waits_for_its_enter(mux: WezTerm, tmp_path: Path) -> None:
    said = tmp_path / "said"
    pane = await mux.open(shell(f"read line; echo \"$line\" > '{said}'; exec sleep 100"), NewTab("default"))
    await mux.send(pane, "-x wörld 🚀\x1b[201~\n")
    await shows(mux, pane, "-x wörld 🚀[201~")
    assert not said.exists()
    await mux.press(pane, "\r")
    await until(lambda: said.exists() and said.read_text() == "-x wörld 🚀[201~\n")
    await mux.press(pane, "\x03")
    await until(lambda: _is_gone(mux, pane))


async def test_a_long_text_arrives_whole_in_a_program_that_reads(mux: WezTerm, tmp_path: Path) -> None:
    said = tmp_path / "said"
    pane = await mux.open(shell(f"stty raw -echo; echo ready; exec cat > '{said}'"), NewTab("default"))
    await shows(mux, pane, "ready")
    text = "0123456789äöü🚀" * 4000
    await mux.send(pane, text)
    await until(lambda: said.read_text() == text)


async def test_a_program_that_never_reads_cannot_hang_wezterm(mux: WezTerm) -> None:
    pane = await mux.open(shell("stty raw -echo; echo ready; exec sleep 100"), NewTab("default"))
    await shows(mux, pane, "ready")
    with pytest.raises(MuxRefused, match="does not read"):
        await mux.send(pane, "x" * 200_000)
    with pytest.raises(MuxRefused, match="does not read"):
        await mux.press(pane, "\r")
    await mux.close(pane)
    assert await _is_gone(mux, pane)


async def test_the_screen_and_the_lines_above_it_are_exact(mux: WezTerm) -> None:
    pane = await mux.open(
        shell("for i in $(seq 60); do printf '\\033[31mline %d\\033[0m\\n' $i; done; printf end; sleep 100"), NewTab("default")
    )
    await shows(mux, pane, "end")
    rows = (await one(mux, pane)).rows
    assert (await mux.text(pane)).split("\n") == [*(f"line {n}" for n in range(62 - rows, 61)), "end"]
    assert (await mux.text(pane, scrollback=3)).split("\n")[:4] == [f"line {n}" for n in range(59 - rows, 63 - rows)]
    assert (await mux.text(pane, scrollback=10**9)).startswith("line 1\n")
    coloured = await mux.text(pane, escapes=True)
    assert "\x1b[31m" in coloured
    assert "line 60" in coloured


async def test_a_zoomed_tab_is_not_split_and_shows_who_is_called(mux: WezTerm, wezterm_mux: MuxServer) -> None:
    (first,) = await mux.panes()
    pane = await mux.open(CAT, Beside(first.id))
    zoom = ("wezterm", "cli", "--no-auto-start", "zoom-pane", "--pane-id", str(pane), "--zoom")
    assert await (await asyncio.create_subprocess_exec(*zoom, env=wezterm_mux.environ)).wait() == 0
    assert (await one(mux, pane)).zoomed
    with pytest.raises(MuxRefused, match="zoomed"):
        await mux.open(CAT, Beside(first.id))
    await mux.focus(first.id)
    panes = await mux.panes()
    assert [found.id for found in panes if found.active] == [first.id]
    assert not any(found.zoomed for found in panes)


async def test_what_cannot_start_opens_nothing(mux: WezTerm, tmp_path: Path) -> None:
    before = await mux.panes()
    broken = tmp_path / "broken"
    broken.write_text("#!/nonexistent/interpreter\n")
    broken.chmod(0o755)
    with pytest.raises(UsageError):
        await mux.open(Program(["/nonexistent/program"], "/"), NewTab("default"))
    with pytest.raises(UsageError):
        await mux.open(Program(CAT.argv, "/nonexistent"), NewTab("default"))
    assert await mux.panes() == before
    pane = await mux.open(Program([str(broken)], "/"), NewTab("default"))  # only the kernel notices this one
    await until(lambda: _is_gone(mux, pane))


async def test_a_program_that_ends_at_once_was_started_once(mux: WezTerm, tmp_path: Path) -> None:
    count = tmp_path / "count"
    pane = await mux.open(shell(f"echo x >> '{count}'"), NewTab("default"))
    await until(lambda: _is_gone(mux, pane))
    assert count.read_text() == "x\n"
    with pytest.raises(PaneGone):
        await mux.close(pane)


async def test_a_pane_starts_with_the_environment_of_the_mux(mux: WezTerm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/ours")
    monkeypatch.setenv("TEXTUAL_OURS", "1")
    wrote = tmp_path / "env"
    await mux.open(shell(f"env > '{wrote}.new'; mv '{wrote}.new' '{wrote}'; sleep 100", WANTED="a b"), NewTab("default"))
    await until(wrote.exists)
    env = dict(line.split("=", 1) for line in wrote.read_text().splitlines() if "=" in line)
    assert (env["WANTED"], env["OF_THE_SERVER"], env["TERM_PROGRAM"]) == ("a b", "yes", "WezTerm")
    assert {"PYTHONPATH", "TEXTUAL_OURS", "VIRTUAL_ENV", "WZP_STORE"}.isdisjoint(env)


async def test_the_own_pane_is_found_and_never_touched(mux: WezTerm, tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import asyncio, os, sys, time
        from wzp_tui.errors import MuxRefused
        from wzp_tui.mux.wezterm import WezTerm

        async def main():
            mux = WezTerm()
            await mux.panes()
            refused = 0
            for call in (mux.send(mux.own_pane, "x"), mux.press(mux.own_pane, "\\r"), mux.close(mux.own_pane)):
                try:
                    await call
                except MuxRefused:
                    refused += 1
            return mux.own_pane, refused

        with open(sys.argv[1] + ".new", "w") as file:
            print(asyncio.run(main()), file=file)
        os.rename(sys.argv[1] + ".new", sys.argv[1])
        time.sleep(100)
    """)
    said = tmp_path / "said"
    env = {"PYTHONPATH": os.pathsep.join(sys.path), "WEZTERM_PANE": "0"}
    pane = await mux.open(Program([sys.executable, "-c", script, str(said)], "/", env), NewTab("default"))
    await until(said.exists)
    assert said.read_text() == f"({pane}, 3)\n"
    assert mux.own_pane is None


async def test_the_ids_of_a_restarted_mux_are_not_believed(mux: WezTerm, wezterm_mux: MuxServer) -> None:
    (seen,) = await mux.panes()
    wezterm_mux.stop(kill=True)
    with pytest.raises(MuxUnreachable):
        await mux.panes()
    assert not mux.health.reachable
    wezterm_mux.start()
    with pytest.raises(PaneGone, match="restarted"):
        await mux.close(seen.id)
    (again,) = await mux.panes()
    assert again.id == seen.id
    assert again.mux != seen.mux
    with pytest.raises(PaneGone, match="restarted"):
        await mux.send(again.id, "rm -rf x", seen=seen)
    assert mux.health.reachable
    assert "rm" not in await mux.text(again.id)


async def test_a_mux_that_hangs_is_shown_and_found_again(wezterm_mux: MuxServer) -> None:
    mux = WezTerm(environ=os.environ | wezterm_mux.environ, timeout=0.5)
    before = await mux.panes()
    os.kill(wezterm_mux.pid, signal.SIGSTOP)
    try:
        with pytest.raises(MuxUnreachable, match="did not answer"):
            await mux.panes()
        assert not mux.health.reachable
    finally:
        os.kill(wezterm_mux.pid, signal.SIGCONT)
    assert [pane.id for pane in await mux.panes()] == [pane.id for pane in before]
    assert mux.health.reachable


async def test_towers_and_wishes_side_by_side_all_get_through(wezterm_mux: MuxServer) -> None:
    muxes = [WezTerm(environ=os.environ | wezterm_mux.environ) for _ in range(3)]
    opened = await asyncio.gather(*(mux.open(CAT, NewTab("default")) for mux in muxes), *(mux.panes() for mux in muxes))
    ids = {pane for pane in opened if isinstance(pane, int)}
    assert len(ids) == 3
    assert ids < {pane.id for pane in await muxes[0].panes()}
    await asyncio.gather(*(mux.close(pane) for mux, pane in zip(muxes, ids, strict=True)))
    assert len(await muxes[0].panes()) == 1


async def _is_gone(mux: WezTerm, pane: int) -> bool:
    return pane not in {found.id for found in await mux.panes()}
