"""Waits for changes of the config file and of themes."""

import os
from collections.abc import AsyncIterator

from wzp_tui.config import themes
from wzp_tui.paths import config_dir, config_file

STEP_MS = 100
"""How long a change may go unseen, and how long a file has to rest until it is read."""
SETTLE_MS = 5000
"""After so long what changed before the folders were watched is seen, too."""


async def changes() -> AsyncIterator[None]:
    """Each time that the config file or a theme may have changed. Raises `OSError` where nothing can be watched.

    Folders are watched, since editors replace files; where the file is a link, that of its target, too.
    """
    from watchfiles import awatch  # takes 50 ms: it can wait until the tower is on the screen

    if not os.environ.get("WZP_CONFIG"):
        os.makedirs(config_dir(), mode=0o700, exist_ok=True)  # what is not there cannot be watched
    while True:
        folders, is_new = _folders(), True
        watching = awatch(
            *folders, recursive=False, step=STEP_MS, debounce=STEP_MS, rust_timeout=SETTLE_MS, yield_on_timeout=True, watch_filter=None
        )
        async for seen in watching:
            if is_new or any(_concerns(path) for _, path in seen):
                is_new = False
                yield
            if _folders() != folders:
                break


def _folders() -> list[str]:
    own = themes.own_folder()
    files = [config_file(), own, os.path.join(own, "*.toml")]
    if os.path.isdir(own):
        files += [entry.path for entry in os.scandir(own)]
    found = {os.path.dirname(os.path.abspath(path)) for file in files for path in (file, os.path.realpath(file))}
    return sorted(folder for folder in found if os.path.isdir(folder))


def _concerns(path: str) -> bool:
    file = config_file()
    return path.endswith(".toml") or os.path.basename(path) in {os.path.basename(file), os.path.basename(os.path.realpath(file)), "themes"}
