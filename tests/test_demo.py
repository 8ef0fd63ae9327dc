"""`wzp-tui demo`: a first quarter of an hour, by keys, and nothing of it afterwards."""

import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from wzp_tui.config import Settings
from wzp_tui.controller import Controller
from wzp_tui.demo import COUNT, STEPS, clear_away, fill
from wzp_tui.mux.embedded import Embedded
from wzp_tui.store import open_store
from wzp_tui.tui.demo import DemoApp

from .cli import on_terminal, wzp
from .support import until, wait_until
from .tui import Tower
from .workers import PtyProcess

SERVER, TEST, LINT, PACKAGE, PUBLISH = 1, 3, 4, 5, 6


@asynccontextmanager
async def demo(root: Path, size: tuple[int, int]) -> AsyncIterator[Tower]:
    (root / "work").mkdir(parents=True)
    controller = Controller(str(root / "store"), Embedded())
    await controller.ask(lambda store: fill(store, str(root / "work")))
    app = DemoApp(controller, Settings())
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(lambda: controller.snapshots.value.taken_ms)
            yield Tower(app, pilot, controller)
    finally:
        await controller.aclose()
        clear_away(str(root), str(root / "store"))


async def test_a_theme_is_tried_and_not_kept(tmp_path: Path, isolated: Path) -> None:
    async with demo(tmp_path / "demo", (120, 44)) as tower:
        await tower.press("T")
        await tower.type("linen\n")
        await until(lambda: tower.app.theme == "linen")
        await tower.hides("type to find")
    assert not list((isolated / ".config").iterdir())


async def test_the_line_above_is_no_room_for_the_list(tmp_path: Path) -> None:
    """Of 10 rows three are header, footer and the line: the list has 55 % of seven."""
    async with demo(tmp_path / "demo", (120, 10)) as tower:
        await tower.shows("1 of 5", "publish")
        await until(lambda: tower.app.tower.tasks.outer_size.height == 4)


async def test_five_keys(tmp_path: Path) -> None:
    async with demo(tmp_path / "demo", (120, 44)) as tower:
        await tower.shows("1 of 5  n adds a task: type `echo hello`, then Enter", "dev server", "publish")
        await tower.add("echo hello")
        await tower.shows("2 of 5  a or Enter assigns the held task, publish")

        await tower.word(TEST, "exit 1")
        await tower.word(LINT, "done")
        await tower.word(PACKAGE, "done")
        await tower.goes_to("publish")
        await tower.press("enter")
        await tower.shows("Assign #6 publish")
        await tower.press("enter")
        await tower.shows("3 of 5  r runs the failed test again: go to it with .")
        await tower.word(PUBLISH, "done")

        await tower.press(".")
        assert "test" in tower.selected
        await tower.press("r")
        await tower.shows("4 of 5  x stops the dev server")
        await tower.word(TEST, "done")

        await tower.goes_to("dev server")
        await tower.shows("GET /page/")
        await tower.press("x")
        await tower.shows("Stop #1 dev server?")
        await tower.press("s")
        await tower.shows("5 of 5  ? shows all keys")
        await tower.word(SERVER, "cancelled")

        await tower.press("question_mark")
        await tower.shows("That is all: q ends the demo, and nothing of it stays")
        await tower.press("escape")
        await tower.press("q")
        await until(lambda: tower.app._exit)


async def test_what_is_done_out_of_turn_is_not_asked_for(tmp_path: Path) -> None:
    async with demo(tmp_path / "demo", (80, 24)) as tower:
        await tower.shows("1 of 5")
        await tower.controller.release(PUBLISH)
        await tower.word(TEST, "exit 1")
        await tower.controller.retry(TEST)
        await until(lambda: tower.row(TEST).run.attempt == 2)  # type: ignore[union-attr]
        await tower.shows("1 of 5")
        await tower.add("echo hello")
        await tower.shows("4 of 5  x stops the dev server")


async def test_it_can_be_read_in_45_columns(tmp_path: Path) -> None:
    async with demo(tmp_path / "demo", (45, 40)) as tower:
        await tower.shows("1 of 5  n adds a task")
        assert "…" not in tower.text.splitlines()[0]
    for step in STEPS:
        assert len(step.words.replace("{row.open}", "Enter").replace("{task.assign}", "a").replace("{task.", "{")) < 45


