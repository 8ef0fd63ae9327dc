"""tmux as the judge of what a screen should look like: it is fed the same bytes, and its pictures are compared cell by cell."""

import os
import re
import subprocess
import time
from pathlib import Path
from typing import Any

from wcwidth import wcwidth

Colour = int | tuple[int, int, int] | None
Cell = tuple[str, Colour, Colour, bool, bool]
"""Character, foreground, background, bold, reverse; `""` is the second half of a wide character."""
Picture = list[list[Cell]]


class Tmux:
    """The judge: a tmux of its own that is fed the same bytes."""

    def __init__(self, folder: Path, rows: int, cols: int) -> None:
        self.socket = str(folder / "tmux")
        self.fifo = str(folder / "fifo")
        os.mkfifo(self.fifo)
        self._run("-f", "/dev/null", "new-session", "-d", "-x", str(cols), "-y", str(rows), f"stty raw -echo; exec cat {self.fifo}")
        self._run("set", "-g", "status", "off")
        self._run("resize-window", "-x", str(cols), "-y", str(rows))
        self._out = os.open(self.fifo, os.O_WRONLY)
        self._step = 0

    def _run(self, *arguments: str) -> str:
        environment = os.environ | {"LC_ALL": "C.UTF-8"}
        return subprocess.run(["tmux", "-S", self.socket, *arguments], check=True, capture_output=True, text=True, env=environment).stdout

    def feed(self, data: bytes) -> None:
        self._step += 1
        os.write(self._out, data + b"\x1b]2;step %d\x07" % self._step)
        deadline = time.monotonic() + 10
        while self._run("display-message", "-p", "#{pane_title}").strip() != f"step {self._step}":
            if time.monotonic() > deadline:
                raise RuntimeError("tmux does not take in what it is fed")

    def resize(self, rows: int, cols: int) -> None:
        self._run("resize-window", "-x", str(cols), "-y", str(rows))

    def picture(self) -> Picture:
        pen: dict[str, Any] = {}  # goes on from line to line
        return [_parse(line, pen) for line in self._run("capture-pane", "-p", "-e", "-N").split("\n")[:-1]]

    def close(self) -> None:
        self._run("kill-server")
        os.close(self._out)


def _parse(line: str, pen: dict[str, Any]) -> list[Cell]:
    """One line of `capture-pane -e`, as cells."""
    row: list[Cell] = []
    shift = False
    for part in re.findall(r"\x1b\[[0-9;:]*m|[\x0e\x0f]|\x1b\].*?\x1b\\|.", line):
        if part in "\x0e\x0f":
            shift = part == "\x0e"
        elif part.startswith("\x1b["):
            _draw(pen, [int(code or 0) for code in re.split("[;:]", part[2:-1])])
        elif not part.startswith("\x1b"):
            char = str.translate(part, str.maketrans("lqkxmjtuvwn", "┌─┐│└┘├┤┴┬┼")) if shift else part
            style = (pen.get("fg"), pen.get("bg"), pen.get("bold", False), pen.get("reverse", False))
            if wcwidth(char) == 0 and row:
                row[-1] = (row[-1][0] + char, *row[-1][1:])
                continue
            row.append((char, *style))
            if wcwidth(char) == 2:
                row.append(("", *style))
    return row


def _draw(pen: dict[str, Any], codes: list[int]) -> None:
    while codes:
        code = codes.pop(0)
        if code == 0:
            pen.clear()
        elif code in (1, 7, 22, 27):
            pen["bold" if code in (1, 22) else "reverse"] = code < 20
        elif code in (38, 48):
            kind = codes.pop(0)
            pen["fg" if code == 38 else "bg"] = codes.pop(0) if kind == 5 else (codes.pop(0), codes.pop(0), codes.pop(0))
        elif code in (39, 49):
            pen.pop("fg" if code == 39 else "bg", None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            pen["fg"] = code - 30 if code < 40 else code - 82
        elif 40 <= code <= 47 or 100 <= code <= 107:
            pen["bg"] = code - 40 if code < 50 else code - 92


def differences(seen: Picture, judged: Picture, colours: bool) -> tuple[int, int, int]:
    """Cells with another character, cells with the same in another colour, all cells.

    tmux does not tell the colour of cells that were erased and not written since: these are compared as characters only.
    """
    blank: Cell = (" ", None, None, False, False)
    text = colour = total = 0
    for y in range(max(len(seen), len(judged))):
        one, other = (rows[y] if y < len(rows) else [] for rows in (seen, judged))
        for x in range(max(len(one), len(other))):
            a, b = (row[x] if x < len(row) else blank for row in (one, other))
            total += 1
            if (a[0] or " ") != (b[0] or " "):
                text += 1
            elif colours and x < len(other) and a[1:] != b[1:] and (a[0] != " " or (a[2], a[4]) != (b[2], b[4])):
                colour += 1
    return text, colour, total
