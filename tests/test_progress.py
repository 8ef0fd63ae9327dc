"""PROGRESS.md tells the truth in a form that can be checked."""

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
SYSTEMS = {"A": 15, "B": 16, "C": 22, "D": 10, "E": 15, "F": 10, "G": 11, "H": 6, "I": 13, "J": 10}
SYSTEMS |= {"K": 9, "L": 8, "M": 10, "N": 6, "O": 9, "P": 5, "Q": 7, "R": 5, "S": 7, "T": 3}
PHASES = {"ph1.1": 4, "ph1.2": 4, "ph1.3": 4, "ph2.1": 4, "ph2.2": 4, "ph2.3": 4, "ph3.1": 3, "ph3.2": 4, "ph3.3": 3}
PHASES |= {"ph4.1": 5, "ph4.2": 4, "ph4.3": 4, "ph5.1": 4, "ph5.2": 4, "ph5.3": 4}
SECTIONS = {"s3", "s4", "s5.1", "s5.2", "s6", "s7.1", "s7.2", "s7.3", "s8.1", "s8.2", "s8.3", "s9.1", "s9.2", "s9.3", "s10", "s11", "s12"}


class Row(NamedTuple):
    id: str
    what: str
    state: str
    shown_by: str


ROWS = [
    Row(*(cell.strip() for cell in line.strip("|").split("|")))
    for line in (ROOT / "PROGRESS.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| id ")
]


def test_every_row_of_the_plan_is_there_once() -> None:
    expected = {f"{letter}{n}" for letter, rows in SYSTEMS.items() for n in range(1, rows + 1)}
    expected |= {f"{section}.{n}" for section, rows in PHASES.items() for n in range(1, rows + 1)}
    expected |= {f"ph{n}.D" for n in range(1, 6)} | SECTIONS
    assert Counter(row.id for row in ROWS) == Counter(expected)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_state_is_legal_and_founded(row: Row) -> None:
    named = re.findall(r"`((?:tests|docs|\.ci|\.github)/[^`:]+)(?:::\w+)?`", row.shown_by)
    assert row.what
    assert row.state in ("done", "partly", "planned", "not planned")
    assert [path for path in named if not (ROOT / path).exists()] == []
    if row.state == "done":
        assert [path for path in named if path.startswith(("tests/", "docs/", ".ci/"))], "done names the test or page that shows it"
    if row.state in ("partly", "not planned"):
        assert row.shown_by, f"{row.state} says what, or why"
