"""How the store is written: what is done to a task is one transaction, or that of many; who is concerned is woken when it is committed."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from sqlite3 import Connection
from typing import TypeVar

from wzp_tui.errors import StoreError, WzpError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import deeds, rows, wake
from wzp_tui.store.database import LOCK_PAUSE, Database
from wzp_tui.store.wake import Seats
from wzp_tui.tasks.task import Task

T = TypeVar("T")
Change = Callable[[Connection, Task], Seats]
"""What is done to a task; returns who should look."""
AT_ONCE = 500
"""Tasks that are changed in one transaction."""


class Writing:
    """Changes of tasks, one by one or many at once."""

    folder: StoreFolder
    actor: str
    _database: Database

    def __init__(self) -> None:
        self._deed: int | None = None
        """The mark of the deed under way."""
        self._is_together = False
        self._seats: Seats = set()
        self._fifos: set[str] = set()
        """Who is woken at the next commit."""

    def each(self, ids: Iterable[int], act: Callable[[int], T]) -> Iterator[tuple[int, T | WzpError]]:
        """Do the same to many tasks as one deed, and yield what was answered for each, or why it was refused, once it is committed.

        They go in transactions of at most `AT_ONCE` tasks: all that was done in one is there, or nothing of it.
        """
        left, mark = iter(dict.fromkeys(ids)), None
        while batch := list(islice(left, AT_ONCE)):
            with self._together(mark) as mark:
                answers = [(id, self._try(id, act)) for id in batch]
            yield from answers
            if len(batch) == AT_ONCE:
                time.sleep(LOCK_PAUSE * 1.2)  # who waits for the lock looks again meanwhile

    def _try(self, id: int, act: Callable[[int], T]) -> T | WzpError:
        try:
            with self._database.write():
                return act(id)
        except StoreError:
            raise
        except WzpError as error:
            return error

    @contextmanager
    def _together(self, mark: int | None) -> Iterator[int]:
        with self._database.write() as connection:
            self._deed, self._is_together = deeds.begin(connection) if mark is None else mark, True
            try:
                yield self._deed
            except BaseException:
                self._seats, self._fifos = set(), set()
                raise
            finally:
                self._deed, self._is_together = None, False
        self._wake(set())

    def _remember(self, connection: Connection, was: str, task: Task, fields: tuple[str, ...]) -> None:
        """A deed was done to the task that can be undone by giving these fields back; without any, it cannot."""
        if self._deed is None:
            self._deed = deeds.begin(connection)
        deeds.remember(connection, self.actor, self._deed, was, task, fields)

    def _do_deed(self, id: int, was: str, fields: tuple[str, ...], how: Change) -> None:
        def do(connection: Connection, task: Task) -> Seats:
            touched = how(connection, task)
            self._remember(connection, was, task, fields)
            return touched

        self._change(id, do)

    def _change(self, id: int, how: Change) -> None:
        self._do(lambda connection: how(connection, rows.task(connection, id)))

    def _do(self, how: Callable[[Connection], Seats]) -> None:
        try:
            with self._database.write() as connection:
                touched = how(connection)
        finally:
            if not self._is_together:
                self._deed = None
        self._wake(touched)

    def _wake(self, seats: Seats) -> None:
        """What concerns these is committed, or will be with all that is done together."""
        self._seats |= seats
        if self._is_together:
            return
        seats, self._seats = self._seats, set()
        fifos, self._fifos = self._fifos, set()
        for fifo in fifos:
            wake.wake(self.folder.fifo(fifo))
        wake.wake_all(self.folder, seats)
