"""Where files live. Nothing else in wzp-tui knows.

Plain strings, not `pathlib`: programs call `wzp-tui add` in loops, and pathlib costs a third of a bare start of Python.
"""

import os

_APP = "wzp-tui"


def _xdg(variable: str, fallback: str) -> str:
    base = os.environ.get(variable, "")
    if not os.path.isabs(base):  # the XDG rule: a relative value is ignored
        base = os.path.join(os.path.expanduser("~"), fallback)
    return os.path.join(base, _APP)


def config_dir() -> str:
    """The folder of `config.toml` and of the user's own themes."""
    return _xdg("XDG_CONFIG_HOME", ".config")


def config_file() -> str:
    """The config file: `$WZP_CONFIG`, else `config.toml` in the config folder."""
    return os.environ.get("WZP_CONFIG") or os.path.join(config_dir(), "config.toml")


def store_dir() -> str:
    """The folder of the store in use: `$WZP_STORE`, else the user's state folder."""
    return os.path.abspath(os.environ.get("WZP_STORE") or _xdg("XDG_STATE_HOME", ".local/state"))


def runs_dir() -> str:
    """The folder of the stores that `wzp-tui run` works in, one for each call."""
    return os.path.join(store_dir(), "runs")


def runtime_dir() -> str:
    """The folder of locks that need not survive a reboot: `$XDG_RUNTIME_DIR/wzp-tui`, else a folder beside the user's state."""
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    return os.path.join(base, _APP) if os.path.isabs(base) else os.path.join(_xdg("XDG_STATE_HOME", ".local/state"), "run")


def make_private_dir(path: str) -> str:
    """Make `path` (0700) where it is missing; take the rights of others away where it is ours."""
    os.makedirs(path, mode=0o700, exist_ok=True)
    found = os.stat(path)
    if found.st_uid == os.geteuid() and found.st_mode & 0o077:
        os.chmod(path, 0o700)
    return path


class StoreFolder(str):
    """The folder of a store; its methods name what lies in it."""

    __slots__ = ()

    def _in(self, *parts: str) -> str:
        return os.path.join(self, *parts)

    @property
    def db(self) -> str:
        """The SQLite file."""
        return self._in("store.db")

    @property
    def marker(self) -> str:
        """Says that a store was made here, so that a missing one is lost, not new."""
        return self._in("store.made")

    @property
    def write_lock(self) -> str:
        """Held around every write, checkpoint and close."""
        return self._in("write.lock")

    @property
    def tower_lock(self) -> str:
        """Held by the one tower that opens panes."""
        return self._in("tower.lock")

    @property
    def backups(self) -> str:
        """Verified copies of the store."""
        return self._in("backups")

    @property
    def spool(self) -> str:
        """Exit records that the store has not taken in yet."""
        return self._in("spool")

    @property
    def locks(self) -> str:
        """The locks of slots, runs and children."""
        return self._in("locks")

    @property
    def wake(self) -> str:
        """The FIFOs on which workers and towers sleep."""
        return self._in("wake")

    @property
    def program_log(self) -> str:
        """What wzp-tui itself has to say."""
        return self._in("wzp-tui.log")

    @property
    def tower_errors(self) -> str:
        """What libraries printed while the tower had the screen: the reason of a crash."""
        return self._in("tower-errors.txt")

    def slot_lock(self, lane: str, slot: int) -> str:
        """Who works in this slot."""
        return self._in("locks", f"slot.{lane}.{slot}")

    def run_lock(self, token: str) -> str:
        """Held by the worker of the run."""
        return self._in("locks", f"{token}.run")

    def child_lock(self, token: str) -> str:
        """Inherited by the command of the run; the file names its process."""
        return self._in("locks", f"{token}.child")

    def record(self, token: str) -> str:
        """The exit record of the run, until the store has it."""
        return self._in("spool", f"{token}.json")

    def fifo(self, name: str) -> str:
        """Wakes a tower or a task worker, by the name it chose."""
        return self._in("wake", name)

    @property
    def log_cap(self) -> str:
        """How many bytes of a run's output are recorded, where the config file says so."""
        return self._in("log.cap")

    def log(self, run: int) -> str:
        """The recorded output of a run."""
        return self._in("logs", f"{run}.log")

    def make(self) -> "StoreFolder":
        """Make the folder and its sub-folders, readable by the user alone."""
        for path in (self, self.locks, self.spool, self.wake, self._in("logs")):
            make_private_dir(path)
        return self
