"""What tests of the tower share: a tower over a real store and real panes, its keys, and what it shows."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from textual._xterm_parser import XTermParser
from textual.pilot import Pilot

from tests.support import PATIENCE, until
from wzp_tui.config import Settings
from wzp_tui.controller import Controller, Snapshot, TaskRow
from wzp_tui.errors import TransitionError
from wzp_tui.mux.embedded import Embedded
from wzp_tui.tui.app import TowerApp
from wzp_tui.tui.times import Clock, now_ms


class Watch:
    """A clock that can be put forward."""

    ahead = 0

    def __call__(self) -> int:
        return now_ms() + self.ahead


class Tower:
    """A tower in a terminal of its own."""

    def __init__(self, app: TowerApp, pilot: Pilot[None], controller: Controller) -> None:
        self.app, self.pilot, self.controller = app, pilot, controller
        self._parser = XTermParser(False)

    def send(self, text: str) -> None:
        """What a terminal sends: keys, mouse reports, pastes; all of it at once."""
        assert self.app._driver
        for message in self._parser.feed(text):
            self.app._driver.process_message(message)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """One key after the other."""
        names = {" ": "space", "\n": "enter"}
        await self.pilot.press(*(names.get(letter, letter) for letter in text))

    async def click(self, text: str, times: int = 1) -> None:
        """Click on a text that is shown, as a terminal reports it."""
        column, row = self.place_of(text)
        at = f"{column + 1};{row + 1}"
        self.send(f"\x1b[<0;{at}M\x1b[<0;{at}m" * times)
        await self.pilot.pause()

    def place_of(self, text: str) -> tuple[int, int]:
        """Column and row of a text that is shown."""
        for y, line in enumerate(lines(self.app)):
            if (x := line.find(text)) >= 0:
                return x, y
        raise AssertionError(f"{text!r} is not shown:\n" + "\n".join(lines(self.app)))

    @property
    def text(self) -> str:
        return "\n".join(lines(self.app))

    async def shows(self, *texts: str, timeout: float = PATIENCE) -> None:
        """Wait until all these are on the screen."""

        def seen() -> bool:
            found = self.text
            assert not (missing := [text for text in texts if text not in found]), f"{missing} not in\n{found}"
            return True

        await until(seen, timeout)

    async def goes_to(self, title: str) -> None:
        """Walk down the list to a row."""
        await self.press("g")
        for _ in range(50):
            if title in self.selected:
                return
            await self.press("j")
        raise AssertionError(f"{title!r} is not reached in\n{self.text}")

    async def hides(self, text: str) -> None:
        """Wait until this is nowhere on the screen."""

        def unseen() -> bool:
            assert text not in (found := self.text), f"{text!r} is still in\n{found}"
            return True

        await until(unseen)

    @property
    def shown(self) -> Snapshot:
        """What the screen shows and keys act upon. What the controller knows may be newer."""
        assert self.app.tower.snapshot is not None
        return self.app.tower.snapshot

    def row(self, task: int) -> TaskRow:
        """A task that is shown."""
        row = self.shown.task(task)
        assert row is not None, f"no #{task}"
        return row

    async def word(self, task: int, *words: str, timeout: float = PATIENCE) -> None:
        """Wait until the task's row says one of these."""

        def said() -> bool:
            row = self.row(task)
            assert row.word in words, f"#{task} {row.word} {row.reason}, in\n{self.text}"
            return True

        await until(said, timeout)

    async def add(self, line: str) -> None:
        """A new task, by keys."""
        await self.press("n")
        await self.shows("New task")
        await self.type(line + "\n")
        await self.hides("New task")

    @property
    def selected(self) -> str:
        """The line with the focus bar."""
        return next((line for line in lines(self.app) if "▌" in line), "")


def lines(app: TowerApp) -> list[str]:
    """What the screen shows."""
    return ["".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips()]


@asynccontextmanager
async def tower(
    folder: Path,
    size: tuple[int, int] = (120, 44),
    clock: Clock = now_ms,
    *,
    app: Callable[..., TowerApp] = TowerApp,
    ends_runs: bool = True,
) -> AsyncIterator[Tower]:
    """A tower over the store of this folder and panes of its own. Without `ends_runs` they go on when it closes."""
    controller = Controller(str(folder), Embedded())
    made = app(controller, Settings(), clock=clock)
    try:
        async with made.run_test(size=size, notifications=True) as pilot:
            await until(lambda: controller.snapshots.value.taken_ms)
            await pilot.pause()
            yield Tower(made, pilot, controller)
    finally:
        if ends_runs:
            await until(lambda: runs_are_ended(controller))
        await controller.aclose()


async def runs_are_ended(controller: Controller) -> bool:
    """Runs would go on without their panes: kill them; `True` when none is left."""
    view = await controller.ask(lambda store: (store.settle(), store.view())[1])
    running = [run for run in view.runs.values() if run.open]
    for run in running:
        if run.stop != "kill":
            with suppress(TransitionError):  # it ended meanwhile
                await controller.stop(run.task, "kill")
    return not running
