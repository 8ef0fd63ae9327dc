"""The log of a run on the whole screen: read, searched, marked, copied, saved, and handed to other programs."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from wzp_tui.clean import clean
from wzp_tui.commands import BY_ID
from wzp_tui.controller import Controller
from wzp_tui.errors import UsageError
from wzp_tui.logs.export import Saved
from wzp_tui.logs.gap import size_words
from wzp_tui.store import Run
from wzp_tui.tui.bindings import shown_key
from wzp_tui.tui.looks import task_look
from wzp_tui.tui.saving import save_bytes, save_found
from wzp_tui.tui.screens.log_keys import LogKeys
from wzp_tui.tui.screens.save import Save, SaveAs
from wzp_tui.tui.screens.sheet import SheetLine
from wzp_tui.tui.times import Clock, now_ms
from wzp_tui.tui.widgets.log_view import LogView

ERRORS = "level:error"
"""What is looked for in all logs to begin with."""
_LOOKS = 1.0
"""Seconds between two looks at what becomes of the run."""


class LogFull(LogKeys):
    """The log of one run. That of a failed run opens at its last failing lines; with `offset` it opens there."""

    def __init__(self, controller: Controller, run: Run, *, offset: int | None = None, pattern: str = "", clock: Clock = now_ms) -> None:
        super().__init__(clock)
        self._controller, self._run = controller, run
        self._path = controller.folder.log(run.id)
        self._view = LogView(self._path, at_failure=offset is None and bool(run.exit))
        self._at, self._pattern = offset, pattern
        self._heading = SheetLine()
        self._input = Input(placeholder="a regular expression", compact=True)
        self._search = Horizontal(classes="search")

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._view
        with self._search:
            yield SheetLine((shown_key(self.app, BY_ID["log.search"]), "focus"))
            yield self._input
        yield self.footer

    def on_mount(self) -> None:
        self._search.display = False
        self._look()
        self.set_interval(_LOOKS, self._look)
        self.watch(self._view, "note", self._offer)
        self._view.focus()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if self._at is not None:
            self._view.go_to(self._at)
            if self._pattern:
                self._view.search(self._pattern, self._at)

    def _look(self) -> None:
        """Say how the run goes on."""
        task = self._controller.snapshots.value.task(self._run.task)
        if task is not None and task.run is not None and task.run.id == self._run.id:
            self._run = task.run
        self._view.ended = not self._run.open
        title = clean(task.task.title, 400) if task else ""
        is_last = task is not None and task.run is not None and task.run.id == self._run.id
        state, reason = (task.word, task.reason) if task and is_last else (f"attempt {self._run.attempt}", "")
        missing = f"  {size_words(self._view.missing)} are missing" if self._view.missing else ""
        role = task_look(task).role if task and is_last else "muted"
        self._heading.update(
            (f"#{self._run.task} ", "muted"),
            (title, "bright"),
            (f"   {clean(state, 100)}", role),
            (f"  {clean(reason, 400)}", "muted"),
            (missing, "limited"),
        )

    def _offer(self) -> None:
        """The keys that do something now."""
        if self._view.is_choosing:
            self.footer.offer("log.mark", "log.copy", "log.save", "move.down", "move.up", "log.leave")
        else:
            found = ("log.next",) if self._view.is_searched else ()
            rest = ("log.search", "log.error", "log.wrap", "log.copy", "log.mark", "log.save", "log.pager", "log.editor", "log.leave")
            self.footer.offer(*found, *rest)

    # -- moving ----------------------------------------------------------------------------------------------------------------

    def action_move_down(self) -> None:
        self._view.move(1)

    def action_move_up(self) -> None:
        self._view.move(-1)

    def action_move_page_down(self) -> None:
        self._view.page(1)

    def action_move_page_up(self) -> None:
        self._view.page(-1)

    def action_move_first(self) -> None:
        self._view.jump(False)

    def action_move_last(self) -> None:
        self._view.jump(True)

    def action_move_fold(self) -> None:
        self._view.action_scroll_left()

    def action_move_unfold(self) -> None:
        self._view.action_scroll_right()

    # -- finding ---------------------------------------------------------------------------------------------------------------

    def action_log_search(self) -> None:
        self._search.display = True
        self._input.focus()

    @on(Input.Submitted)
    def _asked(self) -> None:
        self._end_search()
        try:
            self._view.search(self._input.value)
        except UsageError as error:
            self.tell(str(error), "error")
        self._offer()

    def _end_search(self) -> None:
        self._search.display = False
        self._view.focus()

    def action_log_next(self) -> None:
        self._view.next_match()

    def action_log_previous(self) -> None:
        self._view.previous_match()

    def action_log_error(self) -> None:
        self._view.go_to_error()

    def action_log_error_before(self) -> None:
        self._view.go_to_error(backwards=True)

    # -- lines -----------------------------------------------------------------------------------------------------------------

    def action_log_wrap(self) -> None:
        self._view.action_toggle_wrap()

    def action_log_mark(self) -> None:
        self._view.mark()
        self._offer()

    def action_log_copy(self) -> None:
        self._view.copy_shown()

    @work(group="question", exclusive=True)
    async def action_log_save(self) -> None:
        log, marked, pattern = self._view.log_file, self._view.marked_bytes, self._view.pattern
        if log is None or not log.size:
            self.tell("there is no output to save", "warning")
            return
        first, after = marked or (0, log.size)
        lines = ["the marked lines"] * bool(marked) + ["the whole log"] + [f"lines with /{pattern}/"] * bool(pattern)

        async def write(answer: SaveAs, replace: bool) -> Saved:
            if answer.lines.startswith("lines with"):
                return await save_found(self._path, pattern, answer.path, raw=answer.raw, replace=replace)
            place = (first, after) if answer.lines == "the marked lines" else (0, log.size)
            return await save_bytes(self._path, *place, answer.path, raw=answer.raw, replace=replace)

        await self.save(Save(f"task-{self._run.task}.{self._run.attempt}.log", lines), write)

    @work(group="outside")
    async def action_log_pager(self) -> None:
        await self.lend_terminal("pager", self._path, self._view.line_here)

    @work(group="outside")
    async def action_log_editor(self) -> None:
        await self.lend_terminal("editor", self._path, self._view.line_here)

    # -- other screens ---------------------------------------------------------------------------------------------------------

    def action_view_logs(self) -> None:
        from wzp_tui.tui.screens.all_logs import AllLogs

        if any(isinstance(screen, AllLogs) for screen in self.app.screen_stack):
            self.dismiss(None)
        else:
            self.app.push_screen(AllLogs(self._controller, self._view.pattern or ERRORS, clock=self.clock))

    def action_log_leave(self) -> None:
        """One step back: out of the search line, out of marking, out of the log."""
        if self._search.display:
            self._end_search()
        elif self._view.is_choosing or self._view.selection:
            self._view.stop_marking()
            self._offer()
        else:
            self.dismiss(None)
