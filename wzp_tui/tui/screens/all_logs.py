"""Lines of the logs of all runs: found by task, level, time and text, and opened where they stand."""

from collections.abc import Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input

from wzp_tui.clean import clean
from wzp_tui.commands import BY_ID
from wzp_tui.controller import Controller
from wzp_tui.errors import WzpError
from wzp_tui.logs.export import Saved
from wzp_tui.logs.query import Query, parse_query
from wzp_tui.logs.search_all import MOST, SearchAll
from wzp_tui.store import Run
from wzp_tui.tasks.outcome import exit_words
from wzp_tui.tasks.parse import duration_words
from wzp_tui.tui import clipboard
from wzp_tui.tui.bindings import shown_key
from wzp_tui.tui.saving import save_lines
from wzp_tui.tui.screens.log_full import ERRORS, LogFull
from wzp_tui.tui.screens.log_keys import LogKeys
from wzp_tui.tui.screens.save import Save, SaveAs
from wzp_tui.tui.screens.sheet import SheetLine
from wzp_tui.tui.times import Clock, moment, now_ms
from wzp_tui.tui.widgets.hits import HitRow, Hits
from wzp_tui.tui.widgets.lines import LineView
from wzp_tui.tui.words import plural

_PAUSE = 0.25
"""Seconds without a key after which what was typed is looked for."""
_RUNS = 5000
"""Logs that are looked through, at most."""


