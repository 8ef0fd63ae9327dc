"""Killed before any SQL statement or file operation: nothing torn, nothing acknowledged and lost, nothing run twice."""

from pathlib import Path

import pytest

from tests.faults.moments import ACTS, count, violations

DEATHS = 10
"""Of each act; `python -m tests.faults.moments` takes every moment."""


@pytest.mark.parametrize("act", ACTS)
def test_whenever_it_dies_the_store_is_whole_and_all_goes_on(act: str, tmp_path: Path) -> None:
    (tmp_path / "count").mkdir()
    total = count(act, tmp_path / "count")
    assert total > DEATHS
    for moment in range(1, total + 1, total // DEATHS):
        folder = tmp_path / str(moment)
        folder.mkdir()
        assert list(violations(act, moment, folder)) == [], f"killed before moment {moment} of {total}"
