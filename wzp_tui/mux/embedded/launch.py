"""Becomes the program of a pane. Run by its path in a bare Python, with the pane's tty on descriptors 0 to 2.

Descriptor 3 takes what went wrong; its end without a word means that the program runs.
"""

import contextlib
import fcntl
import os
import signal
import sys
import termios

_UTF8_INPUT = 0x4000  # IUTF8: the erase key takes whole characters away; Python has no name for it


def main() -> None:
    """Arguments: LC_CTYPE as it was (Python may change it), the folder, the program and its arguments."""
    locale, folder, *argv = sys.argv[1:]
    os.set_inheritable(3, False)
    try:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        attributes = termios.tcgetattr(0)
        attributes[0] |= _UTF8_INPUT
        termios.tcsetattr(0, termios.TCSANOW, attributes)
        os.environ.pop("LC_CTYPE", None)
        if locale:
            os.environ["LC_CTYPE"] = locale
        os.chdir(folder)
        for name in os.listdir("/dev/fd"):
            if int(name) > 3:
                with contextlib.suppress(OSError):  # the listing's own
                    os.close(int(name))
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            with contextlib.suppress(OSError, ValueError):  # those that the C library keeps to itself
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.execv(argv[0], argv)
    except OSError as error:
        os.write(3, f"{error.filename or argv[0]}: {error.strerror}".encode(errors="replace"))
    os._exit(127)


if __name__ == "__main__":
    main()
