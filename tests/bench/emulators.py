"""Terminal emulator libraries side by side: how fast, and how true to tmux on what real programs draw.

`python -m tests.bench.emulators` takes those that are installed; docs/terminal-emulator.md has the outcome.
"""

import importlib
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.judge import Cell, Colour, Picture, Tmux, differences

ROWS, COLS, HISTORY = 24, 80, 2000


class Resize(NamedTuple):
    rows: int
    cols: int


Step = bytes | Resize


# --- the libraries ----------------------------------------------------------


class Bittty:
    name = "bittty"
    colours = True

    def __init__(self) -> None:
        self.board = importlib.import_module("bittty").Board(width=COLS, height=ROWS)
        self.board.attach_display(self)
        self.kept: list[object] = []

    keeps_scrollback = True

    def present(self, event: Any) -> None:
        if hasattr(event, "lines"):
            self.kept.extend(event.lines)
            del self.kept[:-HISTORY]

    def feed(self, data: bytes) -> None:
        self.board.feed_host_data(data)

    def resize(self, rows: int, cols: int) -> None:
        self.board.resize(cols, rows)

    def picture(self) -> Picture:
        return [[self._cell(style, char) for style, char in row] for row in self.board.blitter.main_page.grid]

    def _cell(self, style: Any, char: str) -> Cell:
        return str(char), self._colour(style.fg), self._colour(style.bg), bool(style.bold), bool(style.reverse)

    @staticmethod
    def _colour(colour: Any) -> Colour:
        return None if colour is None or colour.mode == "default" else colour.value


class Ours:
    name = "bittty, as we use it"
    colours = True

    def __init__(self) -> None:
        self.screen = importlib.import_module("wzp_tui.mux.embedded").Screen(ROWS, COLS, history=HISTORY)

    def feed(self, data: bytes) -> None:
        self.screen.feed(data)

    def resize(self, rows: int, cols: int) -> None:
        self.screen.resize(rows, cols)

    def picture(self) -> Picture:
        return [self._row(line) for line in self.screen.lines(0, self.screen.rows)]

    @staticmethod
    def _row(line: Any) -> list[Cell]:
        wide = importlib.import_module("wcwidth").wcwidth
        row: list[Cell] = []
        for text, style, _ in line:
            for char in text:
                if wide(char) == 0 and row:
                    row[-1 if row[-1][0] else -2] = (row[-1 if row[-1][0] else -2][0] + char, *row[-1][1:])
                    continue
                row.append((char, style.fg, style.bg, style.bold, style.reverse))
                if wide(char) == 2:
                    row.append(("", style.fg, style.bg, style.bold, style.reverse))
        return row


class Pyte:
    name = "pyte"
    colours = True
    _NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")

    def __init__(self) -> None:
        library = importlib.import_module("pyte")
        self.screen = library.HistoryScreen(COLS, ROWS, history=HISTORY)
        self.feed: Callable[[bytes], None] = library.ByteStream(self.screen).feed

    def resize(self, rows: int, cols: int) -> None:
        self.screen.resize(rows, cols)

    def picture(self) -> Picture:
        buffer = self.screen.buffer
        return [[self._cell(buffer[y][x]) for x in range(self.screen.columns)] for y in range(self.screen.lines)]

    def _cell(self, char: Any) -> Cell:
        return char.data, self._colour(char.fg), self._colour(char.bg), char.bold, char.reverse

    def _colour(self, name: str) -> Colour:
        if name == "default":
            return None
        plain = name.removeprefix("bright")
        if plain in self._NAMES:
            return self._NAMES.index(plain) + 8 * (plain != name)
        return int(name[0:2], 16), int(name[2:4], 16), int(name[4:6], 16)


