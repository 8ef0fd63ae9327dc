"""One call of `wezterm cli`, under all laws."""

import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from wzp_tui.errors import MuxRefused, MuxUnreachable, PaneGone
from wzp_tui.mux.wezterm.answers import error_of
from wzp_tui.mux.wezterm.breaker import Breaker, Health
from wzp_tui.mux.wezterm.environment import pane_environment
from wzp_tui.mux.wezterm.run import Done, run
from wzp_tui.mux.wezterm.sockets import connect, find_program, instance_of
from wzp_tui.mux.wezterm.turns import Turns, lock_path
from wzp_tui.panes import Pane

T = TypeVar("T")

TIMEOUT = 5.0


class Cli:
    """`wezterm cli` at one socket. Calls belong into a turn: ``async with cli.turn(): await cli.ask(…)``."""

    def __init__(
        self,
        socket: str,
        *,
        environ: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.socket = os.path.realpath(socket)
        self._environ = os.environ if environ is None else environ
        self._timeout = timeout
        self._breaker = Breaker(monotonic)
        self._turns = Turns(lock_path(self.socket))
        self._base: tuple[str, dict[str, str]] = ("", {})
        self._alive = ""

    @property
    def health(self) -> Health:
        """Whether the last call was answered."""
        return self._breaker.health

    @property
    def instance(self) -> str:
        """The mux at the socket now; where there is none, the one that answered last."""
        try:
            return instance_of(self.socket)
        except MuxUnreachable:
            if self._alive:
                return self._alive
            raise

    @asynccontextmanager
    async def turn(self, *, look: bool = False) -> AsyncIterator[None]:
        """The right to ask: one holder over all our processes; a look waits behind wishes."""
        self._breaker.check(self._instance_or_none())
        async with self._turns.take(look=look):
            yield

    async def ask(
        self,
        *args: str,
        read: Callable[[bytes], T],
        of: Pane | None = None,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        options: tuple[str, ...] = (),
    ) -> T:
        """What `read` makes of the answer.

        `of` is the pane it is about: its mux must still be the same one. `env` is added to the environment of a new pane, `options`
        are those of `wezterm` itself. Raises what `read` raises, and the errors of the `Mux`.
        """
        instance = self._instance_or_none()
        self._breaker.check(instance)
        try:
            pid = connect(self.socket)
            instance = instance_of(self.socket)
            if of is not None and of.mux != instance:
                raise PaneGone(f"WezTerm was restarted, {of.name} is another pane now: look at the list again")
            done = await self._call(args, options, {**self._environment(pid, instance), **(env or {})}, stdin)
            if done.code:
                raise error_of(done.code, done.stderr, of)
            answer = read(done.stdout)
        except MuxUnreachable as error:
            self._breaker.failed(str(error), instance)
            raise
        except (MuxRefused, PaneGone):
            self._breaker.answered()
            raise
        self._alive = instance
        self._breaker.answered()
        return answer

    async def _call(self, args: tuple[str, ...], options: tuple[str, ...], env: dict[str, str], stdin: bytes | None) -> Done:
        program = find_program(self._environ)
        env["WEZTERM_UNIX_SOCKET"] = self.socket
        return await run([program, *options, "cli", "--no-auto-start", *args], env=env, stdin=stdin, timeout=self._timeout)

    def _environment(self, pid: int, instance: str) -> dict[str, str]:
        if self._base[0] != instance:
            self._base = (instance, pane_environment(self.socket, pid, self._environ))
        return self._base[1]

    def _instance_or_none(self) -> str:
        try:
            return instance_of(self.socket)
        except MuxUnreachable:
            return ""
