"""The command line: one file a noun.

`add`, `task add` and `status` are called in loops, so they are answered before click is imported; all else is found by `cli.root`.
"""

import os
import sys
from collections.abc import Callable, Sequence

from wzp_tui.errors import WzpError

CTRL_C = 130
BROKEN_PIPE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code. Every error becomes one line on stderr."""
    args = list(sys.argv[1:] if argv is None else argv)
    code = _run(args)
    if argv is None and "click" not in sys.modules:
        os._exit(code)  # all is written and closed; to take Python down in order costs a fast verb a seventh of its time
    return code


def _run(args: list[str]) -> int:
    _mend_streams()
    try:
        try:
            code = _verb(args)()
        finally:
            sys.stdout.flush()
        return code
    except WzpError as error:
        return _tell(error, args)
    except KeyboardInterrupt:
        return CTRL_C
    except BrokenPipeError:
        _close_stdout()
        return BROKEN_PIPE
    except Exception as error:
        from wzp_tui.cli.crash import told

        return _tell(told(error), args)


def _mend_streams() -> None:
    """Give closed streams a place, so that no file of ours gets their number; let a terminal that is not UTF-8 show what it can."""
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass
        os.close(fd)
        sys.stdin = sys.stdin or os.fdopen(0)
        sys.stdout = sys.stdout or os.fdopen(1, "w")
        sys.stderr = sys.stderr or os.fdopen(2, "w")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def _verb(args: list[str]) -> Callable[[], int]:
    if not any(name.startswith("_") and name.endswith("_COMPLETE") for name in os.environ):
        words = args[: args.index("--")] if "--" in args else args
        wants_help = "--help" in words or "-h" in words
        if args[:1] in (["-V"], ["--version"]):
            return _version
        if not wants_help and (args[:1] == ["add"] or args[:2] == ["task", "add"]):
            from wzp_tui.cli import add

            return lambda: add.main(args[1:] if args[0] == "add" else args[2:])
        if not wants_help and args[:1] == ["status"]:
            from wzp_tui.cli import status

            return lambda: status.main(args[1:])
    from wzp_tui.cli import root

    return lambda: root.main(args)


def _version() -> int:
    from wzp_tui import __version__

    print(f"wzp-tui {__version__}")
    return 0


def _tell(error: WzpError, args: list[str]) -> int:
    from wzp_tui.cli.output import print_error

    try:
        print_error(error, as_json="--json" in (args[: args.index("--")] if "--" in args else args))
    except BrokenPipeError:
        _close_stdout()
    return error.exit_code


def _close_stdout() -> None:
    """Python would flush what is left of it at the end, and say once more that nobody reads."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