class ParTerm:
    name = "par-term-emu-core-rust"
    colours = False
    """It tells colours only as RGB of its own palette: default, red and bright red cannot be told apart from their RGB values."""

    def __init__(self) -> None:
        self.terminal = importlib.import_module("par_term_emu_core_rust").Terminal(COLS, ROWS, scrollback=HISTORY)

    def feed(self, data: bytes) -> None:
        self.terminal.process(data)

    def resize(self, rows: int, cols: int) -> None:
        self.terminal.resize(cols, rows)

    def picture(self) -> Picture:
        return [
            [(cell[0], cell[1], cell[2], False, False) for cell in self.terminal.get_line_cells(y)] for y in range(self.terminal.size()[1])
        ]


LIBRARIES = {"pyte": Pyte, "bittty": Bittty, "wzp_tui": Ours, "par_term_emu_core_rust": ParTerm}


# --- speed ------------------------------------------------------------------


def payloads() -> dict[str, bytes]:
    """Output as programs print it, about half a megabyte each."""
    return {
        "log": b"".join(b"%06d the quick brown fox jumps over the lazy dog and runs on for a while\r\n" % n for n in range(6000)),
        "coloured": b"".join(
            b"\x1b[32mPASS\x1b[0m tests/test_%d.py::\x1b[1mtest_x\x1b[0m \x1b[38;5;244m%d ms\x1b[0m\r\n" % (n, n) for n in range(6000)
        ),
        "redraw": b"".join(b"\x1b[%d;%dH\x1b[38;2;%d;20;30m%08d" % (n % 24 + 1, n * 7 % 70 + 1, n % 255, n) for n in range(15000)),
        "wide": "".join(f"漢字 wide é ❤ line {n}\r\n" for n in range(15000)).encode(),
        "yes": b"y\r\n" * 60000,
    }


def speed(make: Callable[[], Any]) -> Iterator[tuple[str, str]]:
    for name, data in payloads().items():
        emulator = make()
        before = time.perf_counter()
        for start in range(0, len(data), 4096):
            emulator.feed(data[start : start + 4096])
        yield f"{name}, MB/s", f"{len(data) / (time.perf_counter() - before) / 1e6:.2f}"
    emulator = make()
    emulator.feed(payloads()["coloured"][:4000])
    before = time.perf_counter()
    for _ in range(100):
        emulator.feed(b"\x1b[5;5Hx")
        emulator.picture()
    yield "read a screen, ms", f"{(time.perf_counter() - before) * 10:.2f}"


def memory(name: str) -> str:
    """MB of one more pane whose scrollback is full; in a process of its own."""
    script = (
        "import os, sys\nfrom tests.bench.emulators import LIBRARIES, payloads\n"
        "def resident(): return int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE') / 1e6\n"
        "def full():\n e = LIBRARIES[sys.argv[1]](); e.feed(payloads()['coloured']); return e\n"
        "kept = [full()]; before = resident(); kept += [full() for _ in range(8)]; print(f'{(resident() - before) / 8:.1f}')"
    )
    if not os.path.exists("/proc/self/statm"):
        return "?"
    return subprocess.run([sys.executable, "-c", script, name], capture_output=True, text=True, check=True).stdout.strip()


# --- truth ------------------------------------------------------------------


