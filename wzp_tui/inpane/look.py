"""One look at a service: at a port, at an HTTP address, by a command, at what it prints. No look waits; `poll` does."""

import errno
import os
import re
import select
import socket
import threading
from collections.abc import Mapping
from typing import Any

from wzp_tui.inpane.pattern import LinePattern, TooSlow
from wzp_tui.inpane.signals import ignored
from wzp_tui.inpane.stop import kill_group
from wzp_tui.tasks.outcome import exit_words
from wzp_tui.tasks.parse_policy import address_of
from wzp_tui.tasks.policy import Ask, Probe

_STATUS = re.compile(rb"HTTP/[0-9.]+ ([0-9]{3})\b")
_MOST_STATUS = 256
_Address = tuple[int, Any]
"""A family, and an address of it."""


class Look:
    """A look that is begun again and again, one at a time."""

    answer: str | None = None
    """What was wrong; `""`: nothing. `None`: there is no answer yet."""

    def begin(self) -> None:
        """Ask."""
        self.answer = None

    def wants(self) -> tuple[int, int] | None:
        """The descriptor to poll, and for which events."""
        return None

    def move(self, events: int) -> None:
        """Go on, since these events came."""

    def hear(self, data: bytes) -> None:
        """The service printed this."""

    def reaped(self, pid: int, status: int) -> None:
        """A child of ours ended."""

    def give_up(self) -> None:
        """Wait no longer for an answer."""


def look_of(probe: Probe, environment: Mapping[str, str]) -> Look:
    """The look that a probe asks for."""
    match probe.ask:
        case Ask.COMMAND:
            return _CommandLook(probe.target, environment)
        case Ask.LINE:
            return _LineLook(probe.target)
    host, port, path = address_of(probe)
    return _SocketLook(host, port, _request(host, port, path) if probe.ask is Ask.HTTP else b"")


def _request(host: str, port: int, path: str) -> bytes:
    named = f"[{host}]" if ":" in host else host
    return f"GET {path} HTTP/1.0\r\nHost: {named}:{port}\r\nUser-Agent: wzp-tui\r\nAccept: */*\r\nConnection: close\r\n\r\n".encode()


class _CommandLook(Look):
    """A shell line that ends with 0, in a session of its own."""

    def __init__(self, line: str, environment: Mapping[str, str]) -> None:
        self._argv, self._environment = ("/bin/sh", "-c", line), environment
        self._pid = 0

    def begin(self) -> None:
        super().begin()
        try:
            self._pid = os.posix_spawn(
                self._argv[0],
                self._argv,
                self._environment,
                setsid=True,
                file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDWR, 0), *((os.POSIX_SPAWN_DUP2, 0, to) for to in (1, 2))],
                setsigmask=(),
                setsigdef=ignored(),
            )
        except OSError as error:
            self.answer = f"cannot start: {error.strerror}"

    def reaped(self, pid: int, status: int) -> None:
        if pid == self._pid:
            self._pid = 0
            code = os.waitstatus_to_exitcode(status)
            self.answer = "" if code == 0 else exit_words(code, -code if code < 0 else None)

    def give_up(self) -> None:
        if self._pid:
            kill_group(self._pid)
            self._pid = 0


class _LineLook(Look):
    """A line that the service prints."""

    def __init__(self, expression: str) -> None:
        self._pattern: LinePattern | None = LinePattern(expression)
        self._missing = f"no line {expression}"

    def hear(self, data: bytes) -> None:
        if self._pattern is None:
            return
        try:
            if self._pattern.found_in(data):
                self.answer = ""
        except TooSlow:
            self._pattern, self._missing = None, "its pattern takes too long"

    def give_up(self) -> None:
        self.answer = self._missing


class _SocketLook(Look):
    """A port that takes a connection, and where there is a request, answers it with a status of 200 to 399."""

    def __init__(self, host: str, port: int, request: bytes) -> None:
        self._host, self._port, self._request = host, port, request
        self._name: _Name | None = None
        self._left: list[_Address] = []
        self._socket: socket.socket | None = None
        self._connected = False
        self._heard = b""
        self._why = ""

    def begin(self) -> None:
        super().begin()
        known = _known_addresses(self._host, self._port)
        if known is None:
            self._name = _Name(self._host, self._port)
        else:
            self._connect(known)

    def wants(self) -> tuple[int, int] | None:
        if self._name is not None:
            return self._name.fd, select.POLLIN
        if self._socket is not None:
            return self._socket.fileno(), select.POLLIN if self._connected else select.POLLOUT
        return None

    def move(self, events: int) -> None:
        if self._name is not None:
            found, self._why = self._name.addresses, f"{self._host} is not known"
            self._name.close()
            self._name = None
            self._connect(found)
        elif self._socket is not None:
            try:
                self._read(self._socket) if self._connected else self._write(self._socket)
            except OSError as error:
                self._failed(error.strerror or str(error))

    def give_up(self) -> None:
        if self._name is not None:
            self._name.close()
            self._name = None
        self._close()

    def _connect(self, addresses: list[_Address]) -> None:
        """Try them one after the other."""
        self._left = addresses
        while self._left:
            family, address = self._left.pop(0)
            try:
                made = socket.socket(family, socket.SOCK_STREAM)
            except OSError as error:  # no IPv6 here
                self._why = self._why or str(error.strerror)
                continue
            made.setblocking(False)
            code = made.connect_ex(address)
            if code in (0, errno.EINPROGRESS):
                self._socket, self._connected, self._heard = made, False, b""
                return
            made.close()
            self._why = os.strerror(code)
        self.answer = self._why

    def _write(self, connection: socket.socket) -> None:
        code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if not code and connection.getsockname() == connection.getpeername():
            code = errno.ECONNREFUSED  # nobody listens: the kernel gave us the port itself, and connected us to us
        if code:
            self._failed(os.strerror(code))
        elif not self._request:
            self._done("")
        else:
            connection.send(self._request)  # it fits the buffer of a new connection
            self._connected = True

    def _read(self, connection: socket.socket) -> None:
        data = connection.recv(_MOST_STATUS)
        self._heard += data
        if data and b"\n" not in self._heard and len(self._heard) < _MOST_STATUS:
            return
        found = _STATUS.match(self._heard)
        if found is None:
            self._done("no HTTP answer")
        else:
            self._done("" if 200 <= int(found[1]) < 400 else f"HTTP {int(found[1])}")

    def _failed(self, why: str) -> None:
        self._close()
        self._why = why
        self._connect(self._left)

    def _done(self, answer: str) -> None:
        self._close()
        self.answer = answer

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _known_addresses(host: str, port: int) -> list[_Address] | None:
    """Those that nobody must be asked for; `None` for a name."""
    if host == "localhost":
        return [(socket.AF_INET, ("127.0.0.1", port)), (socket.AF_INET6, ("::1", port))]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return None
    return [(family, address) for family, _, _, _, address in found]


class _Name:
    """Looks a name up in a thread of its own, since that may take for ever; `fd` is hung up when it is done."""

    def __init__(self, host: str, port: int) -> None:
        self.addresses: list[_Address] = []
        self.fd, self._end = os.pipe()
        threading.Thread(target=self._look_up, args=(host, port), daemon=True).start()

    def _look_up(self, host: str, port: int) -> None:
        try:
            self.addresses = [(family, address) for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError):
            pass
        finally:
            os.close(self._end)

    def close(self) -> None:
        os.close(self.fd)
