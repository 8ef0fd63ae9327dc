"""Every sign of the tower in ASCII, for fonts that lack the others."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from wzp_tui.tui.looks import ASCII, UNICODE

SIGNS = dict(zip("".join(UNICODE), "".join(ASCII), strict=True)) | {
    **dict.fromkeys("…", "~"),
    **dict.fromkeys("│▏▎▍▐┃", "|"),
    **dict.fromkeys("━▔▁", "_"),
    **dict.fromkeys("▂▃▄", "="),
    **dict.fromkeys("▅▆▇█", "#"),
    **dict(zip("↑↓←→⇧–—×", "^v<>^--x", strict=True)),
}
"""Each sign, in one cell, and what stands for it."""
_TABLE = str.maketrans(SIGNS)


class InAscii(LineFilter):
    """Works on what is painted, so that no widget can forget it. Letters of other scripts stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else Segment(segment.text.translate(_TABLE), segment.style, segment.control)
            for segment in segments
        ]
