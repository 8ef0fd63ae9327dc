"""New tasks and changed ones: first one line, then, one key further, all that a task can have."""

import os
from typing import Any

from textual import work

from wzp_tui.controller import Snapshot
from wzp_tui.store import NewSeries
from wzp_tui.store import NewTask as StoredTask
from wzp_tui.tasks.lane import DEFAULT, lane_of
from wzp_tui.tasks.parse import short_title
from wzp_tui.tasks.policy import Policy
from wzp_tui.tasks.task import Task, command_line, new_of, shell_line
from wzp_tui.tui.draft import Draft, Known, date_of, moment_of
from wzp_tui.tui.screens.asking import Asking
from wzp_tui.tui.times import now_ms
from wzp_tui.tui.undo import Deed


class Drafting(Asking):
    """New and edit."""

    _lane: str | None = ""
    """The lane of the last new task; empty: that of the workspace."""
    _folder = ""
    """Its folder."""

    def action_task_new(self) -> None:
        self.draft("")

    @work(group="question", exclusive=True)
    async def draft(self, line: str) -> None:
        """Let the user finish a new task that begins with `line`."""
        lanes = [row.lane for row in self.snapshot.lanes]
        lane = lane_of(self.workspace_of_new, lanes) if self._lane == "" else self._lane
        draft = await self._finish(Draft(line, lane, self._folder_of_new, workspace=self.workspace_of_new), "New task", is_new=True)
        if draft is not None:
            self._lane, self._folder = "" if draft.lane == lane else draft.lane, draft.cwd
            self.ask(None, self._add(draft, stored(draft)))

    @work(group="question", exclusive=True)
    async def action_task_edit(self) -> None:
        row = next(iter(self.chosen_tasks("task.edit")), None)
        if row is None:
            return
        before = draft_of(row.task)
        draft = await self._finish(before, f"Edit {row.task.name}")
        fields = changes(before, draft) if draft is not None else {}
        if fields:
            self.ask(row, self.controller.edit(row.task.id, **fields), Deed("edited", *fields))

    @work(group="question", exclusive=True)
    async def action_task_clone(self) -> None:
        """A new task like the selected one: what the form does not show is as that one has it."""
        row = next(iter(self.chosen_tasks("task.clone")), None)
        if row is None:
            return
        before = draft_of(row.task)._replace(at="", due="")
        draft = await self._finish(before, f"Clone {row.task.name}", is_new=True)
        if draft is not None:
            fields: dict[str, Any] = changes(before, draft)
            new = new_of(row.task)._replace(**fields, lane=draft.lane, place=draft.place, hold=draft.held)
            self.ask(None, self._add(draft, new))

    async def _finish(self, draft: Draft, title: str, *, is_new: bool = False) -> Draft | None:
        """What the user makes of a draft; `None` when they leave it."""
        from wzp_tui.tui.screens.new_task import NewTask
        from wzp_tui.tui.screens.task_form import TaskForm

        snapshot: Snapshot = self.snapshot
        lanes = [row.lane.name for row in snapshot.lanes] or [DEFAULT]
        found: Draft | None = await self.app.push_screen_wait(NewTask(draft, lanes if is_new else [], title=title, fixed=not is_new))
        if found is None or not found.in_full:
            return found
        known = Known(lanes, snapshot.workspaces, frozenset(row.task.id for row in snapshot.tasks))
        return await self.app.push_screen_wait(TaskForm(found, known, title=title, is_new=is_new))

    @property
    def _folder_of_new(self) -> str:
        return self._folder if os.path.isdir(self._folder) else os.getcwd()

    @property
    def workspace_of_new(self) -> str:
        """Where new tasks and panes belong: the workspace that is shown, else that of the tower."""
        own = next((row.pane.workspace for row in self.snapshot.panes if row.own), None)
        return self.workspace or own or "default"

    async def _add(self, draft: Draft, new: StoredTask) -> None:
        if draft.every:
            series = await self.controller.add_series(NewSeries(new, draft.every))
            self.tell(f"@{series} comes again: {draft.every}")
            return
        at = self.tasks.place
        self.tasks.follow(("task", await self.controller.add(new)), at)


def stored(draft: Draft) -> StoredTask:
    """The task that a draft stands for."""
    return StoredTask(
        shell_line(draft.line),
        draft.cwd,
        title=short_title(draft.title),
        workspace=draft.workspace,
        lane=draft.lane,
        place=draft.place,
        priority=draft.priority,
        after=draft.after,
        policy=_policy(draft),
        hold=draft.held,
        tags=draft.tags,
        not_before_ms=moment_of(draft.at) if draft.at else 0,
        due_ms=moment_of(draft.due) if draft.due else None,
    )


def _policy(draft: Draft) -> Policy:
    return draft.policy._replace(timeout=draft.timeout, retries=draft.retries)


def draft_of(task: Task) -> Draft:
    """A task as it would be typed; a title that is the command is left empty."""
    line = command_line(task.argv)
    title = "" if task.title == line else task.title
    return Draft(
        line,
        task.lane,
        task.cwd,
        title=title,
        place=task.place,
        priority=task.priority,
        after=task.after,
        timeout=task.policy.timeout,
        retries=task.policy.retries,
        policy=task.policy,
        workspace=task.workspace,
        tags=task.tags,
        at=date_of(task.not_before_ms if task.not_before_ms > now_ms() else None),
        due=date_of(task.due_ms),
    )


def changes(before: Draft, after: Draft) -> dict[str, object]:
    """The fields that an edit changes, as the store calls them."""
    found: dict[str, object] = {
        name: getattr(after, name)
        for name in ("cwd", "priority", "after", "workspace", "tags")
        if getattr(after, name) != getattr(before, name)
    }
    if _policy(after) != _policy(before):
        found["policy"] = _policy(after)
    if after.at != before.at:
        found["not_before_ms"] = moment_of(after.at) if after.at else 0
    if after.due != before.due:
        found["due_ms"] = moment_of(after.due) if after.due else None
    if after.line != before.line:
        found["argv"] = shell_line(after.line)
    if after.title != before.title or (after.line != before.line and not after.title):
        found["title"] = short_title(after.title) or after.line
    return found
