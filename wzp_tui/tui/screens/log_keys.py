"""What the screens with logs share: their keys, how lines are saved, and how a log is handed to another program."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.widgets import Input

from wzp_tui.clean import clean
from wzp_tui.commands import BY_ID, COMMANDS, Command
from wzp_tui.errors import WzpError
from wzp_tui.logs.export import Saved
from wzp_tui.logs.gap import size_words
from wzp_tui.tui.bindings import bindings
from wzp_tui.tui.outside import run_outside
from wzp_tui.tui.preferences import ui_of
from wzp_tui.tui.screens.choose import yes_or_no
from wzp_tui.tui.screens.leaving import Leaving
from wzp_tui.tui.screens.save import Save, SaveAs
from wzp_tui.tui.situation import Situation
from wzp_tui.tui.times import Clock
from wzp_tui.tui.widgets.footer import Footer
from wzp_tui.tui.widgets.selecting import Selecting
from wzp_tui.tui.words import folder, plural


class LogFooter(Footer):
    """The keys of a screen with a log."""

    def __init__(self) -> None:
        super().__init__()
        self._ids: tuple[str, ...] = ()

    def offer(self, *ids: str) -> None:
        """Offer these commands, as far as there is room for them: the way out, then the first ones first."""
        if ids != self._ids:
            self._ids = ids
            self.refresh()

    def wanted(self) -> Sequence[Command]:
        return [BY_ID[id]._replace(rank=rank if id != "log.leave" else -1) for rank, id in enumerate(self._ids)]


class LogKeys(Leaving[None]):
    """A screen with a log, or with lines of logs."""

    CSS_PATH = "log.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("log")

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock, self.footer = clock, LogFooter()

    def on_mount(self) -> None:
        for field in self.query(Input):
            field.cursor_blink = ui_of(self).motion

    def tell(self, text: str, severity: str = "information") -> None:
        """One line for the user, on whatever screen they are by then."""
        self.app.notify(clean(text, 1000), severity=severity, markup=False)  # type: ignore[arg-type]

    def action_tower_help(self) -> None:
        from wzp_tui.tui.screens.help import Help

        self.app.push_screen(Help(Situation(), "log"))

    @work(group="question", exclusive=True)
    async def action_tower_palette(self) -> None:
        from wzp_tui.tui.screens.palette import command_palette

        commands = [each for each in COMMANDS if "log" in each.screens and hasattr(self, f"action_{each.action}")]
        if command := await self.app.push_screen_wait(command_palette(self.app, commands, Situation())):
            await self.run_action(command.action)

    def copied(self, lines: int) -> None:
        """Say that lines are in the clipboard."""
        self.tell(f"{plural(lines, 'line')} copied")

    @on(Selecting.Copied)
    def _copied(self, message: Selecting.Copied) -> None:
        self.copied(len(message.text.splitlines()))

    async def save(self, sheet: Save, write: Callable[[SaveAs, bool], Awaitable[Saved]]) -> None:
        """Ask where to, and before a file is overwritten; then `write` goes on, whatever screen is shown."""
        answer = await self.app.push_screen_wait(sheet)
        if answer is None:
            return
        replace = answer.is_there
        if replace and not await self.app.push_screen_wait(
            yes_or_no(f"Overwrite {folder(answer.path)}?", "Overwrite", "what is in it is lost")
        ):
            return
        self.app.run_worker(self._save(write(answer, replace)), group="save", exclusive=False)

    async def _save(self, writing: Awaitable[Saved]) -> None:
        try:
            saved = await writing
        except WzpError as error:
            self.tell(str(error), "error")
        else:
            self.tell(f"{plural(saved.lines, 'line')}, {size_words(saved.size)}, saved to {folder(saved.path)}")

    async def lend_terminal(self, what: str, log: str, offset: int) -> None:
        """Open a log in the user's `pager` or `editor`."""
        try:
            await run_outside(self.app, sys.executable, "-P", "-E", "-m", "wzp_tui.logs.outside", what, log, str(offset))
        except WzpError as error:
            self.tell(str(error), "error")
