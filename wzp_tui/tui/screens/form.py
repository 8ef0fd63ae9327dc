"""A form: a field a line, each checked as it is typed."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Any, ClassVar, TypeVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, Static, TextArea

from wzp_tui.errors import UsageError
from wzp_tui.tui.screens.sheet import Foot, Sheet, SheetLine
from wzp_tui.tui.widgets.line_box import LineBox

T = TypeVar("T")
FRAME = 6
"""Lines of the sheet that are no fields."""
LABEL, LONGEST = 12, 20
"""Columns of the labels: at least, at most."""


class FieldRow(Vertical):
    """A label, what is typed, and under it what is wrong with that."""

    def __init__(
        self, label: str, help: str, text: str, read: Callable[[str], Any], choices: Sequence[str] = (), *, breaks: bool = False
    ) -> None:
        """`read` makes a value of the text, or raises `UsageError`; ↑ and ↓ go through `choices`; a text with `breaks` has many lines."""
        super().__init__()
        self.label, self.help, self.choices = label, help, choices
        self._was, self._read = text, read
        self._wrong = Static(markup=False, classes="wrong")
        self.box: Input | TextArea = LineBox(text) if breaks else Input(text, compact=True, select_on_focus=False)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield SheetLine((self.label, "muted"))
            yield self.box
        yield self._wrong

    def on_mount(self) -> None:
        self._wrong.display = False

    def indent(self, columns: int) -> None:
        """Give the label so much room."""
        self.query_one(SheetLine).styles.width = columns
        self._wrong.styles.padding = (0, 1, 0, columns + 1)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.box.text if isinstance(self.box, TextArea) else self.box.value

    @property
    def touched(self) -> bool:
        """The user typed something else than was there."""
        return self.text != self._was

    def read(self) -> tuple[Any] | None:
        """The one value that it stands for; `None` where it is wrong, which is shown."""
        found, wrong = None, ""
        try:
            found = (self._read(self.text),)
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
            text = self.text.strip()
            at = self.choices.index(text) if text in self.choices else -1 if by > 0 else 0
            self.box.value = self.choices[(at + by) % len(self.choices)]
            self.box.cursor_position = len(self.box.value)
        return bool(self.choices)


class Form(Sheet[T]):
    """Answers when nothing in it is wrong."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["sheet.tcss", "form.tcss"]  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Accept", priority=True),
        Binding("tab", "field(1)", "Next", priority=True),
        Binding("shift+tab", "field(-1)", "Before", priority=True),
        Binding("ctrl+j", "line", "Line", priority=True),
        Binding("down", "turn(1)", "Next choice"),
        Binding("up", "turn(-1)", "Choice before"),
    ]

    def __init__(self, title: str, rows: Sequence[FieldRow], does: str, wrong: str = "") -> None:
        """`does`: what Enter does; `wrong`: what was wrong with all of it when it was tried."""
        super().__init__()
        self._title, self._rows, self._wrong = title, rows, wrong
        self._scroll = VerticalScroll(can_focus=False)
        self._help, self._foot = SheetLine(), Foot(("Enter", does), ("Tab", "Next field"), ("Esc", "Leave"))

    @abstractmethod
    def answer(self, found: Sequence[Any]) -> T:
        """What the values of the fields make together, or `UsageError`."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield SheetLine((self._title, "bright"))
            with self._scroll:
                yield from self._rows
            yield self._help
            yield self._foot

    def on_mount(self) -> None:
        longest = max(cell_len(row.label) for row in self._rows)
        for row in self._rows:
            row.indent(max(LABEL, min(longest + 2, LONGEST)))
        box = self._rows[0].box
        box.focus()
        if isinstance(box, TextArea):
            box.move_cursor(box.document.end)
        self._foot.say(self._wrong)

    def on_resize(self, event: events.Resize) -> None:
        self._scroll.styles.max_height = max(3, int(event.size.height * 0.8) - FRAME)

    @property
    def _at(self) -> int:
        return next((index for index, row in enumerate(self._rows) if row.box.has_focus), 0)

    @on(events.DescendantFocus)
    def _say(self) -> None:
        row = self._rows[self._at]
        choose = (("  ↑ ↓", "focus"), (" choose", "muted")) if row.choices else ()
        self._help.update((row.help, "text"), *choose)

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self) -> None:
        if any(row.touched for row in self._rows):
            self._foot.say("")

    def action_field(self, by: int) -> None:
        self.set_focus(self._rows[(self._at + by) % len(self._rows)].box)  # at once: the next key is for it

    def action_turn(self, by: int) -> None:
        if not self._rows[self._at].turn(by):
            self.action_field(by)

    def action_line(self) -> None:
        if isinstance(box := self._rows[self._at].box, TextArea):
            box.insert("\n")

    def action_accept(self) -> None:
        read = [(row, row.read()) for row in self._rows]
        wrong = next((row for row, found in read if found is None), None)
        if wrong is not None:
            wrong.box.focus()
            return
        try:
            self.dismiss(self.answer([found[0] for _, found in read if found is not None]))
        except UsageError as error:
            self._foot.say(str(error))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
