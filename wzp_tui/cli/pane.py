"""`pane …`: WezTerm's panes."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wzp_tui.clean import clean, clean_lines
from wzp_tui.cli.add import here
from wzp_tui.cli.output import print_json, print_table, say
from wzp_tui.cli.params import json_option
from wzp_tui.errors import NotFound, UsageError
from wzp_tui.paths import StoreFolder, store_dir
from wzp_tui.tasks import parse

if TYPE_CHECKING:
    from wzp_tui.controller import PaneRow, Snapshot
    from wzp_tui.mux import Mux
    from wzp_tui.panes import Pane

T = TypeVar("T")

ENTER_PAUSE = 0.15
"""Seconds between a paste and Enter: some programs take what comes at once for a part of the paste."""


class _PaneId(click.ParamType[int]):
    name = "pane"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """`%14` or `14`."""
        if isinstance(value, int):
            return value
        digits = str(value).removeprefix("%")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            raise UsageError(f"{parse.shown(str(value))} is no pane; write its id, as 14 or %14")
        return int(digits)


pane_argument = click.argument("pane", type=_PaneId(), metavar="PANE")


@click.group(no_args_is_help=False)
def pane() -> None:
    """Panes of WezTerm: look at them, go there, send text."""


@pane.command("list")
@json_option
def list_(as_json: bool) -> int:
    """All panes, and the tasks whose runs they show."""
    rows = _ask(_snapshot).panes
    if as_json:
        print_json({"panes": [_document(row) for row in rows]})
    else:
        print_table(("ID", "TITLE", "WORKSPACE", "TASK", "SIZE", "FOLDER"), map(_cells, rows), wide=1)
    return 0


@pane.command("open")
@click.option("--workspace", metavar="NAME", default="default", help="In this workspace.")
@click.option("--cwd", metavar="DIR", help="Its working directory (default: this one).")
@click.argument("command", nargs=-1, metavar="[-- COMMAND [ARG]...]")
@json_option
def open_(workspace: str, cwd: str | None, command: tuple[str, ...], as_json: bool) -> int:
    """Open a pane in a tab of its own, with your shell or a command. The focus stays where it is."""
    from shutil import which

    from wzp_tui.mux import NewTab, Program

    argv = parse.check_command(list(command)) if command else (os.environ.get("SHELL") or "/bin/sh",)
    program = which(argv[0])
    if program is None:
        raise UsageError(f"there is no program {parse.shown(argv[0])}")
    folder = here() if cwd is None else parse.check_folder(cwd)
    place = NewTab(parse.check_name(workspace, "workspace"))
    opened = _ask(lambda mux: mux.open(Program((os.path.abspath(program), *argv[1:]), folder), place))
    if as_json:
        print_json({"pane": {"id": opened}})
    else:
        say(f"%{opened}")
    return 0


@pane.command()
@pane_argument
@click.argument("text", nargs=-1, required=True, metavar="TEXT...")
@click.option("--enter", is_flag=True, help="Press Enter after it.")
@json_option
def send(pane: int, text: tuple[str, ...], enter: bool, as_json: bool) -> int:
    """Paste text into a pane; `-` reads it from standard input. Control characters are left out."""
    words = sys.stdin.read() if text == ("-",) else " ".join(text)

    async def paste(mux: "Mux") -> None:
        seen = await _pane(mux, pane)
        await mux.send(pane, words, seen=seen)
        if enter:
            await asyncio.sleep(ENTER_PAUSE)
            await mux.press(pane, "\r", seen=seen)

    _ask(paste)
    return _done(pane, "sent", as_json)


@pane.command()
@pane_argument
@click.option("--scrollback", type=click.IntRange(0, 10_000), default=0, metavar="N", help="With so many lines above the screen.")
@json_option
def text(pane: int, scrollback: int, as_json: bool) -> int:
    """Print what a pane shows."""
    shown = clean_lines(_ask(lambda mux: mux.text(pane, scrollback=scrollback)))
    if as_json:
        print_json({"pane": {"id": pane, "text": shown}})
    else:
        say(shown.rstrip("\n"))
    return 0


@pane.command()
@pane_argument
@json_option
def focus(pane: int, as_json: bool) -> int:
    """Show a pane and give it the keys."""
    _ask(lambda mux: mux.focus(pane))
    return _done(pane, "has the focus", as_json)


@pane.command()
@pane_argument
@click.option("--yes", is_flag=True, help="Close it without being asked.")
@json_option
def close(pane: int, yes: bool, as_json: bool) -> int:
    """Close a pane, and end what runs in it."""
    if not yes and not sys.stdin.isatty():
        raise UsageError("to close a pane ends what runs in it; say so with --yes, or ask for it on a terminal")
    seen = _ask(lambda mux: _pane(mux, pane))
    if not yes and not click.confirm(f"Close {seen.name}, {clean(seen.title, 80)}, and end what runs in it?", default=False):
        say("nothing was closed")
        return 1
    _ask(lambda mux: mux.close(pane, seen=seen))
    return _done(pane, "closed", as_json)


def _ask(question: "Callable[[Mux], Awaitable[T]]") -> T:
    from wzp_tui.controller import open_mux

    async def ask() -> T:
        mux = open_mux("wezterm")
        try:
            return await question(mux)
        finally:
            await mux.aclose()

    return asyncio.run(ask())


async def _pane(mux: "Mux", id: int) -> "Pane":
    for found in await mux.panes():
        if found.id == id:
            return found
    raise NotFound(f"there is no pane %{id}; `wzp-tui pane list` shows those there are")


async def _snapshot(mux: "Mux") -> "Snapshot":
    from wzp_tui.cli.session import opened
    from wzp_tui.controller.snapshot import MuxState
    from wzp_tui.controller.snapshot.holders import slot_holders
    from wzp_tui.controller.snapshot.join import Join

    panes = await mux.panes()
    with opened() as (_, store):
        store.settle()
        view = store.view(events=0)
    now = time.time_ns() // 1_000_000
    holders = slot_holders(StoreFolder(store_dir()), view)
    state = MuxState(mux.kind, True, now)
    return Join().snapshot(view, panes, holders, state, own_pane=mux.own_pane, opens_panes=False, trouble="", now_ms=now)


def _document(row: "PaneRow") -> dict[str, Any]:
    return {**row.pane._asdict(), "task": row.task, "seat": row.seat, "own": row.own}


def _cells(row: "PaneRow") -> tuple[str, ...]:
    pane = row.pane
    task = f"#{row.task}" if row.task is not None else row.seat or ("this one" if row.own else "")
    return (pane.name, pane.title, pane.workspace, task, f"{pane.cols}x{pane.rows}", pane.cwd)


def _done(pane: int, words: str, as_json: bool) -> int:
    if as_json:
        print_json({"pane": {"id": pane}})
    else:
        say(f"%{pane} {words}")
    return 0
