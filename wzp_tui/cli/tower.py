"""`tower`, and `wzp-tui` without a verb: watch, and open the panes that tasks need."""

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from wzp_tui.cli.output import note
from wzp_tui.errors import UsageError
from wzp_tui.paths import StoreFolder, store_dir

if TYPE_CHECKING:
    from wzp_tui.controller import Controller

MUXES = ("wezterm", "embedded")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

mux_option = click.option("--mux", type=click.Choice(MUXES), help="Whose panes (default: WezTerm's inside WezTerm, else embedded).")


@click.command()
@click.option("--headless", is_flag=True, help="Without a screen, until Ctrl-C or SIGTERM.")
@click.option("--plain", is_flag=True, help="As lines, for screen readers; type `help` in it.")
@mux_option
def tower(headless: bool, plain: bool, mux: str | None) -> int:
    """Open the tower."""
    if headless and plain:
        raise UsageError("--headless and --plain exclude each other")
    if headless:
        _make_lanes()
        return asyncio.run(_headless(mux or ""))
    return open_tower(mux or "", plain=plain)


def open_tower(mux: str = "", *, plain: bool = False) -> int:
    """Open the tower on this terminal; as lines with `plain`."""
    if plain:
        _make_lanes()
        from wzp_tui.cli.plain import run_plain

        return run_plain(mux)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the tower needs a terminal; without one there are `wzp-tui tower --headless`, `--plain` and `wzp-tui status`")
    _make_lanes()
    from wzp_tui.tui.app import run_tower

    return run_tower(store_dir(), mux)


def _make_lanes() -> None:
    """The lanes of the config file. A wrong file is named now, not on a screen that covers it."""
    from wzp_tui.cli.session import opened
    from wzp_tui.config import load_config

    settings = load_config()
    if not settings.lanes:
        return
    with opened() as (_, store):
        there = {lane.name: lane.slots for lane in store.lanes()}
        for name, lane in settings.lanes.items():
            if there.get(name) != lane.slots:
                store.set_lane(name, lane.slots)


async def _headless(kind: str) -> int:
    from wzp_tui.controller import Controller, open_mux
    from wzp_tui.program_log import open_log

    folder = StoreFolder(store_dir())
    mux = open_mux(kind)
    controller = Controller(folder, mux)
    log = open_log(folder.program_log)
    try:
        await mux.panes()  # to start without WezTerm would be to wait in silence
        watching = asyncio.create_task(controller.run())
        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, watching.cancel)
        note(f"the tower is open, process {os.getpid()}, with {mux.kind} panes; Ctrl-C closes it, and its log is {folder.program_log}")
        log.info("headless tower opened with %s panes", mux.kind)
        telling = asyncio.create_task(_tell_troubles(controller))
        try:
            await watching
        except asyncio.CancelledError:
            log.info("headless tower closed")
        finally:
            telling.cancel()
    finally:
        await controller.aclose()
    return 0


async def _tell_troubles(controller: "Controller") -> None:
    told = ""
    async for snapshot in controller.snapshots:
        trouble = snapshot.trouble or (f"{snapshot.mux.kind} is unreachable: {snapshot.mux.reason}" if not snapshot.mux.reachable else "")
        other = controller.other_tower() if not snapshot.opens_panes else None
        if other is not None and snapshot.taken_ms:
            trouble = trouble or f"process {other} opens the panes; this tower takes over when it ends"
        if trouble != told:
            told = trouble
            if trouble:
                note(trouble)
