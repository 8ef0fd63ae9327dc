"""The store that a verb works with."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from wzp_tui.clean import clean
from wzp_tui.cli.documents import task_document
from wzp_tui.cli.output import print_error, print_json, say
from wzp_tui.cli.waiting import last_run
from wzp_tui.errors import WzpError
from wzp_tui.paths import StoreFolder, store_dir
from wzp_tui.store import Store, open_store


@contextmanager
def opened() -> Iterator[tuple[StoreFolder, Store]]:
    """The user's store and its folder, closed at the end of the block."""
    folder = StoreFolder(store_dir())
    store = open_store(folder, f"cli:{os.getpid()}")
    try:
        yield folder, store
    finally:
        store.close()


def do_each(ids: Sequence[int], act: Callable[[Store, int], str], as_json: bool) -> int:
    """Do the same to several tasks: each is tried, each answer told, and the worst exit code returned. `act` returns what became of it."""
    code, done, errors = 0, [], []
    with opened() as (folder, store):
        for id in dict.fromkeys(ids):
            try:
                words = act(store, id)
            except WzpError as error:
                code = max(code, error.exit_code)
                errors.append({"task": id, "kind": type(error).__name__, "message": clean(str(error))})
                print_error(error)
                continue
            if as_json:
                done.append(task_document(folder, store.task(id), last_run(store, id)))
            else:
                say(f"#{id} {words}")
    if as_json:
        print_json({"tasks": done, **({"errors": errors} if errors else {})})
    return code
