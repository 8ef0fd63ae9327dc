"""Where an engineer works in `test_day.py`: the programs that are started there, and what they leave."""

from pathlib import Path

from tests.tui import Watch

AGENT = r"""
printf 'agent %s\n\033[36m*\033[0m reading the code\n' "$1"
case $1 in
1|2) printf '\033]9;agent %s asks: edit auth.py?\007' "$1"; printf 'edit auth.py? [y/n] ' ;;
3)   printf '\007run the tests? [y/n] ' ;;
*)   printf 'which name for the class? ' ;;
esac
read -r answer
echo "agent $1 was told: $answer" | tee "answer.$1"
"""
"""Prints as an agent does, asks (by OSC 9, by a bell, by its prompt alone), and goes on with the answer."""
CHECK = r"""
echo "collected 3 items"
i=0; while [ $i -lt 200 ]; do echo "test_a.py::test_$i PASSED"; i=$((i+1)); done
if grep -q 'return a - b' sum.py; then
  echo 'E   AssertionError: assert sum(1, 2) == 3'; echo 'FAILED test_sum.py::test_sum'; exit 1
fi
echo '203 passed'
"""
SERVER = """
trap 'echo bye >> served; exit 0' HUP TERM
echo "listening on port 8000"
while :; do echo tick >> served; sleep 0.2 & wait $!; done
"""
STEP = """
echo "$1" >> steps
[ "$2" != fails ]
"""


class Day:
    """The folder in which all of it happens, and what the commands left there."""

    def __init__(self, store: Path, work: Path) -> None:
        self.store, self.work, self.watch = store, work, Watch()
        for name, text in {"agent": AGENT, "check": CHECK, "server": SERVER, "step": STEP}.items():
            (self.work / name).write_text(text)
        (self.work / "sum.py").write_text("def sum(a, b):\n    return a - b\n")

    def read(self, name: str) -> str:
        path = self.work / name
        return path.read_text() if path.exists() else ""

    @property
    def steps(self) -> list[str]:
        """The steps that ran, in their order."""
        return self.read("steps").split()
