"""All keys, those of the selected row first."""

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.strip import Strip

from wzp_tui.commands import COMMANDS, GROUPS, Command, key_name, keys_of
from wzp_tui.tui.painting import cut, left, strip
from wzp_tui.tui.screens.sheet import Sheet, SheetLine
from wzp_tui.tui.situation import OF_ROWS, Situation, label, valid
from wzp_tui.tui.widgets.lines import LineView


class HelpLine(NamedTuple):
    """A heading (no command), or a command."""

    text: str
    command: Command | None = None


def help_lines(situation: Situation, keymap: Mapping[str, str], group: str = "") -> list[HelpLine]:
    """What can be done with the selected row; then everything, by what it is about, beginning with a group."""
    lines = []
    if situation.rows:
        lines.append(HelpLine("NOW"))
        now = [each for each in COMMANDS if each.id in OF_ROWS and keys_of(each, keymap) and valid(each.id, situation)]
        lines += [HelpLine(label(each, situation), each) for each in now]
    for name in sorted(GROUPS, key=lambda name: name != group):
        lines += [HelpLine(""), HelpLine(GROUPS[name].upper())]
        lines += [HelpLine(each.title, each) for each in COMMANDS if each.group == name and keys_of(each, keymap)]
    return lines if situation.rows else lines[1:]


class HelpLines(LineView[HelpLine]):
    """The lines."""

    ground = "bar"

    def key(self, row: HelpLine) -> None:
        return None

    def paint(self, row: HelpLine, width: int, at_cursor: bool) -> Strip:
        ink = self.inks
        if row.command is None:
            return strip([(f" {row.text}", ink("muted", "bar", bold=True))], width, ink("text", "bar"))
        keys = " ".join(map(key_name, keys_of(row.command, getattr(self.app, "keymap", {}))[: 2 if width >= 100 else 1]))
        key, name = (10, 22) if width >= 100 else (8, 18) if width >= 66 else (7, 12)
        pieces = [(" " + left(keys, key), ink("focus", "bar", bold=True)), (left(row.text, name), ink("bright", "bar"))]
        return strip([*pieces, (cut(row.command.help, width - key - name - 2), ink("muted", "bar"))], width, ink("text", "bar"))


class Help(Sheet[None]):
    """Scrolls; `?`, `q` and Escape leave it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("question_mark,q,enter", "leave", "Leave"),
        ("j,down", "scroll(1)", "Down"),
        ("k,up", "scroll(-1)", "Up"),
        ("ctrl+d,pagedown,space", "scroll(10)", "Page down"),
        ("ctrl+u,pageup", "scroll(-10)", "Page up"),
        ("g,home", "scroll(-999)", "First"),
        ("G,end", "scroll(999)", "Last"),
    ]

    def __init__(self, situation: Situation, group: str = "") -> None:
        super().__init__()
        self._situation, self._group = situation, group
        self._lines = HelpLines()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield SheetLine(("Keys", "bright"), ("   j k scroll · Esc leaves", "faint"))
            yield SheetLine()
            yield self._lines

    def on_mount(self) -> None:
        rows = help_lines(self._situation, getattr(self.app, "keymap", {}), self._group)
        self._lines.styles.height = min(len(rows), max(3, int(self.size.height * 0.8) - 3))
        self._lines.show(rows)

    def action_scroll(self, rows: int) -> None:
        self._lines.scroll_rows(rows)
