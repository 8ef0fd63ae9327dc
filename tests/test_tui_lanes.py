"""Lanes in the tower: the keys of the one under the sidebar's cursor, and the line after a restart of the machine."""

from pathlib import Path

from wzp_tui.config import LaneSettings, Settings
from wzp_tui.controller import LaneRow
from wzp_tui.paths import StoreFolder
from wzp_tui.store import open_store
from wzp_tui.tasks.task import State

from .still import still
from .support import until
from .tui import Tower, tower
from .workers import shell


def lane(it: Tower, name: str = "default") -> LaneRow:
    return next(row for row in it.shown.lanes if row.lane.name == name)


async def choose_lane(it: Tower, name: str = "default") -> None:
    """Put the cursor of the sidebar on a lane."""
    await it.press("w")
    await until(lambda: it.app.screen.sidebar.has_focus)  # type: ignore[attr-defined]
    it.app.screen.sidebar.go_to(("lane", name))  # type: ignore[attr-defined]
    await it.pilot.pause()


async def test_p_pauses_the_lane_under_the_cursor_and_lets_it_go_on(it: Tower) -> None:
    await choose_lane(it)
    await it.shows("p Pause", "D Drain")
    await it.press("p")
    await until(lambda: lane(it).words == "paused by you")
    await it.shows("paused", "p Go on")
    task = await it.controller.add(shell("true"))
    await it.shows("default is paused by you")
    await it.press("p")
    await it.word(task, "done")


async def test_plus_and_minus_change_the_slots(it: Tower) -> None:
    await choose_lane(it)
    await it.press("+", "+", "-")
    await until(lambda: lane(it).lane.slots == 3)
    await it.shows("□□□")
    await it.press("-", "-")
    await until(lambda: lane(it).lane.slots == 1)
    await it.press("-")
    await still(it.pilot)
    assert lane(it).lane.slots == 1


async def test_a_drained_lane_closes_its_panes(it: Tower) -> None:
    task = await it.controller.add(shell("true"))
    await it.word(task, "done")
    assert len(it.shown.panes) == 1
    await choose_lane(it)
    await it.press("D")
    await until(lambda: not it.shown.panes)
    await it.shows("drained")
    behind = await it.controller.add(shell("true"))
    await it.shows("default is draining")
    await it.press("p")
    await it.word(behind, "done")


async def test_a_failure_pauses_the_lane_that_was_told_so(it: Tower) -> None:
    await choose_lane(it)
    await it.press("F")
    await it.shows("F Go on after failures")
    task = await it.controller.add(shell("exit 3"))
    await until(lambda: lane(it).words == f"paused: #{task} failed")
    await it.press("L")
    await it.shows(f"paused: #{task} failed", "the first one pauses it")


async def test_the_dialog_of_a_lane_does_it_all(it: Tower) -> None:
    await it.controller.set_lane("build", 1)
    task = await it.controller.add(shell("true", lane="build", hold=True))
    await it.word(task, "held")
    await it.press("L")
    await it.shows("Lane build: 1 slot")
    await it.press("D")
    await until(lambda: lane(it, "build").words == "drained")
    await it.press("L")
    await it.press("X")
    await it.shows(f"lane build is in use by #{task}")
    await it.controller.cancel(task)
    await choose_lane(it, "build")
    await it.press("L", "X")
    await until(lambda: [row.lane.name for row in it.shown.lanes] == ["default"])


async def test_a_limit_for_all_lanes(it: Tower) -> None:
    await it.press("m")
    await it.shows("Runs at most at once")
    await it.type("many")
    await it.shows("write a number of runs")
    await it.press(*["backspace"] * 4)
    await it.type("1\n")
    await it.shows("LANES  1 run at most")
    first, second = [await it.controller.add(shell("exec sleep 60")) for _ in range(2)]
    await it.word(first, "running")
    await until(lambda: it.row(second).reason == "1 runs are the limit")
    await it.press("m")
    await it.type("none\n")
    await it.word(second, "running")


async def test_after_a_restart_one_line_names_the_lanes_and_the_key(folder: StoreFolder) -> None:
    """Nothing that was queued before starts; one key lets all go on, but not what the user has paused."""
    store = open_store(folder, "yesterday", boot="an earlier boot")
    store.set_lane("build", 1)
    store.set_lane("mine", 1)
    store.pause_lane("mine")
    tasks = [store.add(shell("true")), store.add(shell("true", lane="build")), store.add(shell("true", lane="mine"))]
    store.close()
    async with tower(Path(folder)) as it:
        await it.shows("2 lanes are paused after a restart, with 2 tasks: default, build", "P Go on")
        await until(lambda: all(it.row(task).task.state is State.QUEUED for task in tasks))
        assert not it.shown.panes
        await it.press("P")
        for task in tasks[:2]:
            await it.word(task, "done")
        await it.hides("after a restart, with")
        assert lane(it, "mine").words == "paused by you"
        assert it.row(tasks[2]).task.state is State.QUEUED


async def test_a_new_task_goes_into_the_lane_of_its_workspace(it: Tower) -> None:
    await it.controller.ask(lambda store: store.set_lane("web", 1, workspace="default"))
    await until(lambda: len(it.shown.lanes) == 2)
    await it.press("n")
    await it.shows("lane web")


async def test_panes_of_a_lane_open_in_its_workspace(it: Tower) -> None:
    await it.controller.ask(lambda store: store.set_lane("web", 1, workspace="front"))
    task = await it.controller.add(shell("exec sleep 60", lane="web", workspace="back"))
    await it.word(task, "running")
    await until(lambda: [row.pane.workspace for row in it.shown.panes] == ["front"])


async def test_the_config_file_sets_lanes_and_the_limit(it: Tower) -> None:
    """What is changed here by hand stays until the file says something else; a limit that is taken out of it is gone."""
    build = LaneSettings(slots=3, workspace="web", pause_on_failure=True)
    await it.controller.use(Settings(lanes={"build": build}, limit=2))
    await until(lambda: len(it.shown.lanes) == 2)
    assert lane(it, "build").lane[:2] == ("build", 3)
    assert (lane(it, "build").lane.workspace, lane(it, "build").lane.pause_on_failure) == ("web", True)
    assert it.shown.limit == 2
    await it.controller.set_lane("build", 4)
    await it.controller.use(Settings(lanes={"build": build}))
    await until(lambda: it.shown.limit is None)
    assert lane(it, "build").lane.slots == 4
