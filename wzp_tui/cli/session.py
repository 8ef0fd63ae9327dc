"""The store that a verb works with."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from wzp_tui.clean import clean
from wzp_tui.cli.documents import task_document
from wzp_tui.cli.output import note, print_error, print_json, say
from wzp_tui.cli.params import Chosen
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


def do_each(chosen: Chosen, act: Callable[[Store, int], str], as_json: bool, *, last_first: bool = False) -> int:
    """Do the same to several tasks: each is tried, each answer told, and the worst exit code returned. `act` returns what became of it.

    It is one deed: one undo takes back all of it.
    """
    code, done, errors = 0, [], []
    with opened() as (folder, store):
        ids = _ids(folder, store, chosen)
        for id, answer in store.each(() if chosen.dry_run else reversed(ids) if last_first else ids, partial(act, store)):
            if isinstance(answer, WzpError):
                code = max(code, answer.exit_code)
                errors.append({"task": id, "kind": type(answer).__name__, "message": clean(str(answer))})
                print_error(answer)
                continue
            done.append(id)
            if not as_json:
                say(f"#{id} {answer}")
        told = ids if chosen.dry_run else done
        if as_json:
            documents = [task_document(folder, store.task(id), last_run(store, id)) for id in told]
            print_json({"tasks": documents, **({"errors": errors} if errors else {})})
        elif chosen.dry_run:
            for task in map(store.task, ids):
                say(f"{task.name} {clean(task.title)}: {task.state}")
    if chosen.dry_run:
        note(f"{_tasks(len(ids))}; nothing was changed")
    elif chosen.filter is not None and ids:
        note(f"{len(done)} of {_tasks(len(ids))}" if errors else _tasks(len(ids)))
    return code


def _ids(folder: StoreFolder, store: Store, chosen: Chosen) -> list[int]:
    """The tasks, once each; of those that a filter finds, the ones in another state are told."""
    if chosen.filter is None:
        return list(dict.fromkeys(chosen.ids))
    from wzp_tui.cli.matching import matching

    found = matching(folder, store, chosen.filter)
    ids = [row.task.id for row in found.rows if not chosen.states or row.task.state in chosen.states]
    if not found.rows:
        note(found.none_found)
    elif len(ids) < len(found.rows):
        left = len(found.rows) - len(ids)
        note(f"{_tasks(len(found.rows))} match; {left} of them left alone, since this is for {', '.join(chosen.states)}")
    return ids


def _tasks(count: int) -> str:
    return f"{count} task{'' if count == 1 else 's'}"
