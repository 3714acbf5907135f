"""Running a process of the service until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from bot.bootstrap.memory import forget_overloads, settle_memory, share_memory
from bot.bootstrap.service import Service, open_service

if TYPE_CHECKING:
    from bot.settings import ServiceRole, Settings

log = structlog.get_logger(__name__)

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _Stop:
    """What signals do: before the service is ready they give up starting, then they stop it, then at once."""

    def __init__(self) -> None:
        self.asked = False
        self._ready = asyncio.Event()
        self._wanted = asyncio.Event()
        self._main = asyncio.current_task()

    def ask(self) -> None:
        """Take a signal."""
        again, self.asked = self.asked, True
        if self._main is not None and (again or not self._ready.is_set()):
            self._main.cancel()
        self._wanted.set()

    async def wait(self) -> None:
        """Return when the first signal comes."""
        self._ready.set()
        await self._wanted.wait()


async def run_service(settings: Settings, role: ServiceRole, *, begun: float) -> None:
    """Run until SIGINT or SIGTERM. `begun` is when the command was given, by `time.monotonic`.

    Raises what `open_service` raises, or what broke a loop.
    """
    share_memory()
    forget_overloads()
    with _handled_signals() as stop:
        try:
            async with open_service(settings, role) as service:
                _announce(service, seconds=time.monotonic() - begun)
                if service.url is not None and settings.database_url is not None:
                    _warn_of_machines(settings)
                settle_memory()
                await _wait(stop, service)
                log.info("stopping: finishing what is under way")
        except asyncio.CancelledError:
            if not stop.asked:
                raise
            log.info("stopped before it was done")
        else:
            log.info("stopped")


@contextmanager
def _handled_signals() -> Iterator[_Stop]:
    stop = _Stop()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop.ask)
    try:
        yield stop
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


async def _wait(stop: _Stop, service: Service) -> None:
    """Return when told to stop. A loop that broke stops the process: somebody restarts it, and it shows."""
    waiting = asyncio.create_task(stop.wait())
    pending = {waiting, *service.loops}
    try:
        while waiting in pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # a poller may end in peace; an exception ends everything
    finally:
        waiting.cancel()


def _warn_of_machines(settings: Settings) -> None:
    """Say what a database that several machines may share does not carry between them."""
    log.warning(
        "what trainers teach is written into files: web processes must share one writable VISAVIS_PROJECT",
        project=str(settings.project),
    )


def _announce(service: Service, *, seconds: float) -> None:
    """Say to people, on standard output, where to go."""
    log.info("ready", seconds=round(seconds, 1), **({"ops": service.ops_url} if service.ops_url else {}))
    if service.url is None:
        return
    lines = [
        "",
        f"  Visavis is ready ({seconds:.1f} s).",
        f"  Chat     {service.url}/chat",
        f"  Desk     {service.url}/desk",
    ]
    if service.first_login is not None:
        login = service.first_login
        lines.append(f"  Log in   {login.email}   {login.password}")
        lines.append(f"           (made for this machine, kept in {login.path};")
        lines.append(
            f"           `visavis staff password {login.email}` changes it, and it is shown no more)"
        )
    sys.stdout.write("\n".join([*lines, "", ""]))
    sys.stdout.flush()
