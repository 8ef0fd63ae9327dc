"""What the commands of the table do: each asks the Controller, and nothing is shown that does not come back in a Snapshot."""

import os

from textual import work

from wzp_tui.clean import clean
from wzp_tui.commands import COMMANDS
from wzp_tui.controller import PaneRow, Snapshot, TaskRow
from wzp_tui.controller.going import Going
from wzp_tui.errors import PaneGone, WzpError
from wzp_tui.panes import Pane
from wzp_tui.store import Spot
from wzp_tui.tasks.order import order_key
from wzp_tui.tasks.task import LIVE, State
from wzp_tui.tui.listing import key_of
from wzp_tui.tui.own_tty import writer
from wzp_tui.tui.preferences import Preferences
from wzp_tui.tui.screens.asking import Row
from wzp_tui.tui.screens.drafting import Drafting
from wzp_tui.tui.screens.importing import Importing
from wzp_tui.tui.screens.lane_actions import LaneActions
from wzp_tui.tui.screens.questions import ask_close, ask_place, ask_series, ask_stop
from wzp_tui.tui.screens.row_actions import RowActions
from wzp_tui.tui.situation import fits, natural, needs_you, valid
from wzp_tui.tui.undo import ASSIGNED, Deed
from wzp_tui.tui.widgets.live import embedded
from wzp_tui.tui.words import pane_name, plural


