"""A short while of the monkey: no crash, and nothing is harmed that was not confirmed. `python -m tests.monkey` plays for longer."""

from pathlib import Path

import pytest

from tests.monkey.run import Monkey, habitat


async def test_nothing_breaks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    for name, value in habitat(tmp_path).items():
        monkeypatch.setenv(name, value)
    result = await Monkey(tmp_path, seed=1).play(400)
    assert result.broken == []
