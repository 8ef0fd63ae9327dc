"""What still counts of output that is not shown: the modes it set, the pen it left, the titles it gave."""

import re

# Neither pens nor cursor movements: they are most of all sequences, and this runs over megabytes.
_SEQUENCE = re.compile(
    rb"\x1b(?:"
    rb"\[(?P<mode>\??[0-9;]*)[hl]"
    rb"|(?P<setting>\[(?:[0-9;]*r|[0-9;]* q|!p|2[23][0-9;]*t))"
    rb"|(?P<title>\][01278];)[^\x07\x1b]*(?:\x07|\x1b\\)"
    rb"|(?P<keypad>[=>])"
    rb"|(?P<charset>[()*+])[ -/]*[0-~]"
    rb"|(?P<reset>c)"
    rb"|(?P<string>[\]PX^_])[^\x07\x1b]*(?:\x07|\x1b\\)"
    rb")"
)
_PEN = re.compile(rb"\x1b\[[0-9;:]*m")
_PEN_RESETS = (b"\x1b[m", b"\x1b[0m", b"\x1b[0;", b"\x1bc")
_MOST = 256


def state_of(data: bytes) -> bytes:
    """The sequences in `data` whose effect outlives the text around them, without those that later ones undo."""
    kept: dict[bytes, bytes] = {}
    for match in _SEQUENCE.finditer(data):
        kind, sequence = match.lastgroup or "", match.group()
        if kind == "string":
            continue
        if kind == "reset":
            kept = {key: title for key, title in kept.items() if key.startswith(b"]")}
        key = kind.encode() if kind in ("keypad", "reset") else match[kind]
        if kind == "setting":
            key = sequence if key.endswith(b"t") else key[-1:]  # every title put aside counts
        kept.pop(key, None)
        kept[key] = sequence
    pens = _PEN.findall(data, max(0, *(data.rfind(reset) for reset in _PEN_RESETS)))
    shift = max(data.rfind(b"\x0e"), data.rfind(b"\x0f"))
    return b"".join((*list(kept.values())[-_MOST:], *pens[-_MOST:], data[shift : shift + 1] if shift >= 0 else b""))
