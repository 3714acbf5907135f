"""A Rasa that is started here: in a folder of its own, and started again when it dies."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil
import structlog

from bot.embedded.child import HOST, Child, choose_port, log_size, telling_folder, wait_ready
from bot.embedded.servers import Keeper
from bot.engines.rasa.installation import RUN, STOP_SIGNAL
from bot.engines.rasa.project_copy import write_endpoints

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain.json import JsonObject
    from bot.engines.rasa.installation import Installation

log = structlog.get_logger(__name__)

CHANNEL = "visavis"
_PATIENCE = 300.0  # seconds; ten on a calm machine, but a large model on a busy one takes its time
_LOOK_EVERY = 0.1
_TELL_EVERY = 10.0
_MODEL = "model.tar.gz"
_PID = "pid"
_CREDENTIALS = "visavis_inside.Channel:\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to start it. Logs, and folders of the processes that run one, lie in `place`.

    `actions` is the `action_endpoint` to call; None: what the project's `endpoints.yml` names, if any.
    """

    installation: Installation
    place: Path
    actions: JsonObject | None = field(default=None, repr=False)


class RasaHouse:
    """A running Rasa. `url` and `token` are how to reach it; they stay the same when it is started again."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._folder = plan.place / f"{os.getpid()}-{secrets.token_hex(4)}"
        self._keeper: Keeper | None = None
        self.token = secrets.token_urlsafe(24)
        self.url = ""

    async def open(self, model: bytes) -> None:
        """Start everything, Rasa with its archive `model`.

        Raises `EmbeddedServerError` with the reason when it does not start; `close` it then, too.
        """
        await asyncio.to_thread(self._prepare, model)
        self._keeper = Keeper(self._start)
        self.url = (await self._keeper.open()).url

    async def close(self) -> None:
        """Stop it and remove the folder."""
        if self._keeper is not None:
            await self._keeper.close()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _prepare(self, model: bytes) -> None:
        with telling_folder(self._plan.place):
            self._plan.place.mkdir(parents=True, exist_ok=True)
            remove_left(self._plan.place)
            self._folder.mkdir(mode=0o700)
            (self._folder / _MODEL).write_bytes(model)
            (self._folder / "credentials.yml").write_text(_CREDENTIALS)
            ours: dict[str, object] = {"tracker_store": {"type": "visavis_inside.RecentTrackers"}}
            if self._plan.actions is not None:
                ours["action_endpoint"] = dict(self._plan.actions)
            write_endpoints(self._plan.installation.project, self._folder, ours)

    def _start(self, dead: Child | None) -> Child:
        port = dead.port if dead else choose_port()
        arguments = write_arguments(port, self.token)
        output = self._plan.place / "rasa.log"
        started, begun = log_size(output), time.monotonic()
        child = Child(
            name="Rasa",
            url=f"http://{HOST}:{port}",
            port=port,
            password=self.token,
            process=self._plan.installation.run(("run", *arguments), folder=self._folder, log=output),
            stop_signal=STOP_SIGNAL,
        )
        (self._folder / _PID).write_text(str(child.pid))
        look = _Look(child=child, path=f"/status?token={self.token}", begun=begun)
        wait_ready(child, log=output, log_start=started, ready=look, patience=_PATIENCE)
        log.info("Rasa started", seconds=round(time.monotonic() - begun, 1))
        return child


def write_arguments(port: int, token: str) -> tuple[str, ...]:
    """Return what follows `rasa run`. One token in 64 begins with a dash, which else makes it an option."""
    where = ("--enable-api", "--interface", HOST, "--port", str(port), f"--auth-token={token}")
    return *where, "--model", _MODEL, "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"


@dataclass(slots=True, kw_only=True)
class _Look:
    """Asks a server whether it is ready, and tells people that it is not."""

    child: Child
    path: str
    begun: float
    told: int = 1

    def __call__(self) -> bool:
        """Return whether it answers as it does when it is ready. Blocks a moment."""
        time.sleep(_LOOK_EVERY)
        waited = time.monotonic() - self.begun
        if waited > self.told * _TELL_EVERY:
            self.told += 1
            log.info("Rasa is still starting", seconds=round(waited))
        with suppress(OSError):
            socket.create_connection((HOST, self.child.port), timeout=1).close()
            with urllib.request.urlopen(f"{self.child.url}{self.path}", timeout=5) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's word for done
        return False


def remove_left(place: Path) -> None:
    """Remove the folders of processes that are no more, and end a Rasa that outlived its own.

    The kernel ends it with us on Linux; elsewhere nobody does.
    """
    for folder in place.iterdir():
        owner, _, _ = folder.name.partition("-")
        if folder.is_dir() and owner.isdecimal() and not psutil.pid_exists(int(owner)):
            _end_stray(folder / _PID)
            shutil.rmtree(folder, ignore_errors=True)


def _end_stray(file: Path) -> None:
    with suppress(OSError, ValueError, psutil.Error):
        stray = psutil.Process(int(file.read_text()))
        if any(RUN.name in word for word in stray.cmdline()):
            stray.terminate()
