"""What goes wrong. After a strike the site is put in order again as a user would: a new tower, a new worker in a shell."""

import signal
import time
from collections.abc import Callable
from typing import NamedTuple

from tests.faults import processes
from tests.faults.site import Site
from tests.support import wait_until
from wzp_tui.inpane.mux import HANGUP_PAUSE
from wzp_tui.tasks.policy import Stop


def kill_tower(site: Site) -> None:
    """`kill -9` of the tower. Embedded panes die with it."""
    site.end_tower(signal.SIGKILL)
    site.start_tower()


def kill_worker(site: Site) -> None:
    """`kill -9` of one worker."""
    workers = site.workers()
    if workers:
        processes.kill(site.chance.choice(workers))
    site.tend_shells()


def kill_mux(site: Site) -> None:
    """`kill -9` of the mux server. The next one gives the same pane ids to other panes."""
    assert site.server is not None
    site.server.stop(kill=True)
    site.server.start()
    site.tend_shells()


def close_pane(site: Site) -> None:
    """Close the pane of a running task. Every process of the run must go."""
    run = site.close_a_pane()
    if run is not None:
        site.closed.add(run.worker)
        try:
            wait_until(lambda: run.id not in site.runs_left(), HANGUP_PAUSE + Stop().grace + 2)  # after HUP and TERM comes KILL
        except AssertionError:
            site.broken.append(f"the pane of run {run.id} was closed, and its process {site.runs_left().get(run.id)} runs on")
    site.tend_shells()


def uninstall(site: Site) -> None:
    """Remove the package from under live workers, and install it again a moment later."""
    assert site.package is not None
    site.package.remove()
    time.sleep(site.chance.uniform(0, 0.5))
    site.package.install()


def upgrade(site: Site) -> None:
    """Install a version with one more migration over the running one, and open the store with it."""
    assert site.package is not None
    site.package.upgrade()
    site.ask("pass")
    site.end_tower()
    site.start_tower()
    site.tend_shells()


class Fault(NamedTuple):
    """A way to go wrong."""

    strike: Callable[[Site], None]
    muxes: tuple[str, ...]
    longest: float
    """Seconds that the longest task takes, so that all moments fall into their time."""
    may_lose: bool = False
    """Runs may end `lost` by it."""
    needs_package: bool = False
    """The site runs from an installed copy of the package."""


FAULTS = {
    "tower": Fault(kill_tower, ("embedded", "wezterm"), 3.0),
    "worker": Fault(kill_worker, ("embedded", "wezterm"), 3.0, may_lose=True),
    "mux": Fault(kill_mux, ("wezterm",), 3.0),
    "pane": Fault(close_pane, ("wezterm",), 16.0),
    "uninstall": Fault(uninstall, ("embedded",), 3.0, needs_package=True),
    "upgrade": Fault(upgrade, ("embedded",), 6.0, needs_package=True),
}
