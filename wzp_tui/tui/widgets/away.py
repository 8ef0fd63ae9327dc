"""One calm line for who comes back: what happened meanwhile, instead of a message for each."""

from textual import events
from textual.message import Message
from textual.strip import Strip

from wzp_tui.clean import clean
from wzp_tui.tui.absence import Digest
from wzp_tui.tui.painting import Piece, cut, strip, width_of
from wzp_tui.tui.times import age
from wzp_tui.tui.widgets.header import Line

WIDE, WORDY = 66, 100


class Away(Line):
    """Shown until a key is pressed: Enter goes to the first of what is told, any other key puts the line away."""

    class Pressed(Message):
        """The line was clicked."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.digest: Digest | None = None
        self.display = False

    def update(self, digest: Digest | None) -> None:
        """Tell this, or nothing."""
        if digest != self.digest:
            self.digest = digest
            self.display = digest is not None
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Pressed())

    def render_line(self, y: int) -> Strip:
        width, ink, on = self.size.width, self.inks, "selection"
        if self.digest is None:
            return strip((), width, ink("text", on))
        wide, told = width >= WIDE, self.digest
        lead = f" while you were away, {age(told.away_ms)}:" if width >= WORDY else f" away {age(told.away_ms)}:"
        pieces: list[Piece] = [(lead, ink("bright", on))]
        glyphs = self.glyphs
        for glyph, rows, role, word in (
            (glyphs.needs, told.needs, "needs", "need you" if len(told.needs) > 1 else "needs you"),
            (glyphs.failed, told.failed, "failed", "failed"),
            (glyphs.done, told.done, "done", "done"),
        ):
            if rows:
                pieces.append((f"  {glyph} {len(rows)} {word}" if wide else f" {glyph} {len(rows)}", ink(role, on, bold=True)))
        first = told.first.task
        end: list[Piece] = [
            ("Enter", ink("focus", on, bold=True)),
            (f" Go to {first.name} " if wide else f" {first.name} ", ink("muted", on)),
        ]
        room = width - width_of(pieces) - width_of(end) - 4
        if room > 12 and first.name:
            pieces.append((f"  {cut(f'{first.name} {clean(first.title, 200)}', room)}", ink("muted", on)))
        return strip(pieces, width, ink("text", on), end)
