"""What wzp-tui itself has to say: one file, whichever of our programs writes. Secrets do not get into it."""

import fcntl
import logging
import os
import re
import time
from collections.abc import Mapping

from wzp_tui.clean import clean_lines

LIMIT = 5 << 20
"""Bytes of one file."""
FILES = 5
"""The file and the older ones beside it, `.1` the youngest."""
NAME = "wzp_tui"

_SECRET = r"[A-Za-z0-9_]*(?:KEY|TOKEN|SECRET|PASSW(?:OR)?D|CREDENTIAL)[A-Za-z0-9_]*"
_PATTERNS = (
    (re.compile(rf"({_SECRET}[\"']?\s*[=:]\s*)(\"[^\"\n]*\"|'[^'\n]*'|[^\s,;'\"]+)", re.IGNORECASE), r"\1***"),
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), r"\1 ***"),
    (re.compile(r"\b(?:sk-|gh[oprsu]_|github_pat_|xox[abeprs]-|AKIA)[A-Za-z0-9_-]{8,}"), "***"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), "***"),
    (re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@:]+:[^\s/@]+@", re.IGNORECASE), r"\1***@"),
)
_SECRET_NAME = re.compile(_SECRET, re.IGNORECASE)
_SHORTEST = 8
"""Shorter values of variables are words that stand everywhere."""


class Redactor:
    """Takes secrets out of text: what looks like one, and the values of secret variables of the environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        values = {value for name, value in environ.items() if _SECRET_NAME.fullmatch(name) and len(value) >= _SHORTEST}
        self._values = sorted(values, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """`text` with `***` in the place of each secret."""
        for value in self._values:
            text = text.replace(value, "***")
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text


class SharedFile(logging.Handler):
    """Appends redacted lines to a file that other processes write, too. A full one becomes `.1`, and the oldest goes."""

    def __init__(self, path: str, *, limit: int = LIMIT, files: int = FILES, environ: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.path = path
        self._limit, self._files = limit, files
        self._redact = Redactor(os.environ if environ is None else environ)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record. A disk that is full is told on stderr, once a record, as logging does."""
        try:
            line = clean_lines(self._redact(self.format(record)), self._limit // 4) + "\n"
            self._append(line.encode(errors="replace"))
        except OSError:
            self.handleError(record)

    def _append(self, data: bytes) -> None:
        folder = os.open(os.path.dirname(self.path), os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)  # of the folder, since the file itself is renamed
            if self._size() + len(data) > self._limit:
                self._rotate()
            fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                os.write(fd, data)
            finally:
                os.close(fd)
        finally:
            os.close(folder)

    def _size(self) -> int:
        try:
            return os.stat(self.path).st_size
        except FileNotFoundError:
            return 0

    def _rotate(self) -> None:
        for number in range(self._files - 1, 0, -1):
            older = f"{self.path}.{number}"
            newer = self.path if number == 1 else f"{self.path}.{number - 1}"
            if os.path.exists(newer):
                os.replace(newer, older)


class _Format(logging.Formatter):
    """Times in UTC, as everywhere in wzp-tui."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03}Z"


def open_log(path: str, level: int = logging.INFO) -> logging.Logger:
    """Let `wzp_tui`'s loggers write to `path`, and return the topmost of them. Raises `OSError` where the folder cannot be made."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    logger = logging.getLogger(NAME)
    for handler in logger.handlers[:]:
        if isinstance(handler, SharedFile):
            if handler.path == path:
                return logger
            logger.removeHandler(handler)
    handler = SharedFile(path)
    handler.setFormatter(_Format("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False  # the terminal belongs to the screen
    return logger
