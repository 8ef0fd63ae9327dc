"""What a measurement says."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table."""

    name: str
    value: float
    unit: str
    budget: float
    """The most that it may be, in the same unit; 0: it has none, others are measured against it."""
    ok: bool
    least: bool = False
    """The budget is the least that it may be."""


def at_most(name: str, value: float, unit: str, budget: float) -> Row:
    """A row whose value should not be above the budget."""
    return Row(name, value, unit, budget, value <= budget)


def at_least(name: str, value: float, unit: str, budget: float) -> Row:
    """A row whose value should not be below the budget."""
    return Row(name, value, unit, budget, value >= budget, least=True)


def told(name: str, value: float, unit: str) -> Row:
    """A row without a budget."""
    return Row(name, value, unit, 0, True)


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which `percent` of them lie."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


class NotMeasured(Exception):
    """A number could not be taken, and why."""
