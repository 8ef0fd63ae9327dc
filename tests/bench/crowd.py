"""A tower with many panes, each with a worker that waits: `python -P crowd.py FOLDER KIND PANES`."""

import asyncio
import signal
import sys

from wzp_tui.controller import Controller, open_mux
from wzp_tui.controller.opening import worker_argv
from wzp_tui.mux import NewTab, Program


async def main(folder: str, kind: str, panes: str) -> None:
    """Open the panes, then watch until TERM."""
    controller = Controller(folder, open_mux(kind))
    loop = asyncio.get_running_loop()
    for slot in range(1, int(panes) + 1):
        argv = worker_argv(controller.folder, controller.mux, "lane", "bench", str(slot))
        await controller.mux.open(Program(argv, "/"), NewTab("default"))
    watching = asyncio.create_task(controller.run())
    loop.add_signal_handler(signal.SIGTERM, watching.cancel)
    try:
        await watching
    except asyncio.CancelledError:
        await controller.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
