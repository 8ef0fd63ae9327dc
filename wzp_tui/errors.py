"""Every error that wzp-tui raises on purpose.

::

    WzpError                    exit 1  it failed
    ├── UsageError              exit 2  wrong usage or a wrong file
    │   ├── ConfigError
    │   ├── TaskFileError
    │   └── NotFound                    no such task, lane, run or pane
    ├── TransitionError                 the task's state does not allow it
    ├── StoreError
    │   ├── StoreNewer                  written by a newer wzp-tui
    │   ├── StoreForeign                not a store of ours
    │   ├── StoreCorrupt                damaged; a copy was set aside
    │   ├── StoreBusy                   locked by another process for too long
    │   └── StoreFull                   the disk is full or not writable
    └── MuxError                exit 1
        ├── MuxUnreachable      exit 3  no answer, or none that can be read
        ├── PaneGone                    the pane is not there (any more)
        └── MuxRefused                  it answered "no", or the call would do harm

A message is one line: what was wrong, then what to do.
"""


class WzpError(Exception):
    """Something that is told to the user, not a bug."""

    exit_code = 1


class UsageError(WzpError):
    """Wrong arguments or a wrong file."""

    exit_code = 2


class ConfigError(UsageError):
    """The config file is wrong."""


class TaskFileError(UsageError):
    """The task file is wrong; `problems` has one `FILE:LINE: text` each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class NotFound(UsageError):
    """No task, lane, run or pane of that name."""


class TransitionError(WzpError):
    """The task is in a state that does not allow what was asked."""


class StoreError(WzpError):
    """The store cannot do what was asked; nothing was changed."""


class StoreNewer(StoreError):
    """The store was written by a newer wzp-tui."""


class StoreForeign(StoreError):
    """The file is not a store of wzp-tui."""


class StoreCorrupt(StoreError):
    """The store is damaged."""


class StoreBusy(StoreError):
    """Another process held the store's lock for too long."""


class StoreFull(StoreError):
    """The disk is full, or the store cannot be written."""


class MuxError(WzpError):
    """A terminal multiplexer did not do what was asked."""


class MuxUnreachable(MuxError):
    """No answer in time, or none that can be read. It says nothing about the panes."""

    exit_code = 3


class PaneGone(MuxError):
    """The pane is not there."""


class MuxRefused(MuxError):
    """The multiplexer said no, or the call was not made because it would do harm."""
