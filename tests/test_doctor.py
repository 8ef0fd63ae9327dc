"""Doctor: what is looked at, and how a store comes back."""

import os
from pathlib import Path

from wzp_tui.paths import StoreFolder, store_dir
from wzp_tui.store import Store

from .cli import add, ok, wzp


def test_doctor_restore_takes_a_backup_back(store: Store) -> None:
    add("--title", "before", "--", "true")
    saved = store.back_up()
    assert saved is not None
    add("--title", "after", "--", "true")
    store.close()
    asked = wzp("doctor", "--restore")
    assert (asked.code, "say so with --yes" in asked.err) == (2, True)
    assert ok("doctor", "--restore", "--yes", "--json").json["restored"]["backup"] == saved
    assert [task["title"] for task in ok("task", "list", "--json").json["tasks"]] == ["before"]


def test_doctor_names_what_is_wrong(store: Store, isolated: Path) -> None:
    good = ok("doctor")
    assert "is sound" in good.out
    (isolated / ".config/wzp-tui").mkdir(parents=True)
    (isolated / ".config/wzp-tui/config.toml").write_text("\nthem = 1\n")
    store.close()
    os.chmod(store_dir(), 0o755)
    Path(StoreFolder(store_dir()).db).write_bytes(b"garbage" * 1000)
    bad = wzp("doctor", "--json")
    assert bad.code == 1
    told = {check["name"]: check["text"] for check in bad.json["checks"] if check["grade"] == "bad"}
    assert told.keys() == {"folder", "store", "config"}
    assert "chmod 700" in told["folder"]
    assert "damaged" in told["store"]
    assert "config.toml:2: unknown key `them`; did you mean `ui.theme`?" in told["config"]
