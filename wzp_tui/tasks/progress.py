"""How far a command is, read from what it prints, and how long it may still take. Pure, and cheap beside the output itself."""

import re
from collections.abc import Sequence
from typing import NamedTuple

FULL = 64 << 10
"""Bytes that are kept at most between two looks, beside the last chunk."""
_KEPT = 16 << 10
_SAMPLE = 1 << 10
_CONTEXT = 512
_AROUND = 300
_OSC_LONGEST = 32
_LARGEST = 10**9
_FEWEST = 0.25


class Progress(NamedTuple):
    """What a command said about itself last. At least one of counts and percent is there."""

    done: int | None = None
    total: int | None = None
    percent: float | None = None
    """0 to 100, as the command said it."""

    @property
    def share(self) -> float:
        """From 0 to 1."""
        if self.percent is not None:
            return self.percent / 100
        return (self.done or 0) / self.total if self.total else 0.0

    @property
    def words(self) -> str:
        """`41 % · 212 of 517`; 100 % is said only where nothing is left."""
        percent = f"{int(self.share * 100 + 1e-9)} %"
        return percent if self.total is None else f"{percent} · {self.done} of {self.total}"


class ProgressReader:
    """Finds the newest progress in output that comes in pieces.

    It looks when it is asked, at the last 16 KiB. A flood between two questions is sampled, so that a MiB of output costs about a
    millisecond; `OSC 9;4` is never missed.
    """

    def __init__(self) -> None:
        self._tail = bytearray()
        self._fresh = 0
        """Bytes at the end of the tail that nobody looked at."""
        self._printed: Progress | None = None
        self._percent: float | None = None
        """As `OSC 9;4` gave it."""
        self._doubtful: tuple[int, int] | None = None

    def feed(self, data: bytes) -> None:
        """Take output, as the command wrote it."""
        self._tail += data
        self._fresh += len(data)
        if len(self._tail) > FULL:
            self._look(_SAMPLE, lines=4)
            del self._tail[:-_KEPT]

    @property
    def progress(self) -> Progress | None:
        """The newest, or `None` where the command tells none."""
        self._look(_KEPT, lines=64)
        if self._percent is None:
            return self._printed
        counts = self._printed or Progress()
        return Progress(counts.done, counts.total, self._percent)

    def _look(self, most: int, lines: int) -> None:
        if not self._fresh:
            return
        start = len(self._tail) - self._fresh
        self._fresh = 0
        self._look_for_osc(max(0, start - _OSC_LONGEST))
        text = bytes(self._tail[max(0, start - _CONTEXT, len(self._tail) - most) :])
        if re.search(_HINT, text):
            self._look_for_text(re.sub(_ESCAPE, b"", re.sub(_REWIND, b"\r", text)), lines)

    def _look_for_osc(self, start: int) -> None:
        end = len(self._tail)
        for _ in range(2):  # the last one may not be complete yet
            end = self._tail.rfind(_OSC_START, start, end)
            if end < 0:
                return
            if found := re.compile(_OSC).match(self._tail, end):
                # 0 takes the progress away, 1 is normal, 2 an error, 3 without a number, 4 a pause
                percent = int(found[2] or 0)
                self._percent = float(percent) if found[1] in b"124" and percent <= 100 else None
                return

    def _look_for_text(self, text: bytes, lines: int) -> None:
        """Take the last line that tells a progress for sure, or a count that was seen to grow."""
        doubtful: list[tuple[int, int]] = []
        cut_off: Progress | None = None
        below = len(text)
        for hint in reversed(list(re.finditer(_HINT, text))):
            if hint.start() >= below:
                continue  # of a line that was looked at
            begin, end = _line_around(text, hint.start())
            below, lines = begin, lines - 1
            line = text[max(begin, hint.start() - _AROUND) : min(end, hint.end() + _AROUND)]
            if found := _sure(line, _overprinted(text, begin, end)):
                if found.total is None and end == len(text) and not cut_off:
                    cut_off = found  # the rest of it, with the counts, may be on its way
                    continue
                self._believe(doubtful, found if found.total or not cut_off else cut_off)
                return
            if count := _count(re.search(_DOUBTFUL, line)):
                doubtful.append(count)
            if not lines:
                break
        self._believe(doubtful, cut_off)

    def _believe(self, doubtful: list[tuple[int, int]], sure: Progress | None) -> None:
        """Newest first, and those that were found before as the oldest."""
        if not doubtful:
            self._printed = sure or self._printed
            return
        done, total = doubtful[0]
        older = [*doubtful[1:], *([self._doubtful] if self._doubtful else [])]
        if any(total == its and done > before for before, its in older):
            self._printed = Progress(done, total)
        else:
            self._printed = sure or self._printed
        self._doubtful = doubtful[0]


