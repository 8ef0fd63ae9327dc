"""Lines that stay, and on a terminal one that changes below them."""

import os
import sys

from wzp_tui.cli.output import fit, paint, say


class Progress:
    """Prints what happened; on a terminal, also how it stands."""

    def __init__(self, *, silent: bool = False) -> None:
        self._silent = silent
        self.is_live = not silent and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        """There is a line that changes."""
        self._status = ""
        self._elapsed = ""
        self._drawn = False

    def line(self, text: str) -> None:
        """Something that happened."""
        if self._silent:
            return
        self.pause()
        say(text)
        self._draw()
        sys.stdout.flush()

    def status(self, text: str) -> None:
        """How it stands now."""
        if text != self._status:
            self._status = text
            self._redraw()

    def tick(self, elapsed: str) -> None:
        """How long it has taken."""
        self._elapsed = elapsed
        self._redraw()

    def pause(self) -> None:
        """Take the changing line away, so that something else can be printed."""
        if self._drawn:
            sys.stdout.write("\r\x1b[2K")
            sys.stdout.flush()
            self._drawn = False

    def close(self) -> None:
        """Leave only the lines that stay."""
        self.pause()
        self.is_live = False

    def _redraw(self) -> None:
        if self.is_live:
            self.pause()
            self._draw()
            sys.stdout.flush()

    def _draw(self) -> None:
        if self.is_live and self._status:
            width = os.get_terminal_size(sys.stdout.fileno()).columns or 80
            text = f"{self._status}  {self._elapsed}".rstrip()
            sys.stdout.write(paint(fit(text, width - 1).rstrip(), "faint"))
            self._drawn = True
