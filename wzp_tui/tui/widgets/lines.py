"""A list of one-line rows that renders only the lines it shows, and keeps cursor and place by key while its rows change."""

from abc import abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from wzp_tui.tui.looks import UNICODE, Glyphs
from wzp_tui.tui.painting import dimmed, strip
from wzp_tui.tui.theming import Inks, inks_of
from wzp_tui.tui.widgets.wheel import Wheel

R = TypeVar("R")


class LineView(Wheel, Generic[R], can_focus=True):
    """Rows, one line each. Subclasses say what a row's key is and what its line looks like."""

    ground: ClassVar[str] = "ground"
    """The role of its ground."""

    class Moved(Message):
        """The cursor stands on another row, or on another state of it."""

        def can_replace(self, message: Message) -> bool:
            """Only the last place counts."""
            return isinstance(message, LineView.Moved)

    class Scrolled(Message):
        """Other rows may be shown than before; the cursor stands where it stood."""

        def can_replace(self, message: Message) -> bool:
            """Only the last place counts."""
            return isinstance(message, LineView.Scrolled)

    class Opened(Message):
        """A row was clicked twice: the user wants to open it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.rows: Sequence[R] = ()
        self.cursor = 0
        """The index of the row that the cursor stands on."""
        self.top = 0
        """The index of the first row that is shown."""
        self._labels: Mapping[Hashable, str] = {}
        self._painted: dict[int, Strip] = {}
        """What the screen shows, by line."""

    # -- for subclasses --------------------------------------------------------------------------------------------------------

    @abstractmethod
    def key(self, row: R) -> Hashable | None:
        """What names a row across updates; `None` for one that the cursor passes over."""

    @abstractmethod
    def paint(self, row: R, width: int, at_cursor: bool) -> Strip:
        """The line of a row."""

    def index(self, key: Hashable) -> int | None:
        """The index of the row of this key."""
        return next((index for index, row in enumerate(self.rows) if self.key(row) == key), None)

    # -- what is there ---------------------------------------------------------------------------------------------------------

    @property
    def inks(self) -> Inks:
        """The styles of the theme."""
        return inks_of(self.app.current_theme)

    @property
    def glyphs(self) -> Glyphs:
        """The signs in use."""
        return getattr(self.app, "glyphs", UNICODE)

    @property
    def current(self) -> R | None:
        """The row that the cursor stands on."""
        return self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) and self.key(self.rows[self.cursor]) is not None else None

    def show(self, rows: Sequence[R]) -> None:
        """Replace the rows. The cursor stays on its row, and that row on its line of the screen; if it is gone, the place stays."""
        before = self.current
        key = self.key(before) if before is not None else None
        on_line = self.cursor - self.top
        self.rows = rows
        found = self.index(key) if key is not None else None
        if found is None:
            found = self._stop(min(self.cursor, len(rows) - 1), 1)
        self.cursor = found
        self.top = found - on_line
        self._settle()
        if self.current != before:
            self.post_message(self.Moved())

    def go_to(self, key: Hashable) -> bool:
        """Put the cursor on the row of this key; `False` where it is not shown."""
        found = self.index(key)
        if found is None:
            return False
        self._put(found)
        return True

    def move(self, rows: int) -> None:
        """Move the cursor; at the ends it stays."""
        self._put(self._stop(self.cursor + rows, 1 if rows > 0 else -1))

    def page(self, direction: int) -> None:
        """Half a page down (1) or up (-1)."""
        self.move(direction * max(1, self.size.height // 2))

    def jump(self, to_end: bool) -> None:
        """To the first or the last row."""
        self._put(self._stop(len(self.rows) - 1 if to_end else 0, -1 if to_end else 1))
        if not to_end:
            self.top = 0
            self.refresh()

    def sections(self) -> list[int]:
        """The index of the first row of each section: what stands below a row that the cursor passes over."""
        names = [self.key(row) for row in self.rows]
        return [index for index, name in enumerate(names) if name is not None and (index == 0 or names[index - 1] is None)]

    def move_section(self, direction: int) -> None:
        """To the first row of the next section (1), or of this one and then of the one before (-1); at the ends it stays."""
        starts = self.sections()
        found = [at for at in starts if at > self.cursor][:1] if direction > 0 else [at for at in starts if at < self.cursor][-1:]
        if found:
            self._put(found[0])

    def rewind(self) -> None:
        """Show the first rows, or as far down as the cursor stands."""
        self.top = 0
        self._settle()

    # -- inside ----------------------------------------------------------------------------------------------------------------

    def _stop(self, index: int, direction: int) -> int:
        """The nearest row at which the cursor may stand, first in this direction."""
        index = max(0, min(index, len(self.rows) - 1))
        for step in (direction, -direction):
            at = index
            while 0 <= at < len(self.rows):
                if self.key(self.rows[at]) is not None:
                    return at
                at += step
        return 0

    def _put(self, index: int) -> None:
        if index != self.cursor:
            old = self.cursor
            self.cursor = index
            top = self.top
            self._settle(repaint=False)
            if self.top == top:
                self._refresh_lines(old, index)
            else:
                self.refresh()
            self.post_message(self.Moved())

    def _refresh_lines(self, *indices: int) -> None:
        self.refresh(*(Region(0, index - self.top, self.size.width, 1) for index in indices if 0 <= index - self.top < self.size.height))

    def _refresh_what_changed(self, height: int) -> None:
        if changed := [Region(0, y, self.size.width, 1) for y in range(height) if self._line(y) != self._painted.get(y)]:
            self.refresh(*changed)

    def _settle(self, repaint: bool = True) -> None:
        height = max(1, self.size.height)
        top = min(self.top, self.cursor)
        if self.cursor and all(self.key(row) is None for row in self.rows[: self.cursor]):
            top = 0 if self.cursor < height else top  # a heading above the first row is shown with it
        top = max(top, self.cursor - height + 1)
        self.top = max(0, min(top, len(self.rows) - height))
        if repaint:
            self._refresh_what_changed(height)

    def on_resize(self) -> None:
        self._settle()
        self.post_message(self.Scrolled())

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def scroll_rows(self, rows: int) -> None:
        """Go through the rows; the cursor stays on its own."""
        self.top = max(0, min(self.top + rows, len(self.rows) - self.size.height))
        self.refresh()
        self.post_message(self.Scrolled())

    def on_click(self, event: events.Click) -> None:
        if (at := event.get_content_offset(self)) is not None and (index := self.top + at.y) < len(self.rows):
            self.clicked(self.rows[index], index, event)

    def clicked(self, row: R, index: int, event: events.Click) -> None:
        """A click puts the cursor on the row; a second one opens it."""
        if self.key(row) is not None:
            self._put(index)
            if event.chain == 2:
                self.post_message(self.Opened())

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        line = self._painted[y] = self._line(y)
        return line

    def _line(self, y: int) -> Strip:
        """Paint one line. What the style sheet dims is dimmed, too, where colours cannot do it."""
        width, index = self.size.width, self.top + y
        is_row = index < len(self.rows)
        line = self.paint(self.rows[index], width, index == self.cursor) if is_row else self.paint_below(index - len(self.rows), width)
        if self._labels and is_row:
            return self._labelled(line, self.rows[index])
        return dimmed(line) if self.styles.text_style.dim else line

    # -- letters ---------------------------------------------------------------------------------------------------------------

    def keys_in_sight(self) -> list[Hashable]:
        """The keys of the rows that are seen, from top to bottom."""
        shown = self.rows[self.top : self.top + self.size.height]
        return [key for row in shown if (key := self.key(row)) is not None]

    def label(self, labels: Mapping[Hashable, str]) -> None:
        """Put letters before the rows of these keys, and dim all else."""
        self._labels = labels
        self.refresh()

    def _labelled(self, line: Strip, row: R) -> Strip:
        key = self.key(row)
        label = self._labels.get(key, "") if key is not None else ""
        ink = self.inks("focus", self.ground, bold=True)
        return Strip.join([strip([(label, ink)], len(label), ink), dimmed(line.crop(len(label)))])

    def paint_below(self, line: int, width: int) -> Strip:
        """A line under the last row."""
        return strip((), width, self.inks("text", self.ground))
