"""The panels of the tower: which one has the keys, and the keys that move in it and to the others."""

from textual import work
from textual.screen import Screen

from wzp_tui.tui.widgets.detail import Detail
from wzp_tui.tui.widgets.sidebar import Sidebar
from wzp_tui.tui.widgets.task_list import TaskList


class Panels(Screen[None]):
    """List, detail and sidebar."""

    tasks: TaskList
    detail: Detail
    sidebar: Sidebar

    @property
    def panel(self) -> TaskList | Sidebar | Detail:
        """The panel that has the keys."""
        return next((panel for panel in (self.sidebar, self.detail) if panel.has_focus), self.tasks)

    @property
    def _panels(self) -> list[TaskList | Sidebar | Detail]:
        return [panel for panel in (self.tasks, self.detail, self.sidebar) if panel.display]

    def action_move_down(self) -> None:
        self.panel.move(1)

    def action_move_up(self) -> None:
        self.panel.move(-1)

    def action_move_first(self) -> None:
        self.panel.jump(False)

    def action_move_last(self) -> None:
        self.panel.jump(True)

    def action_move_page_down(self) -> None:
        self.panel.page(1)

    def action_move_page_up(self) -> None:
        self.panel.page(-1)

    def action_move_section(self) -> None:
        self._lines.move_section(1)

    def action_move_section_back(self) -> None:
        self._lines.move_section(-1)

    @property
    def _lines(self) -> TaskList | Sidebar:
        """The panel with sections that has the keys; from the detail, the list."""
        return self.sidebar if self.sidebar.has_focus else self.tasks

    def action_move_fold(self) -> None:
        self.panel.fold(True)

    def action_move_unfold(self) -> None:
        self.panel.fold(False)

    def action_move_panel(self, by: int = 1) -> None:
        panels = self._panels
        panels[(panels.index(self.panel) + by) % len(panels)].focus()

    def action_move_panel_back(self) -> None:
        self.action_move_panel(-1)

    @work(group="question", exclusive=True)
    async def action_move_jump(self) -> None:
        from wzp_tui.tui.screens.jump import Jump

        panels = [panel for panel in (self.tasks, self.sidebar) if panel.display]
        if target := await self.app.push_screen_wait(Jump(sorted(panels, key=lambda panel: panel is not self.panel))):
            target.panel.focus()
            target.panel.go_to(target.key)

    def action_view_workspaces(self) -> None:
        if self.sidebar.has_focus:
            self.tasks.focus()
        else:
            self.add_class("-drawer")
            self.call_after_refresh(self.sidebar.focus)

    def action_view_tab(self) -> None:
        self.detail.turn_tab(1)
