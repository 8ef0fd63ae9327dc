"""What nobody foresaw, told in one line: the trace goes into the program log."""

from wzp_tui.errors import WzpError
from wzp_tui.paths import StoreFolder, store_dir
from wzp_tui.program_log import open_log


def told(error: Exception) -> WzpError:
    """The error to show instead of a traceback."""
    what = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error) or "no message"
    try:
        path = StoreFolder(store_dir()).program_log
        open_log(path).error("unforeseen error of the command line", exc_info=error)
    except OSError as failed:
        return WzpError(f"{type(error).__name__}: {what}; the trace cannot be written to the program log: {failed.strerror}")
    if isinstance(error, OSError):
        return WzpError(f"{what}; more is in {path}")
    return WzpError(f"a bug of wzp-tui: {type(error).__name__}: {what}; please report it with the end of {path}")
