"""What can be done with the selected row besides the life of a task: type into its pane, copy it, take a change of it back."""

from textual import work

from wzp_tui.clean import clean
from wzp_tui.controller import PaneRow, TaskRow
from wzp_tui.errors import TransitionError, WzpError
from wzp_tui.tasks.task import command_line
from wzp_tui.tui import clipboard
from wzp_tui.tui.screens.asking import Asking, Row, few
from wzp_tui.tui.screens.questions import ask_copy
from wzp_tui.tui.situation import fits, why_not_send
from wzp_tui.tui.undo import Deed
from wzp_tui.tui.words import pane_name, plural


class RowActions(Asking):
    """Send, copy, undo."""

    @work(group="question", exclusive=True)
    async def action_pane_send(self) -> None:
        """Only into the pane that the user had before them: another run in it, or another pane of its id, gets nothing."""
        from wzp_tui.tui.screens.send import Send

        row = next((row for row in self.situation().rows if fits("pane.send", row)), None)
        if row is None:
            return
        if why := why_not_send(row):
            self.tell(why, "warning")
            return
        shown = row if isinstance(row, PaneRow) else self.snapshot.pane(row.pane)
        if shown is None:
            self.tell("its pane is not there any more")
            return
        name = f"{row.task.name} {clean(row.task.title, 200)}" if isinstance(row, TaskRow) else f"{row.pane.name} {pane_name(row)}"
        text = await self.app.push_screen_wait(Send(name, shown.pane.id))
        if text is not None:
            self.ask(row, self._send(row, shown, text))

    async def _send(self, row: Row, shown: PaneRow, text: str) -> None:
        now = self.snapshot.pane(shown.pane.id)
        if now is None or (now.pane.mux, now.pane.tty, now.task) != (shown.pane.mux, shown.pane.tty, shown.task):
            raise TransitionError("something else is in that pane now; nothing was sent")
        if isinstance(row, TaskRow):
            task = self.snapshot.task(row.task.id)
            if task is None or task.pane != row.pane or task.run is None or row.run is None or task.run.id != row.run.id:
                raise TransitionError(f"{row.task.name} has ended meanwhile; nothing was sent")
        await self.controller.send(shown.pane.id, text, submit=True)

    @work(group="question", exclusive=True)
    async def action_row_copy(self) -> None:
        rows = self.situation().rows
        if not rows:  # they went while the key was on its way
            return
        what = await self.wait_for(ask_copy(rows))
        if what is None:
            return
        texts = [_text(row, what) for row in rows]
        clipboard.copy(self.app, "\n".join(texts))
        self.tell(f"copied: {texts[0]}" if len(texts) == 1 else f"copied: the {what} of {plural(len(texts), 'row')}")
        self.unmark()

    def action_tower_undo(self) -> None:
        deed = self.deeds.take()
        if deed is None:
            self.tell("there is nothing to undo: no task was changed here")
        elif not deed.fields:
            self.tell(f"cannot be undone: {deed.text}", "warning")
        else:
            self.ask(None, self._undo(deed))

    async def _undo(self, deed: Deed) -> None:
        before, at = {task.id: deed.old(task) for task in deed.before}, self.tasks.place
        answers = self.controller.each(before, lambda store, id: store.put_back(id, **before[id]))
        refused = [str(answer) async for _, answer in answers if isinstance(answer, WzpError)]
        if refused:
            raise TransitionError(f"not undone: {few(refused)}")
        self.tell(f"undone: {deed.text}")
        self.tasks.follow(("task", deed.before[0].id), at)


def _text(row: Row, what: str) -> str:
    """Its `title`, `command`, `id` or `folder`."""
    if isinstance(row, PaneRow):
        return {"title": pane_name(row), "id": row.pane.name}.get(what, row.pane.cwd)
    return {"title": row.task.title, "id": row.task.name, "command": command_line(row.task.argv)}.get(what, row.task.cwd)
