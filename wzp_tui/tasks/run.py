"""A run: one attempt at a task, and the record of how it ended."""

import json
from typing import NamedTuple

RECORD_VERSION = 1


class Run(NamedTuple):
    """One attempt at a task. Times are milliseconds of Unix time."""

    id: int
    task: int
    attempt: int
    token: str
    """Names its locks and its exit record."""
    lane: str | None
    slot: int | None
    mux: str
    """The instance of the mux whose pane it runs in."""
    tty: str
    """The outer tty, by which its pane is found; `""`: none."""
    worker: int
    """The worker's process id, for people: liveness is told by locks."""
    started_ms: int
    ended_ms: int | None
    exit: int | None
    signal: int | None
    reason: str
    """Why it ended so, where the exit alone does not say it: `timeout after 10m`, `pane closed`."""
    boot: str
    """The boot of the machine in which it began."""
    orphaned: bool
    """Its worker is gone and its command goes on; nobody will see how it exits."""
    detached: bool
    """It goes on without a pane."""
    stop: str
    """The strongest stop that was asked for: `""`, `interrupt`, `stop` or `kill`."""
    detail: str = ""
    """What its output says went wrong, in one line: `3 failed, 14 passed`."""
    ready_ms: int | None = None
    """When a service began to serve."""

    @property
    def open(self) -> bool:
        """No end is recorded."""
        return self.ended_ms is None

    @property
    def took_ms(self) -> int | None:
        """From start to end by the clock, and never below 0; `None` while no end is recorded."""
        return None if self.ended_ms is None else max(0, self.ended_ms - self.started_ms)


class ExitRecord(NamedTuple):
    """How a run ended, as its worker saw it. It is a file first, so that it survives a store that cannot be written."""

    token: str
    run: int
    task: int
    ended_ms: int
    exit: int | None = None
    signal: int | None = None
    reason: str = ""
    cancelled: bool = False
    """The end was asked for: the task is cancelled, whatever the command answered."""
    log_dropped: int = 0
    """Bytes of output that are not in the log."""
    detail: str = ""
    """What the output says went wrong, in one line."""

    def dump(self) -> bytes:
        """One JSON line."""
        return json.dumps({"version": RECORD_VERSION, **self._asdict()}).encode() + b"\n"

    @classmethod
    def load(cls, data: bytes) -> "ExitRecord":
        """Read `dump`'s line; fields of later versions are ignored. Raises `ValueError`."""
        try:
            fields = json.loads(data)
        except RecursionError:
            raise ValueError("not an exit record") from None
        if not isinstance(fields, dict):
            raise ValueError("not an exit record")
        try:
            record = cls(**{name: fields[name] for name in cls._fields if name in fields})
        except TypeError as error:
            raise ValueError(str(error)) from error
        for name, value in record._asdict().items():
            if type(value) not in _KINDS[name]:
                raise ValueError(f"{name} of an exit record cannot be {value!r}")
        return record


_KINDS: dict[str, tuple[type, ...]] = {
    "token": (str,),
    "run": (int,),
    "task": (int,),
    "ended_ms": (int,),
    "exit": (int, type(None)),
    "signal": (int, type(None)),
    "reason": (str,),
    "cancelled": (bool,),
    "log_dropped": (int,),
    "detail": (str,),
}
