"""What comes into the monkey's head: bytes that a terminal sends, and new sizes of it."""

import random
from collections.abc import Iterator
from typing import NamedTuple


class Size(NamedTuple):
    """The terminal gets another size."""

    cols: int
    rows: int


Whim = str | Size
"""What is typed, as a terminal sends it; or a new size."""

ESCAPE, ENTER, TAB, BACKSPACE, LEAVE = "\x1b", "\r", "\t", "\x7f", "\x1d"
UP, DOWN, RIGHT, LEFT, HOME, END = (f"\x1b[{final}" for final in "ABCDHF")
PAGE_UP, PAGE_DOWN, SHIFT_TAB, DELETE = "\x1b[5~", "\x1b[6~", "\x1b[Z", "\x1b[3~"
KEYS = (
    *"jjkkgGhlnaxrdHNeotLvwTuSOy./? +b1234isKpEPYq",
    *(ESCAPE,) * 7,
    *(ENTER,) * 4,
    *(TAB, SHIFT_TAB, UP, DOWN, RIGHT, LEFT, HOME, END, PAGE_UP, PAGE_DOWN, DELETE, BACKSPACE, LEAVE),
    *(chr(ord(letter) - 96) for letter in "abcdeijknopuwz"),  # ctrl+letter
    *("\x1b[1;5C", "\x1b[1;2B", "\x1bOP", "\x1b[24~", "\x1bj", "\x1b[1;5P", "\x1b[99~", "\x1b[I", "\x1b[O", "é", "日", "👩‍👩‍👧", "\x1bO"),
)
WORDS = (
    "echo hi",
    "exit 3",
    "true",
    "read again",
    "touch made",
    "'open",
    "日本 語",
    "build",
    "state:failed",
    "-x lane:",
    "[ (",
    "1",
    "10m",
    "$HOME",
)
TEXTS = (
    *("hello", "two\nlines", "\x1b[31mred\x1b[0m", "[b]not bold[/b]", "日本" * 50, "👩‍👩‍👧‍👦" * 9, "e\u0301\u0302" * 30, "\x00\x07\x9b2J"),
    *("x" * 9000, "\n" * 40, "exit 0\nexit 1\n", "qqyyxxKK"),
)
WALKS = (
    ("n", "{word}", ENTER),
    ("n", "\x0f", "{word}", ENTER, "a", DOWN, "{digit}"),  # held, then assigned
    ("n", "{word}", "\x05", TAB, "{word}", TAB, TAB, DOWN, TAB, DOWN, TAB, "{digit}", TAB, "{word}", ENTER, ESCAPE),  # all fields
    ("n", TAB, "{word}", "\n", "{word}", ENTER),
    ("e", " # ", "{word}", ENTER, "u"),
    ("e", "\x05", TAB, BACKSPACE, "{word}", ENTER, ESCAPE),
    ("x", DOWN, ENTER),
    ("x", DOWN, DOWN, ENTER),
    ("x", "{letter}"),
    (" ", " ", " ", "x", "{letter}"),
    (" ", " ", "H", "u", "N", "r", "d"),
    ("G", "x", "y"),
    ("o", "/", "{word}", ENTER, "n", "N", "e", "E", " ", "j", "j", "y", "s", TAB, ENTER, "{letter}", ESCAPE),
    ("o", "w", "l", "l", "h", "g", "G", "\x15", "p", "v", "s", ENTER, ENTER, "q"),
    ("O", "{word}", ENTER, DOWN, ENTER, "n", "O", ESCAPE, ESCAPE),
    ("O", TAB, DOWN, ENTER, ESCAPE),
    (".", ENTER, "{word}", ENTER, PAGE_UP, "\x1b[5;2~", LEAVE),
    ("G", ENTER, "{word}", ENTER, LEAVE, LEAVE, "{paste}", LEAVE, "j"),
    ("{digit}", ENTER, "{mouse}", "{drag}", "{drag}", "{wheel}", "{size}", LEAVE, "k"),
    ("s", "{word}", "\n", "{word}", ENTER),
    ("s", "{paste}", ESCAPE),
    ("t", "t", "s", "{word}", ENTER, "x", "{letter}"),
    ("/", "{word}", ENTER, "j", "x", ESCAPE, ESCAPE),
    ("/", "state:", "{word}", ESCAPE),
    ("w", "j", "j", "j", ENTER, "w", "w", "G", "k", "k", ENTER),
    ("w", "j", "L", "+", "{word}", ENTER),
    ("L", "{digit}"),
    ("L", "p", "L", "p"),
    ("T", DOWN, DOWN, "{size}", ENTER),
    ("T", "{word}", ESCAPE),
    ("\x10", "{word}", ENTER),
    ("\x10", DOWN, DOWN, DOWN, ENTER),
    ("f", "{letter}", "{letter}", ENTER),
    ("?", "j", "G", "{word}", ESCAPE),
    ("y", "{letter}"),
    ("a", "G", UP, ENTER, DOWN, ENTER),  # into a shell
    (TAB, "j", "k", "l", "l", "h", "{wheel}", TAB, TAB),
    ("v", "{wheel}", "{drag}", "v", "{click}"),
    ("S", "S", "h", "G", "l", "{size}", "l", "S", "S"),
    ("r", "o", "G", "q", "d", "u"),
    ("q", ENTER),
    ("q", "y"),
)
"""Ways that lead somewhere. What comes next is often the next step of one, so that the monkey gets to every screen."""


