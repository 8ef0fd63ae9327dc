"""Several stores over one file, in this process and in others."""

import subprocess
import sys
from pathlib import Path

from wzp_tui.store import NewTask, open_store

_OPEN_AND_CLOSE = "import sys; from wzp_tui.store import open_store; store = open_store(sys.argv[1], 'other')"
_COUNT = _OPEN_AND_CLOSE + "; print(len(store.view().tasks)); store.close()"


def test_a_second_store_of_the_same_process_takes_nothing_from_the_first(tmp_path: Path) -> None:
    """A task is there for everybody, also when stores were opened and closed around the one that added it."""

    def elsewhere(script: str) -> str:
        return subprocess.run([sys.executable, "-c", script, folder], capture_output=True, text=True, check=True).stdout

    folder = str(tmp_path / "s")
    first = open_store(folder, "first")
    second = open_store(folder, "second")
    elsewhere(_OPEN_AND_CLOSE + "; store.close()")
    first.add(NewTask(("true",), "/"))
    assert elsewhere(_COUNT) == "1\n"
    second.close()
    first.add(NewTask(("true",), "/"))
    assert elsewhere(_COUNT) == "2\n"
    first.close()
    again = open_store(folder, "again")
    assert len(again.view().tasks) == 2
    again.close()
