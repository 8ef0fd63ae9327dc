"""A tower without a screen, as a process of its own: `python -P tower.py FOLDER KIND`."""

import asyncio
import signal
import sys

from wzp_tui.controller import Controller, open_mux


async def main(folder: str, kind: str) -> None:
    """Watch and open panes until TERM."""
    controller = Controller(folder, open_mux(kind))
    watching = asyncio.create_task(controller.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, watching.cancel)
    try:
        await watching
    except asyncio.CancelledError:
        await controller.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
