"""Where embedded panes stand: workspaces hold windows, windows tabs, tabs panes. Plain data; no process, no screen."""

from wzp_tui.errors import PaneGone
from wzp_tui.mux import Beside, NewTab, Place


class Window:
    """A window belongs to one workspace."""

    def __init__(self, number: int, workspace: str) -> None:
        self.number = number
        self.workspace = workspace


class Tab:
    """The panes of one tab, in order; there is always one."""

    def __init__(self, number: int, window: Window, title: str) -> None:
        self.number = number
        self.window = window
        self.title = title
        self.panes: list[int] = []
        self.active = 0


class Places:
    """All tabs, and the pane that has the focus."""

    def __init__(self) -> None:
        self._tabs: dict[int, Tab] = {}
        self._windows: dict[str, Window] = {}
        self._next = 0
        self.focused: int | None = None

    def ordered(self) -> list[tuple[Tab, int]]:
        """Every pane with its tab, by window, tab and place."""
        tabs = sorted({tab.number: tab for tab in self._tabs.values()}.values(), key=lambda tab: (tab.window.number, tab.number))
        return [(tab, pane) for tab in tabs for pane in tab.panes]

    def tab_of(self, pane: int) -> Tab:
        """The tab of the pane; PaneGone where there is none."""
        try:
            return self._tabs[pane]
        except KeyError:
            raise PaneGone(f"there is no pane %{pane}; it has been closed") from None

    def add(self, pane: int, place: Place) -> None:
        """Give the pane its place."""
        match place:
            case Beside(beside, side):
                tab = self.tab_of(beside)
                at = tab.panes.index(beside) + (side in ("right", "bottom"))
            case NewTab(workspace, title):
                tab, at = Tab(self._number(), self._window(workspace), title), 0
        tab.panes.insert(at, pane)
        self._tabs[pane] = tab
        tab.active = tab.active or pane

    def remove(self, pane: int) -> None:
        """Take the pane away, and with it what it leaves empty."""
        tab = self._tabs.pop(pane)
        tab.panes.remove(pane)
        if tab.active == pane:
            tab.active = tab.panes[-1] if tab.panes else 0
        if self.focused == pane:
            self.focused = tab.active or None
        if not tab.panes and all(other.window is not tab.window for other in self._tabs.values()):
            self._windows = {name: window for name, window in self._windows.items() if window is not tab.window}

    def focus(self, pane: int) -> None:
        """Make it the active pane of its tab, and the one that gets the keys."""
        self.tab_of(pane).active = pane
        self.focused = pane

    def _window(self, workspace: str) -> Window:
        if workspace not in self._windows:
            self._windows[workspace] = Window(self._number(), workspace)
        return self._windows[workspace]

    def _number(self) -> int:
        self._next += 1
        return self._next
