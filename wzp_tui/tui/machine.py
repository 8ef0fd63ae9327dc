"""How busy this machine is, where the system says so in a file."""

from typing import NamedTuple


class Load(NamedTuple):
    """Both in percent."""

    cpu: int
    memory: int


class Machine:
    """Each `load` is that of the time since the one before."""

    def __init__(self) -> None:
        self._busy, self._all = _jiffies() or (0, 0)

    def load(self) -> Load | None:
        """`None` where the system does not say."""
        now, memory = _jiffies(), _memory()
        if now is None or memory is None:
            return None
        busy, all = now[0] - self._busy, now[1] - self._all
        self._busy, self._all = now
        return Load(round(100 * busy / all) if all > 0 else 0, memory)


def _jiffies() -> tuple[int, int] | None:
    """Busy, and in all, since the machine was started."""
    try:
        with open("/proc/stat") as file:
            numbers = [int(number) for number in file.readline().split()[1:9]]
    except (OSError, ValueError):
        return None
    return sum(numbers) - numbers[3] - numbers[4], sum(numbers)


def _memory() -> int | None:
    """What is in use and cannot be had back, in percent."""
    try:
        with open("/proc/meminfo") as file:
            found = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in file)}
        return round(100 * (1 - found["MemAvailable"] / found["MemTotal"]))
    except (OSError, ValueError, KeyError, ZeroDivisionError):
        return None
