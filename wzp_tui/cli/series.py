"""`series …`: tasks that come again, and what to do with them. `add --every` makes one."""

import time
from collections.abc import Callable, Iterable
from typing import Any

import click

from wzp_tui.clean import clean
from wzp_tui.cli.documents import UPCOMING, iso, series_document
from wzp_tui.cli.output import paint, print_error, print_json, print_table, say
from wzp_tui.cli.params import SeriesId, json_option
from wzp_tui.cli.session import opened
from wzp_tui.errors import WzpError
from wzp_tui.store import Series, Store, Task
from wzp_tui.tasks.parse import duration_words, moment_words
from wzp_tui.tasks.schedule import upcoming
from wzp_tui.tasks.series import catch_up_words
from wzp_tui.tasks.task import command_line

_LAST = 5
"""Tasks of a series that are shown."""

ids_argument = click.argument("ids", nargs=-1, required=True, metavar="ID...", type=SeriesId())


@click.group(no_args_is_help=False)
def series() -> None:
    """Tasks that come again: `add --every` makes a series, and each of its ticks adds a task."""


@series.command("list")
@json_option
def list_(as_json: bool) -> int:
    """All series, and when each comes next."""
    with opened() as (_, store):
        found = store.series()
    if as_json:
        print_json({"series": [series_document(each) for each in found]})
    elif found:
        now = _now()
        ordered = sorted(found, key=lambda each: (each.due_ms is None, each.due_ms, each.id))
        print_table(("ID", "TITLE", "EVERY", "NEXT", "IN", "WHERE", ""), (_cells(each, now) for each in ordered), wide=1)
    else:
        say("nothing comes again; `wzp-tui add --every 1h -- make test` makes a series")
    return 0


def _cells(series: Series, now: int) -> tuple[str, ...]:
    due = series.due_ms
    next, soon = ("", "") if due is None else (moment_words(due, now), duration_words(max(0, due - now) / 1000))
    return (series.name, series.task.title, series.every, next, soon, series.task.lane or series.task.place, remark(series))


def remark(series: Series) -> str:
    """What is not as it should be: `paused by you`, `3 missed`."""
    paused = f"paused: {series.reason}" if series.reason != "by you" else "paused by you"
    return " · ".join(filter(None, (paused if series.paused else "", f"{series.missed} missed" if series.missed else "")))


@series.command()
@click.argument("id", metavar="ID", type=SeriesId())
@json_option
def show(id: int, as_json: bool) -> int:
    """All that is known of a series: its next ticks, and its last tasks."""
    with opened() as (_, store):
        store.settle()
        found = store.one_series(id)
        tasks = [task for task in store.view(events=0).tasks if task.series == id]
    if as_json:
        print_json({"series": {**series_document(found), "tasks": [task.id for task in tasks]}})
        return 0
    for name, value in _fields(found, tasks[-_LAST:], _now()):
        if value:
            say(f"{paint(f'{name:<10}', 'faint')} {clean(value, 1 << 16)}")
    return 0


def _fields(series: Series, tasks: Iterable[Task], now: int) -> Iterable[tuple[str, str]]:
    task = series.task
    yield "series", f"{series.name} {task.title}"
    yield "every", series.every
    for at in upcoming(series.every, series.due_ms, series.start_ms, UPCOMING):
        yield "comes", f"{moment_words(at, now)}, {iso(at)}"
    yield "state", remark(series)
    yield "overlap", str(series.overlap)
    yield "catch up", catch_up_words(series.catch_up)
    yield "keep", f"{series.keep} done in the lists"
    yield "command", command_line(task.argv)
    yield "cwd", task.cwd
    yield "where", f"lane {task.lane}" if task.lane else "a pane of its own"
    yield "tasks", ", ".join(f"{each.name} {each.state}" for each in tasks)


@series.command()
@ids_argument
@json_option
def pause(ids: tuple[int, ...], as_json: bool) -> int:
    """Let series add no more tasks. What was added goes on."""
    return _each(ids, _saying("is paused", lambda store, id: store.pause_series(id, True)), as_json)


@series.command()
@ids_argument
@json_option
def resume(ids: tuple[int, ...], as_json: bool) -> int:
    """Let paused series go on with the ticks to come; those of the pause are not caught up."""

    def act(store: Store, id: int) -> str:
        from wzp_tui.cli.again import comes

        store.pause_series(id, False)
        return comes(store.one_series(id)).partition(" ")[2]

    return _each(ids, act, as_json)


@series.command()
@ids_argument
@json_option
def remove(ids: tuple[int, ...], as_json: bool) -> int:
    """End series. Their tasks stay."""
    return _each(ids, _saying("is removed", lambda store, id: store.remove_series(id)), as_json, gone=True)


@series.command()
@ids_argument
@json_option
def run(ids: tuple[int, ...], as_json: bool) -> int:
    """Add the task of a series now, beside its ticks."""
    return _each(ids, lambda store, id: f"adds #{store.run_series(id)}", as_json)


def _each(ids: Iterable[int], act: Callable[[Store, int], str], as_json: bool, *, gone: bool = False) -> int:
    """Do the same to several series; each answer is told, and the worst exit code returned."""
    code, done, errors = 0, list[dict[str, Any]](), list[dict[str, Any]]()
    with opened() as (_, store):
        for id in dict.fromkeys(ids):
            try:
                before = store.one_series(id)
                words = act(store, id)
            except WzpError as error:
                code = max(code, error.exit_code)
                errors.append({"series": id, "kind": type(error).__name__, "message": clean(str(error))})
                print_error(error)
                continue
            if as_json:
                done.append(series_document(before if gone else store.one_series(id)))
            else:
                say(f"{before.name} {words}")
    if as_json:
        print_json({"series": done, **({"errors": errors} if errors else {})})
    return code


def _saying(words: str, act: Callable[[Store, int], None]) -> Callable[[Store, int], str]:
    def run(store: Store, id: int) -> str:
        act(store, id)
        return words

    return run


def _now() -> int:
    return time.time_ns() // 1_000_000
