"""The whole of it in a real WezTerm: a tower in one pane, the work in the others."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from wzp_tui.controller import Controller, Snapshot
from wzp_tui.errors import MuxError
from wzp_tui.mux import NewTab, Program
from wzp_tui.mux.wezterm import WezTerm
from wzp_tui.panes import Pane
from wzp_tui.paths import StoreFolder
from wzp_tui.store import NewTask, Store, Task, View, open_store
from wzp_tui.tasks.task import State, shell_line

from .muxserver import MuxServer
from .support import PATIENCE, until, wait_until

pytestmark = pytest.mark.wezterm

SH = shutil.which("sh") or "/bin/sh"
ENDED = frozenset({State.DONE, State.FAILED, State.CANCELLED, State.LOST, State.SKIPPED})


class World:
    """A mux server, a store, and the tower that a test starts in a pane."""

    def __init__(self, server: MuxServer, folder: Path) -> None:
        self.server = server
        self.folder = StoreFolder(folder).make()
        self.store: Store = open_store(str(folder), "test")
        self.mux = WezTerm(environ=os.environ | server.environ)
        self.tower = -1

    async def start_tower(self, **env: str) -> None:
        """Start it in a tab of its own, as a user would."""
        env["WZP_STORE"] = self.folder
        program = Program([sys.executable, "-P", "-m", "wzp_tui", "tower", "--headless"], "/", env)
        self.tower = await self.mux.open(program, NewTab("default"))

    async def kill_tower(self) -> None:
        """`kill -9`; its pane closes by itself."""
        os.kill(self.tower_pid(), signal.SIGKILL)
        await until(lambda: self.gone(self.tower))

    def tower_pid(self) -> int:
        return int(json.loads(wait_until(lambda: Path(self.folder.tower_lock).read_bytes()))["pid"])

    def add(self, line: str, **fields: object) -> int:
        return self.store.add(NewTask(shell_line(line), "/", **fields))  # type: ignore[arg-type]

    def task(self, id: int) -> Task:
        return self.store.task(id)

    def view(self) -> View:
        return self.store.view()

    async def ended(self, *ids: int, timeout: float = PATIENCE) -> None:
        await until(lambda: all(self.task(id).state in ENDED for id in ids), timeout)

    async def running(self, id: int) -> Pane:
        """The pane in which the task runs, once it does."""

        async def look() -> Pane:
            run = self.view().runs.get(id)
            panes = {(pane.mux, pane.tty): pane for pane in await self.mux.panes()}
            assert run is not None
            assert run.open
            assert (run.mux, run.tty) in panes
            return panes[run.mux, run.tty]

        return await until(look, 20)

    async def gone(self, pane: int) -> bool:
        return pane not in {found.id for found in await self.mux.panes()}

    @asynccontextmanager
    async def watching(self) -> "AsyncIterator[Watcher]":
        """A second tower beside the first: it looks, and opens nothing."""
        controller = Controller(str(self.folder), WezTerm(environ=os.environ | self.server.environ), opens_panes=False)
        running = asyncio.create_task(controller.run())
        try:
            yield Watcher(controller)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await controller.aclose()


class Watcher:
    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    async def sees(self, predicate: Callable[[Snapshot], object], timeout: float = PATIENCE) -> Snapshot:
        """The first Snapshot of which `predicate` is true."""
        async with asyncio.timeout(timeout):
            async for snapshot in self._controller.snapshots:
                if predicate(snapshot):
                    return snapshot
        raise AssertionError


@pytest.fixture
def world(wezterm_mux: MuxServer, tmp_path: Path) -> Iterator[World]:
    it = World(wezterm_mux, tmp_path / "s")
    yield it
    with suppress(OSError, AssertionError, ValueError, KeyError):
        os.kill(it.tower_pid(), signal.SIGKILL)
    for run in it.view().runs.values():
        if run.open:
            it.store.stop(run.task, "kill")
    wait_until(lambda: not any(run.open for run in it.view().runs.values()))
    it.store.close()


async def test_five_tasks_in_a_lane_of_two_slots_and_one_in_a_pane_of_its_own(world: World, tmp_path: Path) -> None:
    """All end with the right codes, two panes tiled in one tab do the five, and what the user looked at is still in front."""
    (first,) = await world.mux.panes()
    beside = await world.mux.open(Program([SH, "-c", "exec sleep 100"], "/"), NewTab("default"))
    await world.mux.focus(first.id)
    world.store.set_lane("build", 2)
    await world.start_tower()
    go = tmp_path / "go"
    wait = f"while ! test -e '{go}'; do sleep 0.05; done"
    alone = world.add(f"{wait}; exit 3", lane=None)
    tasks = [world.add(f"{wait}; exit {number}", lane="build") for number in range(5)]
    panes = [await world.running(id) for id in tasks[:2]]
    assert panes[0].tab == panes[1].tab
    assert panes[0].id != panes[1].id
    assert (await world.running(alone)).tab != panes[0].tab
    go.touch()
    await world.ended(alone, *tasks)
    view = world.view()
    assert [view.runs[id].exit for id in (*tasks, alone)] == [0, 1, 2, 3, 4, 3]
    assert len({view.runs[id].tty for id in tasks}) == 2
    active = {pane.id for pane in await world.mux.panes() if pane.active}
    assert {first.id, beside, world.tower} <= active
    assert [pane.id for pane in panes if pane.id in active] == [panes[0].id]


async def test_a_new_tower_finds_its_panes_again(world: World) -> None:
    await world.start_tower()
    task = world.add("sleep 100")
    pane = await world.running(task)
    async with world.watching() as watcher:
        now = await watcher.sees(lambda now: now.task(task) and now.task(task).pane == pane.id)  # type: ignore[union-attr]
        assert next(row for row in now.panes if row.pane.id == pane.id).seat == "default/1"
    await world.kill_tower()
    await world.start_tower()
    async with world.watching() as watcher:
        now = await watcher.sees(lambda now: now.task(task) and now.task(task).pane == pane.id)  # type: ignore[union-attr]
        assert now.task(task).word == "running"  # type: ignore[union-attr]
    other = world.add("exit 4")
    await world.ended(other)
    assert world.view().runs[other].exit == 4
    assert (await world.running(task)) == pane._replace(cols=(await world.running(task)).cols, cursor_row=pane.cursor_row)
    world.store.stop(task, "stop")
    await world.ended(task)
    third = world.add("exit 5")
    await world.ended(third)
    assert len(await world.mux.panes()) == 4  # the first one, the tower, two slots
    assert world.view().runs[third].tty in {world.view().runs[task].tty, world.view().runs[other].tty}


async def test_a_closed_pane_cancels_its_task_and_leaves_no_process(world: World, tmp_path: Path) -> None:
    await world.start_tower()
    pids = tmp_path / "pids"
    stay = f'echo $$ >> "{pids}"; exec sleep 100'
    task = world.add(f"trap '' HUP TERM; setsid sh -c '{stay}' & sh -c '{stay}' & {stay}")
    pane = await world.running(task)
    await until(lambda: pids.exists() and len(pids.read_text().split()) == 3)
    await world.mux.close(pane.id)
    await world.ended(task)
    assert (world.task(task).state, world.task(task).reason) == (State.CANCELLED, "pane closed")
    await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids.read_text().split()))
    after = world.add("exit 6")
    await world.ended(after)
    assert world.view().runs[after].exit == 6


async def test_a_run_outlives_the_mux_and_the_next_mux_is_another(world: World, tmp_path: Path) -> None:
    """The mux dies with everything in it, and its pane ids come again: the run goes on unseen, to its exit and its last line of log."""
    await world.start_tower()
    go = tmp_path / "go"
    task = world.add(f"echo begun; while ! test -e '{go}'; do sleep 0.05; done; echo ended; exit 7")
    pane = await world.running(task)
    await until(lambda: b"begun" in Path(world.folder.log(1)).read_bytes())
    world.server.stop(kill=True)
    await until(lambda: world.view().runs[task].detached)
    async with world.watching() as watcher:
        now = await watcher.sees(lambda now: not now.mux.reachable)
        assert (now.task(task).word, now.task(task).reason) == ("running", "no pane")  # type: ignore[union-attr]
        world.server.start()
        while pane.id not in {found.id for found in await world.mux.panes()}:
            await world.mux.open(Program([SH, "-c", "exec sleep 100"], "/"), NewTab("default"))
        now = await watcher.sees(lambda now: now.mux.reachable and any(row.pane.id == pane.id for row in now.panes))
        assert (now.task(task).word, now.task(task).reason, now.task(task).pane) == ("running", "no pane", None)  # type: ignore[union-attr]
        assert {row.task for row in now.panes} == {None}
        go.touch()
        now = await watcher.sees(lambda now: now.task(task).word == "exit 7")  # type: ignore[union-attr]
    assert Path(world.folder.log(1)).read_bytes() == b"begun\r\nended\r\n"
    with pytest.raises(MuxError):
        await world.mux.send(pane.id, "x", seen=pane)
    await world.start_tower()
    again = world.add("exit 8")
    await world.ended(again)
    assert world.view().runs[again].exit == 8


async def test_a_task_has_the_environment_of_a_plain_pane(world: World, tmp_path: Path) -> None:
    """Nothing of the tower's own environment leaks, and nothing of the user's is lost: NO_COLOR of the mux is there."""
    plain, lane, own = (tmp_path / name for name in ("plain", "lane", "own"))

    def wrote(path: Path) -> dict[str, str]:
        wait_until(path.exists)
        return dict(entry.split("=", 1) for entry in path.read_text().split("\0") if entry)

    def dump(path: Path) -> str:
        return f"env -0 > '{path}.new'; mv '{path}.new' '{path}'"

    (first,) = await world.mux.panes()  # a pane without a program: the shell of the mux's config
    await world.mux.send(first.id, dump(plain))
    await world.mux.press(first.id, "\r")
    await world.start_tower(VIRTUAL_ENV="/ours", PYTHONHASHSEED="0", TEXTUAL_OURS="1", FORCE_COLOR="1")
    tasks = world.add(dump(lane)), world.add(dump(own), lane=None)
    await world.ended(*tasks)
    expected = wrote(plain)
    assert expected["NO_COLOR"] == "1"
    for path in (lane, own):
        found = wrote(path)
        ours = {name: found.pop(name) for name in ("WZP_TASK", "WZP_RUN", "WZP_STORE")}
        assert ours["WZP_STORE"] == str(world.folder)
        changed = {name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)}
        # `wezterm` itself sets the last three: it stands between the mux and a pane with a program.
        assert changed <= {"WEZTERM_PANE", "PWD", "OLDPWD", "SHLVL", "_", "WEZTERM_EXECUTABLE", "WEZTERM_CONFIG_FILE", "WEZTERM_CONFIG_DIR"}
