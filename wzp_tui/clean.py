"""The one door for foreign text: titles, output, names and errors of other programs.

`clean` makes text safe to show: no character of it can drive a terminal, reorder a line or hide. Escape sequences go, other control
characters become visible symbols.
"""

import re

_ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS, SOS, PM, APC
    r"|\x9b[0-?]*[ -/]*[@-~]"  # the same with 8-bit openers
    r"|[\x9d\x90\x98\x9e\x9f][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"
    r"|\x1b[ -/]*[0-~]?"
)
_HIDDEN = (
    *(0x061C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x2060, 0xFEFF),
    *range(0x202A, 0x202F),  # bidi embeddings and overrides
    *range(0x2066, 0x206A),  # bidi isolates
    *range(0xFFF9, 0xFFFC),
    *range(0xD800, 0xE000),  # surrogates: bytes that were not UTF-8
    *range(0xE0000, 0xE0080),  # tags
)
SYMBOLS: dict[int, int] = {
    **{code: 0x2400 + code for code in range(0x20)},
    0x7F: 0x2421,
    **dict.fromkeys((*range(0x80, 0xA0), *_HIDDEN), 0xFFFD),
}
"""Every character that could drive a terminal, reorder a line or hide, and the visible one that stands for it."""
_ONE_LINE = {**SYMBOLS, 0x09: 0x20, 0x0A: 0x20, 0x0D: 0x20}
_LINES: dict[int, int | None] = {**SYMBOLS, 0x0A: 0x0A, 0x09: 0x09, 0x0D: None}


def clean(text: str, limit: int = 4096) -> str:
    """`text` as one harmless line of at most `limit` characters; line breaks and tabs become blanks."""
    return _ESCAPE.sub("", text[: limit * 4]).translate(_ONE_LINE)[:limit]


def clean_lines(text: str, limit: int = 1 << 20) -> str:
    """`text` made harmless, its line breaks and tabs kept."""
    return _ESCAPE.sub("", text[: limit * 4]).translate(_LINES)[:limit]


def clean_for_pane(text: str) -> str:
    """What may be typed or pasted into a pane: no control character but tab and line feed.

    WezTerm strips paste markers once, so markers nested in each other would come through: they go here, with every ESC.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_TYPED)


_TYPED: dict[int, None] = dict.fromkeys(code for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (0x09, 0x0A))
