"""`tower`, and `wzp-tui` without a verb: watch, and open the panes that tasks need."""

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from wzp_tui.cli.output import note
from wzp_tui.errors import UsageError, WzpError
from wzp_tui.paths import StoreFolder, store_dir

if TYPE_CHECKING:
    from wzp_tui.controller import Controller

MUXES = ("wezterm", "embedded")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

mux_option = click.option("--mux", type=click.Choice(MUXES), help="Whose panes (default: WezTerm's inside WezTerm, else embedded).")


filter_option = click.option("--filter", metavar="EXPR", help="With --plain: tell only of what matches, as in `task list`.")
FILTER_IS_FOR_PLAIN = "--filter is for --plain; in the tower with a screen, / filters"


@click.command()
@click.option("--headless", is_flag=True, help="Without a screen, until Ctrl-C or SIGTERM.")
@click.option("--plain", is_flag=True, help="As lines, for screen readers; type `help` in it.")
@filter_option
@mux_option
def tower(headless: bool, plain: bool, filter: str | None, mux: str | None) -> int:
    """Open the tower."""
    if headless and plain:
        raise UsageError("--headless and --plain exclude each other")
    if filter is not None and not plain:
        raise UsageError(FILTER_IS_FOR_PLAIN)
    if headless:
        return asyncio.run(_headless(mux or ""))
    return open_tower(mux or "", plain=plain, filter=filter or "")


def open_tower(mux: str = "", *, plain: bool = False, filter: str = "") -> int:
    """Open the tower on this terminal; as lines with `plain`, of what the filter means."""
    if plain:
        from wzp_tui.cli.plain import run_plain

        return run_plain(mux, filter)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the tower needs a terminal; without one there are `wzp-tui tower --headless`, `--plain` and `wzp-tui status`")
    from wzp_tui.tui.app import run_tower

    return run_tower(store_dir(), mux)


async def _headless(kind: str) -> int:
    from wzp_tui.config import load_config
    from wzp_tui.controller import Controller, open_mux
    from wzp_tui.program_log import open_log

    settings = load_config()
    folder = StoreFolder(store_dir())
    mux = open_mux(kind)
    controller = Controller(folder, mux)
    log = open_log(folder.program_log)
    try:
        await controller.use(settings)
        await mux.panes()  # to start without WezTerm would be to wait in silence
        watching = asyncio.create_task(controller.run())
        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, watching.cancel)
        log.info("headless tower opened with %s panes", mux.kind)
        opened = f"the tower is open, process {os.getpid()}, with {mux.kind} panes; Ctrl-C closes it, and its log is {folder.program_log}"
        beside = [asyncio.create_task(_tell(controller, opened)), asyncio.create_task(_follow_settings(controller))]
        try:
            await watching
        except asyncio.CancelledError:
            log.info("headless tower closed")
        finally:
            for task in beside:
                task.cancel()
    finally:
        await controller.aclose()
    return 0


async def _follow_settings(controller: "Controller") -> None:
    """Work by the config file as it is changed; a wrong one is told, and changes nothing."""
    from wzp_tui.config import load_config
    from wzp_tui.config.watching import changes

    told = ""
    try:
        async for _ in changes():
            try:
                await controller.use(load_config())
                told = ""
            except WzpError as error:
                if str(error) != told:
                    told = str(error)
                    note(told)
    except OSError as error:
        note(f"changes of the config file are not seen: {error.strerror or error}")


async def _tell(controller: "Controller", opened: str) -> None:
    """Say that the tower is open once it has looked, and so taken its lock; then what keeps it from its work."""
    told = ""
    async for snapshot in controller.snapshots:
        if opened and (snapshot.taken_ms or snapshot.trouble):
            note(opened)
            opened = ""
        trouble = snapshot.trouble or (f"{snapshot.mux.kind} is unreachable: {snapshot.mux.reason}" if not snapshot.mux.reachable else "")
        other = controller.other_tower() if not snapshot.opens_panes else None
        if other is not None and snapshot.taken_ms:
            trouble = trouble or f"process {other} opens the panes; this tower takes over when it ends"
        if trouble != told:
            told = trouble
            if trouble:
                note(trouble)
