"""Why a command failed, in one line, read from the end of its output. Pure.

Each tool has rules for what it prints: a *report* tells what went wrong; a *line* of any program may do so; a *wrapper*, as
`make: *** … Error 1`, says only that something did, and counts where nothing better is found.
"""

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from wzp_tui.clean import clean

TAIL = 64 << 10
"""Bytes at the end of a log that are enough to judge it."""
_LINES = 600
_LINE_LENGTH = 1000
_REASON_LENGTH = 200
_NEAR = 60


class Failure(NamedTuple):
    """What the end of an output says about a failure."""

    reason: str
    """`3 failed, 14 passed`, `error[E0425]: cannot find value …`, `auth.py:42: error: …`: clean, at most 200 characters."""
    detail: str
    """The first thing that failed, where the reason is a count or a place: `test_auth.py::test_login - assert 403 == 401`; or empty."""
    first: int
    """The index of the first line that tells of it."""
    last: int

    @property
    def words(self) -> str:
        """Reason and detail, as one line."""
        return f"{self.reason} · {self.detail}" if self.detail else self.reason


def output_lines(output: bytes) -> list[str]:
    """Output as lines of clean text, without colours; what was overprinted is gone."""
    lines = []
    for line in output.decode(errors="replace").split("\n"):
        if "\x1b" in line:
            line = re.sub(r"\x1b\[\d*G", "\r", line)
        line = line.rstrip("\r")
        lines.append(clean(line[line.rfind("\r") + 1 :], _LINE_LENGTH).rstrip())
    return lines


def find_failure(lines: Sequence[str]) -> Failure | None:
    """Look at the last 600 lines for the last failure that they tell of; where a tool tells several in a row, for the first of them."""
    lowest = max(0, len(lines) - _LINES)
    hit: _Hit | None = None
    for index in range(len(lines) - 1, lowest - 1, -1):
        near = hit is not None and hit.at - index <= _NEAR
        if hit and not near and hit.rule.weight is not Weight.WRAPPER:
            break
        found = _match(lines, index)
        if found is None:
            continue
        if (
            hit is None
            or found.rule.weight > hit.rule.weight
            or (near and found.rule.weight is hit.rule.weight and found.rule.tool == hit.rule.tool and found.rule.first)
        ):
            hit = _Hit(found.rule, index, found.text, hit.last if hit and hit.rule.tool == found.rule.tool else found.last)
    return None if hit is None else _failure(lines, lowest, hit)


def _failure(lines: Sequence[str], lowest: int, hit: "_Hit") -> Failure:
    reason, _, detail = hit.text.partition("\n")
    first = hit.at
    if hit.rule.details:
        told: list[tuple[int, str]] = []
        for pattern in hit.rule.details:
            told = told or [(index, found[1]) for index in range(lowest, hit.at) if (found := re.match(pattern, lines[index]))]
        if told:
            first, detail = told[0]
        reason = reason.replace("{n}", str(len(told)))
    return Failure(_short(reason), _short(detail), first, hit.last)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _REASON_LENGTH else text[: _REASON_LENGTH - 1] + "…"


def _match(lines: Sequence[str], index: int) -> "_Hit | None":
    low = lines[index].lower()
    for rule in _RULES:
        if rule.hint in low:
            text = "\n".join(lines[index : index + rule.span])
            if found := re.match(rule.pattern, text, re.MULTILINE):
                last = index + found[0].count("\n")
                return _Hit(rule, index, found.expand(rule.reason), last)
    return None


class Weight(IntEnum):
    """How much a rule tells; the higher wins."""

    WRAPPER = 0
    LINE = 1
    REPORT = 2


class _Rule(NamedTuple):
    tool: str
    hint: str
    """What the line must hold, in lower case: it spares most patterns."""
    pattern: str
    """Matched at the beginning of the line and those that follow it. Compiled when it is needed."""
    reason: str = r"\1"
    r"""A template; after `\n` a detail; `{n}`: how many details there are."""
    weight: Weight = Weight.REPORT
    details: tuple[str, ...] = ()
    """Patterns of lines that name one failure each; the first one that finds any is used."""
    span: int = 2
    """Lines that the pattern sees."""
    first: bool = False
    """Of several in a row the first one tells most."""


class _Hit(NamedTuple):
    rule: _Rule
    at: int
    text: str
    last: int


def _first(tool: str, hint: str, pattern: str, reason: str = r"\1") -> _Rule:
    return _Rule(tool, hint, pattern, reason, first=True)


def _wrapper(tool: str, hint: str, pattern: str, reason: str = r"\1") -> _Rule:
    return _Rule(tool, hint, pattern, reason, Weight.WRAPPER, first=True)


def _line(hint: str, pattern: str) -> _Rule:
    return _Rule("", hint, pattern, weight=Weight.LINE, span=1)


