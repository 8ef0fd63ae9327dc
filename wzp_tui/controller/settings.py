"""What the settings say of lanes, limit, archive and logs, told to the store."""

from typing import TYPE_CHECKING

from wzp_tui.errors import StoreError
from wzp_tui.inpane.log import set_cap
from wzp_tui.paths import StoreFolder
from wzp_tui.store import Store

if TYPE_CHECKING:  # verbs use the controller without the settings, whose pydantic would be half of their start
    from wzp_tui.config import Settings


def apply_settings(store: Store, folder: StoreFolder, wanted: "Settings", before: "Settings | None") -> None:
    """Tell what is another one than before. What the settings do not name stays as it is."""
    for name, lane in wanted.lanes.items():
        if before is None or before.lanes.get(name) != lane:
            store.set_lane(name, lane.slots, workspace=lane.workspace, pause_on_failure=lane.pause_on_failure)
    if wanted.limit != (before.limit if before else None):
        store.set_limit(wanted.limit)
    store.set_archive_days(wanted.archive.after_days)
    try:
        set_cap(folder, wanted.log.cap << 20)
    except OSError as error:
        raise StoreError(f"`log.cap` cannot be set: {error.strerror}") from error
