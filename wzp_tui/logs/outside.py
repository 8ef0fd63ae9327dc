"""Hands a log to the user's own programs: `python -m wzp_tui.logs.outside pager|editor FILE OFFSET`, on a terminal.

A pager reads clean lines in their colours from a pipe, since it may pass on what it reads; an editor gets the file and the line.
"""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

from wzp_tui.clean import clean, clean_lines
from wzp_tui.logs.file import LogFile, safe_line

_QUICK = 1.0
"""Seconds. A pager that ends sooner has shown all at once, or failed: its last words must stay until they are read."""
_COLOURFUL = frozenset(("less", "more", "most", "bat", "cat", "moar", "ov"))
"""Pagers that show colours."""
_JUMPS = frozenset(("less", "more", "most"))
_AT_LINE = {"code": "-g {file}:{line}", "codium": "-g {file}:{line}", "cursor": "-g {file}:{line}"} | dict.fromkeys(
    ("hx", "helix", "subl", "zed"), "{file}:{line}"
)
"""Editors that do not take `+LINE FILE`, as others do."""


def pager_argv(environ: Mapping[str, str], line: int) -> list[str]:
    """`$PAGER`, or less; at this line where it can go there. Raises ValueError."""
    argv = shlex.split(environ.get("PAGER", "")) or ["less"]
    name = os.path.basename(argv[0])
    if name == "less":
        argv.append("-R")
    return [*argv, f"+{line}"] if name in _JUMPS and line > 1 else argv


def editor_argv(environ: Mapping[str, str], file: str, line: int) -> list[str]:
    """`$VISUAL`, `$EDITOR`, or vi, with the file at this line. Raises ValueError."""
    argv = shlex.split(environ.get("VISUAL", "")) or shlex.split(environ.get("EDITOR", "")) or ["vi"]
    if template := _AT_LINE.get(os.path.basename(argv[0])):
        return [*argv, *(part.format(file=file, line=line) for part in template.split(" "))]
    return [*argv, f"+{line}", file]


def _page(log: LogFile, line: int) -> int:
    argv = pager_argv(os.environ, line)
    colours = os.path.basename(argv[0]) in _COLOURFUL and not os.environ.get("NO_COLOR")
    begun = time.monotonic()
    pager = subprocess.Popen(argv, stdin=subprocess.PIPE)
    signal.signal(signal.SIGTERM, lambda *_: pager.terminate())
    assert pager.stdin
    try:
        start = 0
        while start < log.size:
            end = log.line_end(start)
            text = safe_line(log.read(start, end).decode(errors="replace"))
            pager.stdin.write((text if colours else clean_lines(text)).encode())
            start = end
        pager.stdin.close()
    except BrokenPipeError:
        pass  # it was left before its end
    code = pager.wait()
    if code or time.monotonic() - begun < _QUICK:
        _wait_for_enter(f"{argv[0]} ended with {code}" if code else "")
    return code


def _edit(file: str, line: int) -> int:
    argv = editor_argv(os.environ, file, line)
    code = subprocess.call(argv)
    if code:
        _wait_for_enter(f"{argv[0]} ended with {code}")
    return code


def _wait_for_enter(problem: str) -> None:
    print(f"{'wzp-tui: ' + clean(problem) + '; ' if problem else ''}Enter goes back to the tower", file=sys.stderr, flush=True)
    sys.stdin.readline()


def main() -> int:
    """Return what the program returned."""
    what, file, offset = sys.argv[1:]
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda *_: None)  # for the program alone, which gets it too
    log = LogFile(file)
    try:
        line = log.line_count(0, int(offset)) + 1
        return _page(log, line) if what == "pager" else _edit(file, line)
    except (OSError, ValueError) as error:
        variable = "PAGER" if what == "pager" else "EDITOR"
        _wait_for_enter(f"{error}; set ${variable}")
        return 1
    finally:
        log.close()


if __name__ == "__main__":
    sys.exit(main())