def record(argv: Sequence[str], keys: Sequence[bytes | Resize], folder: Path) -> list[Step]:
    """What the program prints while these keys are typed, and where its terminal got another size."""
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvpe(argv[0], list(argv), os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"})
    termios.tcsetwinsize(master, (ROWS, COLS))
    steps: list[Step] = [_until_quiet(master)]
    for key in keys:
        if isinstance(key, Resize):
            termios.tcsetwinsize(master, key)
            steps.append(key)
        else:
            os.write(master, key)
        steps.append(_until_quiet(master))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(master)
    return steps


def _until_quiet(fd: int) -> bytes:
    data = b""
    while select.select([fd], [], [], 0.4)[0]:
        try:
            data += os.read(fd, 65536)
        except OSError:
            break
        if len(data) > 10_000_000:
            break
    return data


def sessions(folder: Path) -> Iterator[tuple[str, list[Step]]]:
    (folder / "notes.txt").write_text("".join(f"line {n} of some text, 漢字 and e\u0301 too\n" for n in range(1, 300)))
    (folder / "suite").write_text(
        r"""i=0; while [ $i -lt 40 ]; do
        printf '\033[1mtest_%d\033[0m \033[32m✔ passed\033[0m \033[38;5;244m%d ms\033[0m \033[48;2;80;0;0;97m 漢字 \033[0m\n' $i $i
        printf '\r\033[2K\033[33m%d of 40\033[0m' $i; i=$((i+1)); done; printf '\r\033[K\033[7m done \033[0m e\314\201\n'; cat"""
    )
    small, large = Resize(16, 60), Resize(30, 100)
    edit = (b"Gdd", b"Onew \xe6\xbc\xa2\xe5\xad\x97 line\x1b", b":syntax on\r:split\r\x04", large, b"/line 4\r", small, b":qa!\r")
    for name, argv, keys in (
        ("vim", ["sh", "-c", "echo before; vim -u NONE -i NONE -n notes.txt; echo after; cat"], edit),
        ("less", ["sh", "-c", "echo before; less notes.txt; echo after; cat"], (b" ", b"/line 7\r", large, b"G", small, b"q")),
        ("htop", ["htop", "--delay=50"], (b"\x1b[B\x1b[B", large, b"t", small)),
        ("test run", ["sh", "suite"], (small, large)),
    ):
        program = re.search(r"vim|less|htop", " ".join(argv))
        if program and not shutil.which(program[0]):
            print(f"{program[0]} is not installed: not compared")
            continue
        yield name, record(argv, keys, folder)


def truth(makers: dict[str, Callable[[], Any]]) -> dict[str, dict[str, str]]:
    """By library and session: cells other than tmux's, in all pictures of the session together."""
    found: dict[str, dict[str, str]] = {name: {} for name in makers}
    with tempfile.TemporaryDirectory() as folder:
        for session, steps in sessions(Path(folder)):
            with tempfile.TemporaryDirectory() as own:
                judge = Tmux(Path(own), ROWS, COLS)
                emulators = {name: make() for name, make in makers.items()}
                counts = dict.fromkeys(makers, (0, 0, 0))
                raised = dict.fromkeys(makers, "")
                for step in steps:
                    if isinstance(step, Resize):
                        for each in (judge, *emulators.values()):
                            each.resize(*step)
                        continue
                    judge.feed(step)
                    picture = judge.picture()
                    for name, emulator in emulators.items():
                        try:
                            emulator.feed(step)
                        except Exception as error:
                            raised[name] = f", raises {type(error).__name__}"
                        more = differences(emulator.picture(), picture, emulator.colours)
                        counts[name] = tuple(map(sum, zip(counts[name], more, strict=True)))  # type: ignore[assignment]
                judge.close()
            for name, (text, colour, total) in counts.items():
                coloured = f" + {100 * colour / total:.1f} %" if emulators[name].colours else ""
                found[name][session] = f"{100 * text / total:.1f} %{coloured}{raised[name]}"
    return found


def main() -> None:
    makers: dict[str, Any] = {}
    for module, maker in LIBRARIES.items():
        try:
            importlib.import_module(module)
            makers[module] = maker
        except ImportError:
            print(f"{module} is not installed: not compared")
    table: dict[str, dict[str, str]] = {
        module: dict(speed(maker)) | {"a full pane, MB": memory(module)} for module, maker in makers.items()
    }
    if shutil.which("tmux"):
        for module, row in truth(makers).items():
            table[module] |= {f"{session}: text + colour": value for session, value in row.items()}
    else:
        print("tmux is not installed: nothing to compare pictures with")
    names = list(next(iter(table.values())))
    print(f"Python {sys.version.split()[0]}")
    print("| | " + " | ".join(makers[module].name for module in table) + " |")
    print("|---" * (len(table) + 1) + "|")
    for name in names:
        print(f"| {name} | " + " | ".join(row.get(name, "–") for row in table.values()) + " |")


if __name__ == "__main__":
    main()
