"""All of a new task, or of one that is edited: a field a line, checked as it is typed."""

from pathlib import PurePath
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, Static, TextArea

from wzp_tui.errors import UsageError
from wzp_tui.tui.draft import FIELDS, Draft, Field, Known, conflict
from wzp_tui.tui.screens.sheet import Foot, Sheet, SheetLine
from wzp_tui.tui.widgets.line_box import LineBox

FRAME = 6
"""Lines of the sheet that are no fields."""


class FieldRow(Vertical):
    """A label, what is typed, and under it what is wrong with that."""

    def __init__(self, field: Field, text: str, known: Known) -> None:
        super().__init__()
        self.field, self._known = field, known
        self.choices = field.choices(known)
        self._was = text
        self._wrong = Static(markup=False, classes="wrong")
        self.box: Input | TextArea = LineBox(text) if field.name == "line" else Input(text, compact=True, select_on_focus=False)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield SheetLine((self.field.label, "muted"))
            yield self.box
        yield self._wrong

    def on_mount(self) -> None:
        self._wrong.display = False

    @property
    def text(self) -> str:
        """What is typed."""
        return self.box.text if isinstance(self.box, TextArea) else self.box.value.strip()

    @property
    def touched(self) -> bool:
        """The user typed something else than was there."""
        return self.text != self._was

    def read(self) -> dict[str, Any] | None:
        """What it makes of the draft; `None` where it is wrong, which is shown."""
        found, wrong = None, ""
        try:
            found = self.field.read(self.text, self._known)
        except UsageError as error:
            wrong = str(error)
        self._wrong.update(wrong)
        self._wrong.display = bool(wrong)
        return found

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self) -> None:
        if self.touched or self._wrong.display:
            self.read()

    def turn(self, by: int) -> bool:
        """Take the next of the choices; `False` where there are none."""
        if isinstance(self.box, Input) and self.choices:
            at = self.choices.index(self.text) if self.text in self.choices else -1 if by > 0 else 0
            self.box.value = self.choices[(at + by) % len(self.choices)]
            self.box.cursor_position = len(self.box.value)
        return bool(self.choices)


class TaskForm(Sheet[Draft]):
    """Answers with a draft that has no problem."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["sheet.tcss", "task_form.tcss"]  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Queue", priority=True),
        Binding("tab", "field(1)", "Next", priority=True),
        Binding("shift+tab", "field(-1)", "Before", priority=True),
        Binding("ctrl+j", "line", "Line", priority=True),
        Binding("down", "turn(1)", "Next choice"),
        Binding("up", "turn(-1)", "Choice before"),
    ]

    def __init__(self, draft: Draft, known: Known, *, title: str = "New task", is_new: bool = True) -> None:
        super().__init__()
        self._draft, self._title, self._is_new = draft, title, is_new
        self._rows = [FieldRow(field, field.write(draft), known) for field in FIELDS if is_new or not field.when_new]
        self._scroll = VerticalScroll(can_focus=False)
        self._help = SheetLine()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield SheetLine((self._title, "bright"))
            with self._scroll:
                yield from self._rows
            yield self._help
            does = "Queue" if self._is_new else "Change"
            yield Foot(("Enter", does), ("Tab", "Next field"), ("Esc", "Leave"))

    def on_mount(self) -> None:
        box = self._rows[0].box
        box.focus()
        if isinstance(box, TextArea):
            box.move_cursor(box.document.end)

    def on_resize(self, event: events.Resize) -> None:
        self._scroll.styles.max_height = max(3, int(event.size.height * 0.8) - FRAME)

    @property
    def _at(self) -> int:
        return next((index for index, row in enumerate(self._rows) if row.box.has_focus), 0)

    @on(events.DescendantFocus)
    def _say(self) -> None:
        row = self._rows[self._at]
        choose = (("  ↑ ↓", "focus"), (" choose", "muted")) if row.choices else ()
        self._help.update((row.field.help, "text"), *choose)

    def action_field(self, by: int) -> None:
        self.set_focus(self._rows[(self._at + by) % len(self._rows)].box)  # at once: the next key is for it

    def action_turn(self, by: int) -> None:
        if not self._rows[self._at].turn(by):
            self.action_field(by)

    def action_line(self) -> None:
        if isinstance(box := self._rows[self._at].box, TextArea):
            box.insert("\n")

    def action_accept(self) -> None:
        draft = self._draft
        wrong = None
        for row in self._rows:
            found = row.read()
            if found is None:
                wrong = wrong or row
            else:
                draft = draft._replace(**found)
        if wrong is None and (why := conflict(draft)):
            self._help.update((why, "failed"))
        elif wrong is None:
            self.dismiss(draft)
        else:
            wrong.box.focus()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