_TESTS = (
    _Rule(
        "pytest",
        " in ",
        r"(?:=+ )?((?=.*\b(?:failed|errors?)\b)\d+ [a-z]+(?:, \d+ [a-z]+)*) in \d+\.\d+s",
        details=(r"(?:FAILED|ERROR) (\S.* - .+)", r"E   (\w.*)", r"(?:FAILED|ERROR) (\S.*)"),
    ),
    _Rule("pytest", "no tests ran", r"(?:=+ )?(no tests ran) in \d"),
    _Rule("unittest", "failed (", r"FAILED \((.+)\)$", details=(r"(?:FAIL|ERROR): (.+)",)),
    _Rule("jest", "failed", r"Test(?:s| Suites):\s+(\d+ failed.*)", details=(r"\s+● (.+)",)),
    _Rule("vitest", "failed", r"\s+(?:Tests|Test Files)  (\d+ failed.*?)(?: \(\d+\))?$", details=(r" FAIL  (.+)",)),
    _Rule("go test", "fail ", r"FAIL +(\S+) +\d[\d.]*s$", r"{n} failed in \1", details=(r"--- FAIL: (\S+)",)),
    _Rule(
        "cargo test",
        "test result",
        r"test result: FAILED\. (\d+) passed; (\d+) failed",
        r"\2 failed, \1 passed",
        details=(r"test (\S+) \.\.\. FAILED",),
    ),
    _Rule("nextest", " failed", r"\s*Summary \[.*\] \d+ tests run: (\d+ passed.*\d+ failed.*)", details=(r"\s*FAIL \[.*?\] (.+)",)),
    _Rule(
        "node",
        " pass ",
        r"[ℹ#] pass (\d+)\n[ℹ#] fail ([1-9]\d*)$",
        r"\2 failed, \1 passed",
        details=(r"(?:✖|not ok \d+ -) (.+?)(?: \([\d.]+ms\))?$",),
    ),
    _Rule("ctest", "tests passed", r"\d+% tests passed, ([1-9]\d*) tests failed out of (\d+)", r"\1 of \2 failed"),
    _Rule("mocha", " failing", r"\s+(\d+ failing)$", details=(r"\s+1\) (.+)",)),
    _Rule("rspec", " failure", r"(\d+ examples?, [1-9]\d* failures?)", details=(r"rspec (\S+ # .+)",)),
)
_COMPILERS = (
    _first("cc", "error: ", r"(\S[^:\n]*:\d+(?::\d+)?: (?:fatal |internal compiler )?error: .+)"),
    _first("ld", "reference", r"(?:\S*ld: )?.*:.*(undefined reference to .+)"),
    _first("ld", "ld: ", r"\S*ld: (cannot find .+|.*multiple definition of .+)"),
    _first("tsc", "error ts", r"(\S.*?)[:(](\d+)[:,]\d+\)?(?: -|:) (error TS\d+: .+)", r"\1:\2: \3"),
    _first("go", ".go:", r"(?:vet: )?(\S+\.go:\d+:\d+: .+)"),
    _first(
        "rustc",
        "error",
        r"(error(?:\[E\d+\])?: (?!could not compile|aborting due|test failed|process didn|[Rr]ecipe ).+)(?:\n\s*--> (\S+?:\d+))?",
        r"\1\n\2",
    ),
    _first("ruff", " ", r"([A-Z]+\d{3,4} )(?:\[\*\] )?(.+)\n\s*--> (.+?:\d+)", r"\3: \1\2"),
    _first("ruff", "-", r"([a-z]+(?:-[a-z]+)+: .+)\n\s*--> (.+?:\d+)", r"\2: \1"),
    _first("ruff", ":", r"(\S[^:\n]*:\d+):\d+: ([A-Z]+\d{3,4}:? )(?:\[\*\] )?(.+)", r"\1: \2\3"),
    _Rule("eslint", "problem", r"✖ (\d+ problems? \(.+\))", details=(r"\s+(\d+:\d+\s+error\s+.+)",)),
    _first("cmake", "cmake error", r"CMake Error(?: at (\S+:\d+))?.*:\n\s*(.+)", r"\1: \2"),
)
_CRASHES = (
    _Rule("python", "traceback (most", r"Traceback \(most recent call last\):\n(?:[ \t].*\n|\n)+(\S.*)", span=_NEAR),
    _Rule("go", "panic: ", r"(panic: .+)"),
    _Rule("rust", "panicked at", r"thread '.*panicked at (\S+?:\d+)(?::\d+)?:\n(.+)", r"panicked at \1: \2"),
)
_WRAPPERS = (
    _wrapper("make", "***", r"\S*make(?:\[\d+\])?: \*\*\* (.+)", r"make: \1"),
    _wrapper("ninja", "failed: ", r"FAILED: (.+)", r"failed: \1"),
    _wrapper(
        "npm",
        "npm err",
        r".?npm (?:error|ERR!) (?!code |errno |syscall |path |command |location |workspace |A complete|To see)(\S.*)",
        r"npm: \1",
    ),
    _wrapper("cargo", "error: ", r"error: (could not compile .+|aborting due .+|test failed.*|process didn.+)"),
    _wrapper("just", "error: ", r"error: ([Rr]ecipe .+)"),
    _wrapper("cmake", "errors occurred", r"-- (Configuring incomplete, errors occurred)"),
)
_ANY_PROGRAM = (
    _line("error", r"((?:[\w./() -]{1,60}: )?(?i:(?:[\w.]*error|fatal|abort)(?: ?\[[\w-]+\])?): .+)"),
    _line("curl", r"(curl: \(\d+\) .+)"),
    _line("fatal", r"(fatal: .+)"),
    _line("not found", r"(?:\S*sh: )?(?:line |\S*: )?(?:\d+: )?(.+: (?:command )?not found)"),
    _line("no such file", r"(.*[Nn]o such file or directory.*)"),
    _line("permission denied", r"(.*[Pp]ermission denied.*)"),
    _line("segmentation fault", r".*(Segmentation fault.*)"),
)
_RULES = (*_TESTS, *_COMPILERS, *_CRASHES, *_WRAPPERS, *_ANY_PROGRAM)