def expected_rest(durations: Sequence[float], elapsed: float) -> float | None:
    """Seconds that a run may still take, by those that earlier runs of the same task took; `None`: nobody knows.

    Only runs that took longer than this one until now can tell; where they are too few of all, this one is longer than usual.
    """
    rests = sorted(duration - elapsed for duration in durations if duration > elapsed)
    if not rests or len(rests) < len(durations) * _FEWEST:
        return None
    middle = len(rests) // 2
    return rests[middle] if len(rests) % 2 else (rests[middle - 1] + rests[middle]) / 2


def _line_around(text: bytes, place: int) -> tuple[int, int]:
    begin = max(text.rfind(b"\n", 0, place), text.rfind(b"\r", 0, place)) + 1
    ends = [end for end in (text.find(b"\n", place), text.find(b"\r", place)) if end >= 0]
    return begin, min(ends, default=len(text))


def _overprinted(text: bytes, begin: int, end: int) -> bool:
    """The line stands in the place of another one, or another one will stand in its place."""
    if begin and text[begin - 1] == 13:
        return True
    return text[end : end + 1] == b"\r" and text[end + 1 : end + 2] not in (b"\n", b"\r", b"")


def _sure(line: bytes, overprinted: bool) -> Progress | None:
    count = _count(_last(_COUNT, line))
    found = _last(_PERCENT, line) or (_last(_ANY_PERCENT, line) if overprinted else None)
    percent = float(found[found.lastindex or 1]) if found else None
    if percent is None and (found := re.search(_SIZES, line)) and float(found[2]):
        percent = 100 * float(found[1]) / float(found[2])
    if percent is not None and percent > 100:
        percent = None
    if count:
        return Progress(*count, percent)
    return None if percent is None else Progress(percent=percent)


def _last(pattern: bytes, line: bytes) -> re.Match[bytes] | None:
    matches = list(re.finditer(pattern, line))
    return matches[-1] if matches else None


def _count(found: re.Match[bytes] | None) -> tuple[int, int] | None:
    if found is None:
        return None
    done, total = (int(number.replace(b",", b"")) for number in found.groups() if number is not None)
    return (done, total) if done <= total and 0 < total < _LARGEST else None


# Not compiled here, since most workers never meet a progress: `re` keeps them compiled after their first use.
_OSC_START = b"\x1b]9;4;"
_OSC = rb"\x1b\]9;4;([0-4])(?:;([0-9]{0,3}))?(?:\x07|\x1b\\|\x9c)"
_REWIND = rb"\x1b\[[0-9]{0,4}G"
_ESCAPE = rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)|[()][0-9A-Za-z])"
_HINT = rb"[0-9] ?%|[0-9],? ?/ ?[0-9]|[0-9] (?:out )?of [0-9]"

_N = rb"([0-9][0-9,]{0,12})"
_P = rb"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%"
_OF = rb" ?(?:/|of|out of) ?"
_END = rb"(?![0-9./,]*[0-9/])"
_BAR = rb"(?:[#=>|\]]|\xe2[\x94-\x97\xa0-\xa3][\x80-\xbf])"  # the last bytes of █ ▌ ━ ⣿ and their like
_DOING = rb"(?<![A-Za-z])[A-Za-z]{3,20}ing\b"
_COUNT = b"|".join(
    (
        rb"\[(?:[^\[\]]{0,40} )? {0,9}" + _N + rb" ?/ ?" + _N + rb"\]",  # [12/80]  [stage-1 3/7]  [ 52/120]
        rb"\(" + _N + rb"/" + _N + rb"\)",  # (212/517)
        _BAR + rb" {1,3}" + _N + rb"/" + _N + rb"(?![0-9./,])",  # ===>   ] 1/2   |██▌  | 212/517
        rb"(?:\b(?:[Ss]tep|[Ss]tage|[Tt]est|[Ee]poch|[Pp]art)\b|" + _DOING + rb")[^0-9%]{0,40}" + _N + _OF + _N + _END,  # Step 3/7
    )
)
_PERCENT = b"|".join(
    (
        rb"\[ {0,3}" + _P + rb"\]",  # [ 41%]
        _P + rb"(?:[|\[]| \()",  # 41%|██  41%[==>  41% (212/517)
        _BAR + rb" {0,3}" + _P,  # ####  41.2%  ━━━ 41%
        rb"(?:\b[Pp]rogress\b|" + _DOING + rb")[^0-9%]{0,60}" + _P,  # Progress: 41 %  Building… 41%
        rb"^ {0,4}" + _P + rb" [A-Za-z]{3,20}(?:ing|ING)\b",  # 41% building
    )
)
_ANY_PERCENT = rb"(?<![0-9.])" + _P
_SIZES = _BAR + rb" {1,3}([0-9]{1,6}\.[0-9]{1,3})/([0-9]{1,6}\.[0-9]{1,3}) [kMGT]?i?B"  # ━━━ 1.2/3.4 MB
_DOUBTFUL = rb"(?<![\w./:#-])" + _N + rb"(?:/| of | out of )" + _N + _END + rb"(?![\w-])"
