"""Many processes change one store at once."""

from tests.faults.crowd import crowd, violations
from wzp_tui.paths import StoreFolder


def test_what_eight_processes_were_told_is_what_the_store_holds(folder: StoreFolder) -> None:
    """`python -m tests.faults.crowd` does it with 10,000 tasks."""
    journals = crowd(folder, tasks=240)
    assert violations(folder, journals) == []
    assert all(journal.begun and journal.added for journal in journals)
