"""The row at the top: what is shown, how much of it is urgent, and the time. Under it, what is wrong with the world."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from wzp_tui.clean import clean
from wzp_tui.controller import Snapshot
from wzp_tui.tui.looks import UNICODE, Glyphs
from wzp_tui.tui.machine import Load
from wzp_tui.tui.painting import Piece, cut, strip, width_of
from wzp_tui.tui.theming import Inks, inks_of
from wzp_tui.tui.times import Clock, age, clock, now_ms
from wzp_tui.tui.words import Counts

Meter = Callable[[], Load | None]
METER = 5.0
"""Seconds between two looks at the load."""
ROOM_FOR_LOAD = 120
CURVE = 8
"""Looks at the load that are shown."""
BLOCKS = "▁▂▃▄▅▆▇█"


def no_load() -> None:
    """Nobody knows."""
    return None


class Line(Widget):
    """A widget of one painted row."""

    @property
    def inks(self) -> Inks:
        """The styles of the theme."""
        return inks_of(self.app.current_theme)

    @property
    def glyphs(self) -> Glyphs:
        """The signs in use."""
        return getattr(self.app, "glyphs", UNICODE)


class Shown(NamedTuple):
    """What the header says."""

    counts: Counts = Counts(0, 0, 0, 0)
    workspace: str | None = None
    """`None`: all."""
    filter: str = ""
    found: str = ""
    """How many rows the filter leaves: `12 of 340`."""
    sort: str = ""
    """What the list is sorted by, where it is not urgency."""
    looks_on: bool = False
    """Another tower opens the panes."""


class Header(Line):
    """Scope, counts by urgency, clock."""

    class Pressed(Message):
        """A part of the header was clicked: `scope` or `needs`."""

        def __init__(self, part: str) -> None:
            super().__init__()
            self.part = part

    def __init__(self, *, id: str | None = None, clock: Clock = now_ms, load: Meter = no_load) -> None:
        super().__init__(id=id)
        self._clock, self._meter = clock, load
        self._loads: deque[Load] = deque(maxlen=CURVE)
        self._shown = Shown()
        self._badge = (0, 0)

    def on_mount(self) -> None:
        self._turn()
        self.measure()
        self.set_interval(METER, self.measure)

    def measure(self) -> None:
        """Look at the load, if there is room to tell of it."""
        if (self.size.width >= ROOM_FOR_LOAD or not self.size) and (load := self._meter()):
            self._loads.append(load)
            self.refresh()

    def _turn(self) -> None:
        """Paint again with each new minute."""
        self.refresh()
        self.set_timer((60_000 - self._clock() % 60_000) / 1000 + 0.05, self._turn)

    def update(self, shown: "Shown") -> None:
        """Show this, if it is something else."""
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        first, after = self._badge
        self.post_message(self.Pressed("needs" if first <= event.x < after else "scope"))

    def render_line(self, y: int) -> Strip:
        width, ink = self.size.width, self.inks
        wide = width >= 110
        pieces: list[Piece] = [(" ", ink("text", "bar"))]
        if width >= 66:
            pieces.append(("wzp  ", ink("focus", "bar", bold=True)))
        pieces += [
            (cut(self._shown.workspace or "all", 24), ink("bright", "bar", bold=True)),
            (f" {self.glyphs.unfolded}", ink("faint", "bar")),
        ]
        pieces.append(("   " if wide else "  " if width >= 66 else " ", ink("text", "bar")))
        pieces += self._counts(pieces, wide)
        if self._shown.filter:
            pieces += [("  /", ink("focus", "bar", bold=True)), (cut(self._shown.filter, 60), ink("bright", "bar"))]
            pieces.append((f"  {self._shown.found}" if wide else "", ink("muted", "bar")))
        if self._shown.sort:
            pieces.append((f"  by {self._shown.sort}" if width >= 66 else self._shown.sort, ink("focus", "bar")))
        if self._shown.looks_on:
            gap = "" if pieces[-1][0].endswith("  ") else "  "
            pieces.append((f"{gap}{'another tower opens the panes' if wide else 'looks on'}", ink("limited", "bar")))
        end = [(f"{clock(self._clock())} ", ink("muted", "bar"))] if width >= 66 else []
        if width >= ROOM_FOR_LOAD and self._loads:
            now, curve = self._loads[-1], "".join(BLOCKS[min(load.cpu, 99) * len(BLOCKS) // 100] for load in self._loads)
            end.insert(0, (f"cpu {now.cpu} %  {curve:>{CURVE}}   mem {now.memory} %   ", ink("faint", "bar")))
        return strip(pieces, width, ink("text", "bar"), end)

    def _counts(self, before: list[Piece], wide: bool) -> list[Piece]:
        ink, glyphs, found = self.inks, self.glyphs, self._shown.counts
        pieces: list[Piece] = []
        self._badge = (0, 0)
        if found.needs:
            badge = f" {glyphs.needs} {found.needs} need{'s' if found.needs == 1 else ''} you "
            start = width_of(before)
            self._badge = (start, start + len(badge))
            pieces += [(badge, ink("needs-ink", "needs", bold=True)), ("  " if wide else " ", ink("text", "bar"))]
        for glyph, count, role, word in (
            (glyphs.failed, found.failed, "failed", "failed"),
            (glyphs.running, found.running, "running", "running"),
            (glyphs.waiting, found.queued, "muted", "queued"),
        ):
            if count:
                text = f"{glyph} {count} {word}   " if wide else f"{glyph} {count}  "
                pieces.append((text, ink(role, "bar")))
        return pieces


class Trouble(Line):
    """One red row: the mux does not answer, or the store, or no pane can be opened. It is gone when all is well."""

    def __init__(self, *, id: str | None = None, clock: Clock = now_ms) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._snapshot: Snapshot | None = None
        self.display = False

    def on_mount(self) -> None:
        self._ages = self.set_interval(1.0, self.refresh, pause=True)

    def update(self, snapshot: Snapshot) -> None:
        """Show what is wrong, or nothing."""
        self._snapshot = snapshot
        self.display = not snapshot.mux.reachable or bool(snapshot.trouble)
        self._ages.resume() if self.display else self._ages.pause()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        ink = self.inks
        fill = ink("ground", "failed")
        if self._snapshot is None:
            return strip((), self.size.width, fill)
        mux, trouble = self._snapshot.mux, clean(self._snapshot.trouble, 400)
        if not mux.reachable:
            name = "WezTerm" if mux.kind == "wezterm" else "the embedded panes"
            since = age(self._clock() - mux.since_ms)
            said, end = f" {self.glyphs.failed} {name} unreachable", f" for {since} "
            reason = cut(mux.reason, self.size.width - len(said) - len(end) - 2)
            return strip([(said, ink("ground", "failed", bold=True)), (f"  {reason}", fill)], self.size.width, fill, [(end, fill)])
        return strip(
            [(cut(f" {self.glyphs.failed} {trouble}", self.size.width - 1), ink("ground", "failed", bold=True))], self.size.width, fill
        )