class AllLogs(LogKeys):
    """Begins with the lines that tell of errors, those of the newest run first."""

    def __init__(self, controller: Controller, asked: str = ERRORS, *, clock: Clock = now_ms) -> None:
        super().__init__(clock)
        self._controller = controller
        self._hits, self._heading, self._about = Hits(clock), SheetLine(), SheetLine()
        self._input = Input(f"{asked} ", placeholder="task:12 level:error since:10m text", compact=True, select_on_focus=False)
        self._query = Query()
        self._runs: Sequence[Run] = ()
        self._search: SearchAll | None = None
        self._shown = 0
        self._problem = ""
        self._typing: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self._heading
        with Horizontal(classes="search"):
            yield SheetLine((shown_key(self.app, BY_ID["log.search"]), "focus"))
            yield self._input
        yield self._hits
        yield self._about
        yield self.footer

    def on_mount(self) -> None:
        self._hits.focus()
        self.footer.offer("row.open", "log.search", "log.copy", "log.mark", "log.save", "log.editor", "log.pager", "log.leave")
        self._say()

    # -- looking ---------------------------------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self) -> None:
        if self._typing:
            self._typing.stop()
        if self._input.has_focus:
            self._typing = self.set_timer(_PAUSE, self._look)
        else:  # a timer of no time divides by it
            self._look()

    @on(Input.Submitted)
    def _asked(self) -> None:
        self._typed()
        self._hits.focus()

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        """Look for what was typed; what was looked for before is given up."""
        self._problem, self._search = "", None
        try:
            query = self._query = parse_query(self._input.value)
            since_ms = self.clock() - int(query.since * 1000) if query.since else 0
            self._runs = await self._controller.ask(lambda store: store.recent_runs(query.tasks, since_ms=since_ms, limit=_RUNS))
        except WzpError as error:
            self._problem = str(error)
            self._say()
            return
        self._search = SearchAll([self._controller.folder.log(run.id) for run in self._runs], query)
        self._shown = -1
        self._say()
        await self._search.run(self._found)

    def _found(self) -> None:
        search = self._search
        if search and self.is_attached and len(search.found) != self._shown:
            self._shown = len(search.found)
            self._hits.show([HitRow(self._runs[each.log], hit) for each in search.found for hit in each.hits])
        self._say()

    def _say(self) -> None:
        search = self._search
        if self._problem:
            told = (self._problem, "failed")
        elif search is None:
            told = ("looking …", "muted")
        elif search.problem:
            told = (f"the search {search.problem}", "failed")
        else:
            found = f"{plural(search.count, 'line')} in {len(search.found)} of {plural(len(self._runs), 'log')}"
            more = "" if search.done else f" · looking, {search.looked} so far …"
            more = f" · the older ones were not looked through after {MOST} lines" if search.cut_short else more
            told = (found + more, "muted")
        since = f" · of runs in the last {duration_words(self._query.since)}: lines bear no time" if self._query.since else ""
        self._heading.update(("All logs  ", "bright"), told, (since, "faint"))
        self._hits.empty = self._empty()
        self._tell_about()

    def _empty(self) -> str:
        search = self._search
        if self._problem or search is None or not search.done or search.found:
            return ""
        return f"No such line in {plural(len(self._runs), 'log')}." if self._runs else "Nothing has run that fits."

    @on(LineView.Moved)
    def _tell_about(self) -> None:
        """Say to which run the line belongs."""
        row = self._hits.current
        if row is None:
            self._about.update()
            return
        run, task = row.run, self._controller.snapshots.value.task(row.run.task)
        facts = [f"attempt {run.attempt}"] if run.attempt > 1 else []
        facts.append(f"began {moment(run.started_ms)}")
        facts.append("runs" if run.took_ms is None else f"ran {duration_words(run.took_ms / 1000)}")
        facts += [] if run.open else [clean(exit_words(run.exit, run.signal, run.reason), 100)]
        title = clean(task.task.title, 100) if task else ""
        self._about.update((f"#{run.task} ", "muted"), (title, "bright"), ("  " + " · ".join(facts), "muted"))

    # -- what is done ----------------------------------------------------------------------------------------------------------

    def action_log_search(self) -> None:
        self._input.focus()

    def action_log_leave(self) -> None:
        """Out of the line that is typed into; out of the screen."""
        if self._input.has_focus:
            self._hits.focus()
        elif self._hits.marked:
            self._hits.unmark()
        else:
            self.dismiss(None)

    @on(LineView.Opened)
    def action_row_open(self) -> None:
        if row := self._hits.current:
            self.app.push_screen(LogFull(self._controller, row.run, offset=row.hit.offset, pattern=self._query.pattern, clock=self.clock))

    def action_log_mark(self) -> None:
        self._hits.mark()

    def action_log_copy(self) -> None:
        if rows := self._hits.chosen:
            clipboard.copy(self.app, "\n".join(row.hit.text for row in rows))
            self.copied(len(rows))

    @work(group="question", exclusive=True)
    async def action_log_save(self) -> None:
        rows = self._hits.chosen if self._hits.marked else list(self._hits.rows)
        if not rows:
            self.tell("there is no line to save", "warning")
            return

        async def write(answer: SaveAs, replace: bool) -> Saved:
            lines = (f"{moment(row.run.started_ms)}  {row.name}  {row.hit.text}" for row in rows)
            return save_lines(lines, answer.path, replace=replace)

        which = "the marked lines" if self._hits.marked else f"the {plural(len(rows), 'line')} shown"
        await self.save(Save("lines.log", [which], only_clean=True), write)

    @work(group="outside")
    async def action_log_editor(self) -> None:
        if row := self._hits.current:
            await self.lend_terminal("editor", self._controller.folder.log(row.run.id), row.hit.offset)

    @work(group="outside")
    async def action_log_pager(self) -> None:
        if row := self._hits.current:
            await self.lend_terminal("pager", self._controller.folder.log(row.run.id), row.hit.offset)

    # -- moving ----------------------------------------------------------------------------------------------------------------

    def action_move_down(self) -> None:
        self._hits.move(1)

    def action_move_up(self) -> None:
        self._hits.move(-1)

    def action_move_first(self) -> None:
        self._hits.jump(False)

    def action_move_last(self) -> None:
        self._hits.jump(True)

    def action_move_page_down(self) -> None:
        self._hits.page(1)

    def action_move_page_up(self) -> None:
        self._hits.page(-1)
