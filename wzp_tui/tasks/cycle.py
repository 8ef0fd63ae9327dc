"""Tasks that wait for each other for ever: found, and named."""

from collections.abc import Callable, Iterable, Mapping, Sequence


def find_cycle(waits: Mapping[int, Iterable[int]]) -> tuple[int, ...]:
    """A cycle, from a node to itself, each one waiting for the next; it begins with the smallest one. `()`: there is none."""
    from graphlib import CycleError, TopologicalSorter  # only who joins tasks pays for it

    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        _, *cycle = reversed(error.args[1])
        first = cycle.index(min(cycle))
        return (*cycle[first:], *cycle[:first], cycle[first])
    return ()


def cycle_words(cycle: Sequence[int], name: Callable[[int], str] = "#{}".format) -> str:
    """What is wrong with a cycle, and what to do, in one line that ends with its names."""
    if len(cycle) == 2:
        return f"{name(cycle[0])} cannot wait for itself"
    return f"these tasks wait for each other for ever; take one of them out of `after`: {' → '.join(map(name, cycle))}"