# -- nothing stays -----------------------------------------------------------------------------------------------------------------


class Demo:
    """`wzp-tui demo` on a terminal, with a folder for temporary files that is its own."""

    def __init__(self, temporary: Path) -> None:
        temporary.mkdir()
        self.temporary = temporary
        self.terminal: PtyProcess = on_terminal("demo", cols=100, env={"TMPDIR": str(temporary)})
        self.terminal.shows("1 of 5")
        self.root = next(temporary.iterdir())
        wait_until(lambda: len(self.workers) == 3 and any("listening on" in line for _, line in _processes().values()), 20)
        self.seen = set(self.processes)

    @property
    def tower(self) -> int:
        return next(pid for pid, (parent, _) in _processes().items() if parent == self.terminal.pid)

    @property
    def workers(self) -> list[int]:
        return [pid for pid, (_, line) in _processes().items() if "wzp_tui.inpane.worker" in line and str(self.root) in line]

    @property
    def processes(self) -> list[int]:
        """All that descends from the demo, or names its folder."""
        listed = _processes()
        found = {self.terminal.pid}
        while more := {pid for pid, (parent, _) in listed.items() if parent in found} - found:
            found |= more
        return [pid for pid in listed if pid in found or str(self.root) in listed[pid][1]]

    def is_gone(self) -> bool:
        alive = [pid for pid in self.seen if pid in _processes() and pid != self.terminal.pid]
        assert not alive, [(_processes().get(pid), pid) for pid in alive]
        assert not list(self.temporary.iterdir())
        return True


def _processes() -> dict[int, tuple[int, str]]:
    """Parent and command line of each process that is not a zombie."""
    listed = subprocess.run(["ps", "-axww", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True).stdout.splitlines()
    rows = (line.split(None, 3) for line in listed)
    return {int(row[0]): (int(row[1]), row[3] if len(row) > 3 else "") for row in rows if not row[2].startswith("Z")}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Demo]:
    it = Demo(tmp_path / "tmp")
    yield it
    for pid in {*it.seen, *it.processes}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    it.terminal.close()


def test_q_asks_and_leaves_nothing(running: Demo, isolated: Path) -> None:
    running.terminal.type("q")
    running.terminal.shows("End the demo?")
    running.terminal.type("y")
    assert running.terminal.wait(30) == 0, running.terminal.text[-2000:]
    assert "without a pane" not in running.terminal.text
    assert running.is_gone()
    assert not list((isolated / ".local/state").iterdir()), "the user's own store is not touched"
    assert not list((isolated / ".config").iterdir())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_polite_signal_leaves_nothing(running: Demo, number: signal.Signals) -> None:
    running.terminal.signal(number)
    assert running.terminal.wait(30) == 0
    assert running.is_gone()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV], ids=lambda number: number.name)
def test_a_killed_tower_leaves_nothing(running: Demo, number: signal.Signals) -> None:
    os.kill(running.tower, number)
    assert running.terminal.wait(30) == 1
    assert f"the tower was ended by {number.name}; the demo is cleared away" in running.terminal.text
    assert running.is_gone()


def test_a_killed_guardian_leaves_nothing(running: Demo) -> None:
    running.terminal.signal(signal.SIGKILL)
    running.terminal.wait(30)
    wait_until(running.is_gone, 30)


def test_a_closed_terminal_leaves_nothing(running: Demo) -> None:
    running.terminal.hang_up()
    wait_until(running.is_gone, 30)


def test_killed_workers_leave_nothing(running: Demo) -> None:
    for pid in running.workers:
        os.kill(pid, signal.SIGKILL)
    running.terminal.signal(signal.SIGTERM)
    assert running.terminal.wait(40) == 0
    wait_until(running.is_gone, 10)


def test_clearing_away_twice_or_nothing_does_no_harm(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    (root / "work").mkdir(parents=True)
    store = open_store(str(root / "store"), "test")
    fill(store, str(root / "work"))
    assert len(store.view().tasks) == COUNT
    store.close()
    for _ in range(2):
        clear_away(str(root), str(root / "store"))
        assert not root.exists()


def test_without_a_terminal_it_says_so() -> None:
    ran = wzp("demo")
    assert (ran.code, ran.err) == (2, "wzp-tui: the demo needs a terminal\n")
