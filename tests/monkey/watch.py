"""Looks over the monkey's shoulder: which screens it saw, what it confirmed, and when its keys were meant for a pane."""

import inspect
import re
import time
from asyncio import Future
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from textual.screen import Screen

from wzp_tui.controller import PaneRow, TaskRow
from wzp_tui.tui.app import TowerApp
from wzp_tui.tui.screens.choose import Choose
from wzp_tui.tui.screens.pane_full import PaneFull
from wzp_tui.tui.screens.send import Send

LATER = 2.0
"""Seconds that a program may take to read what was typed into its pane."""


class Opening(NamedTuple):
    """A time in which the monkey's keys were for one pane."""

    pane: int
    begun: float
    screen: Screen[Any]


class Watch:
    """What was seen, in all sessions of one run."""

    def __init__(self) -> None:
        self.screens: Counter[str] = Counter()
        self.stopped: set[int] = set()
        """Tasks that the monkey confirmed to stop, or to cancel."""
        self.closed: set[int] = set()
        """Panes of this session that it confirmed to close."""
        self.closes = 0
        """How often it confirmed to close the tower."""
        self._open: list[Opening] = []
        self._times: list[tuple[int, float, float]] = []

    def opened(self, screen: Screen[Any]) -> None:
        """A screen was laid over the tower."""
        self.screens[type(screen).__name__] += 1
        if isinstance(screen, PaneFull | Send):
            self._open.append(Opening(screen._pane, time.time(), screen))

    def answered(self, question: str, rows: tuple[TaskRow | PaneRow, ...], answer: object) -> None:
        """A question was answered; what it named may be stopped, if the answer was yes."""
        if not answer:
            return
        named = {int(id) for id in re.findall(r"^\w+ #(\d+) ", question)}
        tasks = {row.task.id for row in rows if isinstance(row, TaskRow)}
        if question.startswith(("Stop ", "Cancel ")):
            assert named <= tasks, f"it asked for {question!r} and was to stop {tasks}"
            self.stopped |= tasks
        elif question.startswith("Close the tower"):
            self.closes += 1
        elif question.startswith("Close "):
            self.closed |= {row.pane.id for row in rows if isinstance(row, PaneRow)}

    def look(self) -> None:
        """Take note of what is not open any more."""
        for opening in [each for each in self._open if not each.screen.is_attached and time.time() - each.begun > 1]:
            self._open.remove(opening)
            self._times.append((opening.pane, opening.begun, time.time()))

    def was_for(self, pane: int | None, at: float) -> bool:
        """Keys were meant for this pane then."""
        times = [*self._times, *((each.pane, each.begun, time.time()) for each in self._open)]
        return any((pane is None or pane == found) and begun <= at <= ended + LATER for found, begun, ended in times)

    def new_session(self) -> None:
        """Panes have other ids now."""
        self.closed.clear()
        self._open.clear()
        self._times = [(-1, begun, ended) for _, begun, ended in self._times]


def watched(watch: Watch) -> Callable[..., TowerApp]:
    """A tower that is watched."""

    class Watched(TowerApp):
        CSS_PATH = [Path(inspect.getfile(TowerApp)).parent / name for name in TowerApp.CSS_PATH or ()]  # noqa: RUF012

        def push_screen(self, screen: Any, *args: Any, **options: Any) -> Any:  # type: ignore[override]
            watch.opened(screen)
            rows = tuple(self.tower.situation().rows)
            pushed = super().push_screen(screen, *args, **options)
            if isinstance(screen, Choose) and isinstance(pushed, Future):
                question = screen._question
                pushed.add_done_callback(lambda done: done.cancelled() or watch.answered(question, rows, done.result()))
            return pushed

    return Watched