class Actions(Drafting, Importing, RowActions, LaneActions):
    """The actions of the tower's screen."""

    _going: Going | None = None

    # -- tasks -----------------------------------------------------------------------------------------------------------------

    def action_task_retry(self) -> None:
        self.for_each("task.retry", lambda store, id: store.retry(id))

    def action_task_done(self) -> None:
        self.for_each("task.done", lambda store, id: store.done(id))

    def action_task_hold(self) -> None:
        self.for_each("task.hold", lambda store, id: store.hold(id), Deed("held", "state"))

    def action_task_release(self) -> None:
        skipped = {row.task.id for row in self.chosen_tasks("task.release") if row.task.state is State.SKIPPED}
        deed = Deed("released", "state", "after") if skipped else Deed("released", "state")
        self.for_each("task.release", lambda store, id: store.release(id, anyway=id in skipped), deed)

    def action_task_next(self) -> None:
        self.for_each("task.next", lambda store, id: store.do_next(id), Deed("put first", "next_rank"))

    def action_task_sooner(self) -> None:
        self._move("task.sooner", "before")

    def action_task_later(self) -> None:
        self._move("task.later", "behind")

    def _move(self, command: str, what: str) -> None:
        """Past one other task of their lane; those that are chosen stay together, and stay chosen."""
        rows = self.chosen_tasks(command)
        lane = rows[0].task.lane if rows else None
        rows = [row for row in rows if row.task.lane == lane]
        queue = [row.task for row in self.snapshot.tasks if row.task.lane == lane and row.task.state is State.QUEUED]
        chosen = {row.task.id for row in rows}
        queue.sort(key=order_key, reverse=what == "behind")
        ids = [task.id for task in queue]
        at = next((at for at, id in enumerate(ids) if id in chosen), 0)
        if at == 0:
            self.tell(f"it is the {'first' if what == 'before' else 'last'} that waits in {lane}")
            return
        spot = Spot(what, ids[at - 1])
        moved = sorted(rows, key=lambda row: ids.index(row.task.id))
        self.ask_each(moved, lambda store, id: store.move(id, spot=spot), Deed("moved", "next_rank", "moved_ms"))

    def action_task_archive(self) -> None:
        self.for_each("task.archive", lambda store, id: store.archive(id), Deed("archived", "archived"))

    async def _open_shell(self, cwd: str) -> None:
        at = self.tasks.place
        self.tasks.follow(("pane", await self.controller.open_shell(self.workspace_of_new, cwd)), at)

    @work(group="question", exclusive=True)
    async def action_task_assign(self) -> None:
        rows = self.chosen_tasks("task.assign")
        if not rows:
            return
        place = await self.wait_for(ask_place(rows, self.snapshot))
        if place is None:
            return
        if place.shell is not None:
            await self._assign_to_shell(rows[0], place.shell)
        else:
            lane, kind = place.lane, place.kind
            self.ask_each(rows, lambda store, id: store.assign(id, lane=lane, place=kind), Deed("assigned", *ASSIGNED))
        self.unmark()

    async def _assign_to_shell(self, row: TaskRow, pane: PaneRow) -> None:
        """Show the line with the cursor, and type only after a yes."""
        from wzp_tui.tui.screens.choose import yes_or_no

        try:
            prompt = await self.controller.shell_prompt(pane.pane.id)
        except WzpError as error:
            self.tell(str(error), "error")
            return
        question = yes_or_no(
            f"Type the start of {row.task.name} into {pane.pane.name} {pane_name(pane)}?",
            "Yes, it waits at its prompt",
            notes=[("Its cursor stands in this line:", "muted"), (f"  {prompt.rstrip() or '(an empty line)'}", "bright")],
        )
        if await self.wait_for(question):
            self.ask(row, self.controller.assign_to_shell(row.task.id, pane.pane.id, prompt), Deed("typed into a shell"))

    @work(group="question", exclusive=True)
    async def action_task_stop(self) -> None:
        rows = [row for row in self.situation().rows if fits("task.stop", row)]
        if not rows:
            return
        how = await self.wait_for(ask_stop(rows) if isinstance(rows[0], TaskRow) else ask_close(rows))
        if how is None:
            return
        tasks = [row for row in rows if isinstance(row, TaskRow)]
        waiting, live = ([row for row in tasks if (row.task.state in LIVE) is is_live] for is_live in (False, True))
        if waiting:
            self.ask_each(waiting, lambda store, id: store.cancel(id), Deed("cancelled", "state", "next_rank"))
        if live and how != "close":
            self.ask_each(live, lambda store, id: store.stop(id, how), Deed("stopped"))
        for row in rows:
            if isinstance(row, PaneRow) and how == "close":
                self.ask(row, self.controller.close(row.pane.id))
        self.unmark()

    # -- panes -----------------------------------------------------------------------------------------------------------------

    def action_pane_go(self) -> None:
        row = next(iter(self.situation().rows), None)
        if row is not None:
            self._go_to_pane(row)

    def _go_to_pane(self, row: Row) -> None:
        pane = row.pane.id if isinstance(row, PaneRow) else row.pane
        shown = self.snapshot.pane(pane) if pane is not None else None
        if shown is None:
            self.tell("its pane is not there any more")
            return
        from wzp_tui.tui.screens.pane_full import PaneFull

        name = row.task.title if isinstance(row, TaskRow) else pane_name(row)
        own = next((other.pane.workspace for other in self.snapshot.panes if other.own), None)
        if (mux := embedded(self.controller)) is not None:
            try:
                self.app.push_screen(PaneFull(mux, shown.pane.id, clean(name, 200)))
            except PaneGone as error:
                self.tell(str(error), "error")
        elif own is not None and own != shown.pane.workspace:
            self.ask(row, self._go_elsewhere(shown.pane, clean(name, 200)))
        else:
            self.ask(row, self.controller.focus(shown.pane.id))

    async def _go_elsewhere(self, pane: Pane, name: str) -> None:
        """To a pane of a workspace that WezTerm does not show: by the helper in its config; without one, to look at it here."""
        if self._going is None:
            self._going = Going(self.controller.mux, writer(self.app))
        if await self._going.to(pane):
            return
        from wzp_tui.tui.screens.pane_full import PaneWatch

        why = f"it stands in workspace {clean(pane.workspace, 60)}, which WezTerm does not show now"
        self.app.push_screen(PaneWatch(self.controller, pane.id, name, why))
        if hint := self._going.hint():
            self.tell(hint)

    def action_pane_new(self) -> None:
        row = next(iter(self.situation().rows), None)
        cwd = row.pane.cwd if isinstance(row, PaneRow) else row.task.cwd if row else ""
        self.ask(None, self._open_shell(cwd if os.path.isdir(cwd) else os.getcwd()))

    @work(group="question", exclusive=True)
    async def action_series_edit(self) -> None:
        series = self.situation().series
        if series is None:
            return
        does = await self.wait_for(ask_series(series, self.clock()))
        if does == "run":
            self.ask(None, self._run_series(series.id))
        elif does == "remove":
            self.ask(None, self.controller.remove_series(series.id))
        elif does is not None:
            self.ask(None, self.controller.pause_series(series.id, does == "pause"))

    async def _run_series(self, series: int) -> None:
        at = self.tasks.place
        self.tasks.follow(("task", await self.controller.run_series(series)), at)

    # -- looking ---------------------------------------------------------------------------------------------------------------

    async def action_row_open(self) -> None:
        if self.sidebar.has_focus and not self.situation().rows:
            self.open_line()
        elif rows := self.situation().rows:
            await self.run_action(natural(rows[0]).replace(".", "_"))
        else:
            self.tasks.fold(False)

    def action_row_mark(self) -> None:
        self.tasks.mark()

    def action_row_mark_all(self) -> None:
        self.tasks.mark_all()

    def action_view_log(self) -> None:
        from wzp_tui.tui.screens.log_full import LogFull

        row = next((row for row in self.situation().rows if isinstance(row, TaskRow) and row.run), None)
        if row is not None and row.run is not None:
            self.app.push_screen(LogFull(self.controller, row.run, clock=self.clock))

    def action_view_logs(self) -> None:
        from wzp_tui.tui.screens.all_logs import AllLogs

        self.app.push_screen(AllLogs(self.controller, clock=self.clock))

    @work(group="question", exclusive=True)
    async def action_view_graph(self) -> None:
        from wzp_tui.tui.screens.graph import Graph

        row = next((row for row in self.situation().rows if isinstance(row, TaskRow)), None)
        chosen = await self.app.push_screen_wait(Graph(self.controller, row.task.id if row else None, clock=self.clock))
        if chosen is not None and not self.tasks.reveal(chosen):
            self.tell(f"#{chosen} is not in this view; Esc clears the filter")

    def action_move_needs(self) -> None:
        rows = [row for row in self.tasks.rows if isinstance(row, TaskRow) and needs_you(row)]
        if rows:
            current = self.tasks.current
            at = next((index for index, row in enumerate(rows) if row is current), -1)
            self.tasks.focus()
            self.tasks.go_to(key_of(rows[(at + 1) % len(rows)]))

    @work(group="question", exclusive=True)
    async def action_view_theme(self) -> None:
        """Each theme is seen while it is looked at; the chosen one is kept in the config file."""
        from wzp_tui.tui.screens.choose import Choice
        from wzp_tui.tui.screens.palette import Palette

        if isinstance(self.app, Preferences) and self.app.colorless:
            self.tell("NO_COLOR is set, so no theme has colours")
            return
        before, names = self.app.theme, sorted(self.app.available_themes)
        choices = [Choice("", name, "dark" if self.app.available_themes[name].dark else "light", name) for name in names]
        chosen = await self.app.push_screen_wait(Palette("Theme", choices, at=names.index(before), looked_at=self._try))
        self.app.theme = chosen or before
        if chosen and chosen != before and isinstance(self.app, Preferences):
            self.ask(None, self.app.keep_theme(chosen))

    def _try(self, theme: str) -> None:
        self.app.theme = theme

    # -- the tower -------------------------------------------------------------------------------------------------------------

    def action_tower_help(self) -> None:
        from wzp_tui.tui.screens.help import Help

        self.app.push_screen(Help(self.situation()))

    @work(group="question", exclusive=True)
    async def action_tower_palette(self) -> None:
        from wzp_tui.tui.screens.palette import command_palette

        situation = self.situation()
        commands = [each for each in COMMANDS if not each.inside and valid(each.id, situation)]
        if command := await self.app.push_screen_wait(command_palette(self.app, commands, situation)):
            await self.run_action(command.action)

    @work(group="question", exclusive=True)
    async def action_tower_close(self) -> None:
        from wzp_tui.tui.screens.questions import ask_quit

        snapshot: Snapshot = self.snapshot
        runs = len(snapshot.open_runs)
        if snapshot.mux.kind != "embedded":
            self.app.exit(message=f"{plural(runs, 'run')} go{'es' if runs == 1 else ''} on." if runs else None)
        elif not snapshot.panes or await self.wait_for(ask_quit(snapshot.panes, runs)):
            self.app.exit(message=f"{plural(runs, 'run')} go{'es' if runs == 1 else ''} on without a pane." if runs else None)
