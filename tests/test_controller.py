"""The controller over a real store and real embedded panes: what a tower sees, and what it opens."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from wzp_tui.controller import Controller, Section, Snapshot, open_mux
from wzp_tui.errors import MuxUnreachable, NotFound, StoreError, TransitionError
from wzp_tui.mux.embedded import Embedded
from wzp_tui.panes import Pane
from wzp_tui.store import NewTask, Run
from wzp_tui.tasks.task import After, shell_line

from .support import PATIENCE, until
from .tui import runs_are_ended
from .workers import lines


@asynccontextmanager
async def tower(folder: Path, mux: Embedded | None = None, *, ends_runs: bool = True) -> AsyncIterator[Controller]:
    """A controller that runs; at the end its panes are closed, and what runs is ended, or with `ends_runs=False` goes on."""
    controller = Controller(str(folder), mux or Embedded(rows=24, cols=100))
    running = asyncio.create_task(controller.run())
    try:
        yield controller
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        if ends_runs:
            await until(lambda: runs_are_ended(controller))
        await controller.aclose()


async def seen(controller: Controller, predicate: Callable[[Snapshot], object]) -> Snapshot:
    """The first Snapshot of which `predicate` is true."""
    async with asyncio.timeout(PATIENCE):
        async for snapshot in controller.snapshots:
            if predicate(snapshot):
                return snapshot
    raise AssertionError


def word(controller_or_snapshot: Controller | Snapshot, task: int) -> str:
    snapshot = controller_or_snapshot.snapshots.value if isinstance(controller_or_snapshot, Controller) else controller_or_snapshot
    row = snapshot.task(task)
    return row.word if row else ""


async def goes_on(controller: Controller, task: int) -> Run:
    """Wait until the command of a task has printed something: before it began, its run would be given back."""

    def printed() -> Run | None:
        row = controller.snapshots.value.task(task)
        run = row.run if row and row.word == "running" else None
        return run if run and lines(Path(controller.folder.log(run.id))) else None

    return await until(printed)  # type: ignore[return-value]


def sh(line: str, **fields: object) -> NewTask:
    return NewTask(shell_line(line), "/", **fields)  # type: ignore[arg-type]


async def test_queueing_into_a_lane_asks_for_its_panes(tmp_path: Path) -> None:
    """Five tasks, two slots: two panes are opened, re-used, and every exit code is seen."""
    async with tower(tmp_path / "s") as controller:
        tasks = [await controller.add(sh(f"exit {number % 3}")) for number in range(5)]
        end = await seen(controller, lambda now: all(word(now, id) in ("done", "exit 1", "exit 2") for id in tasks))
        assert [word(end, id) for id in tasks] == ["done", "exit 1", "exit 2", "done", "exit 1"]
        await seen(controller, lambda now: {row.seat for row in now.panes} <= {"default/1", "default/2"})


async def test_slots_of_a_lane_stand_in_one_tab(tmp_path: Path) -> None:
    async with tower(tmp_path / "s") as controller:
        await controller.set_lane("build", 3)
        for _ in range(3):
            await controller.add(sh("exec sleep 60", lane="build"))
        full = await seen(controller, lambda now: sum(row.seat.startswith("build/") and row.task is not None for row in now.panes) == 3)
        assert len({row.pane.tab for row in full.panes}) == 1


async def test_a_task_in_a_pane_of_its_own_is_held_when_it_fails(tmp_path: Path) -> None:
    """The pane stays under the last lines; r runs the task again."""
    async with tower(tmp_path / "s") as controller:
        task = await controller.add(sh("echo first try; test -e /nowhere", lane=None))
        await seen(controller, lambda now: word(now, task) == "exit 1")
        (pane,) = [pane.id for pane in await controller.mux.panes()]

        async def held() -> bool:
            return "r retries" in await controller.text(pane)

        await until(held)
        assert "first try" in await controller.text(pane)
        await controller.mux.send(pane, "r")
        await until(lambda: len(controller.snapshots.value.events) and controller.row(task).run.attempt == 2)  # type: ignore[union-attr]


async def test_why_a_task_is_not_next(tmp_path: Path) -> None:
    async with tower(tmp_path / "s") as controller:
        await controller.set_lane("one", 1)
        first = await controller.add(sh("exec sleep 60", lane="one"))
        await seen(controller, lambda now: word(now, first) == "running")
        second = await controller.add(sh("true", lane="one"))
        third = await controller.add(sh("true", lane="one", after=(After(first),)))
        fourth = await controller.add(sh("true", lane="one", hold=True))
        now = await seen(controller, lambda now: word(now, fourth) == "held")
        words = {row.task.id: (row.word, row.reason) for row in now.tasks}
        assert words[second] == ("next", "one is full")
        assert words[third] == ("waits", f"after #{first}")
        await controller.do_next(second)
        await controller.stop(first, "stop")
        end = await seen(controller, lambda now: word(now, second) == "done")
        assert (word(end, first), word(end, third)) == ("cancelled", "skipped")


async def test_a_closed_pane_cancels_its_task(tmp_path: Path) -> None:
    async with tower(tmp_path / "s") as controller:
        task = await controller.add(sh("echo up; exec sleep 60", lane=None))
        await goes_on(controller, task)
        now = await seen(controller, lambda now: now.task(task) and now.task(task).pane)  # type: ignore[union-attr]
        pane = now.task(task).pane  # type: ignore[union-attr]
        assert pane is not None
        await controller.close(pane)
        assert word(await seen(controller, lambda now: word(now, task) not in ("running", "stopping")), task) == "cancelled"


async def test_the_tower_is_gone_and_its_runs_go_on(tmp_path: Path) -> None:
    """A tower that ends takes its embedded panes along. The command goes on, and the next tower sees how it ends."""
    go = tmp_path / "go"
    async with tower(tmp_path / "s", ends_runs=False) as first:
        task = await first.add(sh(f"trap '' HUP; echo up; while ! test -e {go}; do sleep 0.05; done; exit 5", lane=None))
        await goes_on(first, task)
    async with tower(tmp_path / "s") as second:
        now = await seen(second, lambda now: now.task(task) and now.task(task).reason == "no pane")  # type: ignore[union-attr]
        assert word(now, task) == "running"
        go.touch()
        assert word(await seen(second, lambda now: word(now, task) != "running"), task) == "exit 5"


async def test_only_one_tower_opens_panes(tmp_path: Path) -> None:
    """The second looks on, names the first, and takes over when that one is gone."""
    async with tower(tmp_path / "s") as second:
        async with tower(tmp_path / "s") as first:
            await until(lambda: first.snapshots.value.opens_panes != second.snapshots.value.opens_panes)
            looker = first if second.snapshots.value.opens_panes else second
            assert looker.other_tower() == os.getpid()
            if looker is first:
                return
        task = await second.add(sh("true"))
        await seen(second, lambda now: word(now, task) == "done")
        assert second.snapshots.value.opens_panes


class Unreachable(Embedded):
    """A mux that can be cut off."""

    cut = False

    async def panes(self) -> tuple[Pane, ...]:
        if self.cut:
            raise MuxUnreachable("no answer")
        return await super().panes()


async def test_an_unreachable_mux_is_a_state_and_says_nothing_about_the_panes(tmp_path: Path) -> None:
    mux = Unreachable(rows=24, cols=80)
    async with tower(tmp_path / "s", mux) as controller:
        task = await controller.add(sh("exec sleep 60"))
        await seen(controller, lambda now: now.panes and word(now, task) == "running")
        mux.cut = True
        controller.look_soon()
        cut = await seen(controller, lambda now: not now.mux.reachable)
        assert (cut.mux.reason, len(cut.panes), word(cut, task)) == ("no answer", 1, "running")
        mux.cut = False
        controller.look_soon()
        back = await seen(controller, lambda now: now.mux.reachable)
        assert [row.pane.id for row in back.panes] == [row.pane.id for row in cut.panes]


async def test_a_worker_that_was_killed_is_told_from_one_that_ended(tmp_path: Path) -> None:
    async with tower(tmp_path / "s") as controller:
        task = await controller.add(sh("echo up; exec sleep 60"))
        run = await goes_on(controller, task)
        os.kill(run.worker, signal.SIGKILL)
        lost = await seen(controller, lambda now: word(now, task) not in ("running", "orphaned"))
        assert (word(lost, task), lost.task(task).section) == ("lost", Section.NEEDS_YOU)  # type: ignore[union-attr]


async def test_a_command_is_typed_into_a_shell_only_under_the_line_that_the_user_saw(tmp_path: Path) -> None:
    async with tower(tmp_path / "s", Embedded(rows=24, cols=200, environ={**os.environ, "PS1": "$ ", "SHELL": "/bin/sh"})) as controller:
        pane = await controller.open_shell("default", "/")

        async def prompt() -> bool:
            return (await controller.shell_prompt(pane)).strip() != ""

        await until(prompt)
        line = await controller.shell_prompt(pane)
        task = await controller.add(sh("exit 6", lane=None, hold=True))
        await controller.mux.send(pane, "rm -rf draft")

        async def drafted() -> bool:
            return "draft" in await controller.shell_prompt(pane)

        await until(drafted)
        with pytest.raises(TransitionError, match="another line"):
            await controller.assign_to_shell(task, pane, line)
        assert word(await seen(controller, lambda now: word(now, task)), task) == "held"
        await controller.mux.press(pane, "\x15")

        async def empty() -> bool:
            return await controller.shell_prompt(pane) == line

        await until(empty)
        await controller.assign_to_shell(task, pane, line)
        await seen(controller, lambda now: word(now, task) == "exit 6")


async def test_a_store_that_cannot_be_read_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    async with tower(tmp_path / "s") as controller:
        task = await controller.add(sh("true", hold=True))
        await seen(controller, lambda now: word(now, task) == "held")

        def trouble(store: object) -> None:
            raise StoreError("the disk is on fire; put it out")

        with pytest.raises(StoreError, match="on fire"):
            await controller.ask(trouble)
        with pytest.raises(NotFound):
            controller.row(99)
        assert word(controller, task) == "held"


def test_the_mux_is_wezterm_inside_wezterm_only() -> None:
    assert open_mux(environ={}).kind == "embedded"
    assert open_mux(environ={"WEZTERM_PANE": "3", "WEZTERM_UNIX_SOCKET": "/nowhere/sock"}).kind == "wezterm"
