"""`lane …`: the lanes, and how many tasks run in them at once."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import click

from wzp_tui.clean import clean
from wzp_tui.cli.documents import lane_document
from wzp_tui.cli.output import print_error, print_json, print_table, say
from wzp_tui.cli.params import LaneName, json_option
from wzp_tui.cli.session import opened
from wzp_tui.errors import UsageError, WzpError
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store
from wzp_tui.store.liveness import has_worker
from wzp_tui.tasks.lane import parse_limit
from wzp_tui.tasks.parse import check_name
from wzp_tui.tasks.task import State

name_argument = click.argument("name", type=LaneName(), metavar="NAME")
names_argument = click.argument("names", type=LaneName(), nargs=-1, required=True, metavar="NAME...")


@click.group(no_args_is_help=False)
def lane() -> None:
    """Lanes: how many tasks run at once, and where."""


@lane.command("list")
@json_option
def list_(as_json: bool) -> int:
    """All lanes: slots, how many are taken, what waits, and whether its tasks may start."""
    with opened() as (folder, store):
        store.settle()
        documents, limit = _documents(folder, store), store.view(events=0).limit
    if as_json:
        print_json({"limit": limit, "lanes": documents})
        return 0
    print_table(("LANE", "SLOTS", "TAKEN", "QUEUED", ""), map(_cells, documents))
    if limit is not None:
        say(f"{limit} run{'s' if limit > 1 else ''} at most, of all lanes and panes together")
    return 0


def _cells(document: dict[str, Any]) -> tuple[str, ...]:
    numbers = (str(document[name]) for name in ("slots", "taken", "queued"))
    words = [document["state"]] if document["state"] else []
    words += ["pauses on failure"] if document["pause_on_failure"] else []
    words += [f"of workspace {document['workspace']}"] if document["workspace"] else []
    return (document["name"], *numbers, ", ".join(words))


@lane.command("set")
@name_argument
@click.option("--slots", type=int, metavar="N", help="How many of its tasks run at once, one pane each.")
@click.option("--workspace", metavar="NAME", help="Its panes open there, and tasks of it that name no lane go here; `none`: no workspace.")
@click.option("--pause-on-failure/--go-on-failure", default=None, help="Whether a task that fails, after its retries, pauses it.")
@json_option
def set_(name: str, slots: int | None, workspace: str | None, pause_on_failure: bool | None, as_json: bool) -> int:
    """Make a lane, or change it: more or fewer slots, where it belongs. What runs goes on."""
    if workspace is not None:
        workspace = "" if workspace == "none" else check_name(workspace, "workspace")
    with opened() as (folder, store):
        is_new = name not in [lane.name for lane in store.lanes()]
        if not is_new and (slots, workspace, pause_on_failure) == (None, None, None):
            raise UsageError("say what to change; `wzp-tui lane set --help` shows what there is")
        store.set_lane(name, slots, workspace=workspace, pause_on_failure=pause_on_failure)
        found = next(lane for lane in store.lanes() if lane.name == name)
        words = [f"lane {name} has {found.slots} slot{'s' if found.slots > 1 else ''}"]
        words += [f"belongs to workspace {clean(found.workspace)}"] if found.workspace else []
        words += ["pauses on failure"] if found.pause_on_failure else []
        return _tell(folder, store, name, ", ".join(words), as_json)


@lane.command()
@names_argument
@json_option
def pause(names: tuple[str, ...], as_json: bool) -> int:
    """Let lanes start no more tasks. What runs goes on."""
    return _each(names, lambda store, name: store.pause_lane(name), "is paused", as_json)


@lane.command()
@click.argument("names", type=LaneName(), nargs=-1, metavar="[NAME]...")
@click.option("--all", "everyone", is_flag=True, help="All lanes, as after a restart of the machine.")
@json_option
def resume(names: tuple[str, ...], everyone: bool, as_json: bool) -> int:
    """Let paused and draining lanes go on."""
    if bool(names) == everyone:
        raise UsageError("say which lanes go on: their names, or --all")
    if everyone:
        with opened() as (_, store):
            names = tuple(lane.name for lane in store.lanes() if not lane.starts)
    return _each(names, lambda store, name: store.resume_lane(name), "goes on", as_json)


@lane.command()
@names_argument
@json_option
def drain(names: tuple[str, ...], as_json: bool) -> int:
    """Let lanes start no more tasks, and close their panes when nothing runs in them any more; `resume` takes it back."""
    return _each(names, lambda store, name: store.drain_lane(name), "is draining", as_json)


@lane.command()
@names_argument
@json_option
def remove(names: tuple[str, ...], as_json: bool) -> int:
    """Remove lanes that nothing waits or runs in. A later retry of what has ended there runs in lane `default`."""
    return _each(names, lambda store, name: store.remove_lane(name), "is removed", as_json)


@lane.command()
@click.argument("number", metavar="N|none", required=False)
@json_option
def limit(number: str | None, as_json: bool) -> int:
    """At most N runs at once, of all lanes and panes together; `none`: as many as there are slots. Without N: what the limit is."""
    wanted = parse_limit(number) if number is not None else None
    with opened() as (_, store):
        if number is not None:
            store.set_limit(wanted)
        found = store.view(events=0).limit
    if as_json:
        print_json({"limit": found})
    else:
        say("no limit but the slots" if found is None else f"{found} run{'s' if found > 1 else ''} at most")
    return 0


def _each(names: Sequence[str], act: Callable[[Store, str], None], words: str, as_json: bool) -> int:
    """Do the same to several lanes: each is tried, each answer told, and the worst exit code returned."""
    code, errors = 0, []
    with opened() as (folder, store):
        done = []
        for name in dict.fromkeys(names):
            try:
                act(store, name)
            except WzpError as error:
                code = max(code, error.exit_code)
                errors.append({"lane": name, "kind": type(error).__name__, "message": clean(str(error))})
                print_error(error)
                continue
            done.append(name)
            if not as_json:
                say(f"lane {name} {words}")
        if as_json:
            documents = [document for document in _documents(folder, store) if document["name"] in done]
            print_json({"lanes": documents, **({"errors": errors} if errors else {})})
    return code


def _documents(folder: StoreFolder, store: Store) -> list[dict[str, Any]]:
    view = store.view(events=0)
    queued = Counter(task.lane for task in view.tasks if task.state is State.QUEUED)
    taken = Counter(run.lane for run in view.runs.values() if run.open)
    found = []
    for lane in view.lanes:
        is_empty = not taken[lane.name] and not has_worker(folder, lane.name)
        found.append(lane_document(lane, taken[lane.name], queued[lane.name], is_empty))
    return found


def _tell(folder: StoreFolder, store: Store, name: str, words: str, as_json: bool) -> int:
    if as_json:
        print_json({"lane": next(document for document in _documents(folder, store) if document["name"] == name)})
    else:
        say(words)
    return 0
