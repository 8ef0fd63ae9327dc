"""A duration as exact as it was given."""


def span(seconds: float) -> str:
    """`10m`, `90s`, `0.5s`, `2d`: the shortest text that `parse_duration` reads as so many seconds."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.10g}s"
