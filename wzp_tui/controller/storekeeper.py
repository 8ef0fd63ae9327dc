"""The store on a thread of its own: a store that is locked or slow never holds up the screen."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store, open_store

T = TypeVar("T")

_log = logging.getLogger(__name__)


class StoreKeeper:
    """Opens a store and asks it one thing after the other."""

    def __init__(self, folder: StoreFolder, actor: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._folder, self._actor = folder, actor
        self._store: Store | None = None

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Ask the store, once it has answered everything before. Raises `StoreError`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)

    def _answer(self, question: Callable[[Store], T]) -> T:
        if self._store is None:
            self._store = open_store(self._folder, self._actor, _log.warning)
        return question(self._store)

    async def aclose(self) -> None:
        """Close the store and end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
