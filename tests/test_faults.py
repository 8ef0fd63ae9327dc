"""Processes are killed at random moments, and every task still runs exactly once. The long run is `python -m tests.faults`."""

import sys
from pathlib import Path

import pytest

from .faults.strikes import FAULTS
from .faults.trial import run
from .muxserver import MuxServer

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are counted in /proc")

SEED = 7


@pytest.mark.parametrize("fault", [name for name, fault in FAULTS.items() if "embedded" in fault.muxes])
def test_every_task_runs_once_on_embedded_panes(fault: str, tmp_path: Path) -> None:
    """Three strikes while twelve tasks run: all are done, or honestly lost, and nothing is left behind."""
    result = run(fault, "embedded", tmp_path / "t", seed=SEED, tasks=12, moments=3)
    assert not result.violations
    assert result.strikes


@pytest.mark.wezterm
@pytest.mark.parametrize("fault", [name for name, fault in FAULTS.items() if "wezterm" in fault.muxes])
def test_every_task_runs_once_in_wezterm(fault: str, wezterm_mux: MuxServer, tmp_path: Path) -> None:
    """The same in a real WezTerm, whose mux server is killed too."""
    wezterm_mux.stop()  # the trial has one of its own; the fixture says where there is no WezTerm
    result = run(fault, "wezterm", tmp_path / "t", seed=SEED, tasks=12, moments=3)
    assert not result.violations
    assert result.strikes