class Whims:
    """Without end, and the same for the same seed."""

    def __init__(self, chance: random.Random, size: Size) -> None:
        self._chance = chance
        self.size = size

    def __iter__(self) -> Iterator[Whim]:
        while True:
            if self._chance.random() < 0.5:
                yield from self._walk()
            else:
                yield self._anything()

    def _walk(self) -> Iterator[Whim]:
        for step in self._chance.choice(WALKS):
            if self._chance.random() < 0.06:
                yield self._anything()
            yield from self._step(step)

    def _step(self, step: str) -> Iterator[Whim]:
        match step:
            case "{word}":
                yield from self._chance.choice(WORDS)
            case "{digit}":
                yield self._chance.choice("12345")
            case "{letter}":
                yield self._chance.choice("nissKyytcfr")
            case "{paste}":
                yield self._paste()
            case "{size}":
                yield self._size()
            case "{mouse}" | "{click}":
                yield from self._click()
            case "{drag}":
                yield from self._drag()
            case "{wheel}":
                yield self._mouse(self._chance.choice((64, 65)), *self._cell())
            case _ if step.startswith("\x1b"):
                yield step
            case _:
                yield from step

    def _anything(self) -> Whim:
        match self._chance.choices(("key", "paste", "size", "mouse", "noise"), (88, 3, 3, 5, 1))[0]:
            case "paste":
                return self._paste()
            case "size":
                return self._size()
            case "mouse":
                code = self._chance.choice((0, 0, 0, 1, 2, 4, 8, 16, 32, 35, 64, 65, 66, 67))
                return self._mouse(code, *self._cell(), up=self._chance.random() < 0.4)
            case "noise":  # a broken line
                return "".join(
                    self._chance.choice(("\x1b[", "<", ";", "0", "9", "M", "m", "?", "u", "200~", "\x1bP", "\x9b")) for _ in range(5)
                )
        return self._chance.choice(KEYS)

    def _paste(self) -> str:
        return f"\x1b[200~{self._chance.choice(TEXTS)}\x1b[201~"

    def _size(self) -> Size:
        narrow, wide = self._chance.choice(((20, 60), (60, 130), (130, 250)))
        self.size = Size(self._chance.randint(narrow, wide), self._chance.choice((5, 6, 9, 15, 24, 30, 45, 70)))
        return self.size

    def _cell(self) -> tuple[int, int]:
        return self._chance.randint(1, self.size.cols), self._chance.choice((1, self.size.rows, self._chance.randint(1, self.size.rows)))

    def _mouse(self, code: int, column: int, row: int, *, up: bool = False) -> str:
        return f"\x1b[<{code};{column};{row}{'m' if up else 'M'}"

    def _click(self) -> Iterator[str]:
        at = self._cell()
        for _ in range(self._chance.choice((1, 1, 2, 3))):
            yield self._mouse(0, *at) + self._mouse(0, *at, up=True)

    def _drag(self) -> Iterator[str]:
        button = self._chance.choice((0, 0, 0, 2, 4))  # left, right, with Shift
        yield self._mouse(button, *self._cell())
        for _ in range(self._chance.randint(1, 4)):
            yield self._mouse(button + 32, *self._cell())
        yield self._mouse(button, *self._cell(), up=True)
