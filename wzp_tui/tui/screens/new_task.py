"""A new task in one line: a command, and where it goes."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from wzp_tui.tui.draft import Draft, problem
from wzp_tui.tui.screens.sheet import Foot, Sheet, SheetLine
from wzp_tui.tui.widgets.line_box import LineBox
from wzp_tui.tui.words import folder


class NewTask(Sheet[Draft]):
    """Answers with a draft that has no problem."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Queue", priority=True),
        Binding("tab", "lane", "Lane", priority=True),
        Binding("ctrl+o", "hold", "Hold", priority=True),
        Binding("ctrl+j", "line", "Line", priority=True),
        Binding("ctrl+e", "in_full", "More", priority=True),
    ]

    def __init__(self, draft: Draft, lanes: Sequence[str], *, title: str = "New task", fixed: bool = False) -> None:
        super().__init__()
        self._draft, self._title, self._fixed = draft, title, fixed
        self._lanes: list[str | None] = [*lanes, None]
        self._text = LineBox(draft.line)
        self._heading, self._foot = SheetLine(), Foot()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._heading
            yield self._text
            yield self._foot

    def on_mount(self) -> None:
        self._text.focus()
        self._text.move_cursor(self._text.document.end)
        self._say()

    def on_text_area_changed(self) -> None:
        self._draft = self._draft._replace(line=self._text.text)
        self._say()

    def _say(self) -> None:
        wrong = problem(self._draft) if self._draft.line.strip() else ""
        lane = f"lane {self._draft.lane}" if self._draft.lane else "a pane of its own"
        where = [] if self._fixed else [("  → ", "faint"), (lane, "running"), ("  held" if self._draft.held else "", "limited")]
        self._heading.update((self._title, "bright"), *where, ("  in ", "faint"), (folder(self._draft.cwd), "muted"))
        if wrong:
            self._foot.say(wrong)
            return
        keys = [("Enter", "Change" if self._fixed else "Queue")]
        keys += [] if self._fixed else [("Tab", "Lane"), ("^o", "Release" if self._draft.held else "Hold")]
        self._foot.offer(*keys, ("^e", "More"), ("^j", "Line break"), ("Esc", "Leave"))

    def action_lane(self) -> None:
        if not self._fixed:
            at = self._lanes.index(self._draft.lane) if self._draft.lane in self._lanes else -1
            self._draft = self._draft._replace(lane=self._lanes[(at + 1) % len(self._lanes)])
            self._say()

    def action_hold(self) -> None:
        if not self._fixed:
            self._draft = self._draft._replace(held=not self._draft.held)
            self._say()

    def action_line(self) -> None:
        self._text.insert("\n")

    def action_in_full(self) -> None:
        self.dismiss(self._draft._replace(line=self._text.text, in_full=True))

    def action_accept(self) -> None:
        draft = self._draft._replace(line=self._text.text)
        if wrong := problem(draft):
            self._foot.say(wrong)
        else:
            self.dismiss(draft._replace(line=draft.line.strip()))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
