"""What tests of a store share: a task, and the beginning and end of its runs."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from typing import Any

from wzp_tui.paths import StoreFolder
from wzp_tui.store import Claim, ExitRecord, NewTask, Seat, Store, Worker, open_store
from wzp_tui.store.events import now_ms
from wzp_tui.tasks.policy import Policy

ME = Worker(1, "embedded:1:test", "/dev/pts/7", "slot.default.1")
A_TASK = NewTask(("true",), "/")
FIRST, SECOND = Seat("default", 1), Seat("default", 2)


def a_task(**fields: Any) -> NewTask:
    return NewTask(**{"argv": ("true",), "cwd": "/", **held_to(fields)})


def held_to(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields of a task, those of its policy gathered into that."""
    of_policy = {name: fields.pop(name) for name in Policy._fields if name in fields}
    return fields | {"policy": Policy(**of_policy)} if of_policy else fields


@contextlib.contextmanager
def a_store() -> Iterator[Store]:
    """A store of its own, for one example of many."""
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(open_store(f"{folder}/store", "test")) as store:
        yield store


_tokens = iter(range(1_000_000))


def begin(store: Store, seat: Seat = FIRST, ended: ExitRecord | None = None) -> Claim | None:
    return store.claim(seat, ME, f"{next(_tokens):016x}", ended)


def begun(store: Store, seat: Seat = FIRST) -> Claim:
    claim = begin(store, seat)
    assert claim is not None
    return claim


def end(store: Store, claim: Claim, exit: int | None = 0, **fields: Any) -> None:
    """End the run and begin no other."""
    store.claim(FIRST, ME, "", record(claim, exit, **fields))


def record(claim: Claim, exit: int | None = 0, **fields: Any) -> ExitRecord:
    return ExitRecord(claim.run.token, claim.run.id, claim.task.id, now_ms(), exit, **fields)


def ids(store: Store) -> list[int]:
    return [task.id for task in store.view().tasks]


def drained(store: Store) -> list[int]:
    """The tasks in the order in which one slot gets them, each of them done."""
    found = []
    while (claim := begin(store)) is not None:
        found.append(claim.task.id)
        end(store, claim)
    return found


# --- its files


def count(folder: StoreFolder) -> int:
    with contextlib.closing(open_store(folder, "counter")) as store:
        return len(store.view().tasks)


def content(folder: StoreFolder) -> dict[str, str]:
    """A hash of each file of the database."""
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.startswith("store.db") and not name.endswith("-shm"):
            with open(os.path.join(folder, name), "rb") as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
    return found


def header(path: str, offset: int) -> int:
    with open(path, "rb") as file:
        return int.from_bytes(file.read(100)[offset : offset + 4], "big")


def overwrite(path: str, offset: int, data: bytes) -> None:
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)
