"""Every test has a home, a store and an environment of its own."""

import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

# A shell lets what it puts into the background ignore Ctrl-C, and the programs under test would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if TYPE_CHECKING:
    from wzp_tui.controller import Snapshot
    from wzp_tui.paths import StoreFolder
    from wzp_tui.store import Store
    from wzp_tui.tui.app import TowerApp

    from .fakewezterm import Fake
    from .muxserver import MuxServer
    from .tui import Tower
    from .workers import Workers

    Opener = Callable[[str], Store]

settings.register_profile("wzp", deadline=None, database=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("wzp")

_FOREIGN = ("WEZTERM_", "WZP_", "XDG_", "GIT_", "TEXTUAL", "TMUX")


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home in `tmp_path`, nothing of the user's WezTerm, config, store or git; yields the home."""
    for name in list(os.environ):
        if (name.startswith(_FOREIGN) or name in ("NO_COLOR", "FORCE_COLOR")) and not name.startswith("TEXTUAL_SNAPSHOT"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    runtime = tempfile.mkdtemp(prefix="wzp-")  # short: a socket's path has room for about 100 bytes
    for name, path in {
        "HOME": home,
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local/share",
        "XDG_STATE_HOME": home / ".local/state",
        "XDG_CACHE_HOME": home / ".cache",
    }.items():
        path.mkdir(parents=True, exist_ok=True)
        monkeypatch.setenv(name, str(path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    monkeypatch.setenv("WZP_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setenv("TERM", "xterm-256color")
    yield home
    shutil.rmtree(runtime, ignore_errors=True)


@pytest.fixture
def wezterm_mux(isolated: Path) -> "Iterator[MuxServer]":
    """A real mux server with one pane in it; for tests marked `wezterm`."""
    for program in ("wezterm", "wezterm-mux-server"):
        if not shutil.which(program):
            pytest.skip(f"NOT TESTED against a real WezTerm: `{program}` is not on PATH")
    from .muxserver import MuxServer

    server = MuxServer(isolated)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def fake_wezterm(tmp_path: Path) -> "Iterator[Fake]":
    """A `wezterm` that answers as told; its mux runs."""
    from .fakewezterm import Fake

    it = Fake(tmp_path / "wezterm folder")
    it.runs()
    yield it
    it.removed()


@pytest.fixture
def looks(snap_compare: "Callable[..., bool]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Callable[..., None]":
    """Compares what the tower shows of a world, in a size and after keys, with the picture that was taken before."""
    from .looks import app_of, at_rest
    from .worlds import source

    def compare(
        world: "Snapshot", size: tuple[int, int], *keys: str, act: "Callable[[TowerApp], object] | None" = None, **how: Any
    ) -> None:
        app = app_of(world, str(tmp_path / "store"), **how)
        monkeypatch.chdir(source())
        assert snap_compare(app, terminal_size=size, run_before=lambda pilot: at_rest(pilot, *keys, act=act))

    return compare


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which commands start; shells there prompt with `prompt$ `."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SHELL", "/bin/sh")
    monkeypatch.setenv("PS1", "prompt$ ")
    return folder


@pytest.fixture
async def it(folder: "StoreFolder", work: Path) -> "AsyncIterator[Tower]":
    """A tower over the test's store and panes of its own."""
    from .tui import tower

    async with tower(Path(folder)) as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> "StoreFolder":
    """The folder of the test's store."""
    from wzp_tui.paths import StoreFolder

    return StoreFolder(tmp_path / "store")


@pytest.fixture
def opener(folder: "StoreFolder") -> "Iterator[Opener]":
    """Opens the test's store again and again, each time as somebody else."""
    from wzp_tui.store import open_store

    opened: list[Store] = []

    def open_it(actor: str) -> "Store":
        opened.append(open_store(folder, actor))
        return opened[-1]

    yield open_it
    for one in reversed(opened):
        one.close()


@pytest.fixture
def store(opener: "Opener") -> "Store":
    """The test's store, open."""
    return opener("test")


@pytest.fixture
def workers(folder: "StoreFolder", store: "Store") -> "Iterator[Workers]":
    """Starts real workers on real ptys, for embedded panes."""
    from .workers import Workers

    them = Workers(folder, store)
    yield them
    them.close()


@pytest.fixture
def closed(folder: "StoreFolder") -> "StoreFolder":
    """The folder of a store with three tasks that nobody has open."""
    from wzp_tui.store import open_store

    from .stores import A_TASK

    store = open_store(folder, "test")
    store.add_all([(A_TASK, ())] * 3)
    store.close()
    return folder
