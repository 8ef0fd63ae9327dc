"""What can be told of a store before SQLite touches it: whose it is, and how old."""

import os
from collections import Counter

from wzp_tui.errors import StoreCorrupt, StoreError, StoreForeign, StoreNewer
from wzp_tui.paths import StoreFolder

APPLICATION_ID = 0x777A7031  # "wzp1"
SCHEMA = 2

_MAGIC = b"SQLite format 3\0"

Identity = tuple[int, int]
"""Which file it is, whatever its name: device and inode."""

connected: Counter[Identity] = Counter()
"""The files to which this process has connections."""


def identity(path: str) -> Identity | None:
    """Which file has this name now; `None`: there is none that can be seen."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def check_header(path: str, schema: int = SCHEMA) -> None:
    """Refuse a foreign, newer or damaged file. A missing or empty file passes, and one to which this process is connected already."""
    # To close any descriptor of a file drops all locks that the process has on it (POSIX), those of SQLite too. Then the next process
    # that closes the store takes itself for the last one and removes the WAL, and what our connection commits from then on is lost.
    if connected[identity(path) or (0, 0)]:
        return
    try:
        with open(path, "rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}; check its rights, or choose another folder with WZP_STORE") from error
    if not header:
        return
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise StoreCorrupt(f"{path} is damaged: it does not begin like an SQLite file")
    application = int.from_bytes(header[68:72], "big")
    if application != APPLICATION_ID:
        raise StoreForeign(f"{path} belongs to another program; choose another folder with WZP_STORE")
    version = int.from_bytes(header[60:64], "big")
    if version > schema:
        raise newer(path, version)


def newer(path: str, version: int) -> StoreNewer:
    """The error for a store of a later wzp-tui."""
    return StoreNewer(f"{path} was written by a newer wzp-tui (schema {version}); upgrade wzp-tui, or choose another folder with WZP_STORE")


def prepare_folder(folder: StoreFolder) -> None:
    """Make the folder of a store. One that belongs to another user is refused: root would leave files that its owner cannot write."""
    try:
        owner = os.stat(folder).st_uid
    except FileNotFoundError:
        owner = os.geteuid()
    if owner != os.geteuid():
        raise StoreError(f"{folder} belongs to user id {owner}; run wzp-tui as that user, or choose another folder with WZP_STORE")
    try:
        folder.make()
    except OSError as error:
        raise StoreError(f"{error.filename} cannot be made: {error.strerror}; choose another folder with WZP_STORE") from error
