"""Words that lists, lanes and explanations share. Pure."""

from collections.abc import Sequence


def with_reason(word: str, reason: str) -> str:
    """`held by you`, `paused after a restart`, `failed: exit 3`."""
    if not reason:
        return word
    return f"{word} {reason}" if reason.startswith(("by ", "after ")) else f"{word}: {reason}"


def place_word(place: int) -> str:
    """`next`, `2nd`, `3rd` …: a place in a queue; 1 is next."""
    if place == 1:
        return "next"
    suffix = "th" if 10 <= place % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{suffix}"


def names(ids: Sequence[int], most: int) -> str:
    """`#4`, `#4 and #7`, `#4, #7 and 5 more`: at most so many are named."""
    found = [f"#{id}" for id in ids[:most]]
    if len(ids) > most:
        found.append(f"{len(ids) - most} more")
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
