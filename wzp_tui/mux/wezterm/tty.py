"""What ttys tell: which pane is ours, and whether a pane reads its input."""

import fcntl
import os
import struct
import termios


def own_ttys() -> frozenset[str]:
    """The ttys of our standard streams."""
    found = set()
    for stream in (0, 1, 2):
        try:
            found.add(os.ttyname(stream))
        except OSError:
            continue  # a pipe or a file
    return frozenset(found)


def unread(tty: str) -> int:
    """How many bytes of input the programs on this tty have not read yet; 0 where that is unknown."""
    try:
        fd = os.open(tty, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return 0
    try:
        return int(struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, bytes(4)))[0])
    except OSError:
        return 0
    finally:
        os.close(fd)
